// All static branches of a matcher: (node, text) to node, in one open-addressed hash table.
//
// Of many rules, what a match looks at is in no near cache and on no page that was used lately. So
// a slot fills a cache line and holds its text there, unless that is long.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace cruet::routing::detail {

class edge_table {
public:
    // What `text` leads to, or 0.
    std::uint32_t find(std::uint32_t from, std::string_view text) const noexcept {
        if (slots_.empty()) return 0;
        const std::uint64_t hash = hash_of(from, text);
        const std::size_t mask = slots_.size() - 1;
        for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
            const slot& s = slots_[i];
            if (s.to == 0) return 0;
            if (s.hash == hash && s.from == from && text_of(s) == text) return s.to;
        }
    }

    // `from` has no branch for `text` yet, and `to` is not 0.
    void add(std::uint32_t from, std::string_view text, std::uint32_t to) {
        if ((count_ + 1) * 2 > slots_.size()) grow();
        slot s{hash_of(from, text), text.size(), from, to, {}};
        if (text.size() <= s.text.size()) {
            std::copy(text.begin(), text.end(), s.text.begin());
        } else {
            const std::size_t start = texts_.size();
            std::memcpy(s.text.data(), &start, sizeof start);
            texts_ += text;
        }
        place(s);
        ++count_;
    }

private:
    struct alignas(64) slot {
        std::uint64_t hash = 0;
        std::size_t size = 0;
        std::uint32_t from = 0;
        std::uint32_t to = 0;         // 0: free
        std::array<char, 40> text{};  // or where a longer one begins in texts_
    };
    static_assert(sizeof(slot) == 64);

    std::string_view text_of(const slot& s) const noexcept {
        if (s.size <= s.text.size()) return {s.text.data(), s.size};
        std::size_t start;
        std::memcpy(&start, s.text.data(), sizeof start);
        return std::string_view(texts_).substr(start, s.size);
    }

    void place(const slot& s) noexcept {
        const std::size_t mask = slots_.size() - 1;
        std::size_t i = s.hash & mask;
        while (slots_[i].to != 0) i = (i + 1) & mask;
        slots_[i] = s;
    }

    void grow() {
        std::vector<slot> old(slots_.empty() ? 16 : slots_.size() * 2);
        old.swap(slots_);
        for (const slot& s : old) {
            if (s.to != 0) place(s);
        }
    }

    static std::uint64_t mix(std::uint64_t a) noexcept {
        a = (a ^ (a >> 32)) * 0x9e3779b97f4a7c15U;
        return a ^ (a >> 29);
    }

    template <class Word>
    static std::uint64_t word_at(const char* data) noexcept {
        Word word;
        std::memcpy(&word, data, sizeof word);
        return word;
    }

    // Eight bytes at a time; the last ones may overlap.
    static std::uint64_t hash_of(std::uint32_t from, std::string_view text) noexcept {
        const char* const data = text.data();
        const std::size_t size = text.size();
        std::uint64_t hash = mix((std::uint64_t{from} << 32) + size + 1);
        if (size >= 8) {
            for (std::size_t i = 0; i + 8 < size; i += 8) {
                hash = mix(hash ^ word_at<std::uint64_t>(data + i));
            }
            return mix(hash ^ word_at<std::uint64_t>(data + size - 8));
        }
        std::uint64_t word = 0;
        if (size >= 4) {
            word = word_at<std::uint32_t>(data) << 32 | word_at<std::uint32_t>(data + size - 4);
        } else {
            for (const char c : text) word = word << 8 | static_cast<unsigned char>(c);
        }
        return mix(hash ^ word);
    }

    std::vector<slot> slots_;
    std::string texts_;
    std::size_t count_ = 0;
};

}  // namespace cruet::routing::detail
