#include "cruet/http/cookie.hpp"

#include "../catch.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace cruet::http;
using cruet::errc;

namespace {
using pairs = std::vector<std::pair<std::string, std::string>>;

pairs read(std::string_view text) {
    pairs out;
    for (const auto& c : cookie_view(text)) out.emplace_back(std::string(c.name), c.text());
    return out;
}
}  // namespace

TEST_CASE("cookies are read leniently") {
    CHECK(read("a=1; b=2") == pairs{{"a", "1"}, {"b", "2"}});
    CHECK(read(" a = b ; c") == pairs{{"a", "b"}, {"c", ""}});
    CHECK(read("a=b=c;a=d") == pairs{{"a", "b=c"}, {"a", "d"}});
    CHECK(read("=x; ==y; ;;;").empty());
    CHECK(read("").empty());
    CHECK(read("a=b,c; (d=f") == pairs{{"a", "b,c"}, {"(d", "f"}});
    CHECK(read("a=\t b\t") == pairs{{"a", "b"}});
}

TEST_CASE("quoted values hold semicolons and escapes") {
    CHECK(read("a=\"x;y\"; c=d") == pairs{{"a", "x;y"}, {"c", "d"}});
    CHECK(read("a=\"x\\\";y\"; c=d") == pairs{{"a", "x\";y"}, {"c", "d"}});
    CHECK(read("a=\"\\054\\\"\\\\x\"") == pairs{{"a", ",\"\\x"}});
    CHECK(read("a=\"\\999\\08\\4001\\3\"") == pairs{{"a", "9990840013"}});
    CHECK(read("a=\"\\303\\251\"") == pairs{{"a", "\xc3\xa9"}});
    CHECK(read("a=\" b \" ") == pairs{{"a", " b "}});
    CHECK(read("a=\"\"") == pairs{{"a", ""}});
}

TEST_CASE("cookies with blanks or quotes where none belong are skipped") {
    CHECK(read("\"a\"=b; c=d") == pairs{{"c", "d"}});
    CHECK(read("a b=c; d\te=f; g=h") == pairs{{"g", "h"}});
    CHECK(read("a=b c; d=e") == pairs{{"d", "e"}});
    CHECK(read("a=\"b; c=d") == pairs{{"c", "d"}});
    CHECK(read("a=b\"; c=d") == pairs{{"c", "d"}});
    CHECK(read("a=\"b\" x; c=d") == pairs{{"c", "d"}});
    CHECK(read("a=\"b;c\"x").empty());
    CHECK(read("a=\"").empty());
    CHECK(read("a=\"x\"\"y\"; c=d") == pairs{{"c", "d"}});
    CHECK(read("a=\"\\\"").empty());
    CHECK(read("=\";b;\"") == pairs{{"b", ""}});
    CHECK(read("a=\\054") == pairs{{"a", "\\054"}});
}

TEST_CASE("cookies without quotes agree with a slow reading") {
    std::mt19937 random(11);
    const std::string alphabet = "abcdefghijklmnop==;;;  \t\n\x01";
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        for (std::size_t n = random() % 60; n > 0; --n)
            text += alphabet[random() % alphabet.size()];
        pairs expected;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find(';', at), text.size());
            const std::string item = text.substr(at, end - at);
            at = end + 1;
            const std::size_t equals = std::min(item.find('='), item.size());
            const std::string name(cruet::trim(item.substr(0, equals), cruet::charsets::ows));
            const std::string raw = equals < item.size() ? item.substr(equals + 1) : "";
            const std::string value(cruet::trim(raw, cruet::charsets::ows));
            if (name.empty() || (name + value).find_first_of(" \t") != name.npos) continue;
            expected.emplace_back(name, value);
        }
        INFO(text);
        REQUIRE(read(text) == expected);
    }
}

TEST_CASE("hostile cookies are read in linear time") {
    std::string text;
    for (int i = 0; i < 200000; ++i) text += "a=\"\\;";
    CHECK(read(text).size() <= 200000);
    text.assign(1000000, '"');
    CHECK(read("a=" + text).empty());
    text.assign(1000000, '\\');
    CHECK(read("a=\"" + text).empty());
    CHECK(read(std::string(1000000, ' ') + "a").size() == 1);
}

TEST_CASE("values are quoted where they must be") {
    const auto write = [](std::string_view value) {
        std::string out;
        append_cookie_value(out, value);
        return out;
    };
    CHECK(write("") == "");
    CHECK(write("xxx/=") == "xxx/=");
    CHECK(write("b c") == "\"b c\"");
    CHECK(write("\"\\;,") == "\"\\\"\\\\\\073\\054\"");
    CHECK(write("\xc3\xa9\x7f") == "\"\\303\\251\\177\"");
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    CHECK(read("a=" + write(all)) == pairs{{"a", all}});
}

TEST_CASE("a Set-Cookie line") {
    CHECK(*set_cookie({.name = "k", .value = "v"}) == "k=v");
    CHECK(*set_cookie({.name = "k",
                       .value = "v",
                       .domain = "x.y",
                       .expires = "Thu, 01 Jan 1970 00:00:05 GMT",
                       .max_age = 5,
                       .secure = true,
                       .http_only = true,
                       .path = "/p",
                       .same_site = "Lax",
                       .partitioned = true}) ==
          "k=v; Domain=x.y; Expires=Thu, 01 Jan 1970 00:00:05 GMT; Max-Age=5; Secure; HttpOnly; "
          "Path=/p; SameSite=Lax; Partitioned");
    CHECK(*set_cookie({.name = "k", .value = "v", .partitioned = true}) ==
          "k=v; Secure; Partitioned");
    CHECK(*set_cookie({.name = "k", .value = "v", .path = "/a b;c%20"}) ==
          "k=v; Path=/a%20b%3Bc%20");
}

TEST_CASE("a line that would say something else is refused") {
    for (const char* bad : {"", "a b", "a=", "a;", "a\n", "\xc3\xa9"}) {
        CHECK(set_cookie({.name = bad, .value = "v"}).error().code == errc::bad_cookie_name);
    }
    CHECK(set_cookie({.name = "k", .value = "v", .domain = "a;b"}).error().code ==
          errc::bad_cookie_attribute);
    CHECK(set_cookie({.name = "k", .value = "v", .expires = "a\r\nb"}).error().code ==
          errc::bad_cookie_attribute);
    CHECK(set_cookie({.name = "k", .value = "v", .same_site = "a; b"}).error().code ==
          errc::bad_cookie_attribute);
    CHECK(*set_cookie({.name = "k", .value = "a; Secure\r\nB: c"}) ==
          "k=\"a\\073 Secure\\015\\012B: c\"");
}
