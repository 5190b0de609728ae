// Connections that a handler takes over, to speak another protocol on them.
#include <atomic>
#include <thread>

#include "../catch.hpp"
#include "socket_fixture.hpp"

using namespace cruet;
using namespace cruet::server;
using namespace cruet::test;

namespace {

const std::string upgrade =
    "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

struct other_protocol : socket_fixture<net::plain_stream> {
    other_protocol() {
        options.threaded = true;
        handler.on_handle = [this](exchange& x) { handler.hold(x); };
    }
    // In another thread, while this one plays the loop.
    exchange::handed_connection take() {
        exchange& x = *handler.held.back();
        result<exchange::handed_connection> taken = errc::io;
        std::atomic<bool> done{false};
        std::thread other([&] {
            taken = x.take_connection();
            done = true;
        });
        while (!done) turn(1);
        other.join();
        failure = taken ? errc::ok : taken.error().code;
        return taken ? std::move(*taken) : exchange::handed_connection();
    }
    errc failure = errc::ok;
};

std::string receive(int fd) {
    char part[100];
    const ssize_t n = ::recv(fd, part, sizeof part, 0);
    return n > 0 ? std::string(part, static_cast<std::size_t>(n)) : std::string();
}

class keeping_stream : public net::plain_stream {
public:
    using net::plain_stream::plain_stream;

private:
    using net::plain_stream::hand_over;
};
static_assert(!net::HandsOver<keeping_stream>);

}  // namespace

TEST_CASE("other protocol: the handler's thread has the connection, and what came ahead") {
    other_protocol f;
    f.send(upgrade + "ahead");
    auto given = f.take();
    REQUIRE(given.socket);
    CHECK(given.ahead == "ahead");
    CHECK(f.handler.held[0]->handed());
    CHECK((::fcntl(given.socket.get(), F_GETFL) & O_NONBLOCK) == 0);

    // The server leaves it alone: it reads nothing, waits for nothing, and is not idle.
    CHECK(::send(f.client.get(), "ping", 4, 0) == 4);
    f.turn(1);
    CHECK(f.session->interest() == net::interest::none);
    CHECK(f.session->deadline() == f.session->never);
    CHECK_FALSE(f.session->idle());
    CHECK(receive(given.socket.get()) == "ping");
    CHECK(::send(given.socket.get(), "pong", 4, 0) == 4);

    // What is answered is dropped, and ends it.
    exchange& x = *f.handler.held[0];
    CHECK(x.start(200, {}, {}, std::nullopt));
    CHECK(x.write("no content") == write_state::gone);
    CHECK(f.metrics.lines.empty());
    std::thread([&] { x.finish(); }).join();
    f.turn(1000);
    CHECK((::fcntl(given.socket.get(), F_GETFL) & O_NONBLOCK) != 0);
    CHECK(f.receive(100) == 4);
    CHECK(f.seen == "pong");
    CHECK(f.receive(100) == 0);
    CHECK(f.ended);
    CHECK_FALSE(f.session->done());  // the client may still be sending its farewell
    CHECK(::send(f.client.get(), "bye", 3, MSG_NOSIGNAL) == 3);
    f.turn(1);
    ::shutdown(f.client.get(), SHUT_WR);
    f.turn(1);
    CHECK(f.session->done());
    REQUIRE(f.metrics.lines.size() == 1);
    CHECK(f.metrics.lines[0].status == 101);
    CHECK_FALSE(f.metrics.lines[0].incomplete);
}

TEST_CASE("other protocol: however the handler ends, the connection does") {
    other_protocol f;
    f.send(upgrade);
    auto given = f.take();
    REQUIRE(given.socket);
    exchange& x = *f.handler.held[0];
    SECTION("an answer") { (void)x.respond(200, {}, {}, "dropped"); }
    SECTION("a failure") { x.fail(); }
    SECTION("twice") {
        x.finish();
        x.fail();
    }
    f.turn(1000);
    f.client.reset();
    f.turn(1);
    CHECK(f.session->done());
    CHECK(f.seen.empty());
    // Others may have kept the descriptor.
    f.session.reset();
    CHECK(receive(given.socket.get()).empty());
}

