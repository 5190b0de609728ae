#include "cruet/http/serializer.hpp"

#include <string>
#include <vector>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::http;

namespace {

// A response as it would be sent, with the date put as "DATE".
struct response {
    response_writer writer;
    buffer out;

    explicit response(response_context context = {}) { writer.prepare(context); }

    result<void> start(int status, std::vector<field> fields = {},
                       std::optional<std::uint64_t> length = std::nullopt,
                       std::string_view reason = {}) {
        return writer.start(out, status, reason, fields, length);
    }
    std::string text() const {
        std::string t(out.view());
        const std::size_t at = t.find(current_date());
        if (at != t.npos) t.replace(at, 29, "DATE");
        return t;
    }
    bool has(std::string_view line) const { return text().find(line) != std::string::npos; }
};

constexpr response_context old{.version = version::http_1_0, .keep_alive = false};
constexpr response_context to_head{.head_request = true};

}  // namespace

TEST_CASE("content of a known length is sent as it is") {
    response r;
    REQUIRE(r.start(200, {{"Content-Type", "text/plain"}}, 5));
    r.writer.write(r.out, "hello");
    CHECK(r.writer.finish(r.out));
    CHECK(r.text().starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(r.text().ends_with("\r\n\r\nhello"));
    CHECK(r.has("\r\nContent-Type: text/plain\r\n"));
    CHECK(r.has("\r\nContent-Length: 5\r\n"));
    CHECK(r.has("\r\nDate: DATE\r\n"));
    CHECK(r.has("\r\nServer: cruet\r\n"));
    CHECK(r.writer.keep_alive());
    CHECK(r.writer.body_bytes() == 5);
}

TEST_CASE("content of unknown length is chunked, or ended by the connection in HTTP/1.0") {
    response r;
    REQUIRE(r.start(200));
    r.writer.write(r.out, "hello");
    r.writer.write(r.out, "");
    r.writer.write(r.out, std::string(17, 'x'));
    CHECK(r.writer.finish(r.out));
    CHECK(r.has("\r\nTransfer-Encoding: chunked\r\n"));
    CHECK(r.text().ends_with("\r\n\r\n5\r\nhello\r\n11\r\n" + std::string(17, 'x') +
                             "\r\n0\r\n\r\n"));

    response o({.version = version::http_1_0, .keep_alive = true});
    REQUIRE(o.start(200));
    CHECK(o.writer.until_close());
    o.writer.write(o.out, "hello");
    CHECK(o.writer.finish(o.out));
    CHECK(o.text().ends_with("\r\n\r\nhello"));
    CHECK_FALSE(o.has("Transfer-Encoding"));
    CHECK_FALSE(o.writer.keep_alive());
}

TEST_CASE("nothing follows the head where there is no content") {
    for (const int status : {204, 304}) {
        response r;
        REQUIRE(r.start(status));
        r.writer.write(r.out, "dropped");
        CHECK(r.writer.finish(r.out));
        CHECK(r.text().ends_with("\r\n\r\n"));
        CHECK_FALSE(r.has("Transfer-Encoding"));
    }
    response h(to_head);
    REQUIRE(h.start(200, {}, 7));
    h.writer.write(h.out, "dropped");
    CHECK(h.writer.finish(h.out));
    CHECK(h.has("\r\nContent-Length: 7\r\n"));
    CHECK(h.text().ends_with("\r\n\r\n"));
}

TEST_CASE("what passes the announced length is dropped, what is missing is told") {
    response more;
    REQUIRE(more.start(200, {}, 3));
    CHECK(more.writer.accepts(10) == 3);
    more.writer.write(more.out, "four");
    CHECK(more.writer.finish(more.out));
    CHECK(more.text().ends_with("\r\n\r\nfou"));

    response less;
    REQUIRE(less.start(200, {}, 3));
    less.writer.write(less.out, "ab");
    CHECK_FALSE(less.writer.finish(less.out));
}

TEST_CASE("a handler's own Date, Server and Content-Length stand in place of the writer's") {
    response r;
    REQUIRE(r.start(200, {{"server", "mine"}, {"DATE", "then"}, {"content-length", "2"}}));
    r.writer.write(r.out, "ok");
    CHECK(r.writer.finish(r.out));
    const std::string text = r.text();
    CHECK(text.find("cruet") == text.npos);
    CHECK(text.find("DATE: then") != text.npos);
    CHECK(text.find("Transfer-Encoding") == text.npos);
    CHECK(text.ends_with("\r\n\r\nok"));
}

TEST_CASE("hop-by-hop fields are the writer's") {
    response r;
    REQUIRE(r.start(200, {{"Transfer-Encoding", "gzip"}, {"Keep-Alive", "timeout=1"}}, 0));
    CHECK_FALSE(r.has("gzip"));
    CHECK_FALSE(r.has("timeout=1"));
    CHECK(r.writer.keep_alive());

    response c;
    REQUIRE(c.start(200, {{"Connection", "close"}}, 0));
    CHECK_FALSE(c.writer.keep_alive());
    CHECK(c.has("\r\nConnection: close\r\n"));
}

TEST_CASE("the connection's fate is told where it is not the version's usual one") {
    response closing({.keep_alive = false});
    REQUIRE(closing.start(200, {}, 0));
    CHECK(closing.has("\r\nConnection: close\r\n"));

    response kept({.version = version::http_1_0, .keep_alive = true});
    REQUIRE(kept.start(200, {}, 0));
    CHECK(kept.has("\r\nConnection: keep-alive\r\n"));

    response set;
    set.writer.set_close();
    REQUIRE(set.start(200, {}, 0));
    CHECK(set.has("\r\nConnection: close\r\n"));

    response plain(old);
    REQUIRE(plain.start(200, {}, 0));
    CHECK_FALSE(plain.writer.keep_alive());
}

TEST_CASE("a head that could be broken is refused, and nothing is written") {
    const auto refused = [](std::vector<field> fields, std::string_view reason = {},
                            int status = 200) {
        response r;
        r.out.append("before");
        const auto started = r.start(status, std::move(fields), std::nullopt, reason);
        CHECK_FALSE(started.has_value());
        CHECK(r.out.view() == "before");
        CHECK_FALSE(r.writer.started());
        return started.error().code;
    };
    using namespace std::string_view_literals;
    CHECK(refused({{"X", "a\r\nSet-Cookie: b"}}) == errc::bad_field_value);
    CHECK(refused({{"X", "a\nb"}}) == errc::bad_field_value);
    CHECK(refused({{"X", "a\0b"sv}}) == errc::bad_field_value);
    CHECK(refused({{"X: y\r\nZ", "a"}}) == errc::bad_field_name);
    CHECK(refused({{"", "a"}}) == errc::bad_field_name);
    CHECK(refused({{"Content-Length", "five"}}) == errc::bad_content_length);
    CHECK(refused({}, "fine\r\nX: y") == errc::bad_reason);
    CHECK(refused({}, {}, 99) == errc::bad_status);
    CHECK(refused({}, {}, 1000) == errc::bad_status);
}

TEST_CASE("a given reason is sent, an empty one is the status's own") {
    response r;
    REQUIRE(r.start(404, {}, 0));
    CHECK(r.has("HTTP/1.1 404 Not Found\r\n"));
    response own;
    REQUIRE(own.start(299, {}, 0, "Quite Fine"));
    CHECK(own.has("HTTP/1.1 299 Quite Fine\r\n"));
}

TEST_CASE("a writer is used again for the next response") {
    response r;
    REQUIRE(r.start(200, {}, 2));
    r.writer.write(r.out, "ok");
    CHECK(r.writer.finish(r.out));
    r.out.clear();
    r.writer.prepare({});
    CHECK_FALSE(r.writer.started());
    REQUIRE(r.start(204));
    CHECK(r.writer.finish(r.out));
    CHECK(r.writer.status() == 204);
    CHECK(r.writer.body_bytes() == 0);
}

TEST_CASE("no Server field is sent where none is wanted") {
    response r({.server = ""});
    REQUIRE(r.start(200, {}, 0));
    CHECK_FALSE(r.has("Server"));
}

TEST_CASE("the date is an IMF-fixdate of now") {
    const std::string date(current_date());
    std::tm parsed{};
    REQUIRE(::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parsed));
    const auto distance = ::timegm(&parsed) - std::time(nullptr);
    CHECK(distance <= 1);
    CHECK(distance >= -2);
}
