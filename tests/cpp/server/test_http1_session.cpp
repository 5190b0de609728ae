#include "cruet/server/http1_session.hpp"

#include <thread>

#include "../catch.hpp"
#include "session_fixture.hpp"

using namespace cruet;
using namespace cruet::server;
using namespace cruet::test;
using namespace std::chrono_literals;

TEST_CASE("session: answers and keeps the connection") {
    session_fixture f;
    f.send(get("/a"));
    CHECK(plain(f.take()) == "HTTP/1.1 200 OK|Content-Length: 2||/a|");
    CHECK(f.session->idle());
    CHECK(f.session->interest() == net::interest::read);
    f.send(get("/b", "Connection: close\r\n"));
    CHECK(plain(f.take()) == "HTTP/1.1 200 OK|Content-Length: 2|Connection: close||/b|");
    CHECK(f.done());
    CHECK_FALSE(f.client->shut);
    REQUIRE(f.metrics.lines.size() == 2);
    CHECK(f.metrics.lines[1].target == "/b");
    CHECK(f.metrics.lines[1].bytes == 2);
}

TEST_CASE("session: Date and Server are sent, once, and a handler's own stand") {
    session_fixture f;
    f.send(get("/"));
    const std::string usual = f.take();
    CHECK(count(usual, "Date: ") == 1);
    CHECK(count(usual, "Server: cruet\r\n") == 1);
    f.handler.on_handle = [](exchange& x) {
        const http::field own[] = {{"date", "yesterday"}, {"Server", "mine"}, {"Date", "again"}};
        (void)x.respond(200, "Fine", own, "");
    };
    f.send(get("/"));
    CHECK(plain(f.take()) == "HTTP/1.1 200 Fine|date: yesterday|Server: mine|Content-Length: 0||");
}

TEST_CASE("session: pipelined requests are answered in order, with one write") {
    session_fixture f;
    f.send(get("/1") + post("xyz") + get("/3"));
    const std::string out = f.take();
    CHECK(out.find("/1") < out.find("/p"));
    CHECK(out.find("/p") < out.find("/3"));
    CHECK(f.client->writes == 1);
    CHECK(f.handler.handled == 3);
}

TEST_CASE("session: a request in single bytes") {
    session_fixture f;
    for (char c : post("hello")) f.send({&c, 1});
    CHECK(plain(f.take()) == "HTTP/1.1 200 OK|Content-Length: 2||/p|");
}

TEST_CASE("session: content in memory, and past the limit in a file") {
    session_fixture f;
    f.options.body_memory = 10;
    std::string seen;
    bool spooled = false;
    f.handler.on_handle = [&](exchange& x) {
        spooled = x.body().spooled();
        CHECK(x.body().complete());
        if (!spooled) CHECK(x.body().memory().size() == x.body().size());
        char part[7];
        seen.clear();
        for (;;) {
            const auto n = x.body().read(part, sizeof part);
            REQUIRE(n);
            if (*n == 0) break;
            seen.append(part, *n);
        }
        (void)x.respond(200, {}, {}, seen);
    };
    f.send(post("0123456789"));
    CHECK(seen == "0123456789");
    CHECK_FALSE(spooled);
    f.send(post("0123456789ABC"));
    CHECK(seen == "0123456789ABC");
    CHECK(spooled);
    f.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    f.send("6\r\nchunk1\r\n6\r\nchunk2\r\n");
    f.send("0\r\nTrailer: ignored\r\n\r\n");
    CHECK(seen == "chunk1chunk2");
    f.send(get("/"));
    CHECK(seen.empty());
    CHECK_FALSE(spooled);
}

TEST_CASE("session: a file that cannot be made fails that request alone") {
    session_fixture f;
    f.options.body_memory = 1;
    f.options.temp_dir = "/nonexistent";
    f.send(post("hello"));
    CHECK(f.take().starts_with("HTTP/1.1 500 "));
    CHECK(f.handler.handled == 0);
}

