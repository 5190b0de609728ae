// A loop on poll(2) and nothing else: a model of Loop (net/loop.hpp) for systems without libevent
// and for `--no-async`.
//
// A turn costs time in proportion to the number of descriptors. Errors: std::bad_alloc, and
// std::system_error where poll itself fails.
#pragma once

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cruet/net/loop.hpp"

namespace cruet::net {

class poll_loop {
public:
    class watcher;
    class timer;

    poll_loop() = default;
    poll_loop(const poll_loop&) = delete;
    poll_loop& operator=(const poll_loop&) = delete;

    static constexpr std::string_view name() noexcept { return "poll"; }
    static constexpr std::string_view version() noexcept { return "POSIX"; }

    void run() {
        stopping_ = false;
        while (!stopping_) turn();
    }
    // After the callback that is running. A loop may be run again.
    void stop() noexcept { stopping_ = true; }

private:
    using clock = std::chrono::steady_clock;

    void turn();
    void tell(std::size_t count);
    void fire_timers();
    int wait_milliseconds() const noexcept;
    void compact();

    void sift_up(std::size_t at) noexcept;
    void sift_down(std::size_t at) noexcept;
    void place(timer* t, std::size_t at) noexcept;
    void insert(timer* t);
    void remove(timer* t) noexcept;

    // Parallel; a slot whose watcher has gone has fd -1 until the turn's end.
    std::vector<pollfd> slots_;
    std::vector<watcher*> watchers_;
    bool has_holes_ = false;
    // A binary heap, the nearest first; each timer knows its place.
    std::vector<timer*> timers_;
    bool stopping_ = false;
};

class poll_loop::watcher {
public:
    watcher() noexcept = default;
    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;
    ~watcher() { close(); }

    void open(poll_loop& loop, int fd, ready_callback callback, void* self) noexcept {
        close();
        loop_ = &loop;
        fd_ = fd;
        callback_ = callback;
        self_ = self;
    }
    void want(interest wanted) {
        if (wanted == wanted_) return;
        if (wanted == interest::none) {
            leave();
        } else {
            const short events = static_cast<short>((wants_read(wanted) ? POLLIN : 0) |
                                                    (wants_write(wanted) ? POLLOUT : 0));
            if (wanted_ == interest::none) {
                loop_->watchers_.reserve(loop_->watchers_.size() + 1);
                loop_->slots_.push_back({fd_, events, 0});
                loop_->watchers_.push_back(this);
                index_ = loop_->slots_.size() - 1;
            }
            loop_->slots_[index_].events = events;
        }
        wanted_ = wanted;
    }
    interest wanted() const noexcept { return wanted_; }
    void close() noexcept {
        if (wanted_ != interest::none) leave();
        wanted_ = interest::none;
    }

private:
    friend class poll_loop;

    void leave() noexcept {
        loop_->slots_[index_].fd = -1;
        loop_->watchers_[index_] = nullptr;
        loop_->has_holes_ = true;
    }

    poll_loop* loop_ = nullptr;
    int fd_ = -1;
    std::size_t index_ = 0;
    ready_callback callback_ = nullptr;
    void* self_ = nullptr;
    interest wanted_ = interest::none;
};

class poll_loop::timer {
public:
    timer() noexcept = default;
    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;
    ~timer() { cancel(); }

    void open(poll_loop& loop, timer_callback callback, void* self) noexcept {
        cancel();
        loop_ = &loop;
        callback_ = callback;
        self_ = self;
    }
    void set(std::chrono::milliseconds delay) {
        cancel();
        when_ = clock::now() + delay;
        loop_->insert(this);
    }
    void cancel() noexcept {
        if (index_ != none) loop_->remove(this);
    }

private:
    friend class poll_loop;
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    poll_loop* loop_ = nullptr;
    clock::time_point when_{};
    std::size_t index_ = none;
    timer_callback callback_ = nullptr;
    void* self_ = nullptr;
};

inline void poll_loop::turn() {
    if (has_holes_) compact();
    const std::size_t count = slots_.size();
    const int found = ::poll(slots_.data(), static_cast<nfds_t>(count), wait_milliseconds());
    if (found < 0 && errno != EINTR) {
        throw std::system_error(errno, std::generic_category(), "poll");
    }
    if (found > 0) tell(count);
    fire_timers();
}

// Callbacks may add slots behind the first `count` and empty any.
inline void poll_loop::tell(std::size_t count) {
    for (std::size_t i = 0; i < count && !stopping_; ++i) {
        const short seen = std::exchange(slots_[i].revents, short{0});
        if (seen == 0 || !watchers_[i]) continue;
        const bool broken = (seen & (POLLERR | POLLHUP | POLLNVAL)) != 0;
        const interest wanted = watchers_[i]->wanted_;
        if (wants_read(wanted) && ((seen & POLLIN) != 0 || broken)) {
            watchers_[i]->callback_(watchers_[i]->self_, ready::read);
        }
        if (!watchers_[i] || stopping_) continue;
        if (wants_write(watchers_[i]->wanted_) && ((seen & POLLOUT) != 0 || broken)) {
            watchers_[i]->callback_(watchers_[i]->self_, ready::write);
        }
    }
}

inline void poll_loop::compact() {
    std::size_t to = 0;
    for (std::size_t from = 0; from < slots_.size(); ++from) {
        if (!watchers_[from]) continue;
        slots_[to] = slots_[from];
        watchers_[to] = watchers_[from];
        watchers_[to]->index_ = to;
        ++to;
    }
    slots_.resize(to);
    watchers_.resize(to);
    has_holes_ = false;
}

inline int poll_loop::wait_milliseconds() const noexcept {
    if (timers_.empty()) return -1;
    const auto left = timers_.front()->when_ - clock::now();
    if (left <= clock::duration::zero()) return 0;
    // Rounded up: a timer is never early.
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::min<decltype(ms)>(ms, 1000 * 60 * 60));
}

inline void poll_loop::fire_timers() {
    if (timers_.empty()) return;
    const auto now = clock::now();
    while (!stopping_ && !timers_.empty() && timers_.front()->when_ <= now) {
        timer* due = timers_.front();
        remove(due);
        due->callback_(due->self_);
    }
}

inline void poll_loop::place(timer* t, std::size_t at) noexcept {
    timers_[at] = t;
    t->index_ = at;
}

inline void poll_loop::sift_up(std::size_t at) noexcept {
    timer* t = timers_[at];
    while (at > 0 && t->when_ < timers_[(at - 1) / 2]->when_) {
        place(timers_[(at - 1) / 2], at);
        at = (at - 1) / 2;
    }
    place(t, at);
}

inline void poll_loop::sift_down(std::size_t at) noexcept {
    timer* t = timers_[at];
    for (;;) {
        std::size_t child = 2 * at + 1;
        if (child >= timers_.size()) break;
        if (child + 1 < timers_.size() && timers_[child + 1]->when_ < timers_[child]->when_) {
            ++child;
        }
        if (!(timers_[child]->when_ < t->when_)) break;
        place(timers_[child], at);
        at = child;
    }
    place(t, at);
}

inline void poll_loop::insert(timer* t) {
    timers_.push_back(t);
    sift_up(timers_.size() - 1);
}

inline void poll_loop::remove(timer* t) noexcept {
    const std::size_t at = std::exchange(t->index_, timer::none);
    timer* last = timers_.back();
    timers_.pop_back();
    if (last == t) return;
    place(last, at);
    sift_up(at);
    sift_down(last->index_);
}

static_assert(Loop<poll_loop>);

}  // namespace cruet::net
