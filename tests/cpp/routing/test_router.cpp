#include "cruet/routing/router.hpp"

#include "../catch.hpp"

#include <string>

using namespace cruet::routing;
using cruet::errc;
using std::string_view;

static_assert(RouteEndpoint<int>);
static_assert(RouteEndpoint<std::string>);

namespace {

using router = basic_router<int>;

// A factory of one's own: `hex` beside the built-in ones.
struct hex_converter {
    using value_type = std::int64_t;
    converter_traits traits() const { return converter_traits::of("[0-9a-f]+", 60, true); }
    std::optional<std::int64_t> to_value(string_view text) const {
        std::int64_t n{};
        const auto done = std::from_chars(text.data(), text.data() + text.size(), n, 16);
        if (done.ec != std::errc{}) return {};
        return n;
    }
    bool to_url(const std::int64_t& n, std::string& out) const {
        std::array<char, 20> room;
        const auto done = std::to_chars(room.data(), room.data() + room.size(), n, 16);
        out.append(room.data(), done.ptr);
        return true;
    }
};
struct hex_converters {
    using converter_type = hex_converter;
    cruet::result<hex_converter> make(string_view name, std::span<const argument>) const {
        if (name != "hex") return errc::unknown_converter;
        return hex_converter{};
    }
};
static_assert(ConverterFactory<hex_converters>);

}  // namespace

TEST_CASE("a match gives the endpoint and its values") {
    router r;
    REQUIRE(r.add({.path = "/", .endpoint = 1}));
    REQUIRE(r.add({.path = "/user/<int:id>/<name>", .endpoint = 2, .methods = {"GET"}}));
    const auto found = r.match("/user/7/ann", "HEAD");
    REQUIRE(found.status == match_status::found);
    CHECK(*found.endpoint == 2);
    CHECK(std::get<std::int64_t>(*found.find("id")) == 7);
    CHECK(std::get<string_view>(*found.find("name")) == "ann");
    CHECK(found.find("other") == nullptr);
    CHECK(r.match("/user/x/y", "GET").status == match_status::not_found);
    const auto refused = r.match("/user/7/ann", "POST");
    CHECK(refused.status == match_status::method_not_allowed);
    CHECK(refused.allowed == std::vector<string_view>{"GET", "HEAD"});
    CHECK(r.size() == 2);
}

TEST_CASE("a value out of range is no match") {
    router r;
    REQUIRE(r.add({.path = "/<int(max=9):n>", .endpoint = 1}));
    REQUIRE(r.add({.path = "/<s>", .endpoint = 2}));
    CHECK(r.match("/9", "GET").status == match_status::found);
    CHECK(r.match("/10", "GET").status == match_status::not_found);
}

TEST_CASE("redirects to slashes, defaults, aliases and targets") {
    router r;
    REQUIRE(r.add({.path = "/s p/", .endpoint = 1}));
    REQUIRE(r.add({.path = "/all/", .endpoint = 2, .defaults = {{"page", std::int64_t{1}}}}));
    REQUIRE(r.add({.path = "/all/<int:page>", .endpoint = 2}));
    REQUIRE(r.add({.path = "/every/<int:page>", .endpoint = 2, .alias = true}));
    REQUIRE(r.add({.path = "/old/<int:page>", .endpoint = 3, .redirect_to = "/all/<page>"}));
    CHECK(r.match("/s p", "GET").location == "/s%20p/");
    CHECK(r.match("/all/1", "GET").location == "/all/");
    CHECK(r.match("/all/2", "GET").status == match_status::found);
    CHECK(r.match("/every/2", "GET").location == "/all/2");
    CHECK(r.match("/every/1", "GET").location == "/all/");
    CHECK(r.match("/old/5", "GET").location == "/all/5");
    const auto plain = r.match("/all/", "GET");
    REQUIRE(plain.status == match_status::found);
    CHECK(std::get<std::int64_t>(*plain.find("page")) == 1);
    router still({.redirect_defaults = false});
    REQUIRE(still.add({.path = "/all/", .endpoint = 2, .defaults = {{"page", std::int64_t{1}}}}));
    REQUIRE(still.add({.path = "/all/<int:page>", .endpoint = 2}));
    CHECK(still.match("/all/1", "GET").status == match_status::found);
}

