#include "cruet/process/master.hpp"

#include "../catch.hpp"
#include "master_fixture.hpp"

using namespace cruet::process;
using namespace cruet::test;
using namespace std::chrono_literals;

TEST_CASE("workers start, and SIGTERM ends them all with exit code 0") {
    master_under_test m(workers(3), wait_for_end);
    REQUIRE(m.await(master_event::worker_ready, 3));
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
    CHECK(m.count(master_event::worker_ended) == 3);
    CHECK(m.count(master_event::worker_killed) == 0);
    CHECK(m.book().boots == 3);
}

TEST_CASE("SIGINT and SIGQUIT have workers give up what they do") {
    const int number = GENERATE(SIGINT, SIGQUIT);
    master_under_test m(workers(2), [](worker_context& worker) {
        auto signals = signal_channel::open({SIGTERM, SIGQUIT});
        worker.ready();
        while (true) {
            // In the middle of a request.
            if (signals->next() == SIGQUIT) return 0;
            std::this_thread::sleep_for(1ms);
        }
    });
    REQUIRE(m.await(master_event::worker_ready, 2));
    m.signal(number);
    CHECK(m.exit_code() == 0);
    CHECK(m.count(master_event::stopping) == 1);
    CHECK(m.count(master_event::worker_killed) == 0);
}

TEST_CASE("who does not give up is killed soon") {
    auto options = workers(1);
    options.quick_timeout = 100ms;
    master_under_test m(options, [](worker_context& worker) {
        ::signal(SIGQUIT, SIG_IGN);
        worker.ready();
        while (true) ::pause();
        return 0;
    });
    REQUIRE(m.await(master_event::worker_ready));
    m.signal(SIGINT);
    CHECK(m.exit_code() == 0);
    CHECK(m.count(master_event::worker_killed) == 1);
}

