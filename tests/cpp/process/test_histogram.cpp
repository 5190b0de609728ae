#include "cruet/process/histogram.hpp"

#include "../catch.hpp"

using namespace cruet::process;

TEST_CASE("histogram: bounds belong to the bucket below them") {
    latency_histogram h;
    for (const std::uint64_t micros : {0U, 100U, 101U, 250U, 50000000U}) h.add(micros);
    h.add(~std::uint64_t{0} >> 8);
    CHECK(h.count(0) == 2);
    CHECK(h.count(1) == 2);
    CHECK(h.count(latency_buckets - 2) == 1);
    CHECK(h.count(latency_buckets - 1) == 1);
    CHECK(h.sum() == 451 + 50000000 + (~std::uint64_t{0} >> 8));
}

TEST_CASE("histogram: quantiles lie within their bucket") {
    latency_counts none;
    CHECK(none.quantile(0.5) == 0);
    latency_histogram fast, slow;
    for (int i = 0; i < 90; ++i) fast.add(80);
    for (int i = 0; i < 10; ++i) slow.add(700);
    latency_counts both;
    both.add(fast);
    both.add(slow);
    CHECK(both.total() == 100);
    CHECK(both.sum == 90 * 80 + 10 * 700);
    CHECK(both.quantile(0.45) == Approx(50));
    CHECK(both.quantile(0.9) == Approx(100));
    CHECK(both.quantile(0.95) == Approx(750));
    CHECK(both.quantile(1) == Approx(1000));
    latency_counts endless;
    endless.counts.back() = 1;
    CHECK(endless.quantile(0.99) > 50000000);
}