TEST_CASE("other protocol: a server that ends wakes who reads") {
    other_protocol f;
    f.send(upgrade);
    auto given = f.take();
    REQUIRE(given.socket);
    f.services->stopping = true;
    f.session->on_stop();
    CHECK_FALSE(f.session->done());
    std::string got = "nothing yet";
    std::thread reader([&] { got = receive(given.socket.get()); });
    f.session->abort(errc::connection_closed);
    f.session.reset();
    reader.join();
    CHECK(got.empty());
    CHECK(f.handler.held[0]->gone());
}

TEST_CASE("other protocol: not before earlier answers are sent") {
    other_protocol f;
    f.connect();
    const int small = 4096;
    ::setsockopt(f.session->stream().fd(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    f.send(get("/") + upgrade);
    std::thread([&] {
        (void)f.handler.held[0]->respond(200, {}, {}, std::string(30000, 'x'));
    }).join();
    f.turn(1000);
    REQUIRE(f.handler.held.size() == 2);
    std::atomic<bool> taken{false};
    std::thread other([&] {
        const auto given = f.handler.held[1]->take_connection();
        CHECK(given);
        taken = true;
    });
    for (int i = 0; i < 5; ++i) f.turn(1);
    CHECK_FALSE(taken);
    while (!taken) {
        f.receive(10000);
        f.turn(1);
    }
    other.join();
    while (f.receive(10000) > 0) {
    }
    CHECK(f.seen.ends_with(std::string(30000, 'x')));
}

TEST_CASE("other protocol: where there is no connection to take") {
    other_protocol f;
    SECTION("the answer has begun") {
        f.send(upgrade);
        (void)f.handler.held[0]->start(200, {}, {}, std::nullopt);
        (void)f.take();
        CHECK(f.failure == errc::invalid_argument);
    }
    SECTION("content is still to come") {
        f.options.stream_bodies = true;
        f.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
        (void)f.take();
        CHECK(f.failure == errc::invalid_argument);
    }
    SECTION("it is taken already") {
        f.send(upgrade);
        auto given = f.take();
        CHECK(given.socket);
        (void)f.take();
        CHECK(f.failure == errc::invalid_argument);
    }
    SECTION("inline mode") {
        f.options.threaded = false;
        f.send(upgrade);
        CHECK(f.handler.held[0]->take_connection().error().code == errc::invalid_argument);
    }
    SECTION("the client has vanished") {
        f.send(upgrade);
        f.session->abort(errc::connection_closed);
        CHECK(f.handler.held[0]->take_connection().error().code == errc::connection_closed);
    }
    SECTION("the client vanishes while a thread waits") {
        f.send(upgrade);
        std::thread other([&] {
            CHECK(f.handler.held[0]->take_connection().error().code == errc::connection_closed);
        });
        while (!f.handler.held[0]->connection_wanted()) std::this_thread::yield();
        f.session->abort(errc::connection_closed);
        other.join();
    }
}

TEST_CASE("other protocol: a stream that cannot be shared says so, and the handler answers") {
    socket_fixture<keeping_stream> f;
    f.options.threaded = true;
    f.handler.on_handle = [&](exchange& x) { f.handler.hold(x); };
    f.send(upgrade);
    std::atomic<bool> done{false};
    std::thread other([&] {
        exchange& x = *f.handler.held[0];
        CHECK(x.take_connection().error().code == errc::not_supported);
        (void)x.respond(500, {}, {}, "no");
        done = true;
    });
    while (!done) f.turn(1);
    other.join();
    f.settle();
    CHECK(f.seen.starts_with("HTTP/1.1 500 "));
}
