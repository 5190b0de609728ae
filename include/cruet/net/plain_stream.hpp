// A stream over a connected socket: a model of Stream (net/stream.hpp).
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstddef>
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

    handle socket_;
};

static_assert(Stream<plain_stream>);

}  // namespace cruet::net
