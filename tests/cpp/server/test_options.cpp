#include "cruet/server/options.hpp"

#include "../catch.hpp"

using namespace cruet::server;
using namespace std::chrono_literals;

TEST_CASE("options: every wait and every size has a limit by default") {
    const server_options o;
    for (const auto limit : {o.header_timeout, o.body_timeout, o.keep_alive_timeout,
                             o.write_timeout, o.graceful_timeout, o.drain_linger, o.close_linger}) {
        CHECK(limit > 0ms);
        CHECK(limit <= 60s);
    }
    CHECK(o.close_linger_bytes > 0);
    CHECK(o.high_water > 0);
    CHECK(o.body_window > 0);
    CHECK(o.max_connections > 0);
    CHECK(o.limits.head_size > 0);
    CHECK(o.server_name == "cruet");
}
