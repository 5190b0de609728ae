// One connection's HTTP/1.1 and 1.0 (RFC 9112): requests in, answers out, in order, over any
// Stream. It neither waits nor knows a loop; its owner tells it what happened and asks it what to
// wait for:
//
//     http1_session<Stream, Services> s(std::move(stream), info, services);
//     s.on_readable();                          // and on_writable(), on_deadline()
//     if (s.done()) ...                         // close it
//     watch(s.interest()); wake_at(s.deadline());
//
// One request is in the handler's hands at a time; those pipelined behind it wait, unparsed, in a
// bounded buffer. The handler is called when the content is complete, or where it is streamed to a
// thread when the head is. What is refused (http/parser.hpp) or too slow gets a short answer and an
// end of the connection that lets the client read it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "cruet/core/buffer.hpp"
#include "cruet/http/parser.hpp"
#include "cruet/http/serializer.hpp"
#include "cruet/net/loop.hpp"
#include "cruet/net/stream.hpp"
#include "cruet/server/exchange.hpp"
#include "cruet/server/forwarding.hpp"
#include "cruet/server/session_services.hpp"

namespace cruet::server {

template <net::Stream Stream, class Services>
class http1_session final : public exchange_host {
public:
    using clock = net::coarse_clock;
    static constexpr clock::time_point never = clock::time_point::max();

    // The services must outlive the session.
    http1_session(Stream stream, connection_info_ptr info, Services& services);
    http1_session(const http1_session&) = delete;
    http1_session& operator=(const http1_session&) = delete;
    ~http1_session() {
        vanish(errc::connection_closed);
        if constexpr (net::HandsOver<Stream>) {
            if (shared_) stream_.cut();
        }
    }

    // What happened. None of these may be called from within a handler.
    void on_readable();
    void on_writable();
    void on_deadline();
    // A graceful stop has begun (session_services::stopping is set).
    void on_stop();
    // Cuts the connection.
    void abort(errc why) { vanish(why); }

    // What to wait for. deadline() may have moved after each call, progress() included.
    net::interest interest() const noexcept;
    clock::time_point deadline() const noexcept { return deadline_; }
    bool done() const noexcept { return state_ == state::done; }
    // No request has begun, and no answer is unsent.
    bool idle() const noexcept {
        return state_ == state::open && !exchange_ && parser_.idle() && unsent() == 0 &&
               pending_.empty();
    }
    // Is called when another thread, or the handler outside of its calls, has moved things on.
    void set_changed(void (*changed)(void*), void* owner) noexcept {
        changed_ = changed;
        owner_ = owner;
    }
    Stream& stream() noexcept { return stream_; }
    const connection_info& info() const noexcept { return *info_; }
    // Before anything has happened.
    void set_info(connection_info_ptr info) noexcept { info_ = std::move(info); }

    // exchange_host
    buffer& output() override;
    void flush() override;
    void send_through(std::string_view bytes) override;
    void send_lent(lent_bytes bytes) override;
    void send_file(file_range file) override;
    bool more_input() noexcept override { return behind_ > 0 || stream_.unread(); }
    bool handling() const noexcept override { return handling_; }
    void progress() override;

private:
    // RequestSink, apart from the public face.
    struct sink {
        http1_session& me;
        result<void> on_head(http::head_ptr head) { return me.head_arrived(std::move(head)); }
        result<void> on_body(std::string_view part) { return me.body_arrived(part); }
        void on_trailer(const http::field&) {}
        void on_complete() { me.request_arrived(); }
    };
    // open: requests come and are answered. closing: the last answer is being sent. lingering: it
    // is sent, and what the client still sends is thrown away.
    enum class state : std::uint8_t { open, closing, lingering, done };

    result<void> head_arrived(http::head_ptr head);
    result<void> body_arrived(std::string_view part);
    void request_arrived();
    void note_client();

    std::uint64_t unsent() const noexcept { return out_.size() + tail_.size() + file_.size(); }
    // In memory.
    std::size_t waiting() const noexcept { return out_.size() + tail_.size(); }
    bool may_parse() const noexcept;
    bool may_read() const noexcept;
    std::size_t parse(std::string_view input);
    void take(std::string_view input);
    void note_behind(std::size_t bytes) noexcept;
    void drive();
    void go_on();
    void end_of_input();
    void input_failed(errc why);
    void after_feed();
    void call_handler(bool first);
    void settle_answer();
    void finish_answer();
    void finish_other_protocol();
    bool finish_file();
    void give_connection();
    void refuse(errc why);
    net::io_result send_some_file();
    void start_closing(bool linger);
    void sent_all();
    void linger_read();
    void linger_on();
    void vanish(errc why);
    void break_off();
    void advance();
    void report(exchange& x, bool incomplete);
    void begin_turn() noexcept {
        now_ = clock::now();
        answered_ = 0;
    }
    static clock::time_point after(clock::time_point since, clock::duration timeout) noexcept {
        return timeout.count() == 0 ? never : since + timeout;
    }
    void update_deadline();
    clock::time_point body_deadline() const;

    Stream stream_;
    Services& services_;
    connection_info_ptr info_;
    sink sink_{*this};
    http::request_parser<sink> parser_;
    exchange_ptr exchange_;
    buffer out_;
    // Behind out_, one of these: the rest of a large answer. Nothing is begun before it is sent.
    lent_bytes tail_;
    file_range file_;
    // What was read behind the request that is being answered.
    buffer pending_;
    void (*changed_)(void*) = nullptr;
    void* owner_ = nullptr;

    clock::time_point now_;
    clock::time_point deadline_ = never;
    clock::time_point waiting_since_;  // for a request's first byte, or its head's start
    clock::time_point body_since_{};
    clock::time_point last_read_{};
    clock::time_point last_written_{};
    clock::time_point linger_until_{};
    clock::time_point linger_limit_{};
    std::size_t lingered_ = 0;
    std::size_t behind_ = 0;  // bytes that were read and not yet parsed
    unsigned answered_ = 0;   // in this turn

    state state_ = state::open;
    bool first_ = true;           // no request was answered yet
    bool called_ = false;         // the handler has the exchange
    bool handling_ = false;       // and is running
    bool request_whole_ = false;  // its content is complete
    bool continued_ = false;      // 100 Continue is sent, or not needed
    bool in_head_ = false;        // bytes of a head have come
    bool room_wanted_ = false;    // write() said `full`
    bool input_end_ = false;      // the peer sends no more
    bool input_dead_ = false;     // nothing more is parsed
    bool window_full_ = false;    // the content's reader is behind
    bool writing_ = false;        // output waits for the client since last_written_
    bool linger_ = false;
    bool too_slow_ = false;      // was answered 408
    bool file_last_ = false;     // the answer is over once file_ is sent
    bool file_refused_ = false;  // the stream cannot send that one by itself
    bool handed_ = false;        // another protocol is spoken, by the handler
    bool shared_ = false;        // the connection has, or had, another owner, too
    bool broken_ = false;
};

}  // namespace cruet::server

#include "cruet/server/impl/http1_session.hpp"
#include "cruet/server/impl/http1_session_output.hpp"
