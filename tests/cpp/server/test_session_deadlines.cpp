#include "cruet/server/http1_session.hpp"

#include <thread>

#include "../catch.hpp"
#include "session_fixture.hpp"

using namespace cruet;
using namespace cruet::server;
using namespace cruet::test;
using namespace std::chrono_literals;

TEST_CASE("session: timeouts") {
    session_fixture f;
    f.options.header_timeout = 30ms;
    f.options.body_timeout = 30ms;
    f.options.keep_alive_timeout = 30ms;
    f.options.write_timeout = 30ms;
    const auto expire = [&] {
        const auto deadline = f.session->deadline();
        REQUIRE(deadline != f.session->never);
        f.session->on_deadline();
        CHECK_FALSE(f.done());
        while (net::coarse_clock::now() < deadline) std::this_thread::sleep_for(5ms);
        f.session->on_deadline();
    };
    SECTION("a new connection that says nothing is closed without a word") {
        f.connect();
        expire();
        CHECK(f.done());
        CHECK(f.take().empty());
    }
    SECTION("a slow head") {
        f.send("GET / HTTP/1.1\r\n");
        expire();
        CHECK(f.take().starts_with("HTTP/1.1 408 "));
        CHECK_FALSE(f.done());
    }
    SECTION("slow content") {
        f.send(post("hello").substr(0, 50));
        expire();
        CHECK(f.take().starts_with("HTTP/1.1 408 "));
        CHECK(f.handler.handled == 0);
    }
    SECTION("a kept connection without a next request") {
        f.send(get("/"));
        f.take();
        expire();
        CHECK(f.done());
        CHECK(f.take().empty());
    }
    SECTION("a client that stops reading") {
        f.handler.on_handle = [](exchange& x) {
            (void)x.start(200, {}, {}, std::nullopt);
            (void)x.write(std::string(100000, 'x'));
        };
        f.connect();
        f.client->accepts = 10;
        f.send(get("/"));
        expire();
        CHECK(f.done());
        CHECK(f.client->reset);
        CHECK(f.handler.gone_calls == 1);
    }
    SECTION("a request that comes with the timeout is answered") {
        f.send(get("/"));
        f.take();
        std::this_thread::sleep_for(60ms);
        f.client->to_server = get("/late");
        f.session->on_deadline();
        CHECK(f.take().ends_with("/late"));
        CHECK_FALSE(f.done());
    }
}

TEST_CASE("session: a timeout of 0 is none") {
    session_fixture f;
    f.options.header_timeout = f.options.body_timeout = f.options.write_timeout = 0ms;
    f.connect();
    CHECK(f.session->deadline() == f.session->never);
    f.send("GET / HT");
    CHECK(f.session->deadline() == f.session->never);
    f.session->on_deadline();
    CHECK_FALSE(f.done());
    f.send("TP/1.1\r\nHost: x\r\n\r\n");
    CHECK(f.take().starts_with("HTTP/1.1 200 "));
    const std::string whole = post("hello");
    f.send(whole.substr(0, whole.size() - 2));
    CHECK(f.session->deadline() == f.session->never);
    f.client->accepts = 0;
    f.send("lo");
    CHECK(net::wants_write(f.session->interest()));
    CHECK(f.session->deadline() == f.session->never);
}

TEST_CASE("session: a last answer is waited for as long as the client sends, up to a limit") {
    session_fixture f;
    f.options.close_linger = 60ms;
    f.options.close_linger_limit = 200ms;
    f.send("nonsense\r\n\r\n");
    const auto start = net::coarse_clock::now();
    auto silent_since = start;
    for (int i = 0; i < 100 && !f.done(); ++i) {
        std::this_thread::sleep_for(20ms);
        f.send("more");
        silent_since = net::coarse_clock::now();
        f.session->on_deadline();
    }
    CHECK(f.done());
    CHECK(silent_since - start >= 150ms);
    CHECK(silent_since - start < 1000ms);

    session_fixture g;
    g.options.header_timeout = 20ms;
    g.options.close_linger = 60ms;
    g.send("GET / HT");
    std::this_thread::sleep_for(40ms);
    g.session->on_deadline();
    CHECK(g.take().starts_with("HTTP/1.1 408 "));
    for (int i = 0; i < 15 && !g.done(); ++i) {
        std::this_thread::sleep_for(20ms);
        g.send("x");
        g.session->on_deadline();
    }
    CHECK(g.done());
}

TEST_CASE("session: content must keep up a rate") {
    session_fixture f;
    f.options.body_timeout = 50ms;
    f.options.body_min_rate = 1000;
    f.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    // One byte every 10 ms: never 50 ms without one, and far below 1000 a second.
    int sent = 0;
    for (; sent < 100 && f.client->to_client.empty(); ++sent) {
        std::this_thread::sleep_for(10ms);
        f.send("x");
        f.session->on_deadline();
    }
    CHECK(f.take().starts_with("HTTP/1.1 408 "));
    CHECK(sent < 50);
}
