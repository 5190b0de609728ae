// Both models of cruet/net/loop.hpp, by the same tests.
#include "cruet/net/loop.hpp"

#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "../catch.hpp"
#include "cruet/net/handle.hpp"
#include "cruet/net/notifier.hpp"
#include "cruet/net/poll_loop.hpp"
#ifdef CRUET_HAVE_LIBEVENT
#include "cruet/net/libevent_loop.hpp"
#define CRUET_LOOPS cruet::net::libevent_loop, cruet::net::poll_loop
#else
#define CRUET_LOOPS cruet::net::poll_loop
#endif

using namespace cruet::net;
using namespace std::chrono_literals;

namespace {

struct pair {
    handle a, b;
    pair() {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
        a = handle(ends[0]);
        b = handle(ends[1]);
        set_flags(ends[0]);
        set_flags(ends[1]);
    }
    void send() { REQUIRE(::write(b.get(), "x", 1) == 1); }
    void drain() {
        char part[100];
        while (::read(a.get(), part, sizeof part) > 0) {
        }
    }
};

template <class L>
struct recorder {
    L& loop;
    pair ends;
    typename L::watcher watcher;
    std::string seen;
    int stop_after = 1;
    recorder* victim = nullptr;
    bool keep = false;

    explicit recorder(L& l) : loop(l) { watcher.open(loop, ends.a.get(), on_ready, this); }
    static void on_ready(void* self, ready what) {
        auto* me = static_cast<recorder*>(self);
        me->seen += wants_read(what) ? 'r' : 'w';
        if (wants_read(what) && !me->keep) me->ends.drain();
        if (me->victim) me->victim->watcher.close();
        if (--me->stop_after <= 0) me->loop.stop();
    }
};

template <class L>
struct ringer {
    L& loop;
    typename L::timer timer;
    std::string& log;
    char name;
    bool stops;

    ringer(L& l, std::string& to, char n, bool s = false) : loop(l), log(to), name(n), stops(s) {
        timer.open(
            loop,
            [](void* self) {
                auto* me = static_cast<ringer*>(self);
                me->log += me->name;
                if (me->stops) me->loop.stop();
            },
            this);
    }
};

}  // namespace

TEMPLATE_TEST_CASE("loop: tells what is ready, again while it is", "", CRUET_LOOPS) {
    TestType loop;
    recorder<TestType> r(loop);
    r.watcher.want(interest::read);
    CHECK(r.watcher.wanted() == interest::read);
    r.keep = true;
    r.stop_after = 3;
    r.ends.send();
    loop.run();
    CHECK(r.seen == "rrr");
    r.ends.drain();
    r.seen.clear();
    r.watcher.want(interest::write);
    r.stop_after = 1;
    loop.run();
    CHECK(r.seen == "w");
    r.watcher.want(interest::both);
    r.ends.send();
    r.seen.clear();
    r.stop_after = 2;
    r.keep = false;
    loop.run();
    CHECK(r.seen.find('r') != std::string::npos);
    CHECK(r.seen.find('w') != std::string::npos);
}

TEMPLATE_TEST_CASE("loop: a hang-up is told to whoever reads", "", CRUET_LOOPS) {
    TestType loop;
    recorder<TestType> r(loop);
    r.watcher.want(interest::read);
    r.ends.b.reset();
    loop.run();
    CHECK(r.seen == "r");
}

TEMPLATE_TEST_CASE("loop: nothing is told that nobody wants", "", CRUET_LOOPS) {
    TestType loop;
    recorder<TestType> quiet(loop);
    quiet.watcher.want(interest::read);
    quiet.watcher.want(interest::none);
    quiet.ends.send();
    std::string log;
    ringer<TestType> end(loop, log, 'e', true);
    end.timer.set(30ms);
    loop.run();
    CHECK(quiet.seen.empty());
    CHECK(log == "e");
}

