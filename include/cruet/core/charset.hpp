// Sets of bytes, as constant 256-bit tables: one load and one shift to ask, nothing at run time to
// build.
//
//     constexpr charset word = charset::alnum() | charset("_");
//     static_assert(word('x') && !word('-'));
//     std::size_t n = find_not_in(text, word);     // text.size() when all are in
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cruet {

class charset {
public:
    constexpr charset() noexcept = default;
    constexpr explicit charset(std::string_view members) noexcept {
        for (char c : members) add(static_cast<unsigned char>(c));
    }
    // Every byte from `first` to `last`, both included.
    static constexpr charset span(unsigned char first, unsigned char last) noexcept {
        charset set;
        for (unsigned c = first; c <= last; ++c) set.add(static_cast<unsigned char>(c));
        return set;
    }
    static constexpr charset digit() noexcept { return span('0', '9'); }
    static constexpr charset alpha() noexcept { return span('a', 'z') | span('A', 'Z'); }
    static constexpr charset alnum() noexcept { return alpha() | digit(); }
    static constexpr charset hex() noexcept { return digit() | span('a', 'f') | span('A', 'F'); }

    constexpr bool operator()(char c) const noexcept { return has(static_cast<unsigned char>(c)); }
    constexpr bool has(unsigned char c) const noexcept { return (words_[c >> 6] >> (c & 63)) & 1U; }

    friend constexpr charset operator|(charset a, const charset& b) noexcept {
        for (std::size_t i = 0; i < a.words_.size(); ++i) a.words_[i] |= b.words_[i];
        return a;
    }
    friend constexpr charset operator&(charset a, const charset& b) noexcept {
        for (std::size_t i = 0; i < a.words_.size(); ++i) a.words_[i] &= b.words_[i];
        return a;
    }
    friend constexpr charset operator-(const charset& a, const charset& b) noexcept {
        return a & ~b;
    }
    friend constexpr charset operator~(charset a) noexcept {
        for (auto& word : a.words_) word = ~word;
        return a;
    }
    friend constexpr bool operator==(const charset&, const charset&) noexcept = default;

private:
    constexpr void add(unsigned char c) noexcept { words_[c >> 6] |= std::uint64_t{1} << (c & 63); }

    std::array<std::uint64_t, 4> words_{};
};

// Index of the first byte that is in the set, or text.size().
constexpr std::size_t find_in(std::string_view text, const charset& set,
                              std::size_t from = 0) noexcept {
    while (from < text.size() && !set(text[from])) ++from;
    return from < text.size() ? from : text.size();
}

// Index of the first byte that is not in the set, or text.size().
constexpr std::size_t find_not_in(std::string_view text, const charset& set,
                                  std::size_t from = 0) noexcept {
    while (from < text.size() && set(text[from])) ++from;
    return from < text.size() ? from : text.size();
}

constexpr bool all_in(std::string_view text, const charset& set) noexcept {
    return find_not_in(text, set) == text.size();
}

namespace charsets {
// RFC 9110 section 5.6.2: what a token is made of.
inline constexpr charset token = charset::alnum() | charset("!#$%&'*+-.^_`|~");
// RFC 9110 section 5.5: bytes of a field value (visible ASCII, obs-text, space, tab).
inline constexpr charset field_value =
    charset::span(0x20, 0x7e) | charset::span(0x80, 0xff) | charset("\t");
// RFC 3986 section 2.3.
inline constexpr charset unreserved = charset::alnum() | charset("-._~");
// RFC 9110 section 5.6.3: optional white space.
inline constexpr charset ows = charset(" \t");
}  // namespace charsets

}  // namespace cruet
