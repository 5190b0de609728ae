#include "cruet/service/slot_metrics.hpp"

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::service;

TEST_CASE("slot_metrics counts into the worker's slot, and tells the master once") {
    auto board = process::scoreboard::create(2, 1);
    auto life = process::byte_pipe::open();
    auto ready = process::byte_pipe::open();
    auto queue = process::handover::open();
    REQUIRE(board);
    REQUIRE(life);
    REQUIRE(ready);
    REQUIRE(queue);
    board->slot(1).claim(::getpid(), 2);
    const process::slot_view slot = board->slot(1);
    const int told = ready->read_fd();
    const process::worker_context place(std::move(*board), 1, ::getppid(), std::move(*life),
                                        std::move(*ready), std::move(*queue), {});
    slot_metrics metrics(&place);
    metrics.connection_opened();
    metrics.connection_opened();
    CHECK(slot.connections() == 2);
    metrics.connection_closed();
    CHECK(slot.connections() == 1);

    const auto info = make_ref<server::connection_info>();
    const server::request_report report{*info, nullptr, 200, 100, 5, false};
    metrics.request_finished(report);
    CHECK(slot.requests() == 1);
    CHECK(slot.stats().bytes_out.get() == 100);
    CHECK(slot.stats().responses[2].get() == 1);
    CHECK(slot.stats().connections.get() == 2);
    char byte = 0;
    CHECK(::read(told, &byte, 1) < 0);
    metrics.request_finished(report);
    CHECK(::read(told, &byte, 1) == 1);
    metrics.request_finished(report);
    CHECK(slot.requests() == 3);
    CHECK(::read(told, &byte, 1) < 0);
}

TEST_CASE("slot_metrics without a place counts nothing") {
    slot_metrics metrics;
    metrics.connection_opened();
    metrics.connection_closed();
    const auto info = make_ref<server::connection_info>();
    metrics.request_finished({*info, nullptr, 200, 100, 5, false});
    SUCCEED();
}
