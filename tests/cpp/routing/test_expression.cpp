#include "cruet/routing/expression.hpp"

#include "../catch.hpp"

#include <chrono>

using namespace cruet::routing;

namespace {

// The text of the groups, joined; "-" for no match, "?" for undecided.
std::string matched(const program& p, std::string_view text) {
    std::vector<std::string_view> spans(p.groups());
    switch (p.match(text, spans)) {
    case verdict::no: return "-";
    case verdict::undecided: return "?";
    case verdict::yes: break;
    }
    std::string out = "=";
    for (std::string_view s : spans) out += "[" + std::string(s) + "]";
    return out;
}

std::string matched(std::string_view expression, std::string_view text) {
    const auto content = compile_expression(expression);
    REQUIRE(content);
    program p;
    p.capture(*content);
    p.finish();
    return matched(p, text);
}

program sequence(std::initializer_list<std::string_view> items) {
    program p;
    bool variable = false;
    for (std::string_view item : items) {
        if (variable) {
            p.capture(*compile_expression(item));
        } else {
            p.literal(item);
        }
        variable = !variable;
    }
    p.finish();
    return p;
}

}  // namespace

TEST_CASE("classes and quantifiers") {
    CHECK(matched("[^/]{1,}", "abc") == "=[abc]");
    CHECK(matched("[^/]{1,}", "") == "-");
    CHECK(matched("[^/]{1,}", "a/b") == "-");
    CHECK(matched("[^/]{3}", "abc") == "=[abc]");
    CHECK(matched("[^/]{3}", "abcd") == "-");
    CHECK(matched("[^/]{2,3}", "abcd") == "-");
    CHECK(matched("[^/]{,3}", "") == "=[]");
    CHECK(matched("-?\\d+", "-12") == "=[-12]");
    CHECK(matched("-?\\d+", "--12") == "-");
    CHECK(matched("\\d+\\.\\d+", "1.25") == "=[1.25]");
    CHECK(matched("\\d+\\.\\d+", "1.") == "-");
    CHECK(matched("[a-c_\\-]*", "ab_-c") == "=[ab_-c]");
    CHECK(matched("[]x]+", "]x") == "=[]x]");
    CHECK(matched("[^]x]+", "ab") == "=[ab]");
    CHECK(matched("[a-]+", "a-") == "=[a-]");
    CHECK(matched("[\\d.]+", "1.2") == "=[1.2]");
    CHECK(matched("a?b+", "bb") == "=[bb]");
    CHECK(matched("a?b+", "aab") == "-");
    CHECK(matched("\\w+", "a_1") == "=[a_1]");
    CHECK(matched("\\s\\S", " x") == "=[ x]");
    CHECK(matched("\\D\\W", "a-") == "=[a-]");
    CHECK(matched("x\\ny", "x\ny") == "=[x\ny]");
    CHECK(matched("", "") == "=[]");
    CHECK(matched("", "a") == "-");
}

TEST_CASE("a path is lazy, keeps off a first slash and off line ends") {
    CHECK(matched("[^/].*?", "a/b/c") == "=[a/b/c]");
    CHECK(matched("[^/].*?", "/a") == "-");
    CHECK(matched("[^/].*?", "a\nb") == "-");
    CHECK(matched("[^/].*?", "\nb") == "=[\nb]");
}

TEST_CASE("choices take the first that lets the rest match") {
    CHECK(matched("(?:a|ab|abc)", "abc") == "=[abc]");
    CHECK(matched("(?:a\\.1|b\\ c)", "a.1") == "=[a.1]");
    CHECK(matched("(?:a\\.1|b\\ c)", "ax1") == "-");
    CHECK(matched("(?:)", "") == "=[]");
    const program p = sequence({"", "(?:a|ab)", "", "[^/]{1,}"});
    CHECK(matched(p, "abc") == "=[a][bc]");
}

