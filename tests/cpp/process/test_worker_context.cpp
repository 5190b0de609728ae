#include "cruet/process/worker_context.hpp"

#include <unistd.h>

#include <string>

#include "../catch.hpp"

using namespace cruet::process;

TEST_CASE("a worker tells its state, and wakes its master") {
    auto board = scoreboard::create(3, 2);
    auto life = byte_pipe::open();
    auto ready = byte_pipe::open();
    auto queue = handover::open();
    auto trace = trace_file::create();
    REQUIRE(board);
    REQUIRE(life);
    REQUIRE(ready);
    REQUIRE(queue);
    REQUIRE(trace);
    const int trace_fd = trace->fd();
    board->slot(2).claim(77, 2);
    const int told = ready->read_fd();
    const int line = life->read_fd();
    worker_context place(std::move(*board), 2, 55, std::move(*life), std::move(*ready),
                         std::move(*queue), std::move(*trace));
    const auto heard = [told] {
        char bytes[10];
        const ssize_t n = ::read(told, bytes, sizeof bytes);
        return n > 0 ? std::string(bytes, static_cast<std::size_t>(n)) : std::string();
    };
    CHECK(place.index() == 2);
    CHECK(place.master() == 55);
    CHECK(place.life_line() == line);
    CHECK(place.slot().pid() == 77);
    CHECK(place.board().slots() == 3);
    CHECK_FALSE(place.connections().take().socket);
    CHECK(place.trace_fd() == trace_fd);

    place.ready();
    CHECK(place.slot().state() == worker_state::ready);
    CHECK(heard() == "r");
    place.count_request();
    CHECK(heard().empty());
    place.count_request();
    CHECK(heard() == "n");
    place.wake_master();
    CHECK(heard() == "w");
    place.stopping();
    CHECK(place.slot().state() == worker_state::stopping);
    CHECK(heard() == "s");
    // As its nursery makes it another.
    place.become(1, 9, trace_file());
    CHECK(place.index() == 1);
    CHECK(place.number() == 9);
    CHECK(place.trace_fd() == -1);
}
