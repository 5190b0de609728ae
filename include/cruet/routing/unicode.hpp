// The little of Unicode that routing needs: code points of UTF-8 text, and which are decimal
// digits or space.
//
// Bytes that are not UTF-8 are code points of their own, outside Unicode, so that every text has a
// length and nothing fails. Decimal digits are those of Unicode 14's category Nd: what Python's \d
// matches and int() reads. Space is what its \s matches.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cruet::routing {

struct code_point {
    std::uint32_t value = 0;  // 0x110000 + byte where the text is not UTF-8
    std::uint32_t size = 1;   // bytes
};

// The code point at `at`, which is below text.size().
constexpr code_point decode_at(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    };
    const std::uint32_t first = byte(at);
    if (first < 0x80) return {first, 1};
    const std::uint32_t size = first >= 0xf0 ? 4U : first >= 0xe0 ? 3U : 2U;
    const code_point bad{0x110000 + first, 1};
    if (first < 0xc2 || first > 0xf4 || at + size > text.size()) return bad;
    std::uint32_t value = first & (0x7fU >> size);
    for (std::uint32_t i = 1; i < size; ++i) {
        if ((byte(at + i) & 0xc0) != 0x80) return bad;
        value = (value << 6) | (byte(at + i) & 0x3f);
    }
    constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[size] || value > 0x10ffff) return bad;
    return {value, size};
}

namespace detail {

// The zeros of every run of ten decimal digits.
inline constexpr std::array<std::uint32_t, 66> digit_zeros{
    0x30,    0x660,   0x6f0,   0x7c0,   0x966,   0x9e6,   0xa66,   0xae6,   0xb66,   0xbe6,
    0xc66,   0xce6,   0xd66,   0xde6,   0xe50,   0xed0,   0xf20,   0x1040,  0x1090,  0x17e0,
    0x1810,  0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,
    0xa8d0,  0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0,
    0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2,
    0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0};

}  // namespace detail

// The value of a decimal digit of any script, or -1.
constexpr int digit_value(std::uint32_t code) noexcept {
    const auto* above =
        std::upper_bound(detail::digit_zeros.begin(), detail::digit_zeros.end(), code);
    if (above == detail::digit_zeros.begin()) return -1;
    const std::uint32_t value = code - *(above - 1);
    return value < 10 ? static_cast<int>(value) : -1;
}

constexpr bool is_space(std::uint32_t code) noexcept {
    if (code < 0x80)
        return code == ' ' || (code >= 9 && code <= 13) || (code >= 0x1c && code < 0x20);
    return code == 0x85 || code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
           code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

namespace detail {

constexpr std::uint32_t count_code_points(std::string_view text) noexcept {
    std::uint32_t n = 0;
    for (std::size_t at = 0; at < text.size(); at += decode_at(text, at).size) ++n;
    return n;
}

}  // namespace detail

}  // namespace cruet::routing
