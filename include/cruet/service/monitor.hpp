// Answers for those who watch a service, on addresses of their own, beside the handler for all
// else.
//
//     monitored handler(inner, &board);                   // both must outlive it
//     worker<Loop, decltype(handler), …> w(options, handler, metrics, log);
//     w.add(std::move(listener), listener_use::monitor);
//
//     /metrics   Prometheus' text, of all workers (process/prometheus.hpp)
//     /health    200: a worker answers
//     /ready     200, or 503 where no worker has its application loaded, or this one stops
//
// Any worker answers for all, on its loop's thread, without the handler. Requests that come to
// other listeners go to the handler as they are.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "cruet/process/prometheus.hpp"
#include "cruet/server/handler.hpp"

namespace cruet::service {

inline void answer_monitor(server::exchange& x, const process::scoreboard& board) {
    const http::field plain[] = {{"Content-Type", "text/plain; charset=utf-8"},
                                 {"Cache-Control", "no-store"}};
    const http::field metrics[] = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                                   {"Cache-Control", "no-store"}};
    const http::field allow[] = {{"Allow", "GET, HEAD"}};
    const std::string_view path = x.head().path();
    if (x.head().method() != "GET" && x.head().method() != "HEAD") {
        (void)x.respond(405, {}, allow, "");
    } else if (path == "/metrics") {
        std::string text;
        process::append_prometheus(text, board, process::monotonic_now());
        (void)x.respond(200, {}, metrics, text);
    } else if (path == "/health") {
        (void)x.respond(200, {}, plain, "ok\n");
    } else if (path == "/ready") {
        const bool ready = process::board_sum(board).ready > 0;
        (void)x.respond(ready ? 200 : 503, {}, plain, ready ? "ready\n" : "not ready\n");
    } else {
        (void)x.respond(404, {}, plain, "/metrics, /health and /ready are here\n");
    }
}

template <server::Handler Inner>
class monitored {
public:
    // Without a board nothing is told.
    monitored(Inner& inner, const process::scoreboard* board) noexcept
        : inner_(inner), board_(board) {}

    void handle(server::exchange_ptr x) {
        if (board_ && x->connection().monitor) {
            answer_monitor(*x, *board_);
        } else {
            inner_.handle(std::move(x));
        }
    }
    void writable(server::exchange_ptr x) {
        if (!x->connection().monitor) inner_.writable(std::move(x));
    }
    void gone(server::exchange_ptr x) {
        if (!x->connection().monitor) inner_.gone(std::move(x));
    }

private:
    Inner& inner_;
    const process::scoreboard* board_;
};

}  // namespace cruet::service
