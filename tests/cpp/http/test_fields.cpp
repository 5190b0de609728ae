#include "cruet/http/fields.hpp"

#include "../catch.hpp"

using cruet::errc;
using cruet::http::fields;

TEST_CASE("lines keep their order and are found by any case") {
    fields f;
    CHECK(f.empty());
    REQUIRE(f.add("Set-Cookie", "a=1"));
    REQUIRE(f.add("Content-Type", "text/html"));
    REQUIRE(f.add("set-cookie", "b=2"));
    CHECK(f.size() == 3);
    CHECK(*f.find("SET-COOKIE") == "a=1");
    CHECK(f.find_all("Set-Cookie") == std::vector<std::string_view>{"a=1", "b=2"});
    CHECK_FALSE(f.find("Missing"));
    CHECK(f.views()[2] == cruet::http::field{"set-cookie", "b=2"});
}

TEST_CASE("set replaces all lines of the name, in the first one's place") {
    fields f;
    REQUIRE(f.add("A", "1"));
    REQUIRE(f.add("B", "2"));
    REQUIRE(f.add("a", "3"));
    REQUIRE(f.set("a", "4"));
    REQUIRE(f.size() == 2);
    CHECK(*f.begin() == fields::entry{"a", "4"});
    REQUIRE(f.set("C", "5"));
    CHECK(f.contains("c"));
    REQUIRE(f.set("B", *f.find("a")));
    CHECK(*f.find("B") == "4");
    CHECK(f.remove("a") == 1);
    CHECK(f.remove("a") == 0);
    f.clear();
    CHECK(f.empty());
}

TEST_CASE("set may be given views into the list") {
    fields f;
    REQUIRE(f.add("A", "a value that is too long for a small string"));
    REQUIRE(f.add("A", "another value that is too long for it"));
    REQUIRE(f.set(f.views()[0].name, f.views()[1].value));
    CHECK(f.size() == 1);
    CHECK(*f.find("a") == "another value that is too long for it");
    CHECK(f.remove(f.views()[0].name) == 1);
}

TEST_CASE("what may not be sent does not come in") {
    fields f;
    CHECK(f.add("A B", "1").error().code == errc::bad_field_name);
    CHECK(f.add("A", "1\r\nB: 2").error().code == errc::bad_field_value);
    CHECK(f.set("", "1").error().code == errc::bad_field_name);
    CHECK(f.set("A", std::string_view("\0", 1)).error().code == errc::bad_field_value);
    CHECK(f.empty());
}
