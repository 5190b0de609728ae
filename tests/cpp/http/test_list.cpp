#include "cruet/http/list.hpp"

#include "../catch.hpp"

#include <string>
#include <vector>

using namespace cruet::http;

TEST_CASE("comma-separated lists") {
    using list = std::vector<std::string>;
    const std::pair<const char*, list> cases[] = {
        {"a b", {"a b"}},
        {"a b, c", {"a b", "c"}},
        {"a b, \"c, d\"", {"a b", "c, d"}},
        {"\"a\\\"b\", c", {"a\"b", "c"}},
        {"a\"b,c\", \"d e\"", {"a\"b,c\"", "d e"}},
        {"a, ,,b,", {"a", "b"}},
        {"a, \"b, c\", \"d, e", {}},
        {"", {}},
        {"\"\"", {""}},
        {"\"a\\b\"", {"ab"}},
        {"a\\,b", {"a\\", "b"}},
        {"\"a\" \"b\"", {"a\" \"b"}},
        {"a;b=\"\\\\\",c", {"a;b=\"\\\\\"", "c"}},
        {"\"\\", {}},
    };
    for (const auto& [text, expected] : cases) {
        INFO(text);
        CHECK(parse_list(text) == expected);
    }
    CHECK(split_list("\"a\\\"b\", c") == std::vector<std::string_view>{"\"a\\\"b\"", "c"});
    CHECK(quotes_balanced("a\\\"\""));
    CHECK_FALSE(quotes_balanced("\"\\\""));
}

TEST_CASE("comma-separated dictionaries") {
    using dict = std::vector<dict_item>;
    CHECK(parse_dict("foo=\"bar baz\", blah=42") == dict{{"foo", "bar baz"}, {"blah", "42"}});
    CHECK(parse_dict("foo, bar=") == dict{{"foo", std::nullopt}, {"bar", ""}});
    CHECK(parse_dict("=foo, =, \"\"").empty());
    CHECK(parse_dict("a=1, b=\"2, 3\", c=\"4, d=5").empty());
    CHECK(parse_dict("a = 1,a=b=c") == dict{{"a", "1"}, {"a", "b=c"}});
    CHECK(parse_dict("a=\"x\\\"y\", b") == dict{{"a", "x\"y"}, {"b", std::nullopt}});
    CHECK(parse_dict("a*=UTF-8''%C3%A9") == dict{{"a", "\xc3\xa9"}});
    CHECK(parse_dict("a*=\"UTF-8''b\"") == dict{{"a", "UTF-8''b"}});
    CHECK(parse_dict("a*=UTF-8''%C3%A9 b") == dict{{"a", "UTF-8''%C3%A9 b"}});
    CHECK(parse_dict("a*=latin-1''%e9") == dict{{"a", "%e9"}});
    CHECK(parse_dict("a*=b,c*") == dict{{"a", "b"}, {"c*", std::nullopt}});
    CHECK(parse_dict("\" a \"") == dict{{"a", std::nullopt}});
    CHECK(parse_dict("\"a\" b=\"\\x\"") == dict{{"a\" b", "\"x"}});
}

TEST_CASE("lists and dictionaries are written") {
    std::string out;
    append_list_item(out, "a");
    append_list_item(out, "b c");
    append_list_item(out, "");
    CHECK(out == "a, \"b c\", \"\"");
    CHECK(parse_list(out) == std::vector<std::string>{"a", "b c", ""});
    out.clear();
    append_dict_item(out, "a", std::nullopt);
    append_dict_item(out, "b", "c d");
    append_dict_item(out, "d*", "UTF-8''x");
    CHECK(out == "a, b=\"c d\", d*=UTF-8''x");
}

TEST_CASE("hostile lists are read in linear time") {
    CHECK(parse_list(std::string(1000000, ',')).empty());
    CHECK(parse_list(std::string(1000001, '"')).empty());
    CHECK(parse_list(std::string(1000000, '"')).size() == 1);
    CHECK(parse_list("\"" + std::string(1000000, '\\')).empty());
}
