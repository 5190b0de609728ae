// Bodies of cruet/server/http1_session.hpp: output, the ends of a connection, its deadlines.
#pragma once

#include <algorithm>
#include <type_traits>

#include "cruet/http/status.hpp"
#include "cruet/server/http1_session.hpp"

namespace cruet::server {

inline constexpr std::chrono::milliseconds stop_linger{100};
// Bytes of a file that are sent in one turn of the loop, and copied at once where they have to be.
inline constexpr std::size_t file_turn = 1 << 20;
inline constexpr std::size_t file_piece = 32768;

// A short answer of the server's own, and the connection's end.
template <net::Stream S, class V>
void http1_session<S, V>::refuse(errc why) {
    const int status = http::status_of(why);
    const std::string_view text = message(why);
    const http::field type{"Content-Type", "text/plain; charset=utf-8"};
    http::response_writer writer;
    http::response_context context;
    context.keep_alive = false;
    context.server = services_.options.server_name;
    if (exchange_) {
        context.version = exchange_->head().version();
        context.head_request = exchange_->head().method() == "HEAD";
    }
    writer.prepare(context);
    buffer& out = output();
    if (writer.start(out, status, {}, {&type, 1}, text.size() + 1)) {
        writer.write(out, text);
        writer.write(out, "\n");
        (void)writer.finish(out);
    }
    if (services_.reports()) {
        const request_report line{
            *info_, exchange_ ? &exchange_->head() : nullptr, status, text.size() + 1, 0, false};
        if constexpr (std::remove_cvref_t<decltype(services_.metrics)>::enabled) {
            services_.metrics.request_finished(line);
        }
        if (services_.log.enabled()) services_.log.write(line);
    }
    if (exchange_) {
        exchange_->disconnect(why);
        exchange_.reset();
    }
    too_slow_ = why == errc::timed_out;
    start_closing(true);
}

// ---- output ----

template <net::Stream S, class V>
buffer& http1_session<S, V>::output() {
    services_.pools.take(out_);
    return out_;
}

template <net::Stream S, class V>
void http1_session<S, V>::break_off() {
    broken_ = true;
    out_.clear();
    tail_.reset();
    if (exchange_) exchange_->set_gone();
}

template <net::Stream S, class V>
void http1_session<S, V>::flush() {
    if (unsent() == 0) return;
    if (broken_) return break_off();
    const net::io_result sent =
        file_.empty() ? stream_.write(out_.view(), tail_.view()) : send_some_file();
    // A file that ends too early is as bad as a client that does: it is the length that was told.
    if (sent.state == net::io_state::broken || sent.state == net::io_state::end) return break_off();
    if (sent.state != net::io_state::ok) return;
    last_written_ = now_;
    const std::size_t of_out = std::min(sent.bytes, out_.size());
    out_.consume(of_out);
    if (!file_.empty()) file_.consume(sent.bytes - of_out);
    if (tail_.empty()) return;
    tail_.consume(sent.bytes - of_out);
    // A small rest is not worth waiting for by its owner.
    if (!tail_.empty() && tail_.size() < direct_send_size) {
        output().append(tail_.view());
        tail_.reset();
    }
}

// The output before it goes with the file's beginning: a small file is one packet.
template <net::Stream S, class V>
net::io_result http1_session<S, V>::send_some_file() {
    if constexpr (net::FileSender<S>) {
        if (out_.empty() && !file_refused_) {
            const auto n =
                static_cast<std::size_t>(std::min<std::uint64_t>(file_.size(), file_turn));
            const auto sent = stream_.send_file(file_.fd(), file_.at(), n);
            if (sent) return *sent;
            file_refused_ = true;
        }
    }
    // Not the loop's read buffer, in which requests behind this one may lie.
    char piece[file_piece];
    const std::size_t n = file_.read(piece);
    if (n == 0) return {net::io_state::end, 0};
    return stream_.write(out_.view(), {piece, n});
}

template <net::Stream S, class V>
void http1_session<S, V>::send_through(std::string_view bytes) {
    if (broken_) return;
    const std::size_t before = out_.size();
    const net::io_result sent = stream_.write(out_.view(), bytes);
    if (sent.state == net::io_state::broken) return break_off();
    if (sent.bytes > 0) last_written_ = now_;
    out_.consume(std::min(sent.bytes, before));
    out_.append(bytes.substr(sent.bytes > before ? sent.bytes - before : 0));
}

template <net::Stream S, class V>
void http1_session<S, V>::send_lent(lent_bytes bytes) {
    if (broken_) return;
    tail_ = std::move(bytes);
    flush();
}

template <net::Stream S, class V>
void http1_session<S, V>::send_file(file_range file) {
    if (broken_) return;
    file_ = std::move(file);
    flush();
}

template <net::Stream S, class V>
void http1_session<S, V>::on_writable() {
    begin_turn();
    flush();
    if (exchange_ && called_ && !broken_) {
        if (services_.options.threaded) {
            exchange_->set_downstream(waiting());
        } else if (room_wanted_ && unsent() <= services_.options.high_water / 2) {
            call_handler(false);
        }
    }
    if (!broken_) drive();
    advance();
}

// After every event: sends, wakes a thread that waits for room, sees what else that makes possible.
template <net::Stream S, class V>
void http1_session<S, V>::advance() {
    if (state_ == state::done) return;
    bool go_on = !tail_.empty() || out_.size() >= services_.options.high_water;
    flush();
    while ((finish_file() || go_on) && !broken_ && may_parse()) {
        go_on = false;
        drive();
        flush();
    }
    if (broken_) return vanish(errc::connection_closed);
    if (services_.options.threaded && exchange_ && called_ && !handed_) {
        exchange_->set_downstream(waiting());
        if (unsent() == 0 && exchange_->connection_wanted()) give_connection();
    }
    if (out_.empty()) services_.pools.give(out_);
    if (unsent() == 0 && state_ == state::closing) sent_all();
    update_deadline();
}

// ---- ends ----

template <net::Stream S, class V>
void http1_session<S, V>::start_closing(bool linger) {
    state_ = state::closing;
    linger_ = linger && !input_end_;
    services_.pools.give(pending_);
}

template <net::Stream S, class V>
void http1_session<S, V>::sent_all() {
    if (!linger_) {
        state_ = state::done;
        return;
    }
    stream_.shutdown_write();
    state_ = state::lingering;
    const server_options& options = services_.options;
    // Who was too slow before is not waited for as long as it sends.
    linger_limit_ = now_ + (too_slow_ ? options.close_linger : options.close_linger_limit);
    linger_on();
}

// The peer is still there, and gets a while to hang up; a worker that stops has little time for it.
template <net::Stream S, class V>
void http1_session<S, V>::linger_on() {
    const auto wait = services_.options.close_linger;
    const auto until = now_ + (services_.stopping ? std::min(wait, stop_linger) : wait);
    linger_until_ = std::min(until, linger_limit_);
}

template <net::Stream S, class V>
void http1_session<S, V>::linger_read() {
    for (int turn = 0; turn < 8; ++turn) {
        const net::io_result got = stream_.read(services_.read_buffer());
        if (got.state == net::io_state::want_read || got.state == net::io_state::want_write) break;
        lingered_ += got.bytes;
        if (got.state != net::io_state::ok || lingered_ > services_.options.close_linger_bytes) {
            state_ = state::done;
            return;
        }
        linger_on();
    }
    update_deadline();
}

template <net::Stream S, class V>
void http1_session<S, V>::vanish(errc why) {
    if (state_ == state::done && !exchange_) return;
    state_ = state::done;
    broken_ = true;
    out_.release();
    tail_.reset();
    pending_.release();
    if (!exchange_) {
        file_.reset();
        return;
    }
    exchange_ptr x = std::move(exchange_);
    const bool tell = called_ && !x->ended();
    if (called_) report(*x, true);
    file_.reset();
    x->disconnect(why);
    if (tell) services_.handler.gone(x);
}

template <net::Stream S, class V>
void http1_session<S, V>::on_stop() {
    now_ = clock::now();
    if (exchange_) exchange_->set_last();
    if (idle()) waiting_since_ = std::max(waiting_since_, services_.stopping_since);
    if (state_ == state::lingering) linger_limit_ = linger_until_ = now_ + stop_linger;
    update_deadline();
}

template <net::Stream S, class V>
void http1_session<S, V>::report(exchange& x, bool incomplete) {
    if (!services_.reports()) return;
    const auto took = std::chrono::steady_clock::now() - x.begun();
    const auto sent = x.sent();
    const request_report line{
        x.connection(),
        &x.head(),
        sent.status,
        sent.bytes - std::min(sent.bytes, file_.size()),
        static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(took).count()),
        incomplete,
        x.kept_fields()};
    if constexpr (std::remove_cvref_t<decltype(services_.metrics)>::enabled) {
        services_.metrics.request_finished(line);
    }
    if (services_.log.enabled()) services_.log.write(line);
}

