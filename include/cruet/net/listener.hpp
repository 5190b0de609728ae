// A listening socket: bound, or taken over from whoever bound it.
//
//     auto l = listener::bind(address, {.backlog = 2048});
//     if (!l) die(l.error().message(), errno);
//     handle client = l->accept(peer);          // non-blocking; empty with errno where none waits
//
// TCP_NODELAY is set on the listening socket, from which Linux hands it to each connection. A UNIX
// socket left behind by a dead server is replaced, a live one is not.
// Errors, with errno telling more: errc::address_in_use, errc::bad_address, errc::io.
#pragma once

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#ifdef __linux__
#include <linux/filter.h>
#endif

#include <cerrno>
#include <iterator>
#include <string>
#include <utility>

#include "cruet/core/result.hpp"
#include "cruet/net/address.hpp"
#include "cruet/net/handle.hpp"

namespace cruet::net {

struct listen_options {
    int backlog = 2048;
    // Several processes, each with a socket of its own on the address.
    bool reuse_port = false;
    // Of a UNIX socket's file.
    unsigned unix_mode = 0660;
};

class listener {
public:
    listener() noexcept = default;

    static result<listener> bind(const address& where, const listen_options& options = {});
    // Takes a socket that already listens (systemd, a master's).
    static result<listener> adopt(handle socket) noexcept {
        int listens = 0;
        socklen_t size = sizeof listens;
        if (!socket || !set_flags(socket.get()) ||
            ::getsockopt(socket.get(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0) {
            return errc::io;
        }
        if (listens == 0) {
            errno = EINVAL;
            return errc::invalid_argument;
        }
        // Of whoever bound it we do not know; a UNIX socket knows nothing of it.
        const int on = 1;
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return listener(std::move(socket));
    }

    int fd() const noexcept { return socket_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(socket_); }
    net::address local() const noexcept { return net::address::local_of(fd()); }

    // A new connection, non-blocking and closed on exec. Empty with errno: EAGAIN where none
    // waits, EMFILE and the like where it cannot be taken.
    handle accept(net::address& peer) const noexcept;

    // In this process; others that share the socket go on.
    void close() noexcept { socket_.reset(); }
    // In all processes that share the socket: whoever connects from now on is left waiting, while
    // what is queued can still be accepted. (Linux.)
    void hold_back() const noexcept;
    // In all of them: whoever connects is refused, and what is queued on a TCP socket is reset.
    void refuse() const noexcept { ::shutdown(fd(), SHUT_RDWR); }
    [[nodiscard]] handle release() noexcept { return std::move(socket_); }

private:
    explicit listener(handle socket) noexcept : socket_(std::move(socket)) {}

    static result<void> replace_stale(const address& where) noexcept;

    handle socket_;
};

// Removes the file of a UNIX socket that nobody answers on.
inline result<void> listener::replace_stale(const address& where) noexcept {
    struct stat found {};
    const std::string path = where.host();
    if (::lstat(path.c_str(), &found) != 0) return {};
    if (!S_ISSOCK(found.st_mode)) {
        errno = EEXIST;
        return errc::address_in_use;
    }
    const handle probe(::socket(AF_UNIX, SOCK_STREAM, 0));
    // Of a live server whose queue is full it does not wait for an answer.
    if (!probe || !set_flags(probe.get())) return errc::io;
    if (::connect(probe.get(), where.data(), where.size()) == 0 || errno != ECONNREFUSED) {
        errno = EADDRINUSE;
        return errc::address_in_use;
    }
    return ::unlink(path.c_str()) == 0 ? result<void>() : result<void>(errc::io);
}

inline result<listener> listener::bind(const address& where, const listen_options& options) {
    handle socket(::socket(where.family(), SOCK_STREAM, 0));
    if (!socket || !set_flags(socket.get())) return errc::io;
    const int on = 1;
    const auto set = [&](int level, int name) {
        ::setsockopt(socket.get(), level, name, &on, sizeof on);
    };
    if (where.is_unix()) {
        const auto replaced = replace_stale(where);
        if (!replaced) return replaced.error();
    } else {
        set(SOL_SOCKET, SO_REUSEADDR);
        set(IPPROTO_TCP, TCP_NODELAY);
        if (options.reuse_port) set(SOL_SOCKET, SO_REUSEPORT);
        if (where.family() == AF_INET6) set(IPPROTO_IPV6, IPV6_V6ONLY);
    }
    if (::bind(socket.get(), where.data(), where.size()) != 0) {
        if (errno == EADDRINUSE) return errc::address_in_use;
        return errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT ? errc::bad_address : errc::io;
    }
    // Before anybody can connect.
    if ((where.is_unix() && ::chmod(where.host().c_str(), options.unix_mode) != 0) ||
        ::listen(socket.get(), options.backlog) != 0) {
        const int reason = errno;
        if (where.is_unix()) ::unlink(where.host().c_str());
        errno = reason;
        return reason == EADDRINUSE ? errc::address_in_use : errc::io;
    }
    return listener(std::move(socket));
}

inline handle listener::accept(net::address& peer) const noexcept {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    auto* to = reinterpret_cast<sockaddr*>(&from);
#ifdef __linux__
    handle taken(::accept4(fd(), to, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
#else
    handle taken(::accept(fd(), to, &size));
    if (taken && !set_flags(taken.get())) taken.reset();
#endif
    if (taken) peer = net::address(to, size);
    return taken;
}

inline void listener::hold_back() const noexcept {
#ifdef __linux__
    if (local().is_unix()) {
        // What is queued there outlives the end.
        refuse();
        return;
    }
    // A handshake begins with a SYN, which is dropped: the client sends it again a second later.
    sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),  // the flags of the TCP header
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x02, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffffU),
    };
    const sock_fprog program{std::size(steps), steps};
    ::setsockopt(fd(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
#endif
}

}  // namespace cruet::net
