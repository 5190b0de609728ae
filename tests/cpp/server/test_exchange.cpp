#include "cruet/server/exchange.hpp"

#include <string>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::server;
using http::field;
using http::make_head;

namespace {

exchange_ptr of(std::string_view method, std::string_view body = {}) {
    return exchange::detached(make_head(method, "/x?y", {{"Host", "a"}}), body);
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("exchange: shows the request, its content and its connection") {
    auto info = make_ref<connection_info>();
    info->remote_address = "192.0.2.1";
    info->remote_port = 99;
    auto x = exchange::detached(make_head("POST", "/x?y", {{"Host", "a"}}), "content", info);
    CHECK(x->head().method() == "POST");
    CHECK(x->head_ptr()->query() == "y");
    CHECK(x->connection().remote_address == "192.0.2.1");
    CHECK(x->connection().remote_port == 99);
    CHECK(x->body().complete());
    CHECK(x->body().memory() == "content");
    CHECK_FALSE(x->gone());
    CHECK_FALSE(x->ended());
}

TEST_CASE("exchange: a whole answer") {
    auto x = of("GET");
    const field fields[] = {{"Content-Type", "text/plain"}};
    REQUIRE(x->respond(200, "", fields, "hello"));
    CHECK(x->ended());
    CHECK(x->status() == 200);
    const std::string out = x->take_output();
    CHECK(out.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(has(out, "\r\nContent-Length: 5\r\n"));
    CHECK(out.ends_with("\r\n\r\nhello"));
}

TEST_CASE("exchange: a second answer is refused and adds nothing") {
    auto x = of("GET");
    REQUIRE(x->respond(200, "", {}, "one"));
    const auto again = x->respond(200, "", {}, "two");
    CHECK(again.error().code == errc::invalid_argument);
    CHECK(x->start(200, "", {}, 1).error().code == errc::invalid_argument);
    CHECK_FALSE(has(x->take_output(), "two"));
}

TEST_CASE("exchange: a stream in pieces") {
    auto x = of("GET");
    REQUIRE(x->start(200, "", {}, std::nullopt));
    CHECK(x->started());
    CHECK(x->write("ab") == write_state::ready);
    CHECK(x->write("cde") == write_state::ready);
    CHECK_FALSE(x->ended());
    x->finish();
    CHECK(x->ended());
    CHECK(x->take_output().ends_with("\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"));
    CHECK_FALSE(x->cut());
}

TEST_CASE("exchange: fewer bytes than announced cut the answer") {
    auto x = of("GET");
    REQUIRE(x->start(200, "", {}, 10));
    x->write("short");
    x->finish();
    CHECK(x->cut());
}

TEST_CASE("exchange: fields that cannot be sent become a 500, and the error is told") {
    auto x = of("GET");
    const field fields[] = {{"X", "a\r\nSet-Cookie: b"}};
    CHECK(x->respond(200, "", fields, "hello").error().code == errc::bad_field_value);
    const std::string out = x->take_output();
    CHECK(out.starts_with("HTTP/1.1 500 "));
    CHECK_FALSE(has(out, "Set-Cookie"));
    CHECK(x->ended());
}

TEST_CASE("exchange: a failed handler is a 500 before the head, a cut after it") {
    auto before = of("GET");
    before->fail();
    CHECK(before->take_output().starts_with("HTTP/1.1 500 "));
    CHECK(before->ended());

    auto after = of("GET");
    REQUIRE(after->start(200, "", {}, std::nullopt));
    after->write("part");
    after->fail();
    CHECK(after->cut());
    CHECK_FALSE(after->take_output().ends_with("0\r\n\r\n"));
}

TEST_CASE("exchange: HEAD and 204 have no content whatever is written") {
    auto head = of("HEAD");
    REQUIRE(head->respond(200, "", {}, "hello"));
    const std::string out = head->take_output();
    CHECK(has(out, "\r\nContent-Length: 5\r\n"));
    CHECK(out.ends_with("\r\n\r\n"));
    auto none = of("GET");
    REQUIRE(none->respond(204, "", {}, "hello"));
    CHECK(none->take_output().ends_with("\r\n\r\n"));
}

TEST_CASE("exchange: once the client is gone, what is written is dropped") {
    auto x = of("GET");
    REQUIRE(x->start(200, "", {}, std::nullopt));
    x->take_output();
    x->disconnect(errc::connection_closed);
    CHECK(x->gone());
    CHECK(x->write("ab") == write_state::gone);
    CHECK(x->wait_writable() == write_state::gone);
    x->finish();
    CHECK(x->take_output().empty());
}
