#include "cruet/server/completion_port.hpp"

#include <poll.h>

#include <string>
#include <thread>
#include <vector>

#include "../catch.hpp"
#include "cruet/server/exchange.hpp"

using namespace cruet;
using namespace cruet::server;

namespace {

bool readable(const completion_port& port) {
    pollfd p{port.fd(), POLLIN, 0};
    return ::poll(&p, 1, 0) == 1;
}

}  // namespace

TEST_CASE("completion_port: tasks run in order when it is drained, and wake the loop") {
    auto port = make_ref<completion_port>();
    std::string log;
    CHECK_FALSE(readable(*port));
    CHECK(port->post([&] { log += 'a'; }));
    CHECK(port->post([&] { log += 'b'; }));
    CHECK(readable(*port));
    CHECK(log.empty());
    port->drain();
    CHECK(log == "ab");
    CHECK_FALSE(readable(*port));
}

TEST_CASE("completion_port: a task may post another, which waits for the next turn or this one") {
    auto port = make_ref<completion_port>();
    int runs = 0;
    port->post([&] {
        ++runs;
        port->post([&] { ++runs; });
    });
    port->drain();
    port->drain();
    CHECK(runs == 2);
}

TEST_CASE("completion_port: after close nothing is taken") {
    auto port = make_ref<completion_port>();
    bool ran = false;
    port->close();
    CHECK_FALSE(port->post([&] { ran = true; }));
    port->drain();
    CHECK_FALSE(ran);
}

TEST_CASE("completion_port: wakes without anything to do") {
    auto port = make_ref<completion_port>();
    port->wake();
    CHECK(readable(*port));
    port->drain();
    CHECK_FALSE(readable(*port));
}

TEST_CASE("completion_port: nothing posted from threads is lost") {
    auto port = make_ref<completion_port>();
    int sum = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 500; ++j) port->post([&] { ++sum; });
        });
    }
    for (std::thread& t : threads) t.join();
    port->drain();
    CHECK(sum == 2000);
}
