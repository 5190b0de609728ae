// handle: the only owner of one file descriptor.
//
//     handle fd(::open(path, O_RDONLY | O_CLOEXEC));
//     if (!fd) ...
//     ::read(fd.get(), ...);                    // closed when fd goes
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace cruet::net {

class handle {
public:
    handle() noexcept = default;
    explicit handle(int fd) noexcept : fd_(fd) {}
    handle(handle&& other) noexcept : fd_(other.release()) {}
    handle& operator=(handle&& other) noexcept {
        reset(other.release());
        return *this;
    }
    ~handle() { reset(); }

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
    void reset(int fd = -1) noexcept {
        const int old = std::exchange(fd_, fd);
        if (old >= 0) ::close(old);
    }

private:
    int fd_ = -1;
};

// Non-blocking and closed on exec. False with errno set.
inline bool set_flags(int fd) noexcept {
    const int status = ::fcntl(fd, F_GETFL);
    return status >= 0 && ::fcntl(fd, F_SETFL, status | O_NONBLOCK) == 0 &&
           ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

}  // namespace cruet::net
