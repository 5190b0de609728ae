// UTF-8 (RFC 3629): validation and replacement of what is not.
//
//     is_utf8("caf\xc3\xa9")                     // true
//     replace_invalid_utf8("a\xffz")             // "a\xef\xbf\xbdz": U+FFFD
//
// Replacement gives one U+FFFD for each maximal subpart of an ill-formed sequence (Unicode 15,
// section 3.9), as Python's "replace" handler does. Surrogates and overlong forms are ill-formed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace cruet {

// The sequence at the start of `text`: its length, and whether it is well formed. An ill-formed one
// is the maximal subpart to replace, at least one byte. `text` is not empty.
struct utf8_step {
    std::size_t size;
    bool valid;
};

constexpr utf8_step next_utf8(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return {1, true};
    if (lead < 0xc2 || lead > 0xf4) return {1, false};
    const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    // The second byte's range excludes overlong forms, surrogates and what lies past U+10FFFF.
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
    for (std::size_t i = 1; i < size; ++i) {
        if (i == text.size()) return {i, false};
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < low || c > high) return {i, false};
        low = 0x80;
        high = 0xbf;
    }
    return {size, true};
}

// Index of the first ill-formed byte, or text.size().
inline std::size_t find_invalid_utf8(std::string_view text) noexcept {
    std::size_t i = 0;
    while (i < text.size()) {
        if (text.size() - i >= 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, text.data() + i, sizeof word);
            if ((word & 0x8080808080808080U) == 0) {
                i += 8;
                continue;
            }
        }
        const utf8_step step = next_utf8(text.substr(i));
        if (!step.valid) return i;
        i += step.size;
    }
    return text.size();
}

inline bool is_utf8(std::string_view text) noexcept {
    return find_invalid_utf8(text) == text.size();
}

// Calls `valid(run)` for each longest well-formed run and `invalid(subpart)` for each maximal
// ill-formed subpart, in order; the views cover `text` without gaps.
template <class Valid, class Invalid>
void split_utf8(std::string_view text, Valid&& valid, Invalid&& invalid) {
    while (!text.empty()) {
        const std::size_t good = find_invalid_utf8(text);
        if (good > 0) valid(text.substr(0, good));
        text.remove_prefix(good);
        if (text.empty()) return;
        const utf8_step step = next_utf8(text);
        invalid(text.substr(0, step.size));
        text.remove_prefix(step.size);
    }
}

inline constexpr std::string_view replacement_character = "\xef\xbf\xbd";

inline std::string replace_invalid_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    split_utf8(
        text, [&](std::string_view run) { out.append(run); },
        [&](std::string_view) { out.append(replacement_character); });
    return out;
}

}  // namespace cruet
