// How process/master.hpp replaces workers that have served long enough, and those that hang.
#include <sys/socket.h>

#include "../catch.hpp"
#include "master_fixture.hpp"

using namespace cruet;
using namespace cruet::process;
using namespace cruet::test;
using namespace std::chrono_literals;

namespace {

// Never fewer serve than `wanted`, once as many did.
bool never_fewer_than(int wanted, journal& book) {
    int serving = 0;
    bool started = false;
    for (int i = 0; i < book.size; ++i) {
        const auto event = book.entries[i].event;
        if (event == master_event::worker_ready) ++serving;
        if (event == master_event::worker_stopping) --serving;
        started = started || serving == wanted;
        if (started && serving < wanted) return false;
    }
    return started;
}

// Serves a request each millisecond until it is told to stop.
int serve_quickly(worker_context& worker) {
    auto signals = signal_channel::open({SIGTERM});
    if (!signals) return 99;
    worker.ready();
    while (!signals->next()) {
        worker.count_request();
        std::this_thread::sleep_for(1ms);
    }
    return 0;
}

int last_status(journal& book, master_event event) {
    int status = -1;
    for (int i = 0; i < book.size; ++i) {
        if (book.entries[i].event == event) status = book.entries[i].status;
    }
    return status;
}

}  // namespace

TEST_CASE("a worker that has served its requests is replaced by one that is ready") {
    auto options = workers(2);
    options.recycle.requests = 20;
    master_under_test m(options, serve_quickly);
    REQUIRE(m.await(master_event::worker_recycled, 6));
    CHECK(last_status(m.book(), master_event::worker_recycled) ==
          static_cast<int>(recycle_reason::requests));
    REQUIRE(m.await(master_event::worker_ended, 4));
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
    const int before_the_end = m.count(master_event::stopping);
    CHECK(before_the_end == 1);
    CHECK(m.count(master_event::worker_killed) == 0);
}

TEST_CASE("while workers are recycled there are never fewer") {
    auto options = workers(2);
    options.recycle.requests = 15;
    options.recycle.requests_jitter = 10;
    master_under_test m(options, serve_quickly);
    REQUIRE(m.await(master_event::worker_recycled, 8));
    CHECK(never_fewer_than(2, m.book()));
}

TEST_CASE("a worker has a lifetime") {
    auto options = workers(1);
    options.recycle.lifetime = 50ms;
    master_under_test m(options, wait_for_end);
    REQUIRE(m.await(master_event::worker_ended, 3));
    CHECK(last_status(m.book(), master_event::worker_recycled) ==
          static_cast<int>(recycle_reason::lifetime));
    CHECK(never_fewer_than(1, m.book()));
}

#ifdef __linux__
TEST_CASE("a worker whose memory has grown is replaced") {
    auto options = workers(1);
    options.recycle.memory = 200 << 20;
    options.recycle.memory_interval = 20ms;
    master_under_test m(options, [](worker_context& worker) {
        // The first one alone.
        std::string hoard;
        if (worker.index() == 0) hoard.assign(300 << 20, 'x');
        const int code = wait_for_end(worker);
        return hoard.size() == 1 ? 98 : code;
    });
    REQUIRE(m.await(master_event::worker_ended));
    CHECK(last_status(m.book(), master_event::worker_recycled) ==
          static_cast<int>(recycle_reason::memory));
    std::this_thread::sleep_for(200ms);
    CHECK(m.count(master_event::worker_recycled) == 1);
    CHECK(m.count(master_event::worker_started) == 2);
}
#endif

