// Base64 (RFC 4648 section 4), as HTTP's Basic scheme uses it.
//
//     encode_base64("user:pw")          // "dXNlcjpwdw=="
//     decode_base64("dXNlcjpwdw==")     // "user:pw"
//
// Decoding is strict: the standard alphabet alone, padded to a multiple of four, nothing between.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cruet/core/result.hpp"

namespace cruet {

namespace detail {
inline constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> base64_values() noexcept {
    std::array<std::int8_t, 256> values{};
    for (auto& value : values) value = -1;
    for (std::size_t i = 0; i < base64_alphabet.size(); ++i) {
        values[static_cast<unsigned char>(base64_alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return values;
}
inline constexpr auto base64_table = base64_values();
}  // namespace detail

inline std::string encode_base64(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t n = bytes.size() - i < 3 ? bytes.size() - i : 3;
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            const auto byte = k < n ? static_cast<unsigned char>(bytes[i + k]) : 0U;
            group = (group << 8) | byte;
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out += k <= n ? detail::base64_alphabet[(group >> (18 - 6 * k)) & 63] : '=';
        }
    }
    return out;
}

// errc::bad_base64 with the offset of the first bad character, or of the end.
inline result<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0) return error{errc::bad_base64, text.size()};
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
        ++padding;
    }
    const std::string_view digits = text.substr(0, text.size() - padding);
    std::string out;
    out.reserve(text.size() / 4 * 3);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const std::int8_t value = detail::base64_table[static_cast<unsigned char>(digits[i])];
        if (value < 0) return error{errc::bad_base64, i};
        group = (group << 6) | static_cast<std::uint32_t>(value);
        if (i % 4 != 0) out += static_cast<char>((group >> (6 - i % 4 * 2)) & 255);
    }
    return out;
}

}  // namespace cruet
