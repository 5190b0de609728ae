// How connections reach workers that cannot accept them: a queue of open sockets between processes.
//
// A service that stops takes what the kernel has queued on its listeners at once, so that these can
// close, though every worker may be busy for seconds. The master puts each connection here, and
// workers take one whenever they have time.
//
//     result<handover> queue = handover::open();      // before the workers are forked
//     queue->close_sender();                          // in a worker
//     handover::item next = queue->take();            // there; no socket where none waits
//     bool all = hand_over(listeners, *queue);        // in the master: refuses what comes later
//
// Errors: errc::io, with errno as socketpair(2) left it.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "cruet/core/result.hpp"
#include "cruet/net/address.hpp"
#include "cruet/net/handle.hpp"
#include "cruet/net/listener.hpp"
#include "cruet/process/fd_message.hpp"

namespace cruet::process {

class handover {
public:
    static result<handover> open() {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) return errc::io;
        handover made{net::handle(ends[0]), net::handle(ends[1])};
        for (const int fd : ends) {
            if (!net::set_flags(fd)) return errc::io;
        }
        return made;
    }
    handover() noexcept = default;

    int sender() const noexcept { return sender_.get(); }
    int receiver() const noexcept { return receiver_.get(); }
    void close_sender() noexcept { sender_.reset(); }

    struct item {
        net::handle socket;
        // Which of the service's listeners it came from.
        std::uint32_t listener = 0;
    };

    // Puts a copy of the descriptor into the queue. False with errno: EAGAIN where it is full.
    bool give(int fd, std::uint32_t listener = 0) const noexcept {
        return send_message(sender_.get(), &listener, sizeof listener, fd);
    }

    // A connection, non-blocking and closed on exec. No socket with errno: EAGAIN where none waits,
    // EPIPE where none will come any more.
    item take() const noexcept {
        item taken;
        const ssize_t n =
            receive_message(receiver_.get(), &taken.listener, sizeof taken.listener, taken.socket);
        if (n == 0) errno = EPIPE;
        if (n > 0 && !taken.socket) errno = EMFILE;
        if (taken.socket && !net::set_flags(taken.socket.get())) taken.socket.reset();
        return taken;
    }

private:
    handover(net::handle sender, net::handle receiver) noexcept
        : sender_(std::move(sender)), receiver_(std::move(receiver)) {}

    net::handle sender_;
    net::handle receiver_;
};

namespace detail {

inline std::vector<net::listener> borrow(std::span<const int> sockets) {
    std::vector<net::listener> borrowed;
    for (const int fd : sockets) {
        auto copy = net::listener::adopt(net::handle(::fcntl(fd, F_DUPFD_CLOEXEC, 0)));
        if (copy) borrowed.push_back(std::move(*copy));
    }
    return borrowed;
}

// False where the queue stays full, or a connection cannot be taken.
inline bool move_connections(const net::listener& from, std::uint32_t index,
                             const handover& to) noexcept {
    while (true) {
        pollfd room{to.sender(), POLLOUT, 0};
        if (::poll(&room, 1, 500) != 1) return false;
        net::address peer;
        const net::handle connection = from.accept(peer);
        if (!connection) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            // EINVAL: a UNIX socket that refuses already.
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINVAL;
        }
        if (!to.give(connection.get(), index)) return false;
    }
}

}  // namespace detail

// Moves what waits on the listeners into the queue, then lets every process refuse what comes
// later. A connection that comes between the two is not lost: new ones are held back meanwhile.
// False where that could not be done for all; such a listener goes on listening, though nothing new
// may reach it, for workers to take what waits. The descriptors stay the caller's.
inline bool hand_over(std::span<const int> sockets, const handover& to) {
    const std::vector<net::listener> listeners = detail::borrow(sockets);
    if (listeners.size() != sockets.size()) return false;
    bool all = true, far = false;
    for (std::uint32_t i = 0; i < listeners.size(); ++i) {
        all = detail::move_connections(listeners[i], i, to) && all;
        far = far || !listeners[i].local().is_local();
    }
    for (const net::listener& l : listeners) l.hold_back();
    // A handshake over a network ends a moment after it has begun.
    if (far) ::poll(nullptr, 0, 1);
    for (std::uint32_t i = 0; i < listeners.size(); ++i) {
        all = all && detail::move_connections(listeners[i], i, to);
        if (all) listeners[i].refuse();
    }
    return all;
}

}  // namespace cruet::process
