// A stream over a connected socket: a model of Stream (net/stream.hpp).
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#ifdef __linux__
#include <sys/sendfile.h>
#endif

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "cruet/net/handle.hpp"
#include "cruet/net/stream.hpp"

namespace cruet::net {

class plain_stream {
public:
    // Of send(): writing to who has gone raises no signal.
#ifdef MSG_NOSIGNAL
    static constexpr int no_signal = MSG_NOSIGNAL;
#else
    static constexpr int no_signal = 0;
#endif

    // Of a non-blocking socket.
    explicit plain_stream(handle socket) noexcept : socket_(std::move(socket)) {}

    int fd() const noexcept { return socket_.get(); }
    static constexpr bool secure() noexcept { return false; }
    static constexpr bool pending() noexcept { return false; }
    static constexpr interest waiting(interest wanted) noexcept { return wanted; }
    static constexpr ready moved(ready what) noexcept { return what; }
    bool unread() const noexcept {
        char first = 0;
        return ::recv(fd(), &first, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
    }

    io_result read(std::span<char> to) noexcept {
        ssize_t n = -1;
        do {
            n = ::recv(fd(), to.data(), to.size(), 0);
        } while (n < 0 && errno == EINTR);
        if (n > 0) return {io_state::ok, static_cast<std::size_t>(n)};
        if (n == 0) return {io_state::end, 0};
        return {would_block() ? io_state::want_read : io_state::broken, 0};
    }

    io_result write(std::string_view a, std::string_view b = {}) noexcept {
        ssize_t n = -1;
        do {
            n = b.empty() || a.empty() ? send_one(a.empty() ? b : a) : send_two(a, b);
        } while (n < 0 && errno == EINTR);
        if (n >= 0) return {io_state::ok, static_cast<std::size_t>(n)};
        return {would_block() ? io_state::want_write : io_state::broken, 0};
    }

    // Reading the file may wait for its disk.
    std::optional<io_result> send_file(int file, std::uint64_t at, std::size_t n) noexcept {
#ifdef __linux__
        const no_sigpipe quiet;
        auto offset = static_cast<off_t>(at);
        ssize_t sent = -1;
        do {
            sent = ::sendfile(fd(), file, &offset, n);
        } while (sent < 0 && errno == EINTR);
        if (sent > 0) return io_result{io_state::ok, static_cast<std::size_t>(sent)};
        if (sent == 0) return io_result{io_state::end, 0};
        if (would_block()) return io_result{io_state::want_write, 0};
        if (errno == EPIPE || errno == ECONNRESET || errno == EIO) {
            return io_result{io_state::broken, 0};
        }
        return {};
#else
        (void)file, (void)at, (void)n;
        return {};
#endif
    }

    handle hand_over() noexcept {
        handle other(::fcntl(fd(), F_DUPFD_CLOEXEC, 0));
        const int flags = ::fcntl(fd(), F_GETFL);
        // Both descriptors share them.
        if (other && ::fcntl(fd(), F_SETFL, flags & ~O_NONBLOCK) != 0) other.reset();
        return other;
    }
    void take_back() noexcept { set_flags(fd()); }
    void cut() noexcept { ::shutdown(fd(), SHUT_RDWR); }

    void shutdown_write() noexcept { ::shutdown(fd(), SHUT_WR); }
    void reset_on_close() noexcept {
        const linger now{1, 0};
        ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }

private:
    static bool would_block() noexcept { return errno == EAGAIN || errno == EWOULDBLOCK; }
    ssize_t send_one(std::string_view bytes) noexcept {
        return ::send(fd(), bytes.data(), bytes.size(), no_signal);
    }
    ssize_t send_two(std::string_view a, std::string_view b) noexcept {
        iovec parts[2] = {{const_cast<char*>(a.data()), a.size()},
                          {const_cast<char*>(b.data()), b.size()}};
        msghdr message{};
        message.msg_iov = parts;
        message.msg_iovlen = 2;
        return ::sendmsg(fd(), &message, no_signal);
    }

#ifdef __linux__
    // sendfile() takes no flags: where SIGPIPE is not ignored, this thread keeps it away for a
    // while.
    class no_sigpipe {
    public:
        no_sigpipe() noexcept {
            struct sigaction now {};
            ::sigaction(SIGPIPE, nullptr, &now);
            if (now.sa_handler == SIG_IGN) return;
            ::sigemptyset(&pipe_);
            ::sigaddset(&pipe_, SIGPIPE);
            sigset_t blocked;
            ::pthread_sigmask(SIG_BLOCK, &pipe_, &blocked);
            held_ = ::sigismember(&blocked, SIGPIPE) == 0;
        }
        no_sigpipe(const no_sigpipe&) = delete;
        no_sigpipe& operator=(const no_sigpipe&) = delete;
        ~no_sigpipe() {
            if (!held_) return;
            const int error = errno;
            const timespec at_once{};
            while (::sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) {
            }
            ::pthread_sigmask(SIG_UNBLOCK, &pipe_, nullptr);
            errno = error;
        }

    private:
        sigset_t pipe_{};
        bool held_ = false;
    };
#endif

    handle socket_;
};

static_assert(FileSender<plain_stream>);
static_assert(HandsOver<plain_stream>);

}  // namespace cruet::net