TEMPLATE_TEST_CASE("loop: a watcher may be closed by another's callback", "", CRUET_LOOPS) {
    TestType loop;
    auto one = std::make_unique<recorder<TestType>>(loop);
    auto two = std::make_unique<recorder<TestType>>(loop);
    one->victim = two.get();
    two->victim = one.get();
    one->watcher.want(interest::read);
    two->watcher.want(interest::read);
    one->ends.send();
    two->ends.send();
    one->stop_after = two->stop_after = 100;
    std::string log;
    ringer<TestType> end(loop, log, 'e', true);
    end.timer.set(30ms);
    loop.run();
    CHECK(one->seen.size() + two->seen.size() == 1);
}

TEMPLATE_TEST_CASE("loop: watchers come and go while it runs", "", CRUET_LOOPS) {
    TestType loop;
    struct spawner {
        TestType& loop;
        std::vector<std::unique_ptr<recorder<TestType>>> all;
        recorder<TestType> first;
        int left = 50;
        explicit spawner(TestType& l) : loop(l), first(l) {}
        static void on_ready(void* self, ready) {
            auto* me = static_cast<spawner*>(self);
            me->first.ends.drain();
            if (me->all.size() > 3) me->all.erase(me->all.begin());
            if (--me->left == 0) return me->loop.stop();
            me->all.push_back(std::make_unique<recorder<TestType>>(me->loop));
            me->all.back()->stop_after = 1000;
            me->all.back()->watcher.want(interest::read);
            me->all.back()->ends.send();
            me->first.ends.send();
        }
    };
    spawner s(loop);
    s.first.watcher.open(loop, s.first.ends.a.get(), spawner::on_ready, &s);
    s.first.watcher.want(interest::read);
    s.first.ends.send();
    loop.run();
    CHECK(s.left == 0);
    int told = 0;
    for (auto& r : s.all) told += r->seen == "r" ? 1 : 0;
    CHECK(told >= 2);
}

TEMPLATE_TEST_CASE("loop: timers fire once, in order, early by a clock tick at most", "",
                   CRUET_LOOPS) {
    TestType loop;
    std::string log;
    ringer<TestType> a(loop, log, 'a'), b(loop, log, 'b'), c(loop, log, 'c'), d(loop, log, 'd'),
        e(loop, log, 'e', true);
    const auto start = std::chrono::steady_clock::now();
    e.timer.set(60ms);
    c.timer.set(30ms);
    a.timer.set(0ms);
    d.timer.set(5ms);
    b.timer.set(15ms);
    d.timer.cancel();
    d.timer.cancel();
    c.timer.set(40ms);
    loop.run();
    CHECK(log == "abce");
    CHECK(std::chrono::steady_clock::now() - start >= 50ms);
}

TEMPLATE_TEST_CASE("loop: many timers in any order", "", CRUET_LOOPS) {
    TestType loop;
    std::string log;
    std::vector<std::unique_ptr<ringer<TestType>>> all;
    for (int i = 0; i < 40; ++i) {
        all.push_back(std::make_unique<ringer<TestType>>(loop, log, static_cast<char>('0' + i)));
        all.back()->timer.set(std::chrono::milliseconds(10 + (i * 7) % 40 * 2));
    }
    for (std::size_t i = 0; i < 40; i += 3) all[i]->timer.cancel();
    all[1].reset();
    ringer<TestType> end(loop, log, '!', true);
    end.timer.set(130ms);
    loop.run();
    CHECK(log.size() == 26 - 1 + 1);
    for (std::size_t i = 1; i + 1 < log.size(); ++i) {
        CHECK((log[i - 1] - '0') * 7 % 40 <= (log[i] - '0') * 7 % 40);
    }
}

TEMPLATE_TEST_CASE("loop: a notifier wakes it", "", CRUET_LOOPS) {
    TestType loop;
    notifier n;
    struct seen {
        TestType& loop;
        notifier& n;
        int times = 0;
    } s{loop, n};
    typename TestType::watcher w;
    w.open(
        loop, n.fd(),
        [](void* self, ready) {
            auto* me = static_cast<seen*>(self);
            me->n.clear();
            ++me->times;
            me->loop.stop();
        },
        &s);
    w.want(interest::read);
    n.notify();
    n.notify();
    loop.run();
    CHECK(s.times == 1);
}

TEMPLATE_TEST_CASE("loop: says what it is", "", CRUET_LOOPS) {
    CHECK_FALSE(TestType::name().empty());
    CHECK_FALSE(TestType::version().empty());
}
