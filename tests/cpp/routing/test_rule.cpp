#include "cruet/routing/rule.hpp"

#include "../catch.hpp"

#include "rules.hpp"

using namespace cruet::routing;
using cruet::errc;

TEST_CASE("static parts hold text, dynamic ones an expression") {
    const compiled_rule rule = compiled("", "/a/v<int:x>.<y>/b");
    REQUIRE(rule.parts.size() == 5);
    CHECK(rule.parts[0].content.empty());
    CHECK(rule.parts[1].content.empty());
    CHECK(rule.parts[2].content == "a");
    CHECK_FALSE(rule.parts[3].is_static);
    CHECK(rule.parts[3].content == R"(v(?P<cruet_0>\d+)\.(?P<cruet_1>[^/]{1,})\Z)");
    CHECK(rule.parts[3].variables == 2);
    CHECK(rule.parts[4].content == "b");
    CHECK(rule.variables == std::vector<std::string>{"x", "y"});
    CHECK(rule.trace.size() == 10);
    CHECK(rule.trace[0] == trace_step{false, "|"});
}

TEST_CASE("a part that may match slashes takes the rest of the rule") {
    const compiled_rule rule = compiled("", "/<path:p>/x/<int:n>");
    REQUIRE(rule.parts.size() == 3);
    CHECK(rule.parts[2].final);
    CHECK_FALSE(rule.parts[2].suffixed);
    CHECK(rule.parts[2].content == R"((?P<cruet_0>[^/].*?)/x/(?P<cruet_1>\d+)\Z)");
    const compiled_rule branch = compiled("", "/<path:p>/");
    REQUIRE(branch.parts.size() == 4);
    CHECK(branch.parts[2].suffixed);
    CHECK(branch.parts[3].is_static);
    CHECK(branch.parts[3].content.empty());
}

TEST_CASE("slashes merge unless the rule keeps them") {
    CHECK(compiled("", "//a///b").parts.size() == 4);
    CHECK(compiled("", "//a//b", false).parts.size() == 6);
}

TEST_CASE("domains have parts and variables as paths have") {
    const compiled_rule rule = compiled("<user>.example", "/<int:n>");
    CHECK(rule.parts[0].content == R"((?P<cruet_0>[^/]{1,})\.example\Z)");
    CHECK(rule.variables == std::vector<std::string>{"user", "n"});
}

TEST_CASE("a variable's name is used once") {
    CHECK(parse_rule_text("", "/<a>/<a>", true).error().code == errc::duplicate_variable);
    CHECK(parse_rule_text("<a>", "/<a>", true).error().code == errc::duplicate_variable);
    CHECK(parse_rule_text("<a", "/", true).error().code == errc::bad_rule);
    CHECK(parse_rule_text("", "/<a", true).error().code == errc::bad_rule);
    const auto text = parse_rule_text("", "/<a>", true);
    CHECK(compile_rule(**text, {}).error().code == errc::invalid_argument);
}

TEST_CASE("weights: more static text, longer text, more and lighter converters go first") {
    const auto weight = [](const char* rule) { return compiled("", rule).parts.back().weight; };
    const std::vector<const char*> order{"/ab<x>cd",  "/ab<x>c", "/a<x>b",          "/abc<x>",
                                         "/a<int:x>", "/a<x>",   "/<int:x><int:y>", "/<x><y>",
                                         "/<int:x>",  "/<x>",    "/<path:x>"};
    for (std::size_t i = 0; i + 1 < order.size(); ++i) {
        INFO(order[i] << " before " << order[i + 1]);
        CHECK(weight(order[i]) < weight(order[i + 1]));
    }
    CHECK(weight("/<int:x>") == weight("/<int:y>"));
}

TEST_CASE("an expression outside the subset makes its part another's business") {
    const auto text = parse_rule_text("", "/<a>/<b>", true);
    const std::vector<converter_traits> traits{converter_traits::of("(x)+", 100, true),
                                               converter_traits::of("x+", 100, true)};
    const auto rule = compile_rule(**text, traits);
    CHECK_FALSE(rule->parts[2].native);
    CHECK(rule->parts[3].native);
}
