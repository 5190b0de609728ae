// What process/master.hpp makes of the signals that change the service rather than end it, and
// of connections that wait when it ends.
#include <sys/socket.h>

#include "../catch.hpp"
#include "master_fixture.hpp"

using namespace cruet;
using namespace cruet::process;
using namespace cruet::test;
using namespace std::chrono_literals;

TEST_CASE("SIGTTIN and SIGTTOU change the number of workers") {
    master_under_test m(workers(1), wait_for_end);
    REQUIRE(m.await(master_event::worker_ready));
    m.signal(SIGTTIN);
    REQUIRE(m.await(master_event::worker_ready, 2));
    m.signal(SIGTTIN);
    REQUIRE(m.await(master_event::worker_ready, 3));
    m.signal(SIGTTOU);
    REQUIRE(m.await(master_event::worker_ended));
    // The eldest.
    CHECK(m.nth(master_event::worker_stopping, 0) == m.nth(master_event::worker_started, 0));
    m.signal(SIGTTOU);
    REQUIRE(m.await(master_event::worker_ended, 2));
    // Never the last one.
    m.signal(SIGTTOU);
    std::this_thread::sleep_for(100ms);
    CHECK(m.count(master_event::worker_ended) == 2);
    CHECK(m.count(master_event::worker_started) == 3);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("SIGWINCH stops all workers, SIGHUP brings them again") {
    master_under_test m(workers(2), wait_for_end);
    REQUIRE(m.await(master_event::worker_ready, 2));
    m.signal(SIGWINCH);
    REQUIRE(m.await(master_event::worker_ended, 2));
    std::this_thread::sleep_for(100ms);
    CHECK(m.count(master_event::worker_started) == 2);
    SECTION("SIGHUP") {
        m.signal(SIGHUP);
        REQUIRE(m.await(master_event::worker_ready, 4));
        REQUIRE(m.await(master_event::reload_finished));
    }
    SECTION("SIGTTIN") {
        m.signal(SIGTTIN);
        REQUIRE(m.await(master_event::worker_ready, 3));
    }
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("SIGWINCH changes nothing in the foreground, unless another master serves") {
    auto options = workers(1);
    SECTION("a process that leads its group") {
        master_under_test m(options, wait_for_end);
        REQUIRE(::setpgid(m.pid(), 0) == 0);
        REQUIRE(m.await(master_event::worker_ready));
        m.signal(SIGWINCH);
        REQUIRE(m.await(master_event::signal_ignored));
        CHECK(m.count(master_event::workers_wanted) == 0);
        m.signal(SIGTERM);
        CHECK(m.exit_code() == 0);
        CHECK(m.count(master_event::worker_ended) == 1);
    }
    SECTION("a daemon leads one, too") {
        options.detached = true;
        master_under_test m(options, wait_for_end);
        REQUIRE(::setpgid(m.pid(), 0) == 0);
        REQUIRE(m.await(master_event::worker_ready));
        m.signal(SIGWINCH);
        REQUIRE(m.await(master_event::worker_ended));
        m.signal(SIGTERM);
        CHECK(m.exit_code() == 0);
    }
}

TEST_CASE("SIGUSR1 is passed on to the workers, and harms none that boots") {
    master_under_test m(workers(2), [](worker_context& worker) {
        auto signals = signal_channel::open({SIGTERM, SIGUSR1});
        if (!signals) return 99;
        worker.ready();
        int seen = 0;
        while (true) {
            const auto number = signals->next();
            if (number == SIGUSR1) ++seen;
            if (number == SIGTERM) return seen;
            std::this_thread::sleep_for(1ms);
        }
    });
    REQUIRE(m.await(master_event::worker_started));
    m.signal(SIGUSR1);
    REQUIRE(m.await(master_event::logs_reopened));
    REQUIRE(m.await(master_event::worker_ready, 2));
    m.signal(SIGUSR1);
    CAPTURE(m.text());
    REQUIRE(m.await(master_event::logs_reopened, 2));
    std::this_thread::sleep_for(50ms);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
    int told = 0;
    for (int i = 0; i < m.book().size; ++i) {
        const auto& entry = m.book().entries[i];
        if (entry.event == master_event::worker_ended) told += WEXITSTATUS(entry.status) > 0;
        CHECK(entry.event != master_event::boot_failed);
    }
    CHECK(told == 2);
}

TEST_CASE("SIGHUP takes new options") {
    master_under_test m(workers(1), wait_for_end);
    REQUIRE(m.await(master_event::worker_ready));
    m.book().workers_from_now_on = 3;
    m.signal(SIGHUP);
    REQUIRE(m.await(master_event::reload_finished));
    CHECK(m.count(master_event::worker_ready) == 4);
    m.book().workers_from_now_on = 2;
    m.signal(SIGHUP);
    REQUIRE(m.await(master_event::reload_finished, 2));
    REQUIRE(m.await(master_event::worker_ended, 4));
    CHECK(m.count(master_event::worker_ready) == 6);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE("connections that are queued at the end reach a worker that has no time for them yet") {
    auto where = net::resolve("127.0.0.1:0");
    REQUIRE(where);
    auto listener = net::listener::bind(where->front());
    REQUIRE(listener);
    auto options = workers(1);
    options.listeners = {listener->fd()};
    master_under_test m(options, [](worker_context& worker) {
        auto signals = signal_channel::open({SIGTERM});
        if (!signals) return 99;
        worker.ready();
        while (!signals->next()) std::this_thread::sleep_for(1ms);
        // Busy, and without a look at the listener.
        std::this_thread::sleep_for(300ms);
        int answered = 0;
        while (const net::handle taken = worker.connections().take().socket) {
            answered += ::send(taken.get(), "x", 1, MSG_NOSIGNAL) == 1;
        }
        return answered == 3 ? 0 : 50 + answered;
    });
    REQUIRE(m.await(master_event::worker_ready));
    const net::address to = listener->local();
    std::vector<net::handle> clients;
    for (int i = 0; i < 3; ++i) {
        clients.emplace_back(::socket(to.family(), SOCK_STREAM, 0));
        REQUIRE(::connect(clients.back().get(), to.data(), to.size()) == 0);
    }
    m.signal(SIGTERM);
    REQUIRE(m.await(master_event::worker_stopping));
    // Refused though this process has the listener open, too.
    const net::handle late(::socket(to.family(), SOCK_STREAM, 0));
    CHECK(::connect(late.get(), to.data(), to.size()) != 0);
    CHECK(m.exit_code() == 0);
    CHECK(m.book().entries[m.book().size - 1].status == 0);
    for (const net::handle& c : clients) {
        char byte = 0;
        CHECK(::recv(c.get(), &byte, 1, 0) == 1);
    }
}

TEST_CASE("listeners that others accept from go on") {
    auto where = net::resolve("127.0.0.1:0");
    REQUIRE(where);
    auto listener = net::listener::bind(where->front());
    REQUIRE(listener);
    auto options = workers(1);
    options.listeners = {listener->fd()};
    options.listeners_shared = true;
    master_under_test m(options, wait_for_end);
    REQUIRE(m.await(master_event::worker_ready));
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
    const net::address to = listener->local();
    const net::handle client(::socket(to.family(), SOCK_STREAM, 0));
    CHECK(::connect(client.get(), to.data(), to.size()) == 0);
    net::address peer;
    CHECK(listener->accept(peer));
}

TEST_CASE("SIGUSR2 forks a new master, one at a time, and it is known when that goes") {
    master_under_test m(workers(1), wait_for_end, [] {
        ::usleep(200000);
        return 9;
    });
    REQUIRE(m.await(master_event::worker_ready));
    m.signal(SIGUSR2);
    REQUIRE(m.await(master_event::upgrade_started));
    CHECK(m.count(master_event::upgrade_starting) == 1);
    m.signal(SIGUSR2);
    REQUIRE(m.await(master_event::upgrade_refused));
    REQUIRE(m.await(master_event::upgrade_ended));
    CHECK(m.nth(master_event::upgrade_ended, 0) == m.nth(master_event::upgrade_started, 0));
    m.signal(SIGUSR2);
    REQUIRE(m.await(master_event::upgrade_started, 2));
    CHECK(m.count(master_event::worker_started) == 1);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);
}

TEST_CASE(
    "a new master refuses to be replaced as long as the old one lives, and learns of its end") {
    auto options = workers(1);
    options.predecessor = ::getpid();
    master_under_test m(options, wait_for_end);
    REQUIRE(m.await(master_event::worker_ready));
    m.signal(SIGUSR2);
    REQUIRE(m.await(master_event::upgrade_refused));
    CHECK(m.count(master_event::promoted) == 0);
    m.signal(SIGTERM);
    CHECK(m.exit_code() == 0);

    options.predecessor = 1234567;  // is not its parent any more
    master_under_test orphan(options, wait_for_end);
    REQUIRE(orphan.await(master_event::promoted));
    REQUIRE(orphan.await(master_event::worker_ready));
    orphan.signal(SIGTERM);
    CHECK(orphan.exit_code() == 0);
}
