#include "cruet/http/accept.hpp"

#include "../catch.hpp"

#include <cmath>
#include <string>
#include <vector>

using namespace cruet::http;

static_assert(Matcher<token_matcher>);
static_assert(Matcher<language_matcher>);
static_assert(Matcher<media_type_matcher>);

namespace {
template <class M>
std::string best(std::string_view header, std::vector<std::string_view> offers, const M& matcher) {
    const auto items = parse_accept(header);
    const auto index = best_match(std::span<const accept_item>(items),
                                  std::span<const std::string_view>(offers), matcher);
    return index ? std::string(offers[*index]) : "none";
}
}  // namespace

TEST_CASE("accept items with their quality") {
    using list = std::vector<accept_item>;
    CHECK(parse_accept("en-us,ru;q=0.5") == list{{"en-us"}, {"ru", 0.5, true}});
    CHECK(parse_accept("a ; B=c ;Q=0.5") == list{{"a; b=c", 0.5, true}});
    CHECK(parse_accept("a;q=0.5;b=c") == list{{"a; b=c", 0.5, true}});
    CHECK(parse_accept("a; z=\"x, y\";q=0.5") == list{{"a; z=\"x, y\"", 0.5, true}});
    CHECK(parse_accept("a;q=") == list{{"a"}});
    CHECK(parse_accept("").empty());
    for (const char* bad :
         {"1.1", "-1", "x", ".5", "1.", "1e-1", "+1", "0_1", "nan", "0.1.2", "5"}) {
        INFO(bad);
        CHECK(parse_accept(std::string("a;q=") + bad).empty());
    }
    for (const auto& [text, value] :
         {std::pair{"0", 0.0}, {"1", 1.0}, {"1.000", 1.0}, {"00.5", 0.5}, {"-0", 0.0}}) {
        CHECK(parse_quality(text) == value);
        CHECK(std::signbit(*parse_quality(text)) == (text[0] == '-'));
    }
}

TEST_CASE("negotiating media types") {
    const media_type_matcher types;
    const std::string header =
        "text/xml,application/xml,application/xhtml+xml,"
        "text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5";
    CHECK(best(header, {"text/html", "application/xhtml+xml"}, types) == "application/xhtml+xml");
    CHECK(best(header, {"text/html"}, types) == "text/html");
    CHECK(best(header, {"foo/bar"}, types) == "foo/bar");
    CHECK(best("text/html", {"foo/bar"}, types) == "none");
    CHECK(best("text/*, text/html, text/html;level=1, */*", {"text/html", "text/html; level=1"},
               types) == "text/html; level=1");
    CHECK(best("text/*, text/html, text/html;level=1, */*", {"text/html; version=1", "text/html"},
               types) == "text/html");
    CHECK(best("text/*;q=0.9, text/html;q=0.1", {"text/html", "text/plain"}, types) ==
          "text/plain");
    CHECK(best("*/*, text/html;q=0", {"text/html"}, types) == "none");
    CHECK(best("text/html", {"texthtml"}, types) == "none");
    CHECK(types.matches("text/html; a=1; b=2", "TEXT/HTML; b=2; a=1"));
    CHECK_FALSE(types.matches("*/html", "text/html"));
    CHECK(types.matches("*", "text/html"));
}

TEST_CASE("negotiating languages and tokens") {
    CHECK(best("de-AT,de;q=0.8,en;q=0.5", {"en", "de_at"}, language_matcher{}) == "de_at");
    CHECK(best("de;q=0.8", {"fr"}, language_matcher{}) == "none");
    CHECK(best("*;q=0.1, en;q=0.5", {"fr", "en"}, language_matcher{}) == "en");
    CHECK(best("gzip, br;q=0.9", {"br", "GZIP"}, token_matcher{}) == "GZIP");
    CHECK(best("gzip;q=0, *", {"gzip"}, token_matcher{}) == "none");
    CHECK(best("", {"gzip"}, token_matcher{}) == "none");
}

TEST_CASE("hostile lists of what is accepted are read in linear time") {
    const auto repeated = [](std::string text, const char* unit, std::size_t size) {
        while (text.size() < size) text += unit;
        return text;
    };
    CHECK(parse_accept(repeated("", "text/html;q=0.5,", 1'000'000)).size() == 62'500);
    CHECK(parse_accept(repeated("", "*/*;q=9,", 1'000'000)).empty());
    CHECK(parse_accept(repeated("a;q=", "9", 1'000'000)).empty());
    CHECK(parse_accept(repeated("a;q=0.", "9", 1'000'000)).size() == 1);
    CHECK(parse_accept(repeated("a;b=", "\"", 1'000'001)).size() <= 1);
    CHECK(parse_accept(repeated("a;b=\"", "\\\"", 1'000'000)).empty());
}
