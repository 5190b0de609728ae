// A session over a real socket, whose other end the test has: what only the kernel can show.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>

#include "../catch.hpp"
#include "cruet/net/plain_stream.hpp"
#include "session_fixture.hpp"

namespace cruet::test {

template <net::Stream Stream>
struct socket_fixture {
    using services_type = server::session_services<scripted_handler, counting_metrics>;
    using session_type = server::http1_session<Stream, services_type>;

    server::server_options options;
    scripted_handler handler;
    counting_metrics metrics;
    server::null_access_log log;
    std::unique_ptr<services_type> services;
    std::unique_ptr<session_type> session;
    net::handle client;
    // What the client has received.
    std::string seen;
    // The client has seen an orderly end.
    bool ended = false;

    // Once the options are as wanted.
    void connect() {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
        client = net::handle(ends[0]);
        net::handle mine(ends[1]);
        net::set_flags(mine.get());
        services = std::make_unique<services_type>(options, handler, metrics, log);
        session = std::make_unique<session_type>(Stream(std::move(mine)),
                                                 make_ref<server::connection_info>(), *services);
    }
    // Sends what fits, and lets the session see it.
    void send(std::string_view bytes) {
        if (!session) connect();
        REQUIRE(::send(client.get(), bytes.data(), bytes.size(), 0) ==
                static_cast<ssize_t>(bytes.size()));
        turn();
    }
    // One look at the session's socket and at what other threads have done.
    void turn(int wait = 0) {
        if (session->done()) return;
        const net::interest wanted = session->interest();
        pollfd ready[2] = {{session->stream().fd(), 0, 0}, {services->port->fd(), POLLIN, 0}};
        if (net::wants_read(wanted)) ready[0].events |= POLLIN;
        if (net::wants_write(wanted)) ready[0].events |= POLLOUT;
        if (wanted == net::interest::none) ready[0].fd = -1;
        if (::poll(ready, 2, wait) <= 0) return;
        if (ready[1].revents != 0) services->port->drain();
        if (net::wants_read(wanted) && (ready[0].revents & ~POLLOUT) != 0) session->on_readable();
        if (net::wants_write(wanted) && (ready[0].revents & ~POLLIN) != 0) session->on_writable();
    }
    // The client takes what there is, n bytes at most; how many there were.
    std::size_t receive(std::size_t n) {
        std::string part(n, '\0');
        const ssize_t got = ::recv(client.get(), part.data(), n, MSG_DONTWAIT);
        if (got == 0) ended = true;
        if (got <= 0) return 0;
        seen.append(part, 0, static_cast<std::size_t>(got));
        return static_cast<std::size_t>(got);
    }
    // Goes on, client and session in turn, until nothing moves any more.
    void settle() {
        for (int quiet = 0; quiet < 3;) {
            if (!session->done()) turn(1);
            quiet = receive(1 << 20) > 0 ? 0 : quiet + 1;
        }
        if (session->done()) {
            session.reset();
            while (receive(1 << 20) > 0) {
            }
        }
    }
};

}  // namespace cruet::test
