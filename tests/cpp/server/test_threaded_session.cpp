// Thread mode of cruet/server/http1_session.hpp, exchange.hpp and exchange_queue.hpp: the test's
// thread plays the loop, others the application.
#include "cruet/server/exchange_queue.hpp"

#include <poll.h>

#include <atomic>
#include <thread>

#include "../catch.hpp"
#include "session_fixture.hpp"

using namespace cruet;
using namespace cruet::server;
using namespace cruet::test;
using namespace std::chrono_literals;

namespace {

struct threaded_fixture : session_fixture {
    threaded_fixture() {
        options.threaded = true;
        options.stream_bodies = true;
        handler.on_handle = [this](exchange& x) { handler.hold(x); };
    }
    exchange& held(std::size_t i = 0) {
        REQUIRE(handler.held.size() > i);
        return *handler.held[i];
    }
    // Waits for what the other thread does next, and lets the session see it.
    bool turn() {
        pollfd p{services->port->fd(), POLLIN, 0};
        if (::poll(&p, 1, 2000) != 1) return false;
        services->port->drain();
        return true;
    }
};

// By another thread.
void answer(exchange& x, std::string_view body) {
    std::thread([&] { (void)x.respond(200, {}, {}, body); }).join();
}

std::string read_all(exchange& x, errc& failure) {
    std::string out;
    char part[100];
    for (;;) {
        const auto n = x.body().read(part, sizeof part);
        failure = n.error().code;
        if (!n || *n == 0) return out;
        out.append(part, *n);
    }
}

}  // namespace

TEST_CASE("thread mode: another thread answers") {
    threaded_fixture f;
    f.send(get("/1") + get("/2"));
    CHECK(f.held().threaded());
    answer(f.held(), "one");
    CHECK(f.take().empty());
    REQUIRE(f.turn());
    CHECK(f.take().ends_with("\r\n\r\none"));
    REQUIRE(f.handler.held.size() == 2);
    answer(f.held(1), "two");
    REQUIRE(f.turn());
    CHECK(f.take().ends_with("\r\n\r\ntwo"));
    CHECK(f.session->idle());
}

TEST_CASE("thread mode: content is read while it arrives, and not faster than it is read") {
    threaded_fixture f;
    f.options.body_window = 1000;
    f.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n");
    CHECK(f.take() == "HTTP/1.1 100 Continue\r\n\r\n");
    f.send(std::string(900, 'a'));
    CHECK(net::wants_read(f.session->interest()));
    f.send(std::string(900, 'b'));
    CHECK_FALSE(net::wants_read(f.session->interest()));
    CHECK(f.session->deadline() == f.session->never);

    std::string body;
    errc failure{};
    exchange& x = f.held();
    std::thread other([&] {
        body = read_all(x, failure);
        (void)x.respond(200, {}, {}, "thanks");
    });
    std::size_t sent = 1800;
    while (sent < 5000) {
        if (!net::wants_read(f.session->interest())) {
            REQUIRE(f.turn());
            continue;
        }
        const std::size_t n = std::min<std::size_t>(800, 5000 - sent);
        f.send(std::string(n, 'c'));
        sent += n;
    }
    other.join();
    while (f.client->to_client.empty()) REQUIRE(f.turn());
    CHECK(failure == errc::ok);
    CHECK(body == std::string(900, 'a') + std::string(900, 'b') + std::string(3200, 'c'));
    CHECK(f.take().find("Connection: close") == std::string::npos);
    CHECK(f.session->idle());
}

TEST_CASE("thread mode: a thread gets what is complete, in memory or in a file") {
    threaded_fixture f;
    f.options.stream_bodies = false;
    f.options.body_memory = 1000;
    f.options.body_timeout = 30ms;
    const std::size_t size = GENERATE(900, 5000);
    f.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
    f.send(std::string(size - 1, 'a'));
    CHECK(f.handler.held.empty());
    SECTION("whole") {
        f.send("z" + get("/2"));
        exchange& x = f.held();
        CHECK(x.body().spooled() == (size > 1000));
        CHECK_FALSE(x.body().streamed());
        std::string body;
        errc failure{};
        std::thread([&] {
            body = read_all(x, failure);
            (void)x.respond(200, {}, {}, "thanks");
        }).join();
        CHECK(failure == errc::ok);
        CHECK(body == std::string(size - 1, 'a') + "z");
        REQUIRE(f.turn());
        CHECK(f.take().ends_with("thanks"));
        CHECK(f.handler.held.size() == 2);
    }
    SECTION("too slow") {
        std::this_thread::sleep_for(50ms);
        f.session->on_deadline();
        CHECK(f.take().starts_with("HTTP/1.1 408 "));
        CHECK(f.handler.held.empty());
    }
    SECTION("vanished") {
        f.end();
        CHECK(f.handler.held.empty());
    }
}

