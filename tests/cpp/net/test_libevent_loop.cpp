// What is libevent_loop's own; what both loops share is in test_loop.cpp.
#include "cruet/net/libevent_loop.hpp"

#include "../catch.hpp"
#include "cruet/net/notifier.hpp"

using namespace cruet::net;
using namespace std::chrono_literals;

static_assert(Loop<libevent_loop>);

TEST_CASE("libevent_loop: says what it is and how it waits") {
    libevent_loop loop;
    CHECK(libevent_loop::name() == "libevent");
    CHECK(libevent_loop::version().starts_with("2."));
    CHECK_FALSE(loop.method().empty());
}

TEST_CASE("libevent_loop: a loop that watches nothing waits rather than returns") {
    libevent_loop loop;
    bool fired = false;
    libevent_loop::timer t;
    struct both {
        libevent_loop* loop;
        bool* fired;
    } context{&loop, &fired};
    t.open(
        loop,
        [](void* self) {
            auto* me = static_cast<both*>(self);
            *me->fired = true;
            me->loop->stop();
        },
        &context);
    t.set(20ms);
    loop.run();
    CHECK(fired);
    t.set(1ms);
    fired = false;
    loop.run();
    CHECK(fired);
}

TEST_CASE("libevent_loop: two loops of one process know nothing of each other") {
    libevent_loop a, b;
    notifier n;
    int seen = 0;
    libevent_loop::watcher w;
    w.open(
        a, n.fd(), [](void* self, ready) { ++*static_cast<int*>(self); }, &seen);
    w.want(interest::read);
    n.notify();
    libevent_loop::timer end;
    end.open(
        b, [](void* self) { static_cast<libevent_loop*>(self)->stop(); }, &b);
    end.set(5ms);
    b.run();
    CHECK(seen == 0);
}
