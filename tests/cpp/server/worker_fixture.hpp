// A worker on a thread of its own, and a client on a real socket.
#pragma once

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "../catch.hpp"
#include "cruet/net/listener.hpp"
#include "cruet/server/worker.hpp"

namespace cruet::test {

class client {
public:
    explicit client(const net::address& to) : socket_(::socket(to.family(), SOCK_STREAM, 0)) {
        connected = ::connect(socket_.get(), to.data(), to.size()) == 0;
        const timeval patience{5, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }
    // Until the text ends so; what came if it does not within five seconds.
    std::string until(std::string_view end) {
        std::string out;
        while (!out.ends_with(end) && more(out)) {
        }
        return out;
    }
    std::string until_closed() {
        std::string out;
        while (more(out)) {
        }
        return out;
    }
    // Has the server closed the connection (in order)?
    bool closed() {
        char c = 0;
        return ::recv(socket_.get(), &c, 1, 0) == 0;
    }
    void end() { ::shutdown(socket_.get(), SHUT_WR); }
    void reset() {
        const linger now{1, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
        socket_.reset();
    }
    void small_window() {
        const int size = 131072;
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
    int fd() const { return socket_.get(); }

    bool connected = false;

private:
    bool more(std::string& out) {
        char part[16384];
        const ssize_t n = ::recv(socket_.get(), part, sizeof part, 0);
        if (n > 0) out.append(part, static_cast<std::size_t>(n));
        return n > 0;
    }

    net::handle socket_;
};

inline net::listener listen_anywhere() {
    auto where = net::resolve("127.0.0.1:0");
    REQUIRE(where);
    auto listener = net::listener::bind(where->front());
    REQUIRE(listener);
    return std::move(*listener);
}

template <class Loop, class H, class M = server::null_metrics, class L = server::null_access_log>
struct running_worker {
    net::address where;
    server::worker<Loop, H, M, L> worker;
    std::thread thread;

    template <class... More>
    explicit running_worker(const server::server_options& options, H& handler, More&... more)
        : worker(options, handler, more...) {
        where = listen({});
    }
    ~running_worker() {
        worker.stop(false);
        if (thread.joinable()) thread.join();
    }
    // Before the start. The address.
    net::address listen(const net::tls_context& tls) {
        net::listener listener = listen_anywhere();
        const net::address at = listener.local();
        worker.add(std::move(listener), server::listener_use::application, tls);
        return at;
    }
    void start() {
        thread = std::thread([this] { worker.run(); });
    }
    void stop(bool graceful) { worker.stop(graceful); }
    void join() { thread.join(); }
};

}  // namespace cruet::test
