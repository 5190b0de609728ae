#include "cruet/net/timer.hpp"

#include <memory>
#include <vector>

#include "../catch.hpp"

using namespace cruet::net;
using namespace std::chrono_literals;

namespace {

const coarse_clock::time_point start{std::chrono::milliseconds(1'000'000)};

std::vector<deadline*> due(timer_wheel& wheel, coarse_clock::time_point now) {
    std::vector<deadline*> out;
    wheel.advance(now, [&](deadline& d) { out.push_back(&d); });
    return out;
}

}  // namespace

TEST_CASE("timer_wheel: a deadline is met once, never early, at most a tick late") {
    timer_wheel wheel(start);
    for (const auto after : {0ms, 1ms, 99ms, 100ms, 101ms, 1250ms, 25599ms, 25600ms, 100000ms}) {
        INFO(after.count());
        deadline d;
        timer_wheel fresh(start);
        fresh.set(d, start + after);
        coarse_clock::time_point now = start;
        while (due(fresh, now).empty()) {
            REQUIRE(now - start <= after + 200ms);
            now += 10ms;
        }
        CHECK(now >= start + after);
        CHECK_FALSE(d.linked());
        CHECK(due(fresh, now + 1000s).empty());
    }
}

TEST_CASE("timer_wheel: moved, nearer and further, and cancelled") {
    timer_wheel wheel(start);
    deadline d, e;
    wheel.set(d, start + 5s);
    wheel.set(d, start + 10s);
    CHECK(due(wheel, start + 6s).empty());
    wheel.set(d, start + 7s);
    CHECK(due(wheel, start + 7200ms) == std::vector<deadline*>{&d});
    wheel.set(e, start + 8s);
    wheel.cancel(e);
    wheel.cancel(e);
    CHECK(due(wheel, start + 20s).empty());
}

TEST_CASE("timer_wheel: a deadline in the past is met at the next tick") {
    timer_wheel wheel(start);
    deadline d;
    wheel.set(d, start - 5s);
    CHECK(due(wheel, start).empty());
    CHECK(due(wheel, start + 100ms).size() == 1);
}

TEST_CASE("timer_wheel: after a long sleep nothing is lost") {
    timer_wheel wheel(start);
    deadline a, b;
    wheel.set(a, start + 3s);
    wheel.set(b, start + 3600s + 5s);
    CHECK(due(wheel, start + 3600s) == std::vector<deadline*>{&a});
    CHECK(due(wheel, start + 3606s) == std::vector<deadline*>{&b});
    // Set while the wheel stood still for long.
    wheel.set(a, start + 7200s + 1s);
    CHECK(due(wheel, start + 7200s).empty());
    CHECK(due(wheel, start + 7202s).size() == 1);
}

TEST_CASE("timer_wheel: callbacks set, cancel and destroy others") {
    timer_wheel wheel(start);
    auto one = std::make_unique<deadline>();
    auto two = std::make_unique<deadline>();
    wheel.set(*one, start + 1s);
    wheel.set(*two, start + 1s);
    int calls = 0;
    wheel.advance(start + 2s, [&](deadline& d) {
        ++calls;
        if (&d == one.get()) {
            two.reset();
        } else {
            one.reset();
        }
        wheel.set(d, start + 3s);
    });
    CHECK(calls == 1);
    CHECK(due(wheel, start + 4s).size() == 1);
}