TEST_CASE("a killed worker is replaced at once") {
    auto options = workers(2);
    options.young = 0ms;
    master_under_test m(options, wait_for_end);
    REQUIRE(m.await(master_event::worker_ready, 2));
    const auto start = std::chrono::steady_clock::now();
    ::kill(m.nth(master_event::worker_started, 0), SIGKILL);
    REQUIRE(m.await(master_event::worker_ready, 3));
    CHECK(std::chrono::steady_clock::now() - start < 1s);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("a worker that does not stop is killed when the time is over") {
    auto options = workers(1);
    options.graceful_timeout = 100ms;
    master_under_test m(options, [](worker_context& worker) {
        ::signal(SIGTERM, SIG_IGN);
        worker.ready();
        while (true) ::pause();
        return 0;
    });
    REQUIRE(m.await(master_event::worker_ready));
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
    CHECK(m.count(master_event::worker_killed) == 1);
}

TEST_CASE("a second signal leaves no more time") {
    master_under_test m(workers(1), [](worker_context& worker) {
        ::signal(SIGTERM, SIG_IGN);
        worker.ready();
        while (true) ::pause();
        return 0;
    });
    REQUIRE(m.await(master_event::worker_ready));
    m.signal(SIGTERM);
    REQUIRE(m.await(master_event::worker_stopping));
    const auto start = std::chrono::steady_clock::now();
    m.signal(SIGINT);
    CHECK(m.exit_code() == 0);
    CHECK(std::chrono::steady_clock::now() - start < 2s);
}

TEST_CASE("an application that does not boot ends the start with 3 after one attempt") {
    master_under_test m(workers(4), [](worker_context&) { return 3; });
    CHECK(m.exit_code() == boot_failure_exit);
    CHECK(m.book().boots == 1);
    CHECK(m.count(master_event::boot_failed) == 1);
}

TEST_CASE("a crash while booting is a failed boot too") {
    master_under_test m(workers(2), [](worker_context&) {
        ::raise(SIGKILL);
        return 0;
    });
    CHECK(m.exit_code() == boot_failure_exit);
    CHECK(m.book().boots == 1);
}

TEST_CASE("workers that die young are replaced ever more slowly") {
    auto options = workers(1);
    options.backoff_first = 40ms;
    options.backoff_limit = 160ms;
    master_under_test m(options, [](worker_context& worker) {
        worker.ready();
        return 5;
    });
    std::this_thread::sleep_for(600ms);
    const int boots = m.book().boots;
    CHECK(boots >= 2);
    CHECK(boots <= 8);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("workers that die young are that however long they took to boot") {
    auto options = workers(1);
    options.young = 100ms;
    options.backoff_first = 200ms;
    master_under_test m(options, [](worker_context& worker) {
        std::this_thread::sleep_for(150ms);
        worker.ready();
        return 1;
    });
    std::this_thread::sleep_for(1500ms);
    // Without a wait there would be nine; 0.15 and 0.2, 0.15 and 0.4, 0.15 and 0.8 seconds leave
    // three.
    CHECK(m.count(master_event::worker_started) <= 4);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("SIGHUP brings new workers before old ones stop") {
    master_under_test m(workers(2), wait_for_end);
    REQUIRE(m.await(master_event::worker_ready, 2));
    m.signal(SIGHUP);
    REQUIRE(m.await(master_event::reload_finished));
    CHECK(m.count(master_event::worker_started) == 4);
    REQUIRE(m.await(master_event::worker_ended, 2));
    // Never fewer than two serve: each end lies behind the readiness of a new one.
    int serving = 0;
    bool started = false;
    for (int i = 0; i < m.book().size; ++i) {
        const auto event = m.book().entries[i].event;
        if (event == master_event::worker_ready) ++serving;
        if (event == master_event::worker_stopping) --serving;
        if (serving == 2) started = true;
        if (started) CHECK(serving >= 2);
    }
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("when new code does not boot the old workers go on") {
    master_under_test m(workers(2), [](worker_context& worker) {
        // Of four places the first two hold the old generation.
        return worker.index() >= 2 ? 3 : wait_for_end(worker);
    });
    REQUIRE(m.await(master_event::worker_ready, 2));
    m.signal(SIGHUP);
    REQUIRE(m.await(master_event::reload_failed));
    std::this_thread::sleep_for(100ms);
    CHECK(m.count(master_event::worker_ended) == 0);
    CHECK(m.count(master_event::worker_started) == 3);
    CHECK(m.book().boots == 3);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("options of new code that does not boot go with it") {
    master_under_test m(workers(2), [](worker_context& worker) {
        // Whoever comes third is new code; those after it take the old ones' places.
        return worker.index() >= 2 ? 3 : wait_for_end(worker);
    });
    REQUIRE(m.await(master_event::worker_ready, 2));
    m.book().workers_from_now_on = 4;
    m.signal(SIGHUP);
    REQUIRE(m.await(master_event::reload_failed));
    ::kill(m.nth(master_event::worker_ready, 0), SIGKILL);
    REQUIRE(m.await(master_event::worker_ready, 3));
    std::this_thread::sleep_for(100ms);
    // One place is filled again, and there are no others.
    CHECK(m.count(master_event::worker_started) == 4);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("a configuration that is refused keeps things as they are") {
    master_under_test m(workers(1), wait_for_end);
    REQUIRE(m.await(master_event::worker_ready));
    m.book().refuse_reload = true;
    m.signal(SIGHUP);
    REQUIRE(m.await(master_event::reload_failed));
    CHECK(m.count(master_event::worker_started) == 1);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("a worker whose application hangs is killed and replaced") {
    auto options = workers(1);
    options.timeout = 150ms;
    options.young = 0ms;
    master_under_test m(options, [](worker_context& worker) {
        worker.ready();
        const busy_lane busy(worker.slot(), 0);
        while (true) ::pause();
        return 0;
    });
    const auto start = std::chrono::steady_clock::now();
    REQUIRE(m.await(master_event::worker_hung, 2));
    CHECK(std::chrono::steady_clock::now() - start >= 300ms);
    m.signal(SIGQUIT);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("an idle worker never hangs") {
    auto options = workers(1);
    options.timeout = 60ms;
    master_under_test m(options, wait_for_end);
    REQUIRE(m.await(master_event::worker_ready));
    std::this_thread::sleep_for(300ms);
    CHECK(m.count(master_event::worker_hung) == 0);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("no worker outlives a killed master") {
    auto options = workers(2);
    options.orphan_grace = 300ms;
    SECTION("one that waits sees the life line break") {
        master_under_test m(options, wait_for_end);
        REQUIRE(m.await(master_event::worker_ready, 2));
        m.signal(SIGKILL);
        CHECK(gone(m.nth(master_event::worker_started, 0), 3s));
        CHECK(gone(m.nth(master_event::worker_started, 1), 3s));
    }
#ifdef __linux__
#ifndef __SANITIZE_THREAD__  // which keeps signals back while nothing of libc is called
    SECTION("one that is stuck is killed by the kernel's timer") {
        master_under_test m(options, [](worker_context& worker) {
            ::signal(SIGTERM, SIG_IGN);
            worker.ready();
            for (volatile bool spin = true; spin;) {
            }
            return 0;
        });
        REQUIRE(m.await(master_event::worker_ready, 2));
        m.signal(SIGKILL);
        CHECK(gone(m.nth(master_event::worker_started, 0), 3s));
        CHECK(gone(m.nth(master_event::worker_started, 1), 3s));
    }
#endif
#endif
}
