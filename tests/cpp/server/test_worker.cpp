#include "cruet/server/worker.hpp"

#include <sys/resource.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "../catch.hpp"
#include "cruet/server/exchange_queue.hpp"
#include "loops.hpp"
#include "worker_fixture.hpp"

using namespace cruet;
using namespace cruet::server;
using namespace cruet::test;
using namespace std::chrono_literals;

namespace {

const std::string get = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n";

struct echo {
    std::atomic<int> handled{0};
    std::atomic<int> gone_calls{0};
    std::function<void(exchange_ptr)> on_handle;
    std::function<void(exchange&)> on_writable;

    void handle(exchange_ptr x) {
        ++handled;
        if (on_handle) return on_handle(std::move(x));
        std::string text(x->head().target());
        text += x->body().memory();
        (void)x->respond(200, {}, {}, text);
    }
    void writable(exchange_ptr x) {
        if (on_writable) on_writable(*x);
    }
    void gone(exchange_ptr) { ++gone_calls; }
};

template <class Condition>
bool eventually(Condition&& condition) {
    for (int i = 0; i < 500; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

}  // namespace

TEMPLATE_TEST_CASE("worker: serves several connections", "", CRUET_LOOPS) {
    server_options options;
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    w.start();
    client a(w.where), b(w.where);
    REQUIRE(a.send(get));
    REQUIRE(b.send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"));
    CHECK(b.until("/bhello").starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(a.until("/x").starts_with("HTTP/1.1 200 OK\r\n"));
    REQUIRE(a.send(get + get));
    CHECK(a.until("/x").size() > 100);
    CHECK(handler.handled == 4);
}

TEMPLATE_TEST_CASE("worker: large content both ways", "", CRUET_LOOPS) {
    server_options options;
    echo handler;
    std::string seen;
    handler.on_handle = [&](exchange_ptr x) {
        std::vector<char> part(100000);
        seen.clear();
        for (auto n = x->body().read(part.data(), part.size()); n && *n > 0;
             n = x->body().read(part.data(), part.size())) {
            seen.append(part.data(), *n);
        }
        (void)x->respond(200, {}, {}, seen);
    };
    running_worker<TestType, echo> w(options, handler);
    w.start();
    client c(w.where);
    std::string large;
    for (int i = 0; large.size() < 3000000; ++i) large += std::to_string(i);
    std::thread sender([&] {
        CHECK(c.send("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                     std::to_string(large.size()) + "\r\n\r\n" + large));
    });
    const std::string answer = c.until_closed();
    sender.join();
    CHECK(answer.ends_with("\r\n\r\n" + large));
}

TEMPLATE_TEST_CASE("worker: an early refusal is not reset away", "", CRUET_LOOPS) {
    server_options options;
    options.limits.body_size = 1000;
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    w.start();
    client c(w.where);
    REQUIRE(c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n"));
    REQUIRE(c.send(std::string(300000, 'x')));
    CHECK(c.until("\n").starts_with("HTTP/1.1 413 "));
    CHECK(c.closed());
}

TEMPLATE_TEST_CASE("worker: unread streams do not grow", "", CRUET_LOOPS) {
    server_options options;
    echo handler;
    std::atomic<std::size_t> written{0};
    const std::string piece(65536, 'x');
    const auto produce = [&](exchange& x) {
        while (written < 32 * 1024 * 1024) {
            written += piece.size();
            if (x.write(piece) != write_state::ready) return;
        }
        x.finish();
    };
    handler.on_handle = [&](exchange_ptr x) {
        if (x->head().target() == "/quick") return (void)x->respond(200, {}, {}, "quick");
        (void)x->start(200, {}, {}, std::nullopt);
        produce(*x);
    };
    handler.on_writable = produce;
    running_worker<TestType, echo> w(options, handler);
    w.start();
    client c(w.where);
    c.small_window();
    REQUIRE(c.send(get));
    std::this_thread::sleep_for(100ms);
    const std::size_t unread = written;
    CHECK(unread < 8 * 1024 * 1024);
    std::this_thread::sleep_for(50ms);
    CHECK(written == unread);
    // And another client is served meanwhile.
    client d(w.where);
    REQUIRE(d.send("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n"));
    CHECK(d.until("quick").starts_with("HTTP/1.1 200"));
    SECTION("read on") { CHECK(c.until("0\r\n\r\n").size() > 32 * 1024 * 1024); }
    SECTION("vanish") {
        c.reset();
        CHECK(eventually([&] { return handler.gone_calls == 1; }));
    }
}

TEMPLATE_TEST_CASE("worker: timeouts", "", CRUET_LOOPS) {
    server_options options;
    options.header_timeout = 150ms;
    options.body_timeout = 150ms;
    options.keep_alive_timeout = 150ms;
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    w.start();
    client silent(w.where), slow_head(w.where), slow_body(w.where), idle(w.where);
    REQUIRE(slow_head.send("GET / HT"));
    REQUIRE(slow_body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe"));
    REQUIRE(idle.send(get));
    CHECK(idle.until("/x").starts_with("HTTP/1.1 200 "));
    CHECK(slow_head.until("\r\n").starts_with("HTTP/1.1 408 "));
    CHECK(slow_body.until("\r\n").starts_with("HTTP/1.1 408 "));
    CHECK(silent.closed());
    CHECK(idle.closed());
}

TEMPLATE_TEST_CASE("worker: a half-closed client gets its answer", "", CRUET_LOOPS) {
    server_options options;
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    w.start();
    client c(w.where);
    REQUIRE(c.send(get + get));
    c.end();
    const std::string all = c.until_closed();
    CHECK(all.find("/x") != all.rfind("/x"));
}

TEMPLATE_TEST_CASE("worker: a graceful stop", "", CRUET_LOOPS) {
    server_options options;
    options.drain_linger = 300ms;
    echo handler;
    exchange_ptr held;
    std::mutex mutex;
    handler.on_handle = [&](exchange_ptr x) {
        if (x->head().target() == "/slow") {
            const std::lock_guard guard(mutex);
            held = std::move(x);
        } else {
            (void)x->respond(200, {}, {}, "quick");
        }
    };
    running_worker<TestType, echo> w(options, handler);
    w.start();
    client idle(w.where), kept(w.where), slow(w.where);
    REQUIRE(idle.send(get));
    CHECK(idle.until("quick").size() > 0);
    REQUIRE(kept.send(get));
    CHECK(kept.until("quick").size() > 0);
    REQUIRE(slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"));
    REQUIRE(eventually([&] {
        const std::lock_guard guard(mutex);
        return held != nullptr;
    }));
    // The loop is kept busy while connections queue up in the kernel.
    std::atomic<bool> go{false};
    w.worker.post([&] {
        while (!go) std::this_thread::sleep_for(1ms);
    });
    client queued(w.where);
    REQUIRE(queued.connected);
    w.stop(true);
    go = true;
    REQUIRE(queued.send(get));
    CHECK(queued.until_closed().find("Connection: close\r\n") != std::string::npos);
    CHECK_FALSE(client(w.where).connected);
    REQUIRE(kept.send(get));
    CHECK(kept.until_closed().find("Connection: close\r\n") != std::string::npos);
    CHECK(idle.closed());
    w.worker.post([&] { (void)held->respond(200, {}, {}, "slow"); });
    CHECK(slow.until_closed().ends_with("slow"));
    w.join();
    CHECK(w.worker.connections() == 0);
}

TEMPLATE_TEST_CASE("worker: a graceful stop has its limit, and can be hastened", "", CRUET_LOOPS) {
    server_options options;
    options.graceful_timeout = 100ms;
    echo handler;
    handler.on_handle = [](exchange_ptr) {};
    running_worker<TestType, echo> w(options, handler);
    w.start();
    client c(w.where);
    REQUIRE(c.send(get));
    REQUIRE(eventually([&] { return handler.handled == 1; }));
    SECTION("limit") {
        w.stop(true);
        w.join();
    }
    SECTION("at once") {
        w.stop(true);
        w.stop(false);
        w.join();
    }
    CHECK(handler.gone_calls == 1);
}

TEMPLATE_TEST_CASE("worker: stopped before it runs, it returns", "", CRUET_LOOPS) {
    server_options options;
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    w.stop(true);
    w.worker.run();
    CHECK(w.worker.stopping());
}

TEMPLATE_TEST_CASE("worker: several in one process, and what they watch", "", CRUET_LOOPS) {
    server_options options;
    echo handler;
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    const net::handle read_end(pipe_ends[0]), write_end(pipe_ends[1]);
    std::atomic<int> woken{0}, ticks{0};
    running_worker<TestType, echo> one(options, handler), two(options, handler);
    one.worker.watch(read_end.get(), [&] {
        char c = 0;
        if (::read(read_end.get(), &c, 1) == 1) ++woken;
    });
    one.worker.every(20ms, [&] { ++ticks; });
    one.start();
    two.start();
    client a(one.where), b(two.where);
    REQUIRE(a.send(get));
    REQUIRE(b.send(get));
    CHECK(a.until("/x").size() > 0);
    CHECK(b.until("/x").size() > 0);
    REQUIRE(::write(write_end.get(), "!", 1) == 1);
    CHECK(eventually([&] { return woken == 1 && ticks > 1; }));
}

TEMPLATE_TEST_CASE("worker: a limit on connections", "", CRUET_LOOPS) {
    server_options options;
    options.max_connections = 2;
    options.keep_alive_timeout = 200ms;
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    w.start();
    client a(w.where), b(w.where), c(w.where);
    REQUIRE(a.send(get));
    CHECK(a.until("/x").size() > 0);
    REQUIRE(b.send(get));
    CHECK(b.until("/x").size() > 0);
    REQUIRE(c.send(get));
    CHECK(handler.handled == 2);
    // Served once one of the others has gone.
    CHECK(c.until("/x").starts_with("HTTP/1.1 200 "));
}

TEMPLATE_TEST_CASE("worker: out of descriptors it waits, and serves again", "", CRUET_LOOPS) {
    server_options options;
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    w.start();
    client first(w.where), second(w.where);
    REQUIRE(first.send(get));
    CHECK(first.until("/x").size() > 0);
    REQUIRE(second.send(get));
    CHECK(second.until("/x").size() > 0);

    client third(w.where), fourth(w.where);
    (void)fourth;
    rlimit old{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &old) == 0);
    // Room for what is open, and no more; those already accepted go on.
    std::vector<net::handle> filler;
    while (filler.size() < old.rlim_cur) {
        net::handle h(::dup(0));
        if (!h) break;
        filler.push_back(std::move(h));
        if (filler.size() == 1) {
            rlimit low = old;
            low.rlim_cur = static_cast<rlim_t>(filler.back().get() + 4);
            REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
        }
    }
    REQUIRE(first.send(get));
    CHECK(first.until("/x").starts_with("HTTP/1.1 200 "));
    filler.clear();
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &old) == 0);
    client late(w.where);
    REQUIRE(late.send(get));
    CHECK(late.until("/x").starts_with("HTTP/1.1 200 "));
    REQUIRE(third.send(get));
    CHECK(third.until("/x").starts_with("HTTP/1.1 200 "));
}

TEMPLATE_TEST_CASE("worker: threads answer, many clients at once", "", CRUET_LOOPS) {
    server_options options;
    options.threaded = true;
    exchange_queue queue(1000);
    queued_handler handler(queue);
    running_worker<TestType, queued_handler> w(options, handler);
    w.start();
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            while (exchange_ptr x = queue.pop()) {
                std::string body(x->head().target());
                char part[1000];
                for (auto n = x->body().read(part, sizeof part); n && *n > 0;
                     n = x->body().read(part, sizeof part)) {
                    body.append(part, *n);
                }
                if (body.size() % 2 == 0) {
                    (void)x->respond(200, {}, {}, body);
                } else {
                    (void)x->start(200, {}, {}, std::nullopt);
                    if (x->write(body) == write_state::full) (void)x->wait_writable();
                    x->finish();
                }
            }
        });
    }
    std::vector<std::thread> clients;
    std::atomic<int> good{0};
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back([&, i] {
            client c(w.where);
            for (int n = 0; n < 30; ++n) {
                const std::string body(static_cast<std::size_t>(n * 997 * (i + 1)), 'b');
                c.send("POST /t HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n");
                c.send(body);
                const bool stream = (body.size() + 2) % 2 != 0;
                const std::string end = stream ? "0\r\n\r\n" : "/t" + body;
                if (c.until(end).ends_with(end)) ++good;
            }
        });
    }
    for (auto& c : clients) c.join();
    CHECK(good == 120);
    w.stop(true);
    w.join();
    queue.close();
    for (auto& t : threads) t.join();
}

TEMPLATE_TEST_CASE("worker: connections that another process has accepted", "", CRUET_LOOPS) {
    using worker_type = server::worker<TestType, echo>;
    server_options options;
    options.drain_linger = 50ms;
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    // Descriptors in a pipe, as this is one process.
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const net::handle read_end(ends[0]);
    net::handle write_end(ends[1]);
    REQUIRE(net::set_flags(read_end.get()));
    w.worker.receive_from(read_end.get(), [&]() -> typename worker_type::handed {
        int fd = -1;
        const ssize_t n = ::read(read_end.get(), &fd, sizeof fd);
        if (n == 0) errno = EPIPE;
        return {net::handle(n > 0 ? fd : -1), 0};
    });
    const auto give = [&](net::handle socket) {
        REQUIRE(net::set_flags(socket.get()));
        const int fd = socket.release();
        REQUIRE(::write(write_end.get(), &fd, sizeof fd) == sizeof fd);
    };
    // Accepted here, in place of the worker, which is not running yet.
    auto elsewhere = listen_anywhere();
    const auto accepted = [&] {
        net::address peer;
        net::handle socket;
        while (!socket) socket = elsewhere.accept(peer);
        return socket;
    };
    client before(elsewhere.local());
    give(accepted());
    w.start();
    REQUIRE(before.send(get));
    CHECK(before.until("/x").starts_with("HTTP/1.1 200 "));

    // What waits when a stop begins is served before the end, though no connection is left.
    std::atomic<bool> go{false};
    w.worker.post([&] {
        while (!go) std::this_thread::sleep_for(1ms);
    });
    client late(elsewhere.local()), later(elsewhere.local());
    give(accepted());
    give(accepted());
    write_end.reset();
    w.stop(true);
    go = true;
    REQUIRE(late.send(get));
    REQUIRE(later.send(get));
    CHECK(late.until_closed().find("Connection: close\r\n") != std::string::npos);
    CHECK(later.until_closed().find("Connection: close\r\n") != std::string::npos);
    w.join();
    CHECK(handler.handled == 3);
}
