#include "cruet/http/forwarded.hpp"

#include "../catch.hpp"
#include "cruet/http/list.hpp"

using namespace cruet;
using namespace cruet::http;

TEST_CASE("forwarded: an element's parameters") {
    const auto e =
        parse_forwarded("For=\"[2001:db8:cafe::17]:4711\" ; proto=https;BY=_gw;host=a.b");
    REQUIRE(e);
    CHECK(e->for_node == "[2001:db8:cafe::17]:4711");
    CHECK(e->proto == "https");
    CHECK(e->by_node == "_gw");
    CHECK(e->host == "a.b");
    CHECK(parse_forwarded("for=192.0.2.43:80")->for_node == "192.0.2.43:80");
    CHECK(parse_forwarded("secret=a;;for=1.2.3.4;")->for_node == "1.2.3.4");
    CHECK(parse_forwarded("")->for_node.empty());
    CHECK(parse_forwarded("host=\"\"")->host.empty());
}

TEST_CASE("forwarded: malformed elements") {
    for (const char* bad : {"for", "for=", "=a", "for=a b", "for=\"a", "for=a;for=b", "for=a;FOR=a",
                            "for = a", "for=\"a\\\"b\"", "for=a,b", "for=\"\";for=b", "for=a@b"}) {
        INFO(bad);
        CHECK(parse_forwarded(bad).error().code == errc::bad_parameter);
    }
}

TEST_CASE("forwarded: a field is a list of elements") {
    std::vector<std::string> nodes;
    for (std::string_view item : list_items("for=a, for=\"b,c\",, proto=http")) {
        nodes.emplace_back(parse_forwarded(item)->for_node);
    }
    CHECK(nodes == std::vector<std::string>{"a", "b,c", ""});
}

TEST_CASE("forwarded: nodes") {
    struct {
        const char* text;
        const char* host;
        const char* port;
    } good[] = {
        {"192.0.2.1", "192.0.2.1", ""},
        {"192.0.2.1:80", "192.0.2.1", "80"},
        {"[::1]", "::1", ""},
        {"[::1]:65535", "::1", "65535"},
        {"::1", "::1", ""},
        {"2001:db8::1:80", "2001:db8::1:80", ""},
        {"unknown", "", ""},
        {"Unknown:1", "", "1"},
        {"_hidden", "", ""},
        {"_hidden.x-y:_port", "", "_port"},
        {"name", "name", ""},
    };
    for (const auto& c : good) {
        INFO(c.text);
        const auto node = split_node(c.text);
        REQUIRE(node);
        CHECK(node->host == c.host);
        CHECK(node->port == c.port);
    }
    for (const char* bad : {"", "[", "[]", "[]:1", "[::1", "[::1]80", "[::1]:", "a:", "a:_", "a:b",
                            ":80", "_", "_a b", "a:123456", "a:_p q"}) {
        INFO(bad);
        CHECK(split_node(bad).error().code == errc::bad_address);
    }
}
