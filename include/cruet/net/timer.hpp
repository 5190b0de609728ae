// Deadlines of very many objects at the cost of almost none: a lazy hashed wheel.
//
//     timer_wheel wheel(now);
//     deadline d;                          // a member of the object; its destructor takes it out
//     wheel.set(d, now + 5s);
//     wheel.advance(now, [](deadline& d) { ... });    // each tick; d is out of the wheel
//
// Moving a deadline further away, what every request does, is one store: it is filed anew only when
// its old slot comes round. Ticks are 100 ms, and a deadline is met up to one tick late, never
// early. One thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "cruet/net/loop.hpp"

namespace cruet::net {

// A node of a circular list; alone, it points to itself.
class deadline {
public:
    deadline() noexcept : previous_(this), next_(this) {}
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;
    ~deadline() { unlink(); }

    bool linked() const noexcept { return next_ != this; }
    coarse_clock::time_point when() const noexcept { return when_; }

private:
    friend class timer_wheel;

    void unlink() noexcept {
        previous_->next_ = next_;
        next_->previous_ = previous_;
        previous_ = next_ = this;
    }
    void link_before(deadline& other) noexcept {
        previous_ = other.previous_;
        next_ = &other;
        previous_->next_ = this;
        other.previous_ = this;
    }

    deadline* previous_;
    deadline* next_;
    coarse_clock::time_point when_{};
    // The tick whose slot it is filed in.
    std::int64_t tick_ = 0;
};

class timer_wheel {
public:
    static constexpr std::chrono::milliseconds tick{100};

    explicit timer_wheel(coarse_clock::time_point now) noexcept : current_(tick_of(now)) {}
    timer_wheel(const timer_wheel&) = delete;
    timer_wheel& operator=(const timer_wheel&) = delete;

    void set(deadline& d, coarse_clock::time_point when) noexcept {
        d.when_ = when;
        if (d.linked() && tick_of(when) + 1 >= d.tick_) return;
        file(d);
    }
    void cancel(deadline& d) noexcept { d.unlink(); }

    // Calls `due` for each deadline that has passed, after taking it out. `due` may set, cancel or
    // destroy any.
    template <class Due>
    void advance(coarse_clock::time_point now, Due&& due);

private:
    static constexpr std::size_t slot_count = 256;

    static std::int64_t tick_of(coarse_clock::time_point t) noexcept {
        return t.time_since_epoch() / tick;
    }
    void file(deadline& d) noexcept {
        d.unlink();
        // Filed in the tick behind its own, so that it has passed when that comes; one further
        // away than the wheel is wide is looked at once a round.
        std::int64_t at = tick_of(d.when_) + 1;
        if (at <= current_) at = current_ + 1;
        if (at >= current_ + static_cast<std::int64_t>(slot_count)) {
            at = current_ + static_cast<std::int64_t>(slot_count) - 1;
        }
        d.tick_ = at;
        d.link_before(slots_[static_cast<std::size_t>(at) % slot_count]);
    }

    std::int64_t current_;
    std::array<deadline, slot_count> slots_;
};

template <class Due>
void timer_wheel::advance(coarse_clock::time_point now, Due&& due) {
    const std::int64_t until = tick_of(now);
    // After a long sleep one round visits every slot.
    if (until - current_ > static_cast<std::int64_t>(slot_count)) {
        current_ = until - static_cast<std::int64_t>(slot_count);
    }
    while (current_ < until) {
        ++current_;
        deadline& slot = slots_[static_cast<std::size_t>(current_) % slot_count];
        // Moved to a list of its own: callbacks may file into this slot again.
        deadline batch;
        while (slot.linked()) {
            deadline& d = *slot.next_;
            d.unlink();
            d.link_before(batch);
        }
        while (batch.linked()) {
            deadline& d = *batch.next_;
            d.unlink();
            if (d.when_ > now) {
                file(d);
            } else {
                due(d);
            }
        }
    }
}

}  // namespace cruet::net
