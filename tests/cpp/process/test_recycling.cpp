#include "cruet/process/recycling.hpp"

#include <set>
#include <vector>

#include "../catch.hpp"

using namespace cruet::process;
using namespace std::chrono_literals;

namespace {

const auto start = recycle_plan::time_point{} + 1h;

}  // namespace

TEST_CASE("recycling: without limits nothing is ever due") {
    std::minstd_rand random(1);
    const recycle_plan plan = recycle_limits{}.plan(random, start);
    CHECK(plan.due(std::uint64_t(-1), start + 100000h) == recycle_reason::none);
}

TEST_CASE("recycling: a number of requests, and a time") {
    std::minstd_rand random(1);
    recycle_limits limits;
    limits.requests = 50;
    limits.lifetime = 10s;
    const recycle_plan plan = limits.plan(random, start);
    CHECK(plan.due(49, start) == recycle_reason::none);
    CHECK(plan.due(50, start) == recycle_reason::requests);
    CHECK(plan.due(51, start) == recycle_reason::requests);
    CHECK(plan.due(0, start + 9999ms) == recycle_reason::none);
    CHECK(plan.due(0, start + 10s) == recycle_reason::lifetime);
}

TEST_CASE("recycling: jitter spreads the limits, and never lowers them") {
    std::minstd_rand random(1);
    recycle_limits limits;
    limits.requests = 100;
    limits.requests_jitter = 10;
    limits.lifetime = 10s;
    limits.lifetime_jitter = 5s;
    std::set<std::uint64_t> requests;
    std::set<recycle_plan::time_point> times;
    for (int i = 0; i < 500; ++i) {
        const recycle_plan plan = limits.plan(random, start);
        CHECK(plan.requests >= 100);
        CHECK(plan.requests <= 110);
        CHECK(plan.until >= start + 10s);
        CHECK(plan.until <= start + 15s);
        requests.insert(plan.requests);
        times.insert(plan.until);
    }
    CHECK(requests.size() == 11);
    CHECK(times.size() > 100);
}

TEST_CASE("recycling: the largest limits do not overflow") {
    std::minstd_rand random(1);
    recycle_limits limits;
    limits.requests = std::uint64_t(-1) - 5;
    limits.requests_jitter = std::uint64_t(-1);
    for (int i = 0; i < 100; ++i) CHECK(limits.plan(random, start).requests >= limits.requests);
}

TEST_CASE("recycling: the memory of a process") {
    const auto before = resident_memory(::getpid());
#ifdef __linux__
    REQUIRE(before);
    CHECK(*before > 500'000U);
    std::vector<char> more(32 << 20, 'x');
    const auto after = resident_memory(::getpid());
    REQUIRE(after);
    CHECK(*after > *before + (28U << 20));
    CHECK(more[12345] == 'x');
    // No process has such a number.
    CHECK(resident_memory(0x7ffffff0).error().code == cruet::errc::io);
#else
    CHECK_FALSE(before);
#endif
}