TEST_CASE("thread mode: who pipelines waits with each request behind all other connections") {
    exchange_queue queue(100);
    threaded_fixture greedy, modest;
    greedy.handler.on_handle =
        modest.handler.on_handle = [&](exchange& x) { CHECK(queue.push(exchange_ptr(&x))); };
    std::string many;
    for (int i = 0; i < 50; ++i) many += get("/greedy");
    greedy.send(many);
    CHECK(queue.size() == 1);
    modest.send(get("/modest"));
    CHECK(queue.size() == 2);
    std::string order;
    for (int i = 0; i < 4; ++i) {
        const exchange_ptr x = queue.pop();
        order += x->head().target()[1];
        answer(*x, "done");
        (x->head().target() == "/greedy" ? greedy : modest).turn();
        if (i == 1) modest.send(get("/modest"));
    }
    CHECK(order == "gmgm");
}

TEST_CASE("thread mode: an answer before the content is there ends the connection") {
    threaded_fixture f;
    f.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n");
    answer(f.held(), "no thanks");
    REQUIRE(f.turn());
    CHECK(f.take().find("Connection: close\r\n") != std::string::npos);
    CHECK(f.client->shut);
    f.send(std::string(5000, 'x'));
    CHECK(f.client->to_server.empty());

    // So it is where the client itself wants the connection closed.
    threaded_fixture g;
    g.options.body_window = 100;
    g.send("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5000\r\n\r\n");
    g.send(std::string(200, 'x'));
    CHECK_FALSE(net::wants_read(g.session->interest()));
    answer(g.held(), "no thanks");
    REQUIRE(g.turn());
    CHECK(g.take().ends_with("no thanks"));
    CHECK(g.client->shut);
    CHECK_FALSE(g.done());
    g.send(std::string(4800, 'x'));
    CHECK(g.client->to_server.empty());
    g.end();
    CHECK(g.done());
}

TEST_CASE("thread mode: what is told of an answer is read while a thread writes it") {
    threaded_fixture f;
    f.send(get("/"));
    std::atomic<bool> over{false};
    exchange& x = f.held();
    std::thread other([&] {
        (void)x.start(200, {}, {}, std::nullopt);
        while (x.write("0123456789") != write_state::gone) {
        }
        over = true;
    });
    while (x.sent().bytes < 1000) std::this_thread::yield();
    f.session->abort(errc::connection_closed);
    other.join();
    REQUIRE(f.metrics.lines.size() == 1);
    CHECK(f.metrics.lines[0].incomplete);
    CHECK(f.metrics.lines[0].bytes >= 1000);
}

TEST_CASE("thread mode: content that ends early, is slow or malformed") {
    errc expected{};
    threaded_fixture f;
    f.options.body_timeout = 30ms;
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    f.send(head + "3\r\nabc\r\n");
    std::string body;
    errc failure{};
    exchange& x = f.held();
    std::thread other([&] { body = read_all(x, failure); });
    SECTION("vanished") {
        expected = errc::connection_closed;
        f.client->broken = true;
        f.session->on_readable();
    }
    SECTION("ended") {
        expected = errc::body_incomplete;
        f.end();
    }
    SECTION("malformed") {
        expected = errc::bad_chunk_size;
        f.send("XX\r\n");
    }
    SECTION("slow") {
        expected = errc::timed_out;
        std::this_thread::sleep_for(50ms);
        f.session->on_deadline();
    }
    other.join();
    CHECK(body == "abc");
    CHECK(failure == expected);
    CHECK(f.take().empty());
    (void)f.held().respond(400, {}, {}, "so sad");
    f.services->port->drain();
    if (expected == errc::connection_closed) {
        CHECK(f.done());
        CHECK(f.handler.gone_calls == 1);
    } else {
        CHECK(f.take().ends_with("so sad"));
    }
}

