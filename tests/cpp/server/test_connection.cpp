// One connection on either loop over a real socket pair; whole workers are in test_worker.cpp.
#include "cruet/server/connection.hpp"

#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <string>

#include "../catch.hpp"
#include "cruet/net/handle.hpp"
#include "cruet/net/plain_stream.hpp"
#include "loops.hpp"
#include "session_fixture.hpp"

using namespace cruet;
using namespace cruet::server;
using namespace std::chrono_literals;

namespace {

// What a worker is to its connections.
template <class Loop>
struct owner {
    using services_type =
        session_services<test::scripted_handler, test::counting_metrics, null_access_log>;
    using connection_type = connection<Loop, net::plain_stream, services_type, owner>;

    Loop loop;
    net::timer_wheel timers{net::coarse_clock::now()};
    server_options options;
    test::scripted_handler handler;
    test::counting_metrics metrics;
    null_access_log log;
    std::unique_ptr<services_type> services;
    std::unique_ptr<connection_type> held;
    net::handle client;
    typename Loop::timer ticker;
    int turns = 0;

    void connect() {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
        client = net::handle(ends[0]);
        net::set_flags(ends[0]);
        net::set_flags(ends[1]);
        services = std::make_unique<services_type>(options, handler, metrics, log);
        held = std::make_unique<connection_type>(loop, net::plain_stream(net::handle(ends[1])),
                                                 make_ref<connection_info>(), *services, *this);
        held->start();
    }
    net::timer_wheel& wheel() { return timers; }
    void closed(connection_type&) { held.reset(); }

    // Turns the loop for at most so long, or until the connection has closed.
    void run(std::chrono::milliseconds most) {
        turns = static_cast<int>(most / 10ms);
        ticker.open(loop, tick, this);
        ticker.set(10ms);
        loop.run();
    }
    static void tick(void* self) {
        auto* me = static_cast<owner*>(self);
        me->timers.advance(net::coarse_clock::now(), [](net::deadline& d) {
            static_cast<connection_type&>(d).on_deadline();
        });
        if (!me->held || --me->turns <= 0) return me->loop.stop();
        me->ticker.set(10ms);
    }
    std::string received() {
        std::string all(4096, '\0');
        const auto n = ::read(client.get(), all.data(), all.size());
        all.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        return all;
    }
};

}  // namespace

TEMPLATE_TEST_CASE("connection: answers, and closes when the client has", "", CRUET_LOOPS) {
    owner<TestType> o;
    o.connect();
    const std::string_view request = "GET /here HTTP/1.1\r\nHost: a\r\n\r\n";
    REQUIRE(::write(o.client.get(), request.data(), request.size()) ==
            static_cast<ssize_t>(request.size()));
    o.run(50ms);
    CHECK(o.held);
    CHECK(o.received().ends_with("\r\n\r\n/here"));
    o.client.reset();
    o.run(2000ms);
    CHECK_FALSE(o.held);
}

TEMPLATE_TEST_CASE("connection: its deadline ends it", "", CRUET_LOOPS) {
    owner<TestType> o;
    o.options.header_timeout = 50ms;
    o.options.close_linger = 50ms;
    o.connect();
    const std::string_view half = "GET / HT";
    REQUIRE(::write(o.client.get(), half.data(), half.size()) == static_cast<ssize_t>(half.size()));
    o.run(3000ms);
    CHECK_FALSE(o.held);
    CHECK(o.received().starts_with("HTTP/1.1 408 "));
}

TEMPLATE_TEST_CASE("connection: out of memory in a handler costs that connection alone", "",
                   CRUET_LOOPS) {
    owner<TestType> o;
    o.handler.on_handle = [](exchange&) { throw std::bad_alloc(); };
    o.connect();
    const std::string_view request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    REQUIRE(::write(o.client.get(), request.data(), request.size()) ==
            static_cast<ssize_t>(request.size()));
    o.run(2000ms);
    CHECK_FALSE(o.held);
    CHECK(o.received().empty());
}
