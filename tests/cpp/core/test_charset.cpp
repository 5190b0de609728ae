#include "cruet/core/charset.hpp"

#include "../catch.hpp"

#include <cstring>
#include <string>

using cruet::charset;

TEST_CASE("sets are built of members and spans at compile time") {
    constexpr charset word = charset::alnum() | charset("_");
    static_assert(word('a') && word('Z') && word('0') && word('_'));
    static_assert(!word('-') && !word('\0') && !word('\x80'));
    static_assert((charset::span(0, 255) - charset::span(0, 254)).has(255));
    static_assert(~~word == word);
    static_assert((charset::hex() & charset::digit()) == charset::digit());
    CHECK(word('a'));
}

TEST_CASE("tables agree with the sets' definitions") {
    for (unsigned i = 0; i < 256; ++i) {
        const auto c = static_cast<unsigned char>(i);
        const bool visible = i > 0x20 && i < 0x7f;
        const bool separator = i != 0 && std::strchr("\"(),/:;<=>?@[\\]{}", static_cast<int>(i));
        INFO("byte " << i);
        CHECK(cruet::charsets::token.has(c) == (visible && !separator));
        CHECK(cruet::charsets::field_value.has(c) == (i == '\t' || (i >= 0x20 && i != 0x7f)));
    }
}

TEST_CASE("searching") {
    const charset digits = charset::digit();
    CHECK(cruet::find_in("ab1", digits) == 2);
    CHECK(cruet::find_in("abc", digits) == 3);
    CHECK(cruet::find_in("1ab1", digits, 1) == 3);
    CHECK(cruet::find_in("1", digits, 9) == 1);
    CHECK(cruet::find_not_in("12x", digits) == 2);
    CHECK(cruet::find_not_in("", digits) == 0);
    CHECK(cruet::all_in("123", digits));
    CHECK(cruet::all_in("", digits));
    CHECK_FALSE(cruet::all_in("12a", digits));
}
