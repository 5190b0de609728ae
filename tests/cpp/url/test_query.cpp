#include "cruet/url/query.hpp"

#include "../catch.hpp"

#include <random>
#include <string>

using namespace cruet::url;
using cruet::errc;

namespace {
// Slow oracle: split by the definition, one character at a time.
query_pairs split_slowly(const std::string& text) {
    query_pairs out;
    std::string item;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && text[i] != '&') {
            item += text[i];
            continue;
        }
        if (!item.empty()) {
            const auto equals = item.find('=');
            const std::string name = item.substr(0, equals);
            const std::string value = equals == item.npos ? "" : item.substr(equals + 1);
            out.emplace_back(decode_component(name), decode_component(value));
        }
        item.clear();
    }
    return out;
}
}  // namespace

TEST_CASE("pairs are viewed raw") {
    std::string seen;
    for (const auto& pair : query_view("a=1&&b&=x&c=%20=+&")) {
        seen +=
            std::string(pair.name) + (pair.has_equals ? "=" : "") + std::string(pair.value) + "|";
    }
    CHECK(seen == "a=1|b|=x|c=%20=+|");
    CHECK(query_view("").begin() == std::default_sentinel);
    CHECK(query_view("&&&").begin() == std::default_sentinel);
}

TEST_CASE("pairs are decoded") {
    CHECK(
        *parse_query("a=1&b=x+y&c=%C3%A9&d=%FF&e") ==
        query_pairs{{"a", "1"}, {"b", "x y"}, {"c", "\xc3\xa9"}, {"d", "\xef\xbf\xbd"}, {"e", ""}});
    CHECK(*parse_query("a;b=1") == query_pairs{{"a;b", "1"}});
    CHECK(*parse_query("=") == query_pairs{{"", ""}});
    CHECK(decode_component("\xff") == "\xef\xbf\xbd");
    CHECK_FALSE(needs_decoding("plain"));
    CHECK(needs_decoding("a+b"));
    CHECK(needs_decoding("\xc3\xa9"));
}

TEST_CASE("the number of pairs is limited") {
    CHECK(parse_query("a&b", 2));
    const auto refused = parse_query("a&b&c", 2);
    CHECK(refused.error() == cruet::error{errc::limit_exceeded, 4});
    std::string many;
    for (int i = 0; i < 100000; ++i) many += "a=b&";
    CHECK(parse_query(many)->size() == 100000);
}

TEST_CASE("random queries agree with the oracle") {
    std::mt19937 random(1);
    const std::string alphabet = "ab=&%+4z\xc3\xa9;";
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        for (std::size_t n = random() % 16; n > 0; --n)
            text += alphabet[random() % alphabet.size()];
        INFO(text);
        REQUIRE(*parse_query(text) == split_slowly(text));
    }
}

TEST_CASE("what is written is read back") {
    std::string out;
    append_pair(out, "a b", "c&d=e");
    append_pair(out, "\xc3\xa9", "+");
    CHECK(out == "a+b=c%26d%3De&%C3%A9=%2B");
    CHECK(*parse_query(out) == query_pairs{{"a b", "c&d=e"}, {"\xc3\xa9", "+"}});
}

TEST_CASE("hostile queries are read in linear time") {
    const auto repeated = [](const char* unit, std::size_t size) {
        std::string text;
        while (text.size() < size) text += unit;
        return text;
    };
    CHECK(parse_query(repeated("&", 1'000'000))->empty());
    CHECK(parse_query(repeated("a&", 1'000'000))->size() == 500'000);
    CHECK(parse_query(repeated("=", 1'000'000))->size() == 1);
    CHECK(parse_query(repeated("%", 1'000'000))->front().first.size() == 1'000'000);
    CHECK(parse_query(repeated("%ff", 999'999))->size() == 1);
    CHECK_FALSE(parse_query(repeated("a=b&", 4'000'000), 1000).has_value());
}
