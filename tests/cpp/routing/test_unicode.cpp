#include "cruet/routing/unicode.hpp"

#include "../catch.hpp"

using namespace cruet::routing;

TEST_CASE("code points of well-formed text") {
    static_assert(decode_at("a", 0).value == 'a');
    static_assert(decode_at("\xc3\xa9", 0).value == 0xe9);
    static_assert(decode_at("\xe2\x82\xac", 0).value == 0x20ac);
    static_assert(decode_at("\xf0\x9f\x90\x8d", 0).value == 0x1f40d);
    static_assert(decode_at("\xf0\x9f\x90\x8d", 0).size == 4);
    CHECK(detail::count_code_points("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8d") == 4);
}

TEST_CASE("bytes that are not UTF-8 are code points of their own, outside Unicode") {
    for (const char* text : {"\xff", "\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xf5\x80\x80\x80",
                             "\xf4\x90\x80\x80", "\xe2\x82"}) {
        const code_point c = decode_at(text, 0);
        CHECK(c.size == 1);
        CHECK(c.value == 0x110000U + static_cast<unsigned char>(text[0]));
    }
}

TEST_CASE("decimal digits of any script") {
    static_assert(digit_value('0') == 0);
    static_assert(digit_value('9') == 9);
    static_assert(digit_value('a') == -1);
    static_assert(digit_value('/') == -1);
    static_assert(digit_value(0) == -1);
    static_assert(digit_value(0x663) == 3);    // Arabic-Indic three
    static_assert(digit_value(0x1fbf9) == 9);  // segmented nine, the last of all
    static_assert(digit_value(0x1fbfa) == -1);
    static_assert(digit_value(0xb2) == -1);  // superscript two is no decimal digit
    CHECK(digit_value(0xff15) == 5);
}
TEST_CASE("space of any script") {
    static_assert(is_space(' ') && is_space('\t') && is_space('\r') && is_space(0x1c));
    static_assert(!is_space('a') && !is_space(0x08) && !is_space(0x0e) && !is_space(0x1b));
    static_assert(!is_space(0) && !is_space(0x7f));
    std::uint32_t beyond_ascii = 0;
    for (std::uint32_t code = 0x80; code < 0x110100; ++code) beyond_ascii += is_space(code);
    CHECK(beyond_ascii == 19);
    for (std::uint32_t code : {0x85U, 0xa0U, 0x1680U, 0x2000U, 0x200aU, 0x2028U, 0x3000U}) {
        CHECK(is_space(code));
    }
}
