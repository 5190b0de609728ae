#include "cruet/routing/build.hpp"

#include "../catch.hpp"

#include "rules.hpp"

using namespace cruet::routing;

TEST_CASE("a plan joins texts, encodes them and fixes constants") {
    const compiled_rule rule = compiled("<d>.x", "/a b/<int:n>/\xc3\xa9/<c>/z|");
    const std::vector<std::optional<std::string>> constants{{}, {}, "one"};
    const build_plan plan(rule, constants);
    REQUIRE(plan.domain.size() == 2);
    CHECK(plan.domain[0].variable == 0);
    CHECK(plan.domain[1].text == ".x");
    REQUIRE(plan.path.size() == 3);
    CHECK(plan.path[0].text == "/a%20b/");
    CHECK(plan.path[1].variable == 1);
    CHECK(plan.path[2].text == "/%C3%A9/one/z%7C");
}

TEST_CASE("queries") {
    std::string url = "/";
    append_query(url, "a b", "1&2=3+4", true);
    append_query(url, "c", "/x?", false);
    CHECK(url == "/?a+b=1%262%3D3%2B4&c=/x?");
}

TEST_CASE("URLs are relative where they can be") {
    const url_base base{
        .scheme = "http", .server_name = "example.org", .subdomain = "api", .script_name = "/app/"};
    CHECK(assemble_url(base, "api", "/x", {}) == "/app/x");
    CHECK(assemble_url(base, "", "/x", {}) == "http://example.org/app/x");
    CHECK(assemble_url(base, "www", "x", {}) == "http://www.example.org/app/x");
    CHECK(assemble_url(base, "api", "/x", {.external = true}) == "http://api.example.org/app/x");
    CHECK(assemble_url(base, "api", "/x", {.scheme = "", .external = true}) ==
          "//api.example.org/app/x");
    CHECK(assemble_url(base, "api", "/x", {.scheme = "https", .external = true}) ==
          "https://api.example.org/app/x");
    CHECK(assemble_url(base, "api", "/x", {.websocket = true}) == "ws://api.example.org/app/x");
    CHECK(assemble_url(base, "api", "/x", {.scheme = "wss", .external = true}) ==
          "https://api.example.org/app/x");
    CHECK(assemble_url(base, "api", "/x", {.anchor = "a b"}) == "/app/x#a%20b");
}

TEST_CASE("with host matching the domain part is the host") {
    const url_base base{.scheme = "https", .server_name = "a.example", .host_matching = true};
    CHECK(assemble_url(base, "a.example", "/x", {}) == "/x");
    CHECK(assemble_url(base, "b.example", "/x", {}) == "https://b.example/x");
    CHECK(assemble_url(base, "a.example", "/x", {.websocket = true}) == "wss://a.example/x");
}
