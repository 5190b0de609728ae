// How process/master.hpp has its workers forked by a nursery.
#include "../catch.hpp"
#include "master_fixture.hpp"

using namespace cruet;
using namespace cruet::process;
using namespace cruet::test;
using namespace std::chrono_literals;

#ifdef __linux__

namespace {

master_options preloaded(unsigned n) {
    auto options = workers(n);
    options.preload = true;
    options.young = 0ms;
    return options;
}

// A worker that is not its nursery's child.
int wait_under_the_master(worker_context& worker) {
    if (::getppid() != worker.master()) return 77;
    return wait_for_end(worker);
}

}  // namespace

TEST_CASE("preload: one process loads, and all workers are forked from it") {
    master_under_test m(preloaded(3), wait_under_the_master);
    REQUIRE(m.await(master_event::worker_ready, 3));
    CHECK(m.book().loads == 1);
    CHECK(m.book().boots == 3);
    CHECK(m.count(master_event::nursery_ready) == 1);
    const pid_t nursery = m.nth(master_event::nursery_started, 0);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
    CHECK(m.count(master_event::worker_ended) == 3);
    CHECK(m.count(master_event::worker_killed) == 0);
    CHECK(m.count(master_event::nursery_ended) == 0);
    CHECK(gone(nursery, 1s));
}

TEST_CASE("preload: workers that end are replaced without loading anew") {
    auto options = preloaded(1);
    options.recycle.lifetime = 50ms;
    master_under_test m(options, wait_under_the_master);
    REQUIRE(m.await(master_event::worker_ready, 4));
    ::kill(m.nth(master_event::worker_ready, 3), SIGKILL);
    REQUIRE(m.await(master_event::worker_ready, 6));
    CHECK(m.book().loads == 1);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("preload: an application that does not load ends the start with 3") {
    // In memory that the master shares from its start.
    master_under_test m(
        preloaded(2), [](worker_context&) { return 0; }, [] { return 97; }, true);
    CHECK(m.exit_code() == boot_failure_exit);
    CHECK(m.book().loads == 1);
    CHECK(m.book().boots == 0);
    CHECK(m.count(master_event::boot_failed) == 1);
}

TEST_CASE("preload: a worker that does not boot ends the start with 3, too") {
    master_under_test m(preloaded(2), [](worker_context&) { return 3; });
    CHECK(m.exit_code() == boot_failure_exit);
    CAPTURE(m.text());
    CHECK(m.book().boots == 1);
}

TEST_CASE("preload: SIGHUP loads anew in a nursery of its own") {
    master_under_test m(preloaded(2), wait_under_the_master);
    REQUIRE(m.await(master_event::worker_ready, 2));
    const pid_t first = m.nth(master_event::nursery_started, 0);
    m.signal(SIGHUP);
    REQUIRE(m.await(master_event::reload_finished));
    REQUIRE(m.await(master_event::worker_ended, 2));
    CAPTURE(m.text());
    CHECK(m.book().loads == 2);
    CHECK(gone(first, 3s));
    CHECK_FALSE(gone(m.nth(master_event::nursery_started, 1), 0ms));
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("preload: when new code does not load the old nursery goes on") {
    master_under_test m(preloaded(1), wait_under_the_master);
    REQUIRE(m.await(master_event::worker_ready));
    m.book().refuse_load = true;
    m.signal(SIGHUP);
    REQUIRE(m.await(master_event::reload_failed));
    CHECK(m.count(master_event::worker_ended) == 0);
    // It still makes workers.
    m.signal(SIGTTIN);
    REQUIRE(m.await(master_event::worker_ready, 2));
    CHECK(m.book().loads == 2);
    m.book().refuse_load = false;
    m.signal(SIGHUP);
    REQUIRE(m.await(master_event::reload_finished));
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("preload: a nursery that dies is made anew, and nobody notices") {
    master_under_test m(preloaded(2), wait_under_the_master);
    REQUIRE(m.await(master_event::worker_ready, 2));
    ::kill(m.nth(master_event::nursery_started, 0), SIGKILL);
    REQUIRE(m.await(master_event::nursery_ended));
    REQUIRE(m.await(master_event::nursery_ready, 2));
    CHECK(m.count(master_event::worker_ended) == 0);
    m.signal(SIGTTIN);
    REQUIRE(m.await(master_event::worker_ready, 3));
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("preload: a nursery that does not answer is replaced") {
    auto options = preloaded(1);
    options.nursery_patience = 50ms;
    master_under_test m(options, wait_under_the_master);
    REQUIRE(m.await(master_event::worker_ready));
    const pid_t first = m.nth(master_event::nursery_started, 0);
    ::kill(first, SIGSTOP);
    m.signal(SIGTTIN);
    REQUIRE(m.await(master_event::fork_failed));
    REQUIRE(m.await(master_event::nursery_ready, 2));
    REQUIRE(m.await(master_event::worker_ready, 2));
    CHECK(gone(first, 1s));
    CHECK(m.count(master_event::worker_ended) == 0);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("preload: a stop does not wait for what loads") {
    master_under_test m(
        preloaded(1), wait_under_the_master, [] { return 97; }, false, true);
    REQUIRE(m.await(master_event::nursery_started));
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
    CHECK(gone(m.nth(master_event::nursery_started, 0), 1s));
}

TEST_CASE("preload: orphans of workers are the master's to reap") {
    master_under_test m(preloaded(1), [](worker_context& worker) {
        const pid_t between = ::fork();
        if (between == 0) {
            const pid_t orphan = ::fork();
            if (orphan == 0) {
                ::usleep(50000);
                ::_exit(0);
            }
            worker.slot().set_connections(static_cast<std::uint32_t>(orphan));
            ::_exit(0);
        }
        ::waitpid(between, nullptr, 0);
        return wait_for_end(worker);
    });
    REQUIRE(m.await(master_event::worker_ready));
    std::this_thread::sleep_for(300ms);
    // No zombie is left among the master's children.
    const std::string path =
        "/proc/" + std::to_string(m.pid()) + "/task/" + std::to_string(m.pid()) + "/children";
    FILE* file = std::fopen(path.c_str(), "r");
    REQUIRE(file);
    int children = 0;
    for (int pid = 0; std::fscanf(file, "%d", &pid) == 1; ++children) CHECK_FALSE(gone(pid, 0ms));
    std::fclose(file);
    CHECK(children == 2);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("preload: neither nursery nor workers outlive a killed master") {
    master_under_test m(preloaded(2), wait_under_the_master);
    REQUIRE(m.await(master_event::worker_ready, 2));
    m.signal(SIGKILL);
    CHECK(gone(m.nth(master_event::worker_started, 0), 3s));
    CHECK(gone(m.nth(master_event::worker_started, 1), 3s));
    CHECK(gone(m.nth(master_event::nursery_started, 0), 3s));
}

#endif
