// What is poll_loop's own; what both loops share is in test_loop.cpp.
#include "cruet/net/poll_loop.hpp"

#include <random>
#include <stdexcept>
#include <vector>

#include "../catch.hpp"
#include "cruet/net/notifier.hpp"

using namespace cruet::net;
using namespace std::chrono_literals;

static_assert(Loop<poll_loop>);

TEST_CASE("poll_loop: says what it is") {
    CHECK(poll_loop::name() == "poll");
    CHECK(poll_loop::version() == "POSIX");
}

TEST_CASE("poll_loop: timers cancelled anywhere in the heap leave the others in order") {
    struct entry {
        poll_loop::timer timer;
        std::vector<int>* fired = nullptr;
        int delay = 0;
    };
    poll_loop loop;
    std::vector<int> fired;
    std::vector<entry> entries(200);
    std::mt19937 random(3);
    for (entry& e : entries) {
        e.fired = &fired;
        e.delay = static_cast<int>(random() % 40);
        e.timer.open(
            loop,
            [](void* self) {
                auto* me = static_cast<entry*>(self);
                me->fired->push_back(me->delay);
            },
            &e);
        e.timer.set(std::chrono::milliseconds(e.delay));
    }
    for (std::size_t i = 0; i < entries.size(); i += 3) entries[i].timer.cancel();
    poll_loop::timer end;
    end.open(
        loop, [](void* self) { static_cast<poll_loop*>(self)->stop(); }, &loop);
    end.set(200ms);
    loop.run();
    CHECK(fired.size() == entries.size() - (entries.size() + 2) / 3);
    CHECK(std::is_sorted(fired.begin(), fired.end()));
}

TEST_CASE("poll_loop: an exception of a callback leaves a loop that runs again") {
    poll_loop loop;
    notifier n;
    int calls = 0;
    poll_loop::watcher w;
    w.open(
        loop, n.fd(),
        [](void* self, ready) {
            if (++*static_cast<int*>(self) == 1) throw std::runtime_error("once");
        },
        &calls);
    w.want(interest::read);
    n.notify();
    CHECK_THROWS_AS(loop.run(), std::runtime_error);
    poll_loop::timer end;
    end.open(
        loop, [](void* self) { static_cast<poll_loop*>(self)->stop(); }, &loop);
    end.set(5ms);
    loop.run();
    CHECK(calls > 1);
}
