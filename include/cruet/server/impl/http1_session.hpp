// Bodies of cruet/server/http1_session.hpp.
#pragma once

#include <algorithm>
#include <type_traits>

#include "cruet/http/status.hpp"
#include "cruet/server/http1_session.hpp"

namespace cruet::server {

// Pipelined input kept behind the request that is being answered; beyond, the socket is left alone.
inline constexpr std::size_t pending_limit = 65536;

inline constexpr std::chrono::milliseconds stop_linger{100};

template <net::Stream S, class V>
http1_session<S, V>::http1_session(S stream, connection_info_ptr info, V& services)
    : stream_(std::move(stream)),
      services_(services),
      info_(std::move(info)),
      parser_(sink_, services.options.limits),
      now_(clock::now()),
      waiting_since_(now_) {
    update_deadline();
}

// ---- input ----

template <net::Stream S, class V>
result<void> http1_session<S, V>::head_arrived(http::head_ptr head) {
    // RFC 9110 section 9.3.6: a server that is no proxy need not know CONNECT.
    if (head->form() == http::target_form::authority) return errc::unknown_method;
    const server_options& options = services_.options;
    const bool keep =
        head->keep_alive() && !services_.stopping && options.keep_alive_timeout.count() > 0;
    continued_ = !head->expects_continue() || !head->has_body();
    exchange_ = services_.pools.take_exchange();
    exchange_->begin(std::move(head), info_, this, services_.port, options, keep);
    if (services_.reports()) exchange_->set_begun(std::chrono::steady_clock::now());
    body_since_ = now_;
    in_head_ = false;
    return {};
}

template <net::Stream S, class V>
result<void> http1_session<S, V>::body_arrived(std::string_view part) {
    continued_ = true;
    const auto room = exchange_->body().append(part);
    if (!room) return room.error();
    if (!*room) window_full_ = true;
    return {};
}

template <net::Stream S, class V>
void http1_session<S, V>::request_arrived() {
    request_whole_ = continued_ = true;
    window_full_ = false;
    exchange_->body().finish();
}

template <net::Stream S, class V>
bool http1_session<S, V>::may_parse() const noexcept {
    return state_ == state::open && !request_whole_ && !input_dead_ && !broken_ &&
           out_.size() < services_.options.high_water;
}

template <net::Stream S, class V>
bool http1_session<S, V>::may_read() const noexcept {
    if (input_end_ || broken_) return false;
    if (state_ == state::lingering) return true;
    if (state_ != state::open || input_dead_ || window_full_) return false;
    return pending_.empty() || (pending_.size() < pending_limit && exchange_);
}

template <net::Stream S, class V>
net::interest http1_session<S, V>::interest() const noexcept {
    if (state_ == state::done) return net::interest::none;
    return net::make_interest(may_read(), !out_.empty() || room_wanted_);
}

template <net::Stream S, class V>
std::size_t http1_session<S, V>::parse(std::string_view input) {
    std::size_t used = 0;
    while (used < input.size() && may_parse()) {
        if (parser_.idle() && !exchange_ && !in_head_) {
            in_head_ = true;
            waiting_since_ = now_;
        }
        const auto fed = parser_.feed(input.substr(used));
        used += fed.consumed;
        if (fed.status == http::parse_status::failed) {
            input_failed(parser_.error().code);
            return input.size();
        }
        after_feed();
    }
    return used;
}

// New input, behind whatever waits already.
template <net::Stream S, class V>
void http1_session<S, V>::take(std::string_view input) {
    last_read_ = now_;
    if (!pending_.empty()) {
        pending_.append(input);
        drive();
        return;
    }
    const std::size_t used = parse(input);
    if (used < input.size() && state_ == state::open && !broken_) {
        services_.pools.take(pending_);
        pending_.append(input.substr(used));
    }
}

// Goes on with input that had to wait.
template <net::Stream S, class V>
void http1_session<S, V>::drive() {
    if (!pending_.empty()) {
        const std::size_t used = parse(pending_.view());
        pending_.consume(std::min(used, pending_.size()));
        if (pending_.empty()) services_.pools.give(pending_);
    }
    if (input_end_ && pending_.empty() && may_parse()) end_of_input();
}

template <net::Stream S, class V>
void http1_session<S, V>::after_feed() {
    if (!exchange_) return;
    if (!continued_) {
        continued_ = true;
        output().append("HTTP/1.1 100 Continue\r\n\r\n");
    }
    if (!called_ && (request_whole_ || services_.options.threaded)) call_handler(true);
}

// The peer has sent all it will, and it is parsed.
template <net::Stream S, class V>
void http1_session<S, V>::end_of_input() {
    if (parser_.idle() && !exchange_) {
        start_closing(false);
    } else {
        input_failed(exchange_ ? errc::body_incomplete : errc::unexpected_end);
    }
}

// No more can be made of the input. A handler that has the request still gets to answer it.
template <net::Stream S, class V>
void http1_session<S, V>::input_failed(errc why) {
    input_dead_ = true;
    if (!called_) return refuse(why);
    if (exchange_) {
        exchange_->set_close();
        exchange_->body().fail(why);
    }
}

template <net::Stream S, class V>
void http1_session<S, V>::on_readable() {
    now_ = clock::now();
    if (state_ == state::lingering) return linger_read();
    // A body that keeps coming may take some turns at once, though not the loop for itself.
    for (int turn = 0; turn < 8 && may_read(); ++turn) {
        const std::span<char> into = services_.read_buffer();
        const net::io_result got = stream_.read(into);
        if (got.state == net::io_state::ok) {
            take({into.data(), got.bytes});
            if (got.bytes < into.size() && !stream_.pending()) break;
        } else if (got.state == net::io_state::end) {
            input_end_ = true;
            drive();
        } else {
            if (got.state == net::io_state::broken) break_off();
            break;
        }
    }
    advance();
}

// ---- handler ----

template <net::Stream S, class V>
void http1_session<S, V>::call_handler(bool first) {
    called_ = true;
    room_wanted_ = false;
    handling_ = true;
    if (first) {
        services_.handler.handle(exchange_);
    } else {
        services_.handler.writable(exchange_);
    }
    handling_ = false;
    if (!services_.options.threaded) settle_answer();
}

template <net::Stream S, class V>
void http1_session<S, V>::settle_answer() {
    if (broken_) return;
    if (exchange_->ended()) {
        finish_answer();
    } else {
        room_wanted_ = exchange_->take_wants_room();
    }
}

template <net::Stream S, class V>
void http1_session<S, V>::progress() {
    if (!exchange_ || handling_ || state_ == state::done) return;
    now_ = clock::now();
    if (services_.options.threaded) {
        // Asked first: what was written before the end is then sure to be collected.
        const bool ended = exchange_->ended();
        output();
        exchange_->collect(out_);
        flush();
        if (window_full_ && exchange_->body().has_room()) {
            // The wait was the handler's, not the client's.
            window_full_ = false;
            last_read_ = body_since_ = now_;
        }
        if (ended && !broken_) {
            finish_answer();
        } else {
            exchange_->set_downstream(out_.size());
        }
    } else {
        settle_answer();
    }
    if (!broken_) drive();
    advance();
    if (changed_) changed_(owner_);
}

template <net::Stream S, class V>
void http1_session<S, V>::finish_answer() {
    exchange_ptr x = std::move(exchange_);
    const http::response_writer& writer = x->writer();
    const bool cut = x->cut();
    const bool asked_to_close = !x->head().keep_alive();
    const bool keep = writer.keep_alive() && request_whole_ && !input_dead_;
    report(*x, cut);
    x->detach();
    called_ = request_whole_ = room_wanted_ = window_full_ = first_ = false;
    waiting_since_ = now_;
    if (cut) {
        // Without a length or chunks an orderly end would make the answer look whole.
        if (writer.until_close()) stream_.reset_on_close();
        start_closing(false);
    } else if (!keep) {
        start_closing(!asked_to_close || input_dead_ || !pending_.empty());
    }
    services_.pools.give(std::move(x));
}

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
    if (exchange_) exchange_->set_gone();
}

