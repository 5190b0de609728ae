#include "cruet/process/scoreboard.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <string>
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
    slot.stats().count(200, 100, 10, false);
    slot.set_connections(5);
    CHECK(slot.requests() == 1);
    CHECK(slot.stats().bytes_out.get() == 100);
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

TEST_CASE("a lane that is given up no longer counts") {
    auto board = scoreboard::create(1, 3);
    REQUIRE(board.has_value());
    const slot_view slot = board->slot(0);
    slot.claim(1);
    slot.enter(1);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    slot.enter(2);
    CHECK(slot.busy_for(1, monotonic_now()) >= 5'000'000U);
    CHECK_FALSE(slot.is_given_up(1));
    slot.give_up(1);
    CHECK(slot.is_given_up(1));
    CHECK(slot.busy_for(1, monotonic_now() + 1) == 0);
    CHECK(slot.busy_for(monotonic_now() + 1) < 5'000'000'000U);
    CHECK(slot.busy_for(2, monotonic_now() + 1) > 0);
    // It has come back after all.
    slot.leave(1);
    CHECK_FALSE(slot.is_given_up(1));
    slot.give_up(9);
    CHECK_FALSE(slot.is_given_up(9));
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

TEST_CASE("what a worker has counted stays when it has ended") {
    auto board = scoreboard::create(2, 1);
    REQUIRE(board.has_value());
    for (int i = 0; i < 3; ++i) {
        board->slot(1).claim(42);
        board->slot(1).stats().count(200, 7, 100, false);
        board->vacate(1);
        CHECK(board->slot(1).state() == worker_state::empty);
        CHECK(board->slot(1).stats().bytes_out.get() == 0);
    }
    CHECK(board->ended().bytes_out.get() == 21);
    CHECK(board->ended().responses[2].get() == 3);
    CHECK(board->slot(0).stats().bytes_out.get() == 0);
}

#ifdef __linux__
namespace {
// Of this process's descriptors the one that a board lies in.
int memory_descriptor() {
    for (int fd = 0; fd < 256; ++fd) {
        char to[64] = "";
        const std::string link = "/proc/self/fd/" + std::to_string(fd);
        if (::readlink(link.c_str(), to, sizeof to - 1) < 0) continue;
        if (std::string(to).find(scoreboard::memory_name) != std::string::npos) return fd;
    }
    return -1;
}
}  // namespace

TEST_CASE("another process reads a board that it has found") {
    auto board = scoreboard::create(3, 2);
    REQUIRE(board.has_value());
    board->slot(2).claim(42);
    board->slot(2).enter(1);
    const int fd = memory_descriptor();
    REQUIRE(fd >= 0);
    const auto seen = scoreboard::attach(fd);
    REQUIRE(seen.has_value());
    CHECK(seen->slots() == 3);
    CHECK(seen->lanes() == 2);
    CHECK(seen->head().master == ::getpid());
    CHECK(seen->slot(2).pid() == 42);
    CHECK(seen->slot(2).busy() == 1);
    board->slot(2).stats().count(404, 0, 1, false);
    CHECK(seen->slot(2).stats().responses[4].get() == 1);
}

TEST_CASE("what is no board is not read") {
    CHECK(scoreboard::attach(-1).error().code == cruet::errc::io);
    const int fd = ::memfd_create("other", MFD_CLOEXEC);
    REQUIRE(fd >= 0);
    CHECK(scoreboard::attach(fd).error().code == cruet::errc::invalid_argument);
    REQUIRE(::ftruncate(fd, 4096) == 0);
    CHECK(scoreboard::attach(fd).error().code == cruet::errc::invalid_argument);
    // A head that promises more than there is.
    board_head head;
    head.slots = head.lanes = 1000;
    REQUIRE(::pwrite(fd, &head, sizeof head, 0) == sizeof head);
    CHECK(scoreboard::attach(fd).error().code == cruet::errc::invalid_argument);
    ::close(fd);
}
#endif