TEST_CASE("thread mode: a lent body is sent by the loop, and its thread is free meanwhile") {
    threaded_fixture f;
    const std::string large(500000, 'L');
    std::atomic<int> returned{0};
    const auto lend = [&] {
        return lent_bytes(large, &returned,
                          [](void* n) noexcept { ++*static_cast<std::atomic<int>*>(n); });
    };
    f.connect();
    f.client->accepts = 0;
    f.send(get("/"));
    std::thread([&] { (void)f.held().respond_lent(200, {}, {}, lend()); }).join();
    CHECK(returned == 0);
    SECTION("read") {
        REQUIRE(f.turn());
        f.receive(100000);
        CHECK(returned == 0);
        f.receive(1000000);
        CHECK(f.take().ends_with("\r\n\r\n" + large));
        CHECK(f.session->idle());
    }
    SECTION("gone before the loop looks") { f.session.reset(); }
    SECTION("gone meanwhile") {
        REQUIRE(f.turn());
        f.session->abort(errc::connection_closed);
    }
    CHECK(returned == 1);
}

TEST_CASE("thread mode: a stream waits for its client") {
    threaded_fixture f;
    f.options.high_water = 1000;
    f.connect();
    f.client->accepts = 0;
    f.send(get("/"));
    std::atomic<std::size_t> written{0};
    std::atomic<bool> over{false};
    exchange& x = f.held();
    std::thread other([&] {
        (void)x.start(200, {}, {}, std::nullopt);
        const std::string piece(300, 'x');
        for (int i = 0; i < 50; ++i) {
            written += piece.size();
            if (x.write(piece) == write_state::full && x.wait_writable() == write_state::gone)
                break;
        }
        x.finish();
        over = true;
    });
    std::this_thread::sleep_for(50ms);
    CHECK(written <= 1300);
    std::size_t most = 0;
    while (!f.session->idle()) {
        pollfd p{f.services->port->fd(), POLLIN, 0};
        if (::poll(&p, 1, 1) == 1) f.services->port->drain();
        const std::size_t seen = f.client->to_client.size();
        f.receive(200);
        most = std::max(most, written - std::min(written.load(), seen));
    }
    other.join();
    CHECK(over);
    CHECK(most <= 3000);
    CHECK(f.take().ends_with("0\r\n\r\n"));
}

TEST_CASE("thread mode: a client that vanishes wakes the writer") {
    threaded_fixture f;
    f.options.high_water = 100;
    f.connect();
    f.client->accepts = 0;
    f.send(get("/"));
    write_state last{};
    exchange& x = f.held();
    std::thread other([&] {
        (void)x.start(200, {}, {}, std::nullopt);
        do {
            (void)x.write("0123456789");
            last = x.wait_writable();
        } while (last != write_state::gone);
        x.finish();
    });
    REQUIRE(f.turn());
    f.session->abort(errc::connection_closed);
    other.join();
    CHECK(last == write_state::gone);
    CHECK(f.handler.gone_calls <= 1);
}

TEST_CASE("thread mode: the session may go while a thread holds its exchange") {
    threaded_fixture f;
    f.send(get("/"));
    exchange_ptr x = f.handler.held[0];
    f.handler.held.clear();
    f.session.reset();
    f.services->port->close();
    f.services.reset();
    CHECK(x->gone());
    std::thread([&] {
        (void)x->respond(200, {}, {}, "to nobody");
        x.reset();
    }).join();
}

TEST_CASE("exchange_queue: in order, bounded, and closed") {
    exchange_queue queue(2);
    const auto make = [](std::string_view target) {
        return exchange::detached(http::make_head("GET", target));
    };
    CHECK(queue.push(make("/1")));
    CHECK(queue.push(make("/2")));
    CHECK_FALSE(queue.push(make("/3")));
    CHECK(queue.pop()->head().target() == "/1");
    CHECK(queue.size() == 1);
    CHECK(queue.push(make("/4")));
    CHECK(queue.pop()->head().target() == "/2");
    queue.close();
    CHECK_FALSE(queue.push(make("/5")));
    CHECK(queue.pop()->head().target() == "/4");
    CHECK_FALSE(queue.pop());
}

TEST_CASE("exchange_queue: a full queue is answered 503") {
    exchange_queue queue(0);
    queued_handler handler(queue);
    auto x = exchange::detached(http::make_head("GET", "/"));
    handler.handle(x);
    const std::string out = x->take_output();
    CHECK(out.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    CHECK(out.find("Retry-After: 1\r\n") != std::string::npos);
}

TEST_CASE("exchange_queue: those who have vanished are passed over") {
    exchange_queue queue(5);
    auto lost = exchange::detached(http::make_head("GET", "/lost"));
    CHECK(queue.push(lost));
    CHECK(queue.push(exchange::detached(http::make_head("GET", "/here"))));
    lost->disconnect(errc::connection_closed);
    CHECK(queue.pop()->head().target() == "/here");
}