TEST_CASE("building") {
    router r;
    REQUIRE(r.add({.path = "/all/", .endpoint = 2, .defaults = {{"page", std::int64_t{1}}}}));
    REQUIRE(r.add({.path = "/all/<int:page>", .endpoint = 2}));
    REQUIRE(r.add({.path = "/f/<path:p>", .endpoint = 3, .methods = {"GET"}, .domain = "<who>"}));
    REQUIRE(r.add({.path = "/post", .endpoint = 3, .methods = {"POST"}}));
    REQUIRE(r.add({.path = "/ws", .endpoint = 4, .websocket = true}));
    CHECK(*r.build(2, {}) == "/all/");
    CHECK(*r.build(2, {{"page", std::int64_t{1}}}) == "/all/");
    CHECK(*r.build(2, {{"page", std::int64_t{2}}, {"q", "a b"}, {"n", 0.5}}) ==
          "/all/2?q=a+b&n=0.5");
    CHECK(*r.build(2, {{"q", "x"}}, {.append_unknown = false}) == "/all/");
    CHECK(r.build(2, {{"page", "x"}}).error().code == errc::not_found);
    CHECK(r.build(9, {}).error().code == errc::not_found);
    const url_base base{.scheme = "https", .server_name = "example.org"};
    CHECK(*r.build(3, {{"p", "a/b"}, {"who", "me"}}, {.base = base}) ==
          "https://me.example.org/f/a/b");
    CHECK(*r.build(3, {{"p", "a"}, {"who", "me"}}, {.method = "POST", .base = base}) ==
          "/post?p=a&who=me");
    CHECK(r.build(3, {}, {.method = "PUT"}).error().code == errc::not_found);
    CHECK(*r.build(4, {}, {.base = base}) == "wss://example.org/ws");
}

TEST_CASE("hosts: the rule on this host is preferred") {
    router r;
    REQUIRE(r.add({.path = "/", .endpoint = 1, .domain = "a.example"}));
    REQUIRE(r.add({.path = "/", .endpoint = 1, .domain = "b.example"}));
    const url_base base{.scheme = "http", .server_name = "b.example", .host_matching = true};
    CHECK(*r.build(1, {}, {.base = base}) == "/");
    const url_base other{.scheme = "http", .server_name = "c.example", .host_matching = true};
    CHECK(*r.build(1, {}, {.base = other}) == "http://a.example/");
    CHECK(r.match("/", "GET", "b.example").status == match_status::found);
    CHECK(r.match("/", "GET", "c.example").status == match_status::not_found);
}

TEST_CASE("rules that cannot be added leave the router as it was") {
    router r;
    CHECK(r.add({.path = "x", .endpoint = 1}).error().code == errc::bad_rule);
    CHECK(r.add({.path = "", .endpoint = 1}).error().code == errc::bad_rule);
    CHECK(r.add({.path = "/<", .endpoint = 1}).error() == cruet::error{errc::bad_rule, 1});
    CHECK(r.add({.path = "/<x:y>", .endpoint = 1}).error().code == errc::unknown_converter);
    CHECK(r.add({.path = "/<int(-):y>", .endpoint = 1}).error().code ==
          errc::bad_converter_argument);
    CHECK(r.add({.path = "/<int:y>", .endpoint = 1, .defaults = {{"y", "x"}}}).error().code ==
          errc::bad_value);
    CHECK(r.size() == 0);
    CHECK(r.match("/", "GET").status == match_status::not_found);
}

TEST_CASE("own converters and endpoints") {
    basic_router<std::string, hex_converters> r;
    REQUIRE(r.add({.path = "/<hex:n>", .endpoint = "hex"}));
    const auto found = r.match("/ff", "GET");
    REQUIRE(found.status == match_status::found);
    CHECK(*found.find("n") == 255);
    CHECK(*r.build("hex", {{"n", 255}}) == "/ff");
    CHECK(r.add({.path = "/<int:n>", .endpoint = ""}).error().code == errc::unknown_converter);
}

TEST_CASE("build-only rules do not match") {
    router r;
    REQUIRE(r.add({.path = "/cdn/<f>", .endpoint = 1, .build_only = true}));
    CHECK(r.match("/cdn/x", "GET").status == match_status::not_found);
    CHECK(*r.build(1, {{"f", "x"}}) == "/cdn/x");
}
