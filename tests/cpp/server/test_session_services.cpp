#include "cruet/server/session_services.hpp"

#include <string>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::server;

namespace {

struct silent {
    void handle(const exchange_ptr&) {}
    void writable(const exchange_ptr&) {}
    void gone(const exchange_ptr&) {}
};
struct switched_log {
    bool on = false;
    bool enabled() const { return on; }
    void write(const request_report&) {}
    void flush() noexcept {}
};

}  // namespace

TEST_CASE("session_pools: an exchange is used again where nobody else holds it") {
    session_pools pools;
    exchange_ptr x = pools.take_exchange();
    const exchange* first = x.get();
    pools.give(std::move(x));
    CHECK(pools.take_exchange().get() == first);

    exchange_ptr kept = pools.take_exchange();
    pools.give(exchange_ptr(kept));
    CHECK(pools.take_exchange().get() != kept.get());
}

TEST_CASE("session_pools: a buffer comes back empty with its memory, a huge one without") {
    session_pools pools;
    buffer b;
    b.append("bytes");
    pools.give(b);
    CHECK(b.capacity() == 0);
    pools.take(b);
    CHECK(b.empty());
    CHECK(b.capacity() > 0);

    buffer huge;
    huge.append(std::string(100000, 'x'));
    pools.give(huge);
    CHECK(huge.capacity() == 0);
    buffer other;
    pools.take(other);
    CHECK(other.capacity() == 0);

    buffer nothing;
    pools.give(nothing);
    b.append("kept");
    pools.take(b);
    CHECK(b.view() == "kept");
}

TEST_CASE("session_services: reports are made where metrics or the log want them") {
    const server_options options;
    silent handler;
    null_metrics metrics;
    switched_log log;
    session_services<silent, null_metrics, switched_log> services(options, handler, metrics, log);
    CHECK_FALSE(services.reports());
    log.on = true;
    CHECK(services.reports());
    CHECK(services.read_buffer().size() == 65536);
    CHECK_FALSE(services.stopping);
    CHECK(services.port->fd() >= 0);
}
