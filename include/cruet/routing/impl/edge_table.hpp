// All static branches of a matcher: (state, text) to state, in one open-addressed hash table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace cruet::routing::detail {

class edge_table {
public:
    // The state that `text` leads to, or 0.
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
        const slot s{hash_of(from, text), texts_.size(), text.size(), from, to};
        texts_ += text;
        place(s);
        ++count_;
    }

private:
    struct slot {
        std::uint64_t hash = 0;
        std::size_t start = 0;
        std::size_t size = 0;
        std::uint32_t from = 0;
        std::uint32_t to = 0;  // 0: free
    };

    std::string_view text_of(const slot& s) const noexcept {
        return std::string_view(texts_).substr(s.start, s.size);
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

    static std::uint64_t hash_of(std::uint32_t from, std::string_view text) noexcept {
        std::uint64_t hash = mix((std::uint64_t{from} << 32) + text.size() + 1);
        while (text.size() >= 8) {
            std::uint64_t word;
            std::memcpy(&word, text.data(), 8);
            hash = mix(hash ^ word);
            text.remove_prefix(8);
        }
        std::uint64_t word = 0;
        for (char c : text) word = (word << 8) | static_cast<unsigned char>(c);
        return mix(hash ^ word);
    }

    std::vector<slot> slots_;
    std::string texts_;
    std::size_t count_ = 0;
};

}  // namespace cruet::routing::detail