TEST_CASE("several captures share text as a backtracking engine would") {
    CHECK(matched(sequence({"x-", "\\d+", ".", "[^/]{1,}"}), "x-12.tar.gz") == "=[12][tar.gz]");
    CHECK(matched(sequence({"", "[^/]{1,}", ".", "[^/]{1,}"}), "a.tar.gz") == "=[a.tar][gz]");
    CHECK(matched(sequence({"", "[^/].*?", "/", "[^/].*?"}), "a/b/c") == "=[a][b/c]");
    CHECK(matched(sequence({"", "[^/].*?", "/edit"}), "a/edit/edit") == "=[a/edit]");
    CHECK(matched(sequence({"", "[^/]+", "", "[^/]+", "", "[^/]+"}), "abcd") == "=[ab][c][d]");
    CHECK(matched(sequence({"v", "\\d+", "b", "\\d*"}), "v1b") == "=[1][]");
    CHECK(matched(sequence({"v", "\\d+", "b"}), "v1c") == "-");
}

TEST_CASE("lengths are counted in code points") {
    CHECK(matched("[^/]{3}", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8d") != "-");
    CHECK(matched("[^/]{4}", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8d") == "-");
    CHECK(matched("\\d+", "\xd9\xa1\xd9\xa2") == "=[\xd9\xa1\xd9\xa2]");
    CHECK(matched("[^/]+", "\xff\x80") == "=[\xff\x80]");
    CHECK(matched(sequence({"\xc3\xa9", "[^/]{2}", "\xc3\xa9", "[^/]+"}),
                  "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9") == "=[\xc3\xa9\xc3\xa9][\xc3\xa9]");
    CHECK(matched("\\w+", "\xc3\xa9") == "?");
}

TEST_CASE("an optional slash at the end") {
    program p;
    p.capture(*compile_expression("[^/].*?"));
    p.optional_slash();
    p.finish();
    std::vector<std::string_view> spans(1);
    bool slash = false;
    REQUIRE(p.match("a/b/", spans, &slash) == verdict::yes);
    CHECK(slash);
    CHECK(spans[0] == "a/b");
    REQUIRE(p.match("a/b", spans, &slash) == verdict::yes);
    CHECK_FALSE(slash);
    CHECK(p.match("a/b//", spans, &slash) == verdict::no);
    CHECK(p.match("/", spans, &slash) == verdict::no);
}

TEST_CASE("expressions beyond the subset are declined") {
    for (const char* e : {"(a)",  "(?:a)+",     "(?:a|[b])",     "(?i)a", "a|b",
                          "^a",   "a$",         "a++",           "a+*",   "a{",
                          "a{x}", "a{3,2}",     "a{9999999999}", "[a",    "[z-a]",
                          "\\1",  "\\b",        "\\A",           "(?=a)", "(?:a",
                          "\\",   "[\xc3\xa9]", "\xc3\xa9+",     "a)",    "a{,}"}) {
        INFO(e);
        CHECK_FALSE(compile_expression(e));
    }
}

TEST_CASE("escaped text matches itself alone") {
    std::string all;
    for (int c = 1; c < 127; ++c) all.push_back(static_cast<char>(c));
    all += "\xc3\xa9";
    CHECK(matched(escape_expression(all), all) == "=[" + all + "]");
    CHECK(matched(escape_expression("a.b"), "axb") == "-");
}

TEST_CASE("hostile text costs time in proportion") {
    program p;
    for (int i = 0; i < 12; ++i) {
        p.literal("a");
        p.capture(*compile_expression("[^/]{1,}"));
        p.capture(*compile_expression(".*?"));
    }
    p.literal("!");
    p.capture(*compile_expression("\\d+"));
    p.finish();
    std::vector<std::string_view> spans(p.groups());
    const std::string text(20000, 'a');
    const auto start = std::chrono::steady_clock::now();
    CHECK(p.match(text, spans) == verdict::no);
    CHECK(p.match(text + "!1", spans) == verdict::yes);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}