TEST_CASE("session: 100 Continue when the head is accepted") {
    session_fixture f;
    const std::string whole = post("hello", "Expect: 100-continue\r\n");
    f.send(whole.substr(0, whole.size() - 5));
    CHECK(f.take() == "HTTP/1.1 100 Continue\r\n\r\n");
    f.send("hello");
    CHECK(plain(f.take()) == "HTTP/1.1 200 OK|Content-Length: 2||/p|");
    // Content that is here already needs no invitation.
    f.send(whole);
    CHECK(plain(f.take()) == "HTTP/1.1 200 OK|Content-Length: 2||/p|");
    f.send(post("", "Expect: 100-continue\r\n"));
    CHECK(f.take().starts_with("HTTP/1.1 200 OK"));
    f.send(post("x", "Expect: tea\r\n"));
    CHECK(f.take().starts_with("HTTP/1.1 417 "));
}

TEST_CASE("session: a head that is refused gets no 100 Continue") {
    session_fixture f;
    f.options.limits.body_size = 3;
    const std::string whole = post("hello", "Expect: 100-continue\r\n");
    f.send(whole.substr(0, whole.size() - 5));
    CHECK(f.take().starts_with("HTTP/1.1 413 "));
}

TEST_CASE("session: answers without content") {
    session_fixture f;
    f.send("HEAD /head HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(plain(f.take()) == "HTTP/1.1 200 OK|Content-Length: 5||");
    f.handler.on_handle = [](exchange& x) { (void)x.respond(204, {}, {}, "dropped"); };
    f.send(get("/"));
    CHECK(plain(f.take()) == "HTTP/1.1 204 No Content||");
    f.handler.on_handle = [](exchange& x) {
        const http::field own{"Content-Length", "99"};
        (void)x.respond(304, {}, {&own, 1}, "");
    };
    f.send(get("/"));
    CHECK(plain(f.take()) == "HTTP/1.1 304 Not Modified|Content-Length: 99||");
    f.handler.on_handle = [](exchange& x) {
        (void)x.start(200, {}, {}, std::nullopt);
        CHECK(x.write("dropped") == write_state::ready);
        x.finish();
    };
    f.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(plain(f.take()) == "HTTP/1.1 200 OK||");
    CHECK(f.session->idle());
}

TEST_CASE("session: streams are chunked, sized, or ended by the connection's end") {
    session_fixture f;
    std::optional<std::uint64_t> length;
    f.handler.on_handle = [&](exchange& x) {
        (void)x.start(200, {}, {}, length);
        CHECK(x.write("hello") == write_state::ready);
        CHECK(f.client->to_client.ends_with(length ? "hello" : "hello\r\n") == true);
        CHECK(x.write("") == write_state::ready);
        CHECK(x.write(" world, how are") == write_state::ready);
        x.finish();
    };
    f.send(get("/"));
    CHECK(plain(f.take()) ==
          "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|f| world, how are|0||");
    length = 20;
    f.send(get("/"));
    CHECK(plain(f.take()) == "HTTP/1.1 200 OK|Content-Length: 20||hello world, how are|");
    length = 8;
    f.send(get("/"));
    CHECK(plain(f.take()) == "HTTP/1.1 200 OK|Content-Length: 8||hello wo|");
    CHECK(f.session->idle());
    length = 21;
    f.send(get("/"));
    CHECK(plain(f.take()) == "HTTP/1.1 200 OK|Content-Length: 21||hello world, how are|");
    CHECK(f.done());
    CHECK(f.metrics.lines.back().incomplete);
}

TEST_CASE("session: HTTP/1.0") {
    session_fixture f;
    f.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(plain(f.take()) == "HTTP/1.1 200 OK|Content-Length: 2|Connection: keep-alive||/a|");
    CHECK(f.session->idle());
    f.handler.on_handle = [&](exchange& x) {
        (void)x.start(200, {}, {}, std::nullopt);
        (void)x.write("hello");
        x.finish();
    };
    f.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(f.take().ends_with("Connection: close\r\n\r\nhello"));
    session_fixture g;
    g.send("GET /a HTTP/1.0\r\n\r\n");
    CHECK(g.take().find("Connection: close\r\n") != std::string::npos);
    CHECK(g.done());
}

TEST_CASE("session: what is refused is answered, and the answer is left to be read") {
    const std::pair<std::string, int> refused[] = {
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {get("/" + std::string(9000, 'a')), 414},
        {get("/", "A: " + std::string(9000, 'a') + "\r\n"), 431},
        {"FOO / HTTP/1.1\r\nHost: x\r\n\r\n", 501},
        {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
        {"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 501},
        {"nonsense\r\n\r\n", 400},
    };
    for (const auto& [input, status] : refused) {
        INFO(input);
        session_fixture f;
        f.send(input + "and more");
        const std::string out = f.take();
        CHECK(out.starts_with("HTTP/1.1 " + std::to_string(status) + " "));
        CHECK(out.find("Connection: close\r\n") != std::string::npos);
        CHECK(out.find("Content-Type: text/plain") != std::string::npos);
        CHECK(f.handler.handled == 0);
        CHECK(f.client->shut);
        CHECK_FALSE(f.done());
        f.send("still more");
        CHECK(f.client->to_server.empty());
        CHECK_FALSE(f.done());
        f.end();
        CHECK(f.done());
        CHECK(f.metrics.lines.back().status == status);
    }
}

TEST_CASE("session: the wait after a last answer is limited in bytes and time") {
    session_fixture f;
    f.options.close_linger_bytes = 1000;
    f.send("nonsense\r\n\r\n");
    f.send(std::string(1001, 'x'));
    CHECK(f.done());
    session_fixture g;
    g.options.close_linger = 20ms;
    g.send("nonsense\r\n\r\n");
    std::this_thread::sleep_for(40ms);
    g.session->on_deadline();
    CHECK(g.done());
}

TEST_CASE("session: an error in the midst of content") {
    session_fixture f;
    f.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX");
    CHECK(f.take().starts_with("HTTP/1.1 400 "));
    CHECK(f.handler.handled == 0);
    session_fixture g;
    g.send(get("/ok") + "bad\r\n");
    const std::string out = g.take();
    CHECK(out.find("/ok") < out.find("HTTP/1.1 400 "));
}

TEST_CASE("session: fields that cannot be sent become a 500") {
    for (const char* value : {"a\r\nSet-Cookie: x=y", "a\nb", "a\rb", "\x01"}) {
        session_fixture f;
        f.handler.on_handle = [&](exchange& x) {
            const http::field bad{"X", value};
            CHECK(x.respond(200, {}, {&bad, 1}, "secret").error().code == errc::bad_field_value);
            CHECK(x.respond(200, {}, {}, "again").error().code == errc::invalid_argument);
        };
        f.send(get("/"));
        const std::string out = f.take();
        CHECK(out.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
        CHECK(out.find("secret") == std::string::npos);
        CHECK(count(out, "HTTP/1.1") == 1);
    }
    session_fixture f;
    f.handler.on_handle = [&](exchange& x) {
        const http::field nul{"X", {"a\0b", 3}};
        CHECK_FALSE(x.respond(200, {}, {&nul, 1}, ""));
    };
    f.send(get("/"));
    CHECK(f.take().starts_with("HTTP/1.1 500 "));
}

TEST_CASE("session: a handler that fails") {
    session_fixture f;
    f.handler.on_handle = [](exchange& x) { x.fail(); };
    f.send(get("/"));
    CHECK(f.take().starts_with("HTTP/1.1 500 "));

    session_fixture g;
    g.handler.on_handle = [](exchange& x) {
        (void)x.start(200, {}, {}, std::nullopt);
        (void)x.write("part");
        x.fail();
    };
    g.send(get("/"));
    CHECK(plain(g.take()) == "HTTP/1.1 200 OK|Transfer-Encoding: chunked||4|part|");
    CHECK(g.done());
    CHECK_FALSE(g.client->reset);

    session_fixture h;
    h.handler.on_handle = g.handler.on_handle;
    h.send("GET / HTTP/1.0\r\n\r\n");
    CHECK(h.done());
    CHECK(h.client->reset);
    CHECK(h.handler.gone_calls == 0);
}

TEST_CASE("session: a client that vanishes ends the answer") {
    session_fixture f;
    f.options.high_water = 10;
    f.handler.on_handle = [](exchange& x) {
        (void)x.start(200, {}, {}, std::nullopt);
        CHECK(x.write("much more than ten bytes") == write_state::full);
    };
    f.connect();
    f.client->accepts = 0;
    f.send(get("/"));
    f.client->broken = true;
    f.session->on_writable();
    CHECK(f.done());
    CHECK(f.handler.gone_calls == 1);
    CHECK(f.metrics.lines.back().incomplete);

    session_fixture g;
    g.handler.on_handle = [&](exchange& x) {
        (void)x.start(200, {}, {}, std::nullopt);
        g.client->broken = true;
        CHECK(x.write("hello") == write_state::gone);
        CHECK(x.gone());
        CHECK(x.write("hello") == write_state::gone);
    };
    g.send(get("/"));
    CHECK(g.handler.gone_calls == 1);
    CHECK(g.done());

    session_fixture h;
    h.handler.on_handle = [&](exchange& x) {
        h.client->broken = true;
        (void)x.respond(200, {}, {}, std::string(100000, 'x'));
    };
    h.send(get("/"));
    CHECK(h.handler.gone_calls == 0);
    CHECK(h.done());
}

TEST_CASE("session: a half-closed client gets its answers") {
    session_fixture f;
    f.connect();
    f.client->client_ended = true;
    f.send(get("/1") + get("/2"));
    f.session->on_readable();
    CHECK(count(f.take(), "HTTP/1.1 200 OK") == 2);
    CHECK(f.done());

    session_fixture g;
    g.handler.on_handle = [&](exchange& x) { g.handler.hold(x); };
    g.send(get("/late"));
    g.end();
    CHECK_FALSE(g.done());
    CHECK(g.session->interest() == net::interest::none);
    (void)g.handler.held[0]->respond(200, {}, {}, "late");
    g.services->port->drain();
    CHECK(g.take().ends_with("late"));
    CHECK(g.done());
}

TEST_CASE("session: a client that ends too early") {
    session_fixture f;
    f.connect();
    f.end();
    CHECK(f.done());
    CHECK(f.take().empty());
    session_fixture g;
    g.send("GET / HT");
    g.end();
    CHECK(g.take().starts_with("HTTP/1.1 400 "));
    CHECK(g.done());
    session_fixture h;
    h.send(post("hello").substr(0, 50));
    h.end();
    CHECK(h.take().starts_with("HTTP/1.1 400 "));
    CHECK(h.handler.handled == 0);
}

TEST_CASE("session: an answer from outside of the handler's call") {
    session_fixture f;
    int changed = 0;
    f.connect();
    f.session->set_changed([](void* n) { ++*static_cast<int*>(n); }, &changed);
    f.handler.on_handle = [&](exchange& x) { f.handler.hold(x); };
    f.send(get("/1") + get("/2"));
    REQUIRE(f.handler.held.size() == 1);
    CHECK(f.session->deadline() == f.session->never);
    exchange& first = *f.handler.held[0];
    (void)first.start(200, {}, {}, 4);
    CHECK(first.write("1234") == write_state::ready);
    first.finish();
    f.services->port->drain();
    CHECK(changed == 1);
    REQUIRE(f.handler.held.size() == 2);
    (void)f.handler.held[1]->respond(200, {}, {}, "5678");
    f.services->port->drain();
    const std::string out = f.take();
    CHECK(out.find("1234") < out.find("5678"));
    CHECK(f.session->idle());
    // After its end an exchange that is kept does no harm.
    first.finish();
    CHECK(first.write("more") == write_state::gone);
    f.services->port->drain();
    CHECK(f.take().empty());
}

TEST_CASE("session: exchanges outlive the connection") {
    session_fixture f;
    f.handler.on_handle = [&](exchange& x) { f.handler.hold(x); };
    f.send(get("/"));
    f.session.reset();
    CHECK(f.handler.gone_calls == 1);
    exchange& x = *f.handler.held[0];
    CHECK(x.gone());
    CHECK(x.head().target() == "/");
    CHECK(x.respond(200, {}, {}, "to nobody"));
    CHECK(x.ended());
}
