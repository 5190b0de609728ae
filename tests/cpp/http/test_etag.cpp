#include "cruet/http/etag.hpp"

#include "../catch.hpp"

#include <string>
#include <vector>

using namespace cruet::http;
using cruet::errc;

TEST_CASE("one entity tag") {
    CHECK(unquote_etag("\"a\"") == etag{"a", false});
    CHECK(unquote_etag("W/\"a\"") == etag{"a", true});
    CHECK(unquote_etag(" w/\"a\" ") == etag{"a", true});
    CHECK(unquote_etag("a") == etag{"a", false});
    CHECK(unquote_etag("\"a") == etag{"\"a", false});
    CHECK(unquote_etag("\"") == etag{"", false});
    CHECK(unquote_etag("W/") == etag{"", true});
    CHECK(*quote_etag("foo") == "\"foo\"");
    CHECK(*quote_etag("foo", true) == "W/\"foo\"");
    CHECK(quote_etag("a\"b").error() == cruet::error{errc::bad_etag, 1});
}

TEST_CASE("lists of entity tags") {
    const auto tags = [](std::string_view text) { return parse_etags(text).tags; };
    using list = std::vector<etag>;
    CHECK(tags("\"foo\", \"bar\", W/\"baz\", blar") ==
          list{{"foo"}, {"bar"}, {"baz", true}, {"blar"}});
    CHECK(tags("\"a,b\"") == list{{"a,b"}});
    CHECK(tags("\"a\" ,\"b\"") == list{{"a"}, {"b"}});
    CHECK(tags("W/a,w/\"b\"") == list{{"a", true}, {"b", true}});
    CHECK(tags(" ,,\"a\", b ,") == list{{"a"}, {"b"}});
    CHECK(tags("W/") == list{{"W/"}});
    CHECK(tags("w/\t,a, W/ ") == list{{"w/"}, {"a"}, {"W/"}});
    CHECK(tags("\"\"") == list{{""}});
    CHECK(tags("\"*\", *") == list{{"*"}, {"*"}});
    CHECK(parse_etags("").empty());
    CHECK(parse_etags("*").star);
    CHECK(parse_etags(" * ").star);
    CHECK_FALSE(parse_etags("W/*").star);
    CHECK_FALSE(parse_etags("\"a\", *").star);
    CHECK(parse_etags("*").tags.empty());
    CHECK_FALSE(parse_etags("\"*\"").star);
}

TEST_CASE("malformed entity tags are skipped") {
    const auto tags = [](std::string_view text) { return parse_etags(text).tags; };
    using list = std::vector<etag>;
    CHECK(tags("\"a\" \"b\", c") == list{{"c"}});
    CHECK(tags("\"a\"x, c") == list{{"c"}});
    CHECK(tags("x\"a\", c") == list{{"c"}});
    CHECK(tags("a b, W/a b, c") == list{{"c"}});
    CHECK(tags("W/ \"a\", W/W/\"a\", W/ x, c") == list{{"c"}});
    CHECK(tags("c, \"a") == list{{"c"}});
    CHECK(tags("\"") == list{});
}

TEST_CASE("entity tags are compared strongly or weakly") {
    const std::string text = "\"a\", W/\"b\"";
    const auto list = parse_etags(text);
    CHECK(list.matches_strongly({"a"}));
    CHECK_FALSE(list.matches_strongly({"a", true}));
    CHECK_FALSE(list.matches_strongly({"b"}));
    CHECK(list.matches_weakly({"a", true}));
    CHECK(list.matches_weakly({"b"}));
    CHECK_FALSE(list.matches_weakly({"c"}));
    CHECK(parse_etags("*").matches_strongly({"anything"}));
}

TEST_CASE("hostile lists of entity tags are read in linear time") {
    std::string text;
    for (int i = 0; i < 200000; ++i) text += "\"a,";
    CHECK(parse_etags(text).tags.size() <= 200000);
    text.clear();
    for (int i = 0; i < 200000; ++i) text += "\"   ";
    CHECK(parse_etags(text).tags.empty());
}
