#include "cruet/service/monitor.hpp"

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::service;

namespace {

struct inner_handler {
    int handled = 0;
    void handle(server::exchange_ptr x) {
        ++handled;
        (void)x->respond(200, {}, {}, "inner");
    }
    void writable(server::exchange_ptr) {}
    void gone(server::exchange_ptr) {}
};
static_assert(server::Handler<monitored<inner_handler>>);

std::string ask(const process::scoreboard* board, std::string_view method, std::string_view path,
                bool monitor = true) {
    inner_handler inner;
    monitored<inner_handler> handler(inner, board);
    auto info = make_ref<server::connection_info>();
    info->monitor = monitor;
    auto x = server::exchange::detached(http::make_head(method, path), {}, std::move(info));
    handler.handle(x);
    handler.writable(x);
    handler.gone(x);
    return x->take_output();
}

}  // namespace

TEST_CASE("monitor: metrics, health and readiness") {
    auto board = process::scoreboard::create(1, 1);
    REQUIRE(board.has_value());
    CHECK(ask(&*board, "GET", "/health").starts_with("HTTP/1.1 200 "));
    CHECK(ask(&*board, "GET", "/ready").starts_with("HTTP/1.1 503 "));
    board->slot(0).claim(1);
    CHECK(ask(&*board, "GET", "/ready").starts_with("HTTP/1.1 503 "));
    board->slot(0).set_state(process::worker_state::ready);
    CHECK(ask(&*board, "GET", "/ready").starts_with("HTTP/1.1 200 "));
    const std::string metrics = ask(&*board, "GET", "/metrics?a=b");
    CHECK(metrics.find("Content-Type: text/plain; version=0.0.4") != metrics.npos);
    CHECK(metrics.find("cruet_workers{state=\"ready\"} 1\n") != metrics.npos);
}

TEST_CASE("monitor: what is not there, and what may not be done") {
    auto board = process::scoreboard::create(1, 1);
    REQUIRE(board.has_value());
    CHECK(ask(&*board, "GET", "/").starts_with("HTTP/1.1 404 "));
    CHECK(ask(&*board, "POST", "/metrics").starts_with("HTTP/1.1 405 "));
    CHECK(ask(&*board, "HEAD", "/health").ends_with("\r\n\r\n"));
}

TEST_CASE("monitor: all else is the handler's") {
    auto board = process::scoreboard::create(1, 1);
    REQUIRE(board.has_value());
    CHECK(ask(&*board, "GET", "/metrics", false).ends_with("inner"));
    CHECK(ask(nullptr, "GET", "/metrics").ends_with("inner"));
}
