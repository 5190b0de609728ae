#include "cruet/process/prometheus.hpp"

#include "../catch.hpp"

using namespace cruet::process;

namespace {
bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}
}  // namespace

TEST_CASE("prometheus: all workers together, those that have ended included") {
    auto board = scoreboard::create(3, 2);
    REQUIRE(board.has_value());
    board->slot(0).claim(1);
    board->slot(0).set_state(worker_state::ready);
    board->slot(0).stats().count(200, 10, 90, false);
    board->slot(0).stats().count(404, 5, 1500, false);
    board->slot(0).set_connections(3);
    board->slot(0).enter(1);
    board->slot(1).claim(2);
    board->slot(1).stats().count(500, 1, 3000000, true);
    board->slot(1).stats().connections.add(7);
    board->slot(2).claim(3);
    board->slot(2).stats().count(200, 100, 80000000, false);
    board->vacate(2);

    std::string text;
    append_prometheus(text, *board, board->head().started + 2500000000);
    for (const char* line : {"cruet_requests_total{status=\"2xx\"} 2",
                             "cruet_requests_total{status=\"4xx\"} 1",
                             "cruet_requests_total{status=\"5xx\"} 1",
                             "cruet_requests_total{status=\"other\"} 0",
                             "cruet_requests_incomplete_total 1",
                             "cruet_response_bytes_total 116",
                             "cruet_request_duration_seconds_bucket{le=\"0.0001\"} 1",
                             "cruet_request_duration_seconds_bucket{le=\"0.0025\"} 2",
                             "cruet_request_duration_seconds_bucket{le=\"5\"} 3",
                             "cruet_request_duration_seconds_bucket{le=\"+Inf\"} 4",
                             "cruet_request_duration_seconds_count 4",
                             "cruet_request_duration_seconds_sum 83.00159",
                             "cruet_requests_in_progress 1",
                             "cruet_open_connections 3",
                             "cruet_connections_total 7",
                             "cruet_workers{state=\"ready\"} 1",
                             "cruet_workers{state=\"booting\"} 1",
                             "cruet_workers{state=\"stopping\"} 0",
                             "cruet_uptime_seconds 2.5",
                             "# TYPE cruet_request_duration_seconds histogram"}) {
        INFO(line);
        CHECK(has_line(text, line));
    }
    CHECK(text.ends_with('\n'));
}

TEST_CASE("prometheus: counters do not fall when a worker ends") {
    auto board = scoreboard::create(1, 1);
    REQUIRE(board.has_value());
    for (int i = 1; i <= 3; ++i) {
        board->slot(0).claim(i);
        board->slot(0).stats().count(200, 1, 100, false);
        CHECK(board_sum(*board).stats.responses[2] == static_cast<std::uint64_t>(i));
        board->vacate(0);
        CHECK(board_sum(*board).stats.responses[2] == static_cast<std::uint64_t>(i));
    }
}
