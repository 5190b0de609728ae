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
    std::string complaint;
    net::proxy_version proxy = net::proxy_version::off;
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
        if (proxy != net::proxy_version::off) held->expect_proxy(proxy);
        held->start();
    }
    net::timer_wheel& wheel() { return timers; }
    void closed(connection_type& c) {
        complaint = c.complaint();
        held.reset();
    }
    connection_info_ptr proxied_info(const connection_info&, const net::proxy_header& header) {
        auto info = make_ref<connection_info>();
        info->remote_address = header.source.host();
        return connection_info_ptr(std::move(info));
    }

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

TEMPLATE_TEST_CASE("connection: a PROXY header comes before all else, in pieces", "", CRUET_LOOPS) {
    owner<TestType> o;
    o.proxy = net::proxy_version::any;
    std::string peer;
    o.handler.on_handle = [&](exchange& x) {
        peer = x.connection().remote_address;
        (void)x.respond(200, {}, {}, x.head().target());
    };
    o.connect();
    const std::string_view all =
        "PROXY TCP4 192.0.2.7 198.51.100.1 1 2\r\nGET /here HTTP/1.1\r\nHost: a\r\n\r\n";
    for (const std::size_t cut : {3U, 39U, 50U}) {
        const std::string_view part = all.substr(cut == 3    ? 0
                                                 : cut == 39 ? 3
                                                             : 39,
                                                 cut == 3    ? 3
                                                 : cut == 39 ? 36
                                                             : 99);
        REQUIRE(::write(o.client.get(), part.data(), part.size()) ==
                static_cast<ssize_t>(part.size()));
        o.run(20ms);
        REQUIRE(o.held);
    }
    CHECK(peer == "192.0.2.7");
    CHECK(o.received().ends_with("\r\n\r\n/here"));
    CHECK(o.held->complaint().empty());
}

TEMPLATE_TEST_CASE("connection: without its PROXY header there is no connection", "", CRUET_LOOPS) {
    owner<TestType> o;
    o.proxy = net::proxy_version::v1;
    o.options.header_timeout = 60ms;
    o.connect();
    std::string_view sent, why;
    SECTION("something else") {
        sent = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        why = "PROXY protocol: no header, or one of another version";
    }
    SECTION("the other version") {
        sent = std::string_view("\r\n\r\n\0\r\nQUIT\n", 12);
        why = "PROXY protocol: no header, or one of another version";
    }
    SECTION("nonsense in it") {
        sent = "PROXY TCP4 192.0.2.7 nobody 1 2\r\n";
        why = "PROXY protocol: malformed address";
    }
    SECTION("half of it, for too long") {
        sent = "PROXY TCP4 192.";
        why = "PROXY protocol: no header in time";
    }
    SECTION("nothing, for too long") { why = "PROXY protocol: no header in time"; }
    REQUIRE(::write(o.client.get(), sent.data(), sent.size()) == static_cast<ssize_t>(sent.size()));
    o.run(3000ms);
    CHECK_FALSE(o.held);
    CHECK(o.handler.handled == 0);
    CHECK(o.received().empty());
    CHECK(o.complaint == why);
}

TEMPLATE_TEST_CASE("connection: a peer that goes before its PROXY header", "", CRUET_LOOPS) {
    owner<TestType> o;
    o.proxy = net::proxy_version::any;
    o.connect();
    const bool begun = GENERATE(false, true);
    if (begun) REQUIRE(::write(o.client.get(), "PRO", 3) == 3);
    o.client.reset();
    o.run(3000ms);
    CHECK_FALSE(o.held);
    CHECK(o.complaint == (begun ? "PROXY protocol: input ends too early" : ""));
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
