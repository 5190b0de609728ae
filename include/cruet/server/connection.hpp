// One accepted connection on a loop: gives its session what happens, and waits for what that wants.
//
// Where it is to begin with a header of the PROXY protocol (expect_proxy) the session learns of
// nothing before that is read; it has as long as the head of the first request.
#pragma once

#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "cruet/net/loop.hpp"
#include "cruet/net/proxy_protocol.hpp"
#include "cruet/net/stream.hpp"
#include "cruet/net/timer.hpp"
#include "cruet/server/http1_session.hpp"

namespace cruet::server {

// `Owner` is told `closed(connection&)` when the connection is done, and destroys it there; it
// has `wheel()`, and proxied_info() to make of a PROXY header what the application is told. A
// deadline by inheritance: the wheel gives back the connection.
template <net::Loop Loop, net::Stream Stream, class Services, class Owner>
class connection : public net::deadline {
public:
    connection(Loop& loop, Stream stream, connection_info_ptr info, Services& services,
               Owner& owner)
        : owner_(owner), session_(std::move(stream), std::move(info), services) {
        session_.set_changed([](void* me) { static_cast<connection*>(me)->settle(); }, this);
        watcher_.open(loop, session_.stream().fd(), on_ready, this);
    }

    // Before start().
    void expect_proxy(net::proxy_version version) {
        preamble_ = std::make_unique<net::proxy_parser>(version);
    }
    // Starts waiting. May end with this connection destroyed.
    void start() { settle(); }
    // Its deadline has come. May end with this connection destroyed.
    void on_deadline() {
        guarded([&] {
            if (past_preamble()) return session_.on_deadline();
            if (session_.done() || net::coarse_clock::now() < session_.deadline()) return;
            give_up("no header in time");
        });
    }
    void on_stop() {
        guarded([&] { session_.on_stop(); });
    }
    void abort(errc why) noexcept { session_.abort(why); }
    const connection_info& info() const noexcept { return session_.info(); }
    // Why there was no use for it; "" where nobody but the peer knows.
    std::string complaint() {
        if (!complaint_.empty()) return "PROXY protocol: " + std::string(complaint_);
        if constexpr (requires { session_.stream().complaint(); }) {
            const std::string_view why = session_.stream().complaint();
            if (!why.empty()) return "TLS: " + std::string(why);
        }
        return {};
    }

    connection* previous = nullptr;
    connection* next = nullptr;

private:
    static void on_ready(void* self, net::ready what) {
        auto* me = static_cast<connection*>(self);
        what = me->session_.stream().moved(what);
        me->guarded([&] {
            if (!me->past_preamble()) return;
            if (net::wants_read(what)) me->session_.on_readable();
            if (net::wants_write(what)) me->session_.on_writable();
        });
    }

    // Has the preamble been read, if there is to be one?
    bool past_preamble() {
        if (!preamble_) return true;
        if (session_.done()) return false;
        switch (preamble_->read_from(session_.stream().fd())) {
        case net::io_state::ok: break;
        case net::io_state::foreign: give_up(message(preamble_->error())); return false;
        case net::io_state::end:
            // A look whether somebody listens is none.
            give_up(preamble_->begun() ? message(errc::unexpected_end) : std::string_view());
            return false;
        case net::io_state::broken: session_.abort(errc::connection_closed); return false;
        default: return false;
        }
        session_.set_info(owner_.proxied_info(session_.info(), preamble_->header()));
        preamble_.reset();
        return true;
    }
    void give_up(std::string_view why) {
        complaint_ = why;
        session_.abort(errc::connection_closed);
    }

    // Out of memory costs the one connection that asked for it.
    template <class Event>
    void guarded(Event&& event) {
        try {
            event();
        } catch (const std::bad_alloc&) {
            session_.abort(errc::out_of_memory);
        }
        settle();
    }

    void settle() {
        if (!session_.done()) {
            try {
                watcher_.want(session_.interest());
            } catch (const std::bad_alloc&) {
                session_.abort(errc::out_of_memory);
            }
        }
        if (session_.done()) {
            owner_.closed(*this);
            return;
        }
        if (session_.deadline() == http1_session<Stream, Services>::never) {
            owner_.wheel().cancel(*this);
        } else {
            owner_.wheel().set(*this, session_.deadline());
        }
    }

    Owner& owner_;
    std::unique_ptr<net::proxy_parser> preamble_;
    std::string_view complaint_;  // constant text
    // The watcher goes before the session and its descriptor do.
    http1_session<Stream, Services> session_;
    typename Loop::watcher watcher_;
};

}  // namespace cruet::server
