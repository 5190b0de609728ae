// Finds the first of a few bytes in a text, up to sixteen at a time where the processor can.
//
//     find_first<'&', '='>("a=b")                              // 1
//     find_first<byte_class::blank, ';', '"'>("name value")    // 4: a space, or a control
//     find_first<byte_class::high, '%', '+'>("caf\xc3\xa9")    // 3: no ASCII
//
// The result is text.size() where there is none at or after `from`. For texts of some dozens of
// bytes; charset.hpp is for sets that no few bytes make.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "cruet/core/charset.hpp"

namespace cruet {

// Bytes that are looked for beside those named.
enum class byte_class : std::uint8_t {
    none,
    blank,  // space and all below it
    high,   // from 0x80 on
};

namespace detail {

template <byte_class Class, char... Bytes>
constexpr charset scanned() noexcept {
    charset set;
    if constexpr (Class == byte_class::blank) set = charset::span(0, 0x20);
    if constexpr (Class == byte_class::high) set = charset::span(0x80, 0xff);
    constexpr std::array<char, sizeof...(Bytes)> named{Bytes...};
    set = set | charset(std::string_view(named.data(), named.size()));
    return set;
}

#if defined(__SSE2__)
inline constexpr std::size_t scan_step = 16;

// Bit n is set where byte n is one of those looked for.
template <byte_class Class, char... Bytes>
inline unsigned scan_mask(__m128i x) noexcept {
    __m128i hit = _mm_setzero_si128();
    if constexpr (Class == byte_class::blank) {
        hit = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x20)), x);
    }
    ((hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, _mm_set1_epi8(Bytes)))), ...);
    // The mask is of the bytes' highest bits.
    if constexpr (Class == byte_class::high) hit = _mm_or_si128(hit, x);
    return static_cast<unsigned>(_mm_movemask_epi8(hit));
}

// The same of the sixteen bytes at `data`.
template <byte_class Class, char... Bytes>
inline unsigned scan_mask(const char* data) noexcept {
    return scan_mask<Class, Bytes...>(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data)));
}

template <class Word>
inline std::uint64_t word_at(const char* data) noexcept {
    Word word;
    std::memcpy(&word, data, sizeof word);
    return word;
}

// The same of a text of four to fifteen bytes: of its first and its last ones, which may overlap.
template <byte_class Class, char... Bytes>
inline unsigned scan_short(std::string_view text) noexcept {
    const auto vector = [](std::uint64_t low, std::uint64_t high) {
        return _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(low));
    };
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    if (text.size() >= 8) {
        const unsigned mask = scan_mask<Class, Bytes...>(
            vector(word_at<std::uint64_t>(begin), word_at<std::uint64_t>(end - 8)));
        return (mask & 0xff) | (mask >> 8) << (text.size() - 8);
    }
    const unsigned mask = scan_mask<Class, Bytes...>(
        vector(word_at<std::uint32_t>(begin) | word_at<std::uint32_t>(end - 4) << 32, 0));
    return (mask & 0xf) | ((mask >> 4) & 0xf) << (text.size() - 4);
}
#endif

}  // namespace detail

template <byte_class Class, char... Bytes>
inline std::size_t find_first(std::string_view text, std::size_t from = 0) noexcept {
    std::size_t at = from;
#if defined(__SSE2__)
    using detail::scan_step;
    for (; at + scan_step <= text.size(); at += scan_step) {
        if (const unsigned mask = detail::scan_mask<Class, Bytes...>(text.data() + at)) {
            return at + static_cast<std::size_t>(std::countr_zero(mask));
        }
    }
    if (text.size() >= 4) {
        if (at >= text.size()) return text.size();
        unsigned mask = 0;
        if (text.size() < scan_step) {
            mask = detail::scan_short<Class, Bytes...>(text) >> at;
        } else {
            // The last sixteen bytes once more, without those that were looked at.
            const std::size_t last = text.size() - scan_step;
            mask = detail::scan_mask<Class, Bytes...>(text.data() + last) >> (at - last);
        }
        return mask ? at + static_cast<std::size_t>(std::countr_zero(mask)) : text.size();
    }
#endif
    static constexpr charset set = detail::scanned<Class, Bytes...>();
    return find_in(text, set, at);
}

template <char... Bytes>
inline std::size_t find_first(std::string_view text, std::size_t from = 0) noexcept {
    return find_first<byte_class::none, Bytes...>(text, from);
}

}  // namespace cruet
