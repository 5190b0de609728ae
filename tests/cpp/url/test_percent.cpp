#include "cruet/url/percent.hpp"

#include "../catch.hpp"

#include <string>

using namespace cruet::url;
using cruet::errc;

TEST_CASE("quoting escapes what is not safe") {
    CHECK(quote("a b/c") == "a%20b%2Fc");
    CHECK(quote("a b/c", charsets::path) == "a%20b/c");
    CHECK(quote("\xc3\xa9") == "%C3%A9");
    CHECK(quote("%41") == "%2541");
    CHECK(quote("-._~") == "-._~");
    CHECK(quote("").empty());
    CHECK(quote_plus("a b+c&d") == "a+b%2Bc%26d");
}

TEST_CASE("unquoting leaves broken escapes alone") {
    CHECK(unquote("a%20b") == "a b");
    CHECK(unquote("%2") == "%2");
    CHECK(unquote("%") == "%");
    CHECK(unquote("%zz%4g%") == "%zz%4g%");
    CHECK(unquote("%%41") == "%A");
    CHECK(unquote("%2541") == "%41");
    CHECK(unquote("%c3%A9+") == "\xc3\xa9+");
    CHECK(unquote_plus("a+b%2B") == "a b+");
    CHECK(unquote("%00") == std::string(1, '\0'));
    std::string text = "x%41%42y";
    text.resize(unquote_into(text.data(), text, false));
    CHECK(text == "xABy");
}

TEST_CASE("every byte survives quoting and unquoting") {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    CHECK(unquote(quote(all)) == all);
    CHECK(unquote(quote(all, charsets::path)) == all);
    CHECK(unquote_plus(quote_plus(all)) == all);
}

TEST_CASE("text: ill-formed UTF-8 is replaced or refused") {
    CHECK(unquote_text("%C3%A9%FFz") == "\xc3\xa9\xef\xbf\xbdz");
    CHECK(*unquote_strict("%C3%A9") == "\xc3\xa9");
    CHECK(unquote_strict("a%zz").error() == cruet::error{errc::bad_percent_escape, 1});
    CHECK(unquote_strict("a%4").error() == cruet::error{errc::bad_percent_escape, 1});
    CHECK(unquote_strict("a%FF").error() == cruet::error{errc::invalid_utf8, 1});
}

TEST_CASE("partial unquoting keeps what would change the meaning") {
    const cruet::charset keep("/?#% ");
    CHECK(unquote_partial("%e9%c3%a9%C3%A9%41%2f%4", keep) ==
          "%E9\xc3\xa9\xc3\xa9"
          "A%2f%4");
    CHECK(unquote_partial("%C3%20%A9", keep) == "%C3%20%A9");
    CHECK(unquote_partial("%25%41", keep) == "%25A");
    CHECK(unquote_partial("%f0%9f%90%8d", keep) == "\xf0\x9f\x90\x8d");
    CHECK(unquote_partial("%f0%9f%90", keep) == "%F0%9F%90");
    CHECK(unquote_partial("", keep).empty());
    CHECK(has_escapes("a%20"));
    CHECK_FALSE(has_escapes("a"));
}

TEST_CASE("decoded bytes that are no UTF-8 become escapes again, in linear time") {
    const auto escaped = [](std::string_view bytes) {
        std::string out = "<";
        append_escaping_invalid(out, bytes);
        return out;
    };
    CHECK(escaped("") == "<");
    CHECK(escaped("a%\xc3\xa9") == "<a%\xc3\xa9");
    CHECK(escaped("\xff"
                  "a\xc3") == "<%FFa%C3");
    CHECK(escaped("\xf0\x9f\x90 \xed\xa0\x80") == "<%F0%9F%90 %ED%A0%80");
    std::string many;
    for (int i = 0; i < 200000; ++i) many += "ab\xff";
    CHECK(escaped(many).size() == 1 + 200000 * 5);
}

TEST_CASE("a path reference that is a URI already") {
    for (const auto* text :
         {"/", "/a", "/a//b/", "/a%20b", "/~x;y=1,(z)!*'$&+:@", "/?q", "/a?b=c&d=/?"})
        CHECK(is_uri_path(text));
    for (const auto* text :
         {"", "a", "//host", "//", "http://h/", "?q", "/a?", "/a#f", "/?a#", "/a b", "/\xc3\xa9",
          "/?\xc3\xa9", "/[", "/\"", "/a\n", "/\\h", "/?a b"})
        CHECK_FALSE(is_uri_path(text));
    CHECK_FALSE(is_uri_path(std::string_view("/\0", 2)));
    static_assert(is_uri_path("/in?constant=expressions"));
}