TEST_CASE("a worker goes on serving as long as its successor does not boot") {
    auto options = workers(1);
    options.recycle.requests = 10;
    master_under_test m(options, [](worker_context& worker) {
        if (worker.index() != 0) return 3;
        return serve_quickly(worker);
    });
    REQUIRE(m.await(master_event::boot_failed, 3));
    CHECK(m.count(master_event::worker_stopping) == 0);
    CHECK(m.count(master_event::worker_recycled) == 1);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("workers that take their time to end are not too many") {
    auto options = workers(1);
    options.recycle.requests = 10;
    options.graceful_timeout = 10s;
    // None ever ends by itself.
    master_under_test m(options, [](worker_context& worker) {
        ::signal(SIGTERM, SIG_IGN);
        worker.ready();
        while (true) {
            worker.count_request();
            std::this_thread::sleep_for(1ms);
        }
        return 0;
    });
    REQUIRE(m.await(master_event::worker_stopping));
    std::this_thread::sleep_for(200ms);
    CHECK(m.count(master_event::worker_started) == 2);
    m.signal(SIGQUIT);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("a worker that knows of its hang has time for the rest, and a successor at once") {
    auto options = workers(1);
    options.timeout = 100ms;
    options.hang_grace = 5s;
    master_under_test m(options, [](worker_context& worker) {
        auto signals = signal_channel::open({SIGTERM, hang_signal()});
        if (!signals) return 99;
        worker.ready();
        if (worker.index() != 0) {
            while (!signals->next()) std::this_thread::sleep_for(1ms);
            return 0;
        }
        const busy_lane busy(worker.slot(), 0);
        while (signals->next() != hang_signal()) std::this_thread::sleep_for(1ms);
        const std::string_view here = "in the middle of it";
        if (::write(worker.trace_fd(), here.data(), here.size()) < 0) return 98;
        worker.slot().give_up(0);
        worker.stopping();
        while (signals->next() != SIGTERM) std::this_thread::sleep_for(1ms);
        // What is in hand takes a while.
        std::this_thread::sleep_for(300ms);
        return 7;
    });
    REQUIRE(m.await(master_event::worker_ended));
    CHECK(last_status(m.book(), master_event::worker_ended) == 7 << 8);
    CHECK(m.count(master_event::worker_hung) == 1);
    CHECK(m.count(master_event::worker_killed) == 0);
    CHECK(m.count(master_event::worker_stood) == 1);
    CHECK(std::string(m.book().text) == "in the middle of it");
    // The successor was ready before that.
    int ready = 0;
    for (int i = 0; i < m.book().size; ++i) {
        if (m.book().entries[i].event == master_event::worker_ready) ++ready;
        if (m.book().entries[i].event == master_event::worker_ended) break;
    }
    CHECK(ready == 2);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("a worker that does not notice its hang is killed after the grace") {
    auto options = workers(1);
    options.timeout = 100ms;
    options.hang_grace = 200ms;
    master_under_test m(options, [](worker_context& worker) {
        ::signal(hang_signal(), SIG_IGN);
        ::signal(SIGTERM, SIG_IGN);
        worker.ready();
        if (worker.index() != 0) {
            while (true) ::pause();
        }
        const busy_lane busy(worker.slot(), 0);
        if (::write(worker.trace_fd(), "stuck", 5) < 0) return 98;
        while (true) ::pause();
        return 0;
    });
    REQUIRE(m.await(master_event::worker_hung));
    REQUIRE(m.await(master_event::worker_ready, 2));
    REQUIRE(m.await(master_event::worker_stood));
    CHECK(std::string(m.book().text) == "stuck");
    REQUIRE(m.await(master_event::worker_killed));
    REQUIRE(m.await(master_event::worker_ended));
    CHECK(last_status(m.book(), master_event::worker_ended) == SIGKILL);
    CHECK(m.count(master_event::worker_hung) == 1);
    m.signal(SIGQUIT);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("a worker that has given one lane up may hang in another") {
    auto options = workers(1);
    options.lanes = 3;
    options.timeout = 200ms;
    options.hang_grace = 5s;
    master_under_test m(options, [](worker_context& worker) {
        auto signals = signal_channel::open({SIGTERM, hang_signal()});
        if (!signals) return 99;
        worker.ready();
        if (worker.index() != 0) {
            while (!signals->next()) std::this_thread::sleep_for(1ms);
            return 0;
        }
        worker.slot().enter(1);
        for (unsigned lane = 1; lane <= 2; ++lane) {
            while (signals->next() != hang_signal()) std::this_thread::sleep_for(1ms);
            worker.slot().give_up(lane);
            if (lane == 1) worker.slot().enter(2);
            worker.stopping();
        }
        return 7;
    });
    REQUIRE(m.await(master_event::worker_ended));
    CHECK(last_status(m.book(), master_event::worker_ended) == 7 << 8);
    CHECK(m.count(master_event::worker_hung) == 2);
    CHECK(m.count(master_event::worker_killed) == 0);
    CHECK(m.count(master_event::worker_started) == 2);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}
