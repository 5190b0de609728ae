// ASCII text without locales: case, trimming, hexadecimal and decimal digits.
//
// HTTP's names are compared in ASCII alone (RFC 9110 section 5.1); bytes from 0x80 up compare as
// they are. Views returned point into the view given.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "cruet/core/charset.hpp"
#include "cruet/core/result.hpp"

namespace cruet {

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
constexpr char upper(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
}

inline std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = lower(c);
    return out;
}
inline std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = upper(c);
    return out;
}

constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

constexpr bool istarts_with(std::string_view text, std::string_view prefix) noexcept {
    return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

// Orders as if both were lower case.
constexpr bool iless(std::string_view a, std::string_view b) noexcept {
    const std::size_t n = a.size() < b.size() ? a.size() : b.size();
    for (std::size_t i = 0; i < n; ++i) {
        const auto x = static_cast<unsigned char>(lower(a[i]));
        const auto y = static_cast<unsigned char>(lower(b[i]));
        if (x != y) return x < y;
    }
    return a.size() < b.size();
}

// FNV-1a over the lower-case bytes, for tables keyed by field name.
constexpr std::size_t ihash(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (char c : text) {
        hash = (hash ^ static_cast<unsigned char>(lower(c))) * 0x100000001b3U;
    }
    return static_cast<std::size_t>(hash);
}

inline constexpr charset ascii_space = charset(" \t\r\n\f\v");

constexpr std::string_view trim_left(std::string_view text,
                                     const charset& set = charsets::ows) noexcept {
    text.remove_prefix(find_not_in(text, set));
    return text;
}
constexpr std::string_view trim_right(std::string_view text,
                                      const charset& set = charsets::ows) noexcept {
    while (!text.empty() && set(text.back())) text.remove_suffix(1);
    return text;
}
// Without the optional white space (space, tab) at either end, or another set's bytes.
constexpr std::string_view trim(std::string_view text,
                                const charset& set = charsets::ows) noexcept {
    return trim_right(trim_left(text, set), set);
}

constexpr bool is_ascii(std::string_view text) noexcept {
    unsigned char seen = 0;
    for (char c : text) seen = static_cast<unsigned char>(seen | static_cast<unsigned char>(c));
    return seen < 0x80;
}

// 0 to 15, or -1.
constexpr int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    const char l = lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// A whole view of ASCII digits, at least one, without sign or space, as an unsigned number.
// errc::syntax, errc::number_out_of_range.
template <class Integer = std::uint64_t>
result<Integer> parse_decimal(std::string_view text) noexcept {
    static_assert(std::is_unsigned_v<Integer>);
    const std::size_t bad = find_not_in(text, charset::digit());
    if (text.empty() || bad != text.size()) return error{errc::syntax, bad};
    Integer value{};
    const auto done = std::from_chars(text.data(), text.data() + text.size(), value);
    if (done.ec != std::errc{}) return error{errc::number_out_of_range, 0};
    return value;
}

}  // namespace cruet
