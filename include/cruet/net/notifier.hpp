// notifier: wakes a loop from another thread or from a signal handler.
//
//     notifier n;                   // watch n.fd() for reading
//     n.notify();                   // any thread, any signal handler; never blocks
//     n.clear();                    // on the loop's thread, once woken
//
// An eventfd on Linux, a pipe elsewhere.
#pragma once

#include <cerrno>
#include <cstdint>
#include <system_error>

#ifdef __linux__
#include <sys/eventfd.h>
#endif

#include "cruet/net/handle.hpp"

namespace cruet::net {

class notifier {
public:
    // Throws std::system_error where the process has no descriptors left.
    notifier() {
#ifdef __linux__
        read_ = handle(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        if (!read_) throw std::system_error(errno, std::generic_category(), "eventfd");
#else
        int ends[2];
        if (::pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
        read_ = handle(ends[0]);
        write_ = handle(ends[1]);
        set_flags(ends[0]);
        set_flags(ends[1]);
#endif
    }

    int fd() const noexcept { return read_.get(); }

    void notify() const noexcept {
        const int saved = errno;
        const std::uint64_t one = 1;
        // A full counter or pipe has woken the loop already.
        [[maybe_unused]] const auto written =
            ::write(write_ ? write_.get() : read_.get(), &one, sizeof one);
        errno = saved;
    }
    void clear() const noexcept {
        std::uint64_t count = 0;
        while (::read(read_.get(), &count, sizeof count) > 0 && write_) {
        }
    }

private:
    handle read_;
    handle write_;
};

}  // namespace cruet::net