// ---- time ----

template <net::Stream S, class V>
auto http1_session<S, V>::body_deadline() const -> clock::time_point {
    const server_options& options = services_.options;
    if (options.body_timeout.count() == 0) return never;
    auto by = last_read_ + options.body_timeout;
    if (options.body_min_rate > 0) {
        const auto earned = std::chrono::milliseconds(
            static_cast<std::int64_t>(parser_.body_received() * 1000 / options.body_min_rate));
        by = std::min(by, body_since_ + options.body_timeout + earned);
    }
    return by;
}

template <net::Stream S, class V>
void http1_session<S, V>::update_deadline() {
    const server_options& options = services_.options;
    if (unsent() > 0 && !writing_) last_written_ = now_;
    writing_ = unsent() > 0;
    if (handed_) {
        deadline_ = never;
    } else if (state_ == state::lingering) {
        deadline_ = linger_until_;
    } else if (writing_) {
        deadline_ = after(last_written_, options.write_timeout);
    } else if (exchange_) {
        const bool reading = !request_whole_ && !input_dead_ && !window_full_;
        deadline_ = reading ? body_deadline() : never;
    } else if (in_head_ || first_) {
        deadline_ = after(waiting_since_, options.header_timeout);
    } else {
        deadline_ = waiting_since_ + options.keep_alive_timeout;
    }
    if (services_.stopping && idle()) {
        deadline_ = std::min(deadline_, waiting_since_ + options.drain_linger);
    }
}

template <net::Stream S, class V>
void http1_session<S, V>::on_deadline() {
    now_ = clock::now();
    if (state_ == state::done || now_ < deadline_) return;
    if (state_ == state::lingering) {
        state_ = state::done;
    } else if (unsent() > 0) {
        stream_.reset_on_close();
        vanish(errc::timed_out);
    } else if (exchange_) {
        input_failed(errc::timed_out);
        advance();
    } else if (in_head_) {
        refuse(errc::timed_out);
        advance();
    } else {
        // A request may have come at the same moment: never close on unread input.
        on_readable();
        if (!idle() || now_ < deadline_) return;
        if (!services_.stopping) return vanish(errc::timed_out);
        // A request that crosses the end on its way is to meet no reset.
        start_closing(true);
        advance();
    }
}

}  // namespace cruet::server
