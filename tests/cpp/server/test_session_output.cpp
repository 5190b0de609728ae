// What a session sends, and when: clients that do not read, that pipeline, that take large answers.
#include "cruet/server/http1_session.hpp"

#include <new>

#include "../catch.hpp"
#include "session_fixture.hpp"

using namespace cruet;
using namespace cruet::server;
using namespace cruet::test;

TEST_CASE("session: a client that does not read holds a stream back") {
    session_fixture f;
    f.options.high_water = 1000;
    const std::string piece(300, 'x');
    std::size_t written = 0;
    const auto produce = [&](exchange& x) {
        while (written < 100 * piece.size()) {
            written += piece.size();
            if (x.write(piece) == write_state::full) return;
        }
        x.finish();
    };
    f.handler.on_handle = [&](exchange& x) {
        (void)x.start(200, {}, {}, std::nullopt);
        produce(x);
    };
    f.handler.on_writable = produce;
    f.connect();
    f.client->accepts = 0;
    f.send(get("/"));
    CHECK(written <= 1300);
    CHECK(net::wants_write(f.session->interest()));
    f.receive(100);
    CHECK(written <= 1300);
    std::size_t most = 0;
    while (f.handler.writable_calls < 100 && !f.session->idle()) {
        const std::size_t before = f.client->to_client.size();
        f.receive(700);
        most = std::max(most, written - std::min(written, before));
    }
    CHECK(f.session->idle());
    CHECK(written == 30000);
    CHECK(most < 3000);
    CHECK(f.take().ends_with("0\r\n\r\n"));
}

TEST_CASE("session: a client that does not read holds pipelined requests back") {
    session_fixture f;
    f.options.high_water = 1000;
    f.handler.on_handle = [](exchange& x) { (void)x.respond(200, {}, {}, std::string(400, 'x')); };
    f.connect();
    f.client->accepts = 0;
    std::string many;
    for (int i = 0; i < 100; ++i) many += get("/");
    f.send(many);
    CHECK(f.handler.handled < 5);
    CHECK_FALSE(net::wants_read(f.session->interest()));
    for (int i = 0; i < 200 && !f.session->idle(); ++i) f.receive(1000);
    CHECK(f.handler.handled == 100);
    CHECK(count(f.take(), "HTTP/1.1 200 OK") == 100);
}

TEST_CASE("session: many pipelined requests take turns with other connections") {
    session_fixture f;
    std::string many;
    for (int i = 0; i < 100; ++i) many += get("/" + std::to_string(i));
    f.send(many);
    CHECK(f.handler.handled == 32);
    CHECK_FALSE(net::wants_read(f.session->interest()));
    REQUIRE(net::wants_write(f.session->interest()));
    f.session->on_writable();
    CHECK(f.handler.handled == 64);
    f.session->on_writable();
    f.session->on_writable();
    CHECK(f.handler.handled == 100);
    CHECK(f.session->interest() == net::interest::read);
    const std::string out = f.take();
    CHECK(out.find("/31") < out.find("/32"));
    CHECK(out.ends_with("/99"));
    CHECK(f.session->idle());
}

TEST_CASE("session: out of memory beyond the events of the connection costs it alone") {
    session_fixture f;
    f.handler.on_handle = [&](exchange& x) {
        if (x.head().target() == "/2") throw std::bad_alloc();
        f.handler.hold(x);
    };
    f.send(get("/1") + get("/2"));
    (void)f.handler.held[0]->respond(200, {}, {}, "one");
    f.services->port->drain();
    CHECK(f.done());
    CHECK(f.take().empty());
}

TEST_CASE("session: large content is sent from where it lies") {
    session_fixture f;
    const std::string large(100000, 'L');
    f.handler.on_handle = [&](exchange& x) { (void)x.respond(200, {}, {}, large); };
    f.connect();
    f.client->accepts = 50000;
    f.send(get("/"));
    CHECK(f.client->writes == 1);
    f.receive(1000000);
    CHECK(f.take().ends_with("\r\n\r\n" + large));
    CHECK(f.session->idle());
}

namespace {

// A body that is lent, and how often it was given back.
struct page {
    std::string text;
    int returned = 0;
    lent_bytes lend() {
        return {text, this, [](void* me) noexcept { ++static_cast<page*>(me)->returned; }};
    }
};

}  // namespace

TEST_CASE("session: a lent body is sent from where it lies, at the client's pace") {
    session_fixture f;
    page large{std::string(1000000, 'L')};
    f.handler.on_handle = [&](exchange& x) {
        if (x.head().target() == "/next") return (void)x.respond(200, {}, {}, "next");
        CHECK(x.respond_lent(200, {}, {}, large.lend()));
        CHECK(x.respond_lent(200, {}, {}, large.lend()).error().code == errc::invalid_argument);
        CHECK(large.returned == 1);
    };
    f.connect();
    f.client->accepts = 50000;
    f.send(get("/") + get("/next"));
    CHECK(f.client->writes == 1);
    CHECK(f.handler.handled == 1);
    CHECK_FALSE(f.session->idle());
    CHECK(net::wants_write(f.session->interest()));
    CHECK(f.session->deadline() < f.session->never);
    std::size_t seen = 0;
    while (seen < 960000) {
        CHECK(large.returned == 1);
        f.receive(30000);
        seen += 30000;
    }
    // What is left is small, and kept in the session's own memory.
    CHECK(large.returned == 2);
    f.receive(1000000);
    CHECK(f.handler.handled == 2);
    const std::string out = f.take();
    CHECK(out.find("\r\n\r\n" + large.text + "HTTP/1.1 200 OK\r\n") != std::string::npos);
    CHECK(out.ends_with("next"));
    CHECK(f.session->idle());
    CHECK(f.metrics.lines[0].bytes == 1000000);
}

TEST_CASE("session: a lent body is given back however its answer ends") {
    session_fixture f;
    page large{std::string(100000, 'L')};
    f.handler.on_handle = [&](exchange& x) { (void)x.respond_lent(200, {}, {}, large.lend()); };
    f.connect();
    f.client->accepts = 50000;
    SECTION("sent at once") {
        f.client->accepts = static_cast<std::size_t>(-1);
        f.send(get("/"));
        CHECK(f.take().ends_with(large.text));
    }
    SECTION("not wanted") { f.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"); }
    SECTION("small enough to copy") {
        large.text.resize(1000);
        f.client->accepts = 0;
        f.send(get("/"));
    }
    SECTION("the client vanishes before") {
        f.client->broken = true;
        f.send(get("/"));
        f.client->to_server = get("/");
        CHECK(f.handler.handled == 0);
        large.lend().reset();
    }
    SECTION("the client vanishes meanwhile") {
        f.send(get("/"));
        CHECK(large.returned == 0);
        f.client->broken = true;
        f.session->on_writable();
        CHECK(f.done());
    }
    SECTION("the session ends") {
        f.send(get("/"));
        f.session.reset();
    }
    SECTION("it cannot be begun") {
        f.handler.on_handle = [&](exchange& x) {
            const http::field bad{"X", "\r\n"};
            (void)x.respond_lent(200, {}, {&bad, 1}, large.lend());
        };
        f.send(get("/"));
    }
    SECTION("nobody is there") {
        f.handler.on_handle = [&](exchange& x) { f.handler.hold(x); };
        f.send(get("/"));
        f.session.reset();
        (void)f.handler.held[0]->respond_lent(200, {}, {}, large.lend());
    }
    CHECK(large.returned == 1);
}
