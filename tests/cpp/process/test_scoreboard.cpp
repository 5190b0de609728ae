#include "cruet/process/scoreboard.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "../catch.hpp"

using namespace cruet::process;

TEST_CASE("a slot starts empty and is claimed, used, vacated") {
    auto board = scoreboard::create(3, 2);
    REQUIRE(board.has_value());
    CHECK(board->slots() == 3);
    CHECK(board->lanes() == 2);
    const slot_view slot = board->slot(1);
    CHECK(slot.state() == worker_state::empty);
    slot.claim(42);
    CHECK(slot.pid() == 42);
    CHECK(slot.state() == worker_state::booting);
    slot.count_request();
    slot.count_bytes_out(100);
    slot.set_connections(5);
    CHECK(slot.requests() == 1);
    CHECK(slot.bytes_out() == 100);
    CHECK(slot.connections() == 5);
    CHECK(board->slot(0).requests() == 0);
    CHECK(board->slot(2).requests() == 0);
    slot.vacate();
    CHECK(slot.pid() == 0);
    slot.claim(43, 2);
    CHECK(slot.requests() == 0);
    CHECK_FALSE(slot.count_request());
    CHECK(slot.count_request());
    CHECK_FALSE(slot.count_request());
}

TEST_CASE("the lane that has been busy longest counts") {
    auto board = scoreboard::create(1, 3);
    REQUIRE(board.has_value());
    const slot_view slot = board->slot(0);
    CHECK(slot.busy_for(monotonic_now()) == 0);
    {
        const busy_lane first(slot, 0);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        const busy_lane second(slot, 2);
        const auto busy = slot.busy_for(monotonic_now());
        CHECK(busy >= 5'000'000U);
        CHECK(busy < 5'000'000'000U);
    }
    CHECK(slot.busy_for(monotonic_now()) == 0);
}

TEST_CASE("a lane that does not exist, and a slot that does not, are ignored") {
    auto board = scoreboard::create(1, 1);
    REQUIRE(board.has_value());
    const busy_lane beyond(board->slot(0), 9);
    const busy_lane nowhere(slot_view{}, 0);
    CHECK(board->slot(0).busy_for(monotonic_now()) == 0);
}

TEST_CASE("what a child writes the parent reads") {
    auto board = scoreboard::create(2, 1);
    REQUIRE(board.has_value());
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        const slot_view slot = board->slot(1);
        slot.claim(::getpid());
        slot.enter(0);
        slot.set_state(worker_state::ready);
        for (int i = 0; i < 1000; ++i) slot.count_request();
        ::_exit(0);
    }
    ::waitpid(pid, nullptr, 0);
    CHECK(board->slot(1).pid() == pid);
    CHECK(board->slot(1).requests() == 1000);
    CHECK(board->slot(1).state() == worker_state::ready);
    CHECK(board->slot(1).busy_for(monotonic_now()) > 0);
}
