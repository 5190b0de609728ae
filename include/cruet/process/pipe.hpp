// A pipe whose two ends close with the object, are not inherited over exec, and never block.
//
//     result<byte_pipe> p = byte_pipe::open();
//     p->send('x');                     // into the buffer of the kernel, or lost when it is full
//     std::optional<char> c = p->receive();
//     p->close_write();                 // a reader elsewhere sees the end when all writers closed
//
// Errors: errc::io, with errno as pipe(2) left it.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "cruet/core/result.hpp"

namespace cruet::process {

class byte_pipe {
public:
    static result<byte_pipe> open() {
        int ends[2];
        if (::pipe(ends) != 0) return errc::io;
        byte_pipe made(ends[0], ends[1]);
        for (const int fd : ends) {
            if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return errc::io;
            if (::fcntl(fd, F_SETFL, O_NONBLOCK) != 0) return errc::io;
        }
        return made;
    }

    byte_pipe() noexcept = default;
    byte_pipe(byte_pipe&& other) noexcept
        : read_(std::exchange(other.read_, -1)), write_(std::exchange(other.write_, -1)) {}
    byte_pipe& operator=(byte_pipe&& other) noexcept {
        std::swap(read_, other.read_);
        std::swap(write_, other.write_);
        return *this;
    }
    ~byte_pipe() {
        close_read();
        close_write();
    }

    int read_fd() const noexcept { return read_; }
    int write_fd() const noexcept { return write_; }
    void close_read() noexcept { close_end(read_); }
    void close_write() noexcept { close_end(write_); }
    // The end to the caller, who closes it.
    [[nodiscard]] int take_read() noexcept { return std::exchange(read_, -1); }
    [[nodiscard]] int take_write() noexcept { return std::exchange(write_, -1); }

    // Whether the byte was taken.
    bool send(char byte) const noexcept {
        while (true) {
            if (::write(write_, &byte, 1) == 1) return true;
            if (errno != EINTR) return false;
        }
    }
    // The next byte that waits; none when nothing does or when the writers are gone.
    std::optional<char> receive() const noexcept {
        char byte;
        while (true) {
            const ssize_t n = ::read(read_, &byte, 1);
            if (n == 1) return byte;
            if (n == 0 || errno != EINTR) return std::nullopt;
        }
    }

private:
    byte_pipe(int read_fd, int write_fd) noexcept : read_(read_fd), write_(write_fd) {}
    static void close_end(int& fd) noexcept {
        if (fd >= 0) ::close(fd);
        fd = -1;
    }

    int read_ = -1;
    int write_ = -1;
};

}  // namespace cruet::process
