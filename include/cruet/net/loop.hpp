// What an event loop is to the rest: readiness of descriptors and timers, nothing more.
//
// Models: libevent_loop and poll_loop. A loop belongs to one thread; all calls are made there. A
// watcher or timer is an object with a fixed address that its owner keeps; it may be closed or
// destroyed inside its own callback or another's.
//
//     poll_loop loop;
//     poll_loop::watcher w;
//     w.open(loop, fd, [](void* self, ready what) { ... }, this);
//     w.want(interest::read);
//     loop.run();                                // until loop.stop()
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <ctime>
#include <string_view>

namespace cruet::net {

enum class interest : std::uint8_t { none = 0, read = 1, write = 2, both = 3 };
constexpr bool wants_read(interest i) noexcept { return (static_cast<unsigned>(i) & 1U) != 0; }
constexpr bool wants_write(interest i) noexcept { return (static_cast<unsigned>(i) & 2U) != 0; }
constexpr interest make_interest(bool read, bool write) noexcept {
    return static_cast<interest>((read ? 1U : 0U) | (write ? 2U : 0U));
}

// What a descriptor is ready for. Errors and hang-ups are told as whatever was asked for.
using ready = interest;

using ready_callback = void (*)(void* self, ready what);
using timer_callback = void (*)(void* self);

// Monotonic milliseconds, some four of them coarse and nearly free to read.
struct coarse_clock {
    using duration = std::chrono::milliseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<coarse_clock>;
    static constexpr bool is_steady = true;

    static time_point now() noexcept {
        timespec t{};
#ifdef CLOCK_MONOTONIC_COARSE
        ::clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
#else
        ::clock_gettime(CLOCK_MONOTONIC, &t);
#endif
        return time_point(duration(t.tv_sec * 1000 + t.tv_nsec / 1000000));
    }
};

// Watchers are level-triggered: told again as long as the descriptor is ready. A timer fires once
// for each set().
template <class L>
concept Loop = requires(L& loop, typename L::watcher& watcher, typename L::timer& timer, int fd,
                        std::chrono::milliseconds delay, void* self) {
    { L::name() } -> std::convertible_to<std::string_view>;
    { L::version() } -> std::convertible_to<std::string_view>;
    loop.run();
    loop.stop();
    watcher.open(loop, fd, ready_callback{}, self);
    watcher.want(interest::read);
    watcher.close();
    { watcher.wanted() } -> std::same_as<interest>;
    timer.open(loop, timer_callback{}, self);
    timer.set(delay);
    timer.cancel();
};

}  // namespace cruet::net
