// A loop on libevent (2.1 or later): a model of Loop (net/loop.hpp).
//
// Readiness and timers only; libevent's buffers, HTTP and DNS are not used. A watcher's read event
// is registered once and stays, so that a request costs no epoll_ctl.
// Errors: std::runtime_error where libevent finds no way to wait, std::bad_alloc.
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include <chrono>
#include <new>
#include <stdexcept>
#include <string_view>

#include "cruet/net/loop.hpp"

namespace cruet::net {

class libevent_loop {
public:
    class watcher;
    class timer;

    libevent_loop() : base_(make_base()) {}
    libevent_loop(const libevent_loop&) = delete;
    libevent_loop& operator=(const libevent_loop&) = delete;
    ~libevent_loop() { ::event_base_free(base_); }

    static constexpr std::string_view name() noexcept { return "libevent"; }
    static std::string_view version() noexcept { return ::event_get_version(); }
    // "epoll", "kqueue", ...
    std::string_view method() const noexcept { return ::event_base_get_method(base_); }

    void run() { ::event_base_loop(base_, EVLOOP_NO_EXIT_ON_EMPTY); }
    // After the callback that is running. A loop may be run again.
    void stop() noexcept { ::event_base_loopbreak(base_); }

private:
    static event_base* make_base() {
        event_config* config = ::event_config_new();
        if (!config) throw std::bad_alloc();
        // One thread, woken by net/notifier.hpp: no locks.
        ::event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
        event_base* base = ::event_base_new_with_config(config);
        ::event_config_free(config);
        if (!base) throw std::runtime_error("libevent: no way to wait for events");
        return base;
    }

    event_base* base_;
};

class libevent_loop::watcher {
public:
    watcher() noexcept = default;
    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;
    ~watcher() { close(); }

    void open(libevent_loop& loop, int fd, ready_callback callback, void* self) noexcept {
        close();
        callback_ = callback;
        self_ = self;
        ::event_assign(&read_, loop.base_, fd, EV_READ | EV_PERSIST, on_read, this);
        ::event_assign(&write_, loop.base_, fd, EV_WRITE | EV_PERSIST, on_write, this);
    }
    void want(interest wanted) {
        if (wanted == wanted_) return;
        change(read_, wants_read(wanted_), wants_read(wanted));
        change(write_, wants_write(wanted_), wants_write(wanted));
        wanted_ = wanted;
    }
    interest wanted() const noexcept { return wanted_; }
    void close() noexcept {
        if (wants_read(wanted_)) ::event_del(&read_);
        if (wants_write(wanted_)) ::event_del(&write_);
        wanted_ = interest::none;
    }

private:
    static void change(event& e, bool before, bool after) {
        if (before == after) return;
        if ((after ? ::event_add(&e, nullptr) : ::event_del(&e)) != 0) throw std::bad_alloc();
    }
    static void on_read(evutil_socket_t, short, void* arg) {
        auto* me = static_cast<watcher*>(arg);
        me->callback_(me->self_, ready::read);
    }
    static void on_write(evutil_socket_t, short, void* arg) {
        auto* me = static_cast<watcher*>(arg);
        me->callback_(me->self_, ready::write);
    }

    event read_;
    event write_;
    ready_callback callback_ = nullptr;
    void* self_ = nullptr;
    interest wanted_ = interest::none;
};

// libevent reads the coarse clock, which is cheap: a timer may be early by a tick of it, 4 ms or
// so. Who needs to know that a time has come looks at the clock itself.
class libevent_loop::timer {
public:
    timer() noexcept = default;
    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;
    ~timer() { cancel(); }

    void open(libevent_loop& loop, timer_callback callback, void* self) noexcept {
        cancel();
        callback_ = callback;
        self_ = self;
        opened_ = ::event_assign(&event_, loop.base_, -1, 0, on_time, this) == 0;
    }
    void set(std::chrono::milliseconds delay) {
        timeval tv{};
        tv.tv_sec = static_cast<decltype(tv.tv_sec)>(delay.count() / 1000);
        tv.tv_usec = static_cast<decltype(tv.tv_usec)>(delay.count() % 1000 * 1000);
        if (::event_add(&event_, &tv) != 0) throw std::bad_alloc();
    }
    void cancel() noexcept {
        if (opened_) ::event_del(&event_);
    }

private:
    static void on_time(evutil_socket_t, short, void* arg) {
        auto* me = static_cast<timer*>(arg);
        me->callback_(me->self_);
    }

    event event_;
    timer_callback callback_ = nullptr;
    void* self_ = nullptr;
    bool opened_ = false;
};

static_assert(Loop<libevent_loop>);

}  // namespace cruet::net
