#include "cruet/server/log_format.hpp"

#include <cstdlib>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::server;

namespace {

constexpr std::time_t when = 1795467960;  // 2026-11-23 21:06 UTC

struct zone {
    explicit zone(const char* name) {
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    ~zone() {
        ::unsetenv("TZ");
        ::tzset();
    }
};

http::head_ptr request() {
    return http::make_head("GET", "/a%20b?q=1",
                           {{"User-Agent", "curl/8.5"},
                            {"Referer", "http://a/\"b"},
                            {"X-Request-Id", "7"},
                            {"Content-Type", "text/plain"},
                            {"Authorization", "Basic YWRhOnNlY3JldA=="}});
}

std::string line(log_format format, const http::request_head* head, std::uint64_t bytes = 12) {
    auto info = make_ref<connection_info>();
    info->remote_address = "192.0.2.1";
    info->remote_port = 99;
    info->local_port = 80;
    info->secure = true;
    const std::vector<kept_field> kept = {{"x-kind", "a\"b"}};
    std::string out;
    format.append(out, request_report{*info, head, 200, bytes, 1234567, false, kept}, when);
    return out;
}

std::string atom(std::string_view text) {
    const auto format = log_format::parse(text);
    REQUIRE(format);
    const auto head = request();
    std::string out = line(*format, head.get());
    REQUIRE(out.ends_with('\n'));
    out.pop_back();
    return out;
}

}  // namespace

TEST_CASE("log_format: the default is the combined format") {
    const zone utc("UTC");
    const auto head = request();
    CHECK(line(log_format(), head.get()) ==
          "192.0.2.1 - ada [23/Nov/2026:21:06:00 +0000] \"GET /a%20b?q=1 HTTP/1.1\" 200 12 "
          "\"http://a/\\x22b\" \"curl/8.5\"\n");
}

TEST_CASE("log_format: atoms") {
    const struct {
        const char* atom;
        const char* text;
    } cases[] = {{"%(h)s", "192.0.2.1"},
                 {"%(l)s", "-"},
                 {"%(u)s", "ada"},
                 {"%(r)s", "GET /a%20b?q=1 HTTP/1.1"},
                 {"%(m)s", "GET"},
                 {"%(U)s", "/a%20b"},
                 {"%(q)s", "q=1"},
                 {"%(H)s", "HTTP/1.1"},
                 {"%(s)s", "200"},
                 {"%(B)d", "12"},
                 {"%(b)s", "12"},
                 {"%(X)s", "+"},
                 {"%(T)s", "1"},
                 {"%(M)s", "1234"},
                 {"%(D)s", "1234567"},
                 {"%(L)s", "1.234567"},
                 {"%(f)s", "http://a/\\x22b"},
                 {"%(a)s", "curl/8.5"},
                 {"%({x-request-id}i)s", "7"},
                 {"%({Nothing}i)s", "-"},
                 {"%({X-Kind}o)s", "a\\x22b"},
                 {"%({Other}o)s", "-"},
                 {"%({REMOTE_ADDR}e)s", "192.0.2.1"},
                 {"%({REMOTE_PORT}e)s", "99"},
                 {"%({SERVER_PORT}e)s", "80"},
                 {"%({wsgi.url_scheme}e)s", "https"},
                 {"%({REQUEST_METHOD}e)s", "GET"},
                 {"%({PATH_INFO}e)s", "/a%20b"},
                 {"%({QUERY_STRING}e)s", "q=1"},
                 {"%({RAW_URI}e)s", "/a%20b?q=1"},
                 {"%({SERVER_PROTOCOL}e)s", "HTTP/1.1"},
                 {"%({HTTP_X_REQUEST_ID}e)s", "7"},
                 {"%({CONTENT_TYPE}e)s", "text/plain"},
                 {"%({OTHER}e)s", "-"},
                 {"100%% %(m)s!", "100% GET!"},
                 {"", ""}};
    for (const auto& c : cases) {
        INFO(c.atom);
        CHECK(atom(c.atom) == c.text);
    }
    CHECK(atom("%(p)s") == "<" + std::to_string(::getpid()) + ">");
    CHECK(log_format::parse("%({X-Kind}o)s %({X-b}o)s")->response_fields() ==
          std::vector<std::string>{"x-kind", "x-b"});
}

TEST_CASE("log_format: times are local, and JSON's are of RFC 3339") {
    const auto head = request();
    {
        const zone india("XXX-5:30");
        CHECK(line(*log_format::parse("%(t)s"), head.get()) == "[24/Nov/2026:02:36:00 +0530]\n");
    }
    const zone west("XXX3");
    CHECK(line(*log_format::parse("%(t)s"), head.get()) == "[23/Nov/2026:18:06:00 -0300]\n");
    CHECK(line(log_format::json(), head.get())
              .starts_with("{\"time\":\"2026-11-23T18:06:00-03:00\""));
}

TEST_CASE("log_format: JSON") {
    const auto head = http::make_head("GET", "/\"\\\x01\xe9", {{"User-Agent", "a\nb"}});
    const std::string out = line(log_format::json(), head.get());
    CHECK(out.find("\"target\":\"/\\u0022\\u005c\\u0001\\u00e9\"") != out.npos);
    CHECK(out.find("\"user_agent\":\"a\\u000ab\"") != out.npos);
    CHECK(out.find("\"user\":null") != out.npos);
    CHECK(out.find("\"status\":200,\"bytes\":12,\"micros\":1234567") != out.npos);
    CHECK(out.ends_with("\"incomplete\":false}\n"));
    CHECK(line(log_format::json(), nullptr).find("\"method\":null") != out.npos);
}

TEST_CASE("log_format: a request without a head, and an answer without content") {
    CHECK(line(*log_format::parse("%(r)s %(m)s %(U)s[%(q)s] %(H)s %(u)s %(a)s"), nullptr) ==
          "- - -[] - - -\n");
    CHECK(line(*log_format::parse("%(b)s %(B)s"), nullptr, 0) == "- 0\n");
}

TEST_CASE("log_format: what a client sends cannot end the line or a quotation") {
    const auto head = http::make_head("GET", "/", {{"User-Agent", "a\"b\nc\\d\x1b[0m\xff"}});
    CHECK(line(*log_format::parse("\"%(a)s\""), head.get()) ==
          "\"a\\x22b\\x0ac\\x5cd\\x1b[0m\\xff\"\n");
}

TEST_CASE("log_format: what is no atom is refused where it stands") {
    for (const char* bad : {"%", "%(", "%(h", "%(h)", "%(h)f", "%(z)s", "%(Z)s", "%(i)s", "%(hh)s",
                            "%({a}x)s", "%({}i)s", "%({a}i", "%s", "%()s", "%(e)s"}) {
        INFO(bad);
        CHECK(log_format::parse(bad).error() == error{errc::syntax, 0});
        CHECK(log_format::parse(std::string("%(h)s ") + bad).error().offset == 6);
    }
}