template <net::Stream S, class V>
void http1_session<S, V>::flush() {
    if (out_.empty()) return;
    if (broken_) return out_.clear();
    const net::io_result sent = stream_.write(out_.view(), {});
    if (sent.state == net::io_state::ok) {
        out_.consume(sent.bytes);
        last_written_ = now_;
    } else if (sent.state == net::io_state::broken) {
        break_off();
    }
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
void http1_session<S, V>::on_writable() {
    now_ = clock::now();
    flush();
    if (exchange_ && called_ && !broken_) {
        if (services_.options.threaded) {
            exchange_->set_downstream(out_.size());
        } else if (room_wanted_ && out_.size() <= services_.options.high_water / 2) {
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
    const bool was_blocked = out_.size() >= services_.options.high_water;
    flush();
    if (was_blocked && !broken_ && may_parse()) {
        drive();
        flush();
    }
    if (broken_) return vanish(errc::connection_closed);
    if (services_.options.threaded && exchange_ && called_) exchange_->set_downstream(out_.size());
    if (out_.empty()) {
        services_.pools.give(out_);
        if (state_ == state::closing) sent_all();
    }
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
    // A worker that stops has little time for clients that do not hang up.
    const auto wait = services_.options.close_linger;
    linger_until_ = now_ + (services_.stopping ? std::min(wait, stop_linger) : wait);
}

template <net::Stream S, class V>
void http1_session<S, V>::linger_read() {
    for (int turn = 0; turn < 8; ++turn) {
        const net::io_result got = stream_.read(services_.read_buffer());
        if (got.state == net::io_state::want_read || got.state == net::io_state::want_write) return;
        lingered_ += got.bytes;
        if (got.state != net::io_state::ok || lingered_ > services_.options.close_linger_bytes) {
            state_ = state::done;
            return;
        }
    }
}

template <net::Stream S, class V>
void http1_session<S, V>::vanish(errc why) {
    if (state_ == state::done && !exchange_) return;
    state_ = state::done;
    broken_ = true;
    out_.release();
    pending_.release();
    if (!exchange_) return;
    exchange_ptr x = std::move(exchange_);
    const bool tell = called_ && !x->ended();
    if (called_) report(*x, true);
    x->disconnect(why);
    if (tell) services_.handler.gone(x);
}

template <net::Stream S, class V>
void http1_session<S, V>::on_stop() {
    now_ = clock::now();
    if (exchange_) exchange_->set_close();
    if (idle()) waiting_since_ = now_;
    if (state_ == state::lingering) linger_until_ = std::min(linger_until_, now_ + stop_linger);
    update_deadline();
}

template <net::Stream S, class V>
void http1_session<S, V>::report(exchange& x, bool incomplete) {
    if (!services_.reports()) return;
    const auto took = std::chrono::steady_clock::now() - x.begun();
    const request_report line{
        *info_,
        &x.head(),
        x.status(),
        x.writer().body_bytes(),
        static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(took).count()),
        incomplete};
    if constexpr (std::remove_cvref_t<decltype(services_.metrics)>::enabled) {
        services_.metrics.request_finished(line);
    }
    if (services_.log.enabled()) services_.log.write(line);
}

// ---- time ----

template <net::Stream S, class V>
auto http1_session<S, V>::body_deadline() const -> clock::time_point {
    const server_options& options = services_.options;
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
    if (!out_.empty() && !writing_) last_written_ = now_;
    writing_ = !out_.empty();
    if (state_ == state::lingering) {
        deadline_ = linger_until_;
    } else if (!out_.empty()) {
        deadline_ = last_written_ + options.write_timeout;
    } else if (exchange_) {
        const bool reading = !request_whole_ && !input_dead_ && !window_full_;
        deadline_ = reading ? body_deadline() : never;
    } else if (in_head_ || first_) {
        deadline_ = waiting_since_ + options.header_timeout;
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
    } else if (!out_.empty()) {
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
        if (idle() && now_ >= deadline_) vanish(errc::timed_out);
    }
}

}  // namespace cruet::server
