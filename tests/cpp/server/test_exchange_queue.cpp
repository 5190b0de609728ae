// More of it, under real sessions, in test_threaded_session.cpp.
#include "cruet/server/exchange_queue.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::server;

static_assert(Handler<queued_handler>);

namespace {

exchange_ptr request() { return exchange::detached(http::make_head("GET", "/")); }

}  // namespace

TEST_CASE("exchange_queue: holds no more than it was told to") {
    exchange_queue queue(2);
    CHECK(queue.push(request()));
    CHECK(queue.push(request()));
    CHECK_FALSE(queue.push(request()));
    CHECK(queue.size() == 2);
    CHECK(queue.pop());
    CHECK(queue.push(request()));
}

TEST_CASE("exchange_queue: a nudge wakes one who waits, once, and loses nothing") {
    exchange_queue queue(2);
    std::atomic<int> nulls{0};
    std::thread waiting([&] {
        while (!queue.closed()) nulls += queue.pop() ? 0 : 1;
    });
    queue.nudge();
    while (nulls < 1) std::this_thread::yield();
    CHECK_FALSE(queue.closed());
    queue.close();
    waiting.join();
    CHECK(nulls == 2);

    exchange_queue filled(2);
    REQUIRE(filled.push(exchange::detached(http::make_head("GET", "/"))));
    filled.nudge();
    filled.nudge();
    CHECK_FALSE(filled.pop());
    CHECK(filled.pop());
    filled.close();
    CHECK_FALSE(filled.pop());
}

TEST_CASE("exchange_queue: every request is popped once, whoever pops") {
    exchange_queue queue(100000);
    std::atomic<int> popped{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            while (queue.pop()) ++popped;
        });
    }
    for (int i = 0; i < 500; ++i) CHECK(queue.push(request()));
    queue.close();
    for (std::thread& t : threads) t.join();
    CHECK(popped == 500);
    CHECK_FALSE(queue.push(request()));
}

TEST_CASE("queued_handler: answers 503 with Retry-After where the queue is full") {
    exchange_queue queue(0);
    queued_handler handler(queue);
    auto x = request();
    handler.handle(x);
    const std::string out = x->take_output();
    CHECK(out.starts_with("HTTP/1.1 503 "));
    CHECK(out.find("\r\nRetry-After: 1\r\n") != out.npos);
}

TEST_CASE("exchange_queue: those that wait are refused where nobody is left to answer") {
    exchange_queue queue(5);
    const auto first = request(), second = request();
    REQUIRE(queue.push(first));
    REQUIRE(queue.push(second));
    refuse_all(queue);
    CHECK(queue.closed());
    CHECK(queue.size() == 0);
    CHECK(first->take_output().starts_with("HTTP/1.1 503 "));
    CHECK(second->take_output().starts_with("HTTP/1.1 503 "));
    queued_handler handler(queue);
    const auto late = request();
    handler.handle(late);
    CHECK(late->take_output().starts_with("HTTP/1.1 503 "));
}
