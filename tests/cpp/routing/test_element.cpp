#include "cruet/routing/element.hpp"

#include "../catch.hpp"

using namespace cruet::routing;

TEST_CASE("an element is one literal byte of nothing until it is filled") {
    const element e;
    CHECK(e.kind == element::type::literal);
    CHECK(e.group == -1);
    CHECK(e.least == 1);
    CHECK(e.most == 1);
    CHECK(e == element{});
}

TEST_CASE("classes compare by what they hold") {
    const code_class digits{cruet::charset::digit(), code_class::rest::decimal};
    CHECK(digits == code_class{cruet::charset("0123456789"), code_class::rest::decimal});
    CHECK_FALSE(digits == code_class{cruet::charset::digit(), code_class::rest::none});
}
