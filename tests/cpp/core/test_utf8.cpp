#include "cruet/core/utf8.hpp"

#include "../catch.hpp"

#include <string>

namespace {
// Slow oracle: decodes one code point by the definition of RFC 3629, or says that it cannot.
bool decodes(std::string_view s) {
    const auto b = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    const auto tail = [&](std::size_t i) { return (b(i) & 0xc0) == 0x80; };
    unsigned long point = 0;
    if (s.size() == 1) return b(0) < 0x80;
    if (s.size() == 2 && (b(0) & 0xe0) == 0xc0 && tail(1)) {
        point = ((b(0) & 0x1fUL) << 6) | (b(1) & 0x3fUL);
        return point >= 0x80;
    }
    if (s.size() == 3 && (b(0) & 0xf0) == 0xe0 && tail(1) && tail(2)) {
        point = ((b(0) & 0xfUL) << 12) | ((b(1) & 0x3fUL) << 6) | (b(2) & 0x3fUL);
        return point >= 0x800 && (point < 0xd800 || point > 0xdfff);
    }
    if (s.size() == 4 && (b(0) & 0xf8) == 0xf0 && tail(1) && tail(2) && tail(3)) {
        point = ((b(0) & 7UL) << 18) | ((b(1) & 0x3fUL) << 12) | ((b(2) & 0x3fUL) << 6) |
                (b(3) & 0x3fUL);
        return point >= 0x10000 && point <= 0x10ffff;
    }
    return false;
}
}  // namespace

TEST_CASE("steps agree with the definition for all sequences of up to three bytes") {
    const auto agrees = [](const std::string& s) {
        const auto step = cruet::next_utf8(s);
        return (step.valid && step.size == s.size()) == decodes(s);
    };
    bool good = true;
    for (int a = 0; a < 256; ++a) {
        good = good && agrees({static_cast<char>(a)});
        for (int b = 0; b < 256; ++b) {
            const std::string two{static_cast<char>(a), static_cast<char>(b)};
            if (a >= 0x80) good = good && agrees(two);
            if (a < 0xe0) continue;
            for (int c = 0x70; c < 0xd0; ++c) {
                const std::string three = two + static_cast<char>(c);
                good = good && agrees(three);
                if (a >= 0xf0) good = good && agrees(three + '\x80') && agrees(three + 'a');
            }
        }
    }
    CHECK(good);
}

TEST_CASE("one replacement for each maximal subpart") {
    const std::string r(cruet::replacement_character);
    CHECK(cruet::replace_invalid_utf8("plain") == "plain");
    CHECK(cruet::replace_invalid_utf8("caf\xc3\xa9") == "caf\xc3\xa9");
    CHECK(cruet::replace_invalid_utf8("\xff") == r);
    CHECK(cruet::replace_invalid_utf8("a\xf0\x9f\x90z") == "a" + r + "z");
    CHECK(cruet::replace_invalid_utf8("\xed\xa0\x80") == r + r + r);
    CHECK(cruet::replace_invalid_utf8("\xc0\xaf") == r + r);
    CHECK(cruet::replace_invalid_utf8("\xe2\x82") == r);
    CHECK(cruet::replace_invalid_utf8("").empty());
}

TEST_CASE("the first fault is found wherever it lies") {
    for (std::size_t i = 0; i < 40; ++i) {
        std::string text(40, 'x');
        CHECK(cruet::find_invalid_utf8(text) == 40);
        text[i] = '\xff';
        CHECK(cruet::find_invalid_utf8(text) == i);
        CHECK_FALSE(cruet::is_utf8(text));
    }
}
