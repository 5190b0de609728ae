#include "cruet/routing/pattern.hpp"

#include "../catch.hpp"

using namespace cruet::routing;
using cruet::errc;
using kind = argument::type;

namespace {

std::string shape(std::string_view rule) {
    const auto tokens = parse_rule(rule);
    if (!tokens) return "error at " + std::to_string(tokens.error().offset);
    std::string out;
    for (const token& t : *tokens) {
        if (t.kind == token::type::slash) out += "/";
        if (t.kind == token::type::text) out += "'" + std::string(t.text) + "'";
        if (t.kind == token::type::variable) {
            out += "{" + std::string(t.converter) + "|" + std::string(t.arguments) + "|" +
                   std::string(t.text) + "}";
        }
    }
    return out;
}

}  // namespace

TEST_CASE("rules are slashes, text and variables") {
    CHECK(shape("") == "");
    CHECK(shape("/") == "/");
    CHECK(shape("/a//b/") == "/'a'//'b'/");
    CHECK(shape("/x-<int:a>.<ext>") == "/'x-'{int||a}'.'{||ext}");
    CHECK(shape("/<int(min=1, max=9):n>") == "/{int|min=1, max=9|n}");
    CHECK(shape("/<int():n>") == "/{int||n}");
    CHECK(shape("/a>b|c") == "/'a>b|c'");
    CHECK(shape("<user>.example") == "{||user}'.example'");
    CHECK(parse_rule("/ab<c>")->at(2).offset == 3);
}

TEST_CASE("arguments may hold parentheses, colons and brackets") {
    CHECK(shape(R"(/<re('(\d{2}:\d{2})'):t>/x)") == R"(/{re|'(\d{2}:\d{2})'|t}/'x')");
    CHECK(shape("/<any('<a>', '):'):t>") == "/{any|'<a>', '):'|t}");
}

TEST_CASE("what is no variable is refused where it begins") {
    for (const char* rule :
         {"/a<", "/a<>", "/a<b", "/a<b-c>", "/a<1>", "/a<int:>", "/a<:b>", "/a<int(:b>",
          "/a<int()>", "/a<int(\n):b>", "/a<int:b:c>", "/a<\xc3\xa9>"}) {
        INFO(rule);
        const auto tokens = parse_rule(rule);
        REQUIRE_FALSE(tokens);
        CHECK(tokens.error() == cruet::error{errc::bad_rule, 2});
    }
}

TEST_CASE("arguments of every kind") {
    const auto args = parse_arguments(
        "None, True,False , 1_000, 2.5, .5, 1., nan, 1e5, word.x, "
        "'q, r', u\"s\", 1.2.3, _1, 1__0, e5, \xc3\xa9");
    REQUIRE(args);
    const std::vector<kind> kinds{
        kind::none, kind::boolean, kind::boolean, kind::integer, kind::real, kind::real,
        kind::real, kind::real,    kind::real,    kind::text,    kind::text, kind::text,
        kind::text, kind::text,    kind::text,    kind::text,    kind::text};
    REQUIRE(args->size() == kinds.size());
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        INFO((*args)[i].text);
        CHECK((*args)[i].kind == kinds[i]);
        CHECK((*args)[i].name.empty());
    }
    CHECK((*args)[1].as_bool());
    CHECK_FALSE((*args)[2].as_bool());
    CHECK((*args)[3].as_integer().value() == 1000);
    CHECK((*args)[4].as_real().value() == 2.5);
    CHECK((*args)[10].text == "q, r");
    CHECK((*args)[11].text == "s");
    CHECK((*args)[4].as_integer().error().code == errc::bad_converter_argument);
    CHECK((*args)[10].as_real().error().code == errc::bad_converter_argument);
}

TEST_CASE("named arguments, spaces and a last comma") {
    const auto args = parse_arguments(" test, a = 1,b=3.0 , ");
    REQUIRE(args);
    CHECK(*args == std::vector<argument>{{"", kind::text, "test"},
                                         {"a", kind::integer, "1"},
                                         {"b", kind::real, "3.0"}});
    CHECK(parse_arguments("")->empty());
    CHECK(parse_arguments("  ")->empty());
    CHECK(parse_arguments("99999999999999999999")->at(0).as_integer().error().code ==
          errc::number_out_of_range);
}

TEST_CASE("space of any script stands around arguments") {
    const auto args =
        parse_arguments("\xe2\x80\xa8 a\xc2\xa0=\x1c\xe3\x80\x80\xc3\xa9\xc2\x85,'\xc2\xa0'");
    REQUIRE(args);
    CHECK(*args ==
          std::vector<argument>{{"a", kind::text, "\xc3\xa9"}, {"", kind::text, "\xc2\xa0"}});
    CHECK(parse_arguments("\xe2\x80\xa8")->empty());
    CHECK_FALSE(
        parse_arguments("a\xc2\xa0"
                        "b"));
    CHECK(parse_arguments("\xff")->at(0).text == "\xff");
}

TEST_CASE("a classifier tells letters from signs") {
    const auto kind_of = [](std::uint32_t code) {
        return code == 0xe9 ? word_kind::word : code == 0xa0 ? word_kind::space : word_kind::other;
    };
    CHECK(parse_arguments("\xc2\xa0\xc3\xa9.\xc3\xa9,'\xe2\x82\xac'", kind_of)->size() == 2);
    for (const char* text :
         {"\xe2\x82\xac", "a\xe2\x82\xac", "\xe2\x82\xac=a", "a=\xe2\x82\xac", "\xff"}) {
        INFO(text);
        CHECK(parse_arguments(text, kind_of).error().code == errc::bad_converter_argument);
    }
    CHECK(parse_arguments("\xe2\x82\xac=a")->at(0).name == "\xe2\x82\xac");
}

TEST_CASE("arguments that are none") {
    for (const char* text : {"min=-1", "a b", "a,,b", "min=0;max=500", "=1", "a=", "'open", "(x)",
                             "2**3", "a=b=c", "-"}) {
        INFO(text);
        const auto args = parse_arguments(text);
        REQUIRE_FALSE(args);
        CHECK(args.error().code == errc::bad_converter_argument);
    }
}

TEST_CASE("runs of slashes merge") {
    CHECK(merge_slashes("") == "");
    CHECK(merge_slashes("//a///b/c////") == "/a/b/c/");
    CHECK(merge_slashes(std::string(100000, '/')) == "/");
}
