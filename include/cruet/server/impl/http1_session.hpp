// Bodies of cruet/server/http1_session.hpp: input, and the handler's answers to it.
#pragma once

#include <algorithm>
#include <new>

#include "cruet/server/http1_session.hpp"

namespace cruet::server {

// Pipelined input kept behind the request that is being answered; beyond, the socket is left alone.
inline constexpr std::size_t pending_limit = 65536;
// Pipelined requests that are answered in one turn of the loop, which belongs to all connections.
inline constexpr unsigned turn_requests = 32;

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
    if (first_) note_client();
    if (options.refuse_underscores && has_underscores(*head)) return errc::bad_field_name;
    auto info = forwarded_info(info_, *head, options.forwarding);
    if (!info) return info.error();
    const bool keep = head->keep_alive() && options.keep_alive_timeout.count() > 0;
    continued_ = !head->expects_continue() || !head->has_body();
    exchange_ = services_.pools.take_exchange();
    exchange_->begin(std::move(head), std::move(*info), this, services_.port, options, keep);
    if (services_.stopping) exchange_->set_last();
    if (services_.reports()) exchange_->set_begun(std::chrono::steady_clock::now());
    body_since_ = now_;
    in_head_ = false;
    return {};
}

// Whom a stream with TLS has got to know by now.
template <net::Stream S, class V>
void http1_session<S, V>::note_client() {
    if constexpr (requires { stream_.client(); }) {
        auto client = stream_.secure() ? stream_.client() : nullptr;
        if (!client) return;
        auto info = make_ref<connection_info>(static_cast<const connection_facts&>(*info_));
        info->client = std::move(client);
        info_ = connection_info_ptr(std::move(info));
    }
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
    return state_ == state::open && !request_whole_ && !input_dead_ && !broken_ && tail_.empty() &&
           file_.empty() && out_.size() < services_.options.high_water;
}

template <net::Stream S, class V>
bool http1_session<S, V>::may_read() const noexcept {
    if (input_end_ || broken_ || handed_) return false;
    if (state_ == state::lingering) return true;
    if (state_ != state::open || input_dead_ || window_full_) return false;
    return pending_.empty() || (pending_.size() < pending_limit && exchange_);
}

template <net::Stream S, class V>
net::interest http1_session<S, V>::interest() const noexcept {
    if (state_ == state::done || handed_) return net::interest::none;
    // Input that waits for another turn goes on as soon as the client can take its answers.
    const bool turn_wanted = !pending_.empty() && may_parse();
    return stream_.waiting(
        net::make_interest(may_read(), unsent() > 0 || room_wanted_ || turn_wanted));
}

template <net::Stream S, class V>
std::size_t http1_session<S, V>::parse(std::string_view input) {
    std::size_t used = 0;
    while (used < input.size() && may_parse() && answered_ < turn_requests) {
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
        note_behind(input.size() - used);
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
        note_behind(pending_.size());
        drive();
        return;
    }
    const std::size_t used = parse(input);
    if (used < input.size() && state_ == state::open && !broken_) {
        services_.pools.take(pending_);
        pending_.append(input.substr(used));
        note_behind(pending_.size());
    }
}

// What waits behind a request decides whether its answer may end the connection (on_stop).
template <net::Stream S, class V>
void http1_session<S, V>::note_behind(std::size_t bytes) noexcept {
    behind_ = bytes;
    if (exchange_) exchange_->set_more(bytes > 0);
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
    if (!called_ && (request_whole_ || services_.options.streams())) call_handler(true);
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
    begin_turn();
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
            if (got.state == net::io_state::foreign) input_failed(errc::plain_http);
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
        file_last_ = true;
        finish_file();
    } else {
        room_wanted_ = exchange_->take_wants_room();
    }
}

template <net::Stream S, class V>
void http1_session<S, V>::progress() {
    if (!exchange_ || handling_ || state_ == state::done) return;
    try {
        go_on();
    } catch (const std::bad_alloc&) {
        vanish(errc::out_of_memory);
    }
    if (changed_) changed_(owner_);
}

template <net::Stream S, class V>
void http1_session<S, V>::go_on() {
    begin_turn();
    if (services_.options.threaded) {
        // Asked first: what was written before the end is then sure to be collected.
        const bool ended = exchange_->ended();
        output();
        exchange_->collect(out_, tail_, file_);
        flush();
        if (window_full_ && exchange_->body().has_room()) {
            // The wait was the handler's, not the client's.
            window_full_ = false;
            last_read_ = body_since_ = now_;
        }
        if (ended && !broken_) {
            file_last_ = true;
            finish_file();
        } else {
            exchange_->set_downstream(waiting());
        }
    } else {
        settle_answer();
    }
    if (!broken_) drive();
    advance();
}

// An answer is over when its file is sent: only then is it known how it ended.
template <net::Stream S, class V>
bool http1_session<S, V>::finish_file() {
    if (!file_last_ || !file_.empty() || broken_) return false;
    file_last_ = file_refused_ = false;
    if (handed_) {
        finish_other_protocol();
    } else {
        finish_answer();
    }
    return true;
}

template <net::Stream S, class V>
void http1_session<S, V>::finish_answer() {
    exchange_ptr x = std::move(exchange_);
    const http::response_writer& writer = x->writer();
    const bool cut = x->cut();
    const bool asked_to_close = !x->head().keep_alive();
    const bool keep = writer.keep_alive() && request_whole_ && !input_dead_;
    // Closed with content unread the connection would be reset, and the answer with it.
    const bool more_may_come =
        !asked_to_close || !request_whole_ || input_dead_ || !pending_.empty();
    ++answered_;
    report(*x, cut);
    x->detach();
    called_ = request_whole_ = room_wanted_ = window_full_ = first_ = false;
    waiting_since_ = now_;
    if (cut) {
        // Without a length or chunks an orderly end would make the answer look whole.
        if (writer.until_close()) stream_.reset_on_close();
        start_closing(false);
    } else if (!keep) {
        start_closing(more_may_come);
    }
    services_.pools.give(std::move(x));
}

// ---- other protocols ----

template <net::Stream S, class V>
void http1_session<S, V>::give_connection() {
    if constexpr (net::HandsOver<S>) {
        std::string ahead(pending_.view());
        if (net::handle socket = stream_.hand_over()) {
            handed_ = shared_ = true;
            services_.pools.give(pending_);
            behind_ = 0;
            return exchange_->give_connection({std::move(socket), std::move(ahead)});
        }
    }
    exchange_->refuse_connection();
}

template <net::Stream S, class V>
void http1_session<S, V>::finish_other_protocol() {
    if constexpr (net::HandsOver<S>) stream_.take_back();
    exchange_ptr x = std::move(exchange_);
    report(*x, false);
    x->detach();
    handed_ = called_ = request_whole_ = false;
    start_closing(true);
    services_.pools.give(std::move(x));
}

}  // namespace cruet::server
