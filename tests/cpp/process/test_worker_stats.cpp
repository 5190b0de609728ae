#include "cruet/process/worker_stats.hpp"

#include "../catch.hpp"

using namespace cruet::process;

TEST_CASE("worker_stats: answers by the first digit of their status") {
    worker_stats s;
    for (const int status : {101, 200, 204, 404, 503, 0, 600, -1}) s.count(status, 10, 200, false);
    s.count(200, 5, 60000000, true);
    CHECK(s.responses[0].get() == 3);
    CHECK(s.responses[1].get() == 1);
    CHECK(s.responses[2].get() == 3);
    CHECK(s.responses[3].get() == 0);
    CHECK(s.responses[4].get() == 1);
    CHECK(s.responses[5].get() == 1);
    CHECK(s.incomplete.get() == 1);
    CHECK(s.bytes_out.get() == 85);
    // But for the 101, whose time is that of another protocol.
    CHECK(s.latency.count(1) == 7);
}

TEST_CASE("worker_stats: what has ended is added up") {
    worker_stats first, second, both;
    first.count(200, 1, 100, false);
    first.connections.add(2);
    first.refused.add(3);
    second.count(500, 2, 100, true);
    accumulate(both, first);
    accumulate(both, second);
    stats_sum sum;
    sum.add(both);
    sum.add(first);
    CHECK(sum.responses[2] == 2);
    CHECK(sum.responses[5] == 1);
    CHECK(sum.incomplete == 1);
    CHECK(sum.bytes_out == 4);
    CHECK(sum.connections == 4);
    CHECK(sum.refused == 6);
    CHECK(sum.latency.total() == 3);
    CHECK(sum.latency.sum == 300);
}
