// One accepted connection on a loop: gives its session what happens, and waits for what that wants.
#pragma once

#include <new>
#include <string_view>
#include <utility>

#include "cruet/net/loop.hpp"
#include "cruet/net/stream.hpp"
#include "cruet/net/timer.hpp"
#include "cruet/server/http1_session.hpp"

namespace cruet::server {

// `Owner` is told `closed(connection&)` when the connection is done, and destroys it there; it
// has `wheel()`. A deadline by inheritance: the wheel gives back the connection.
template <net::Loop Loop, net::Stream Stream, class Services, class Owner>
class connection : public net::deadline {
public:
    connection(Loop& loop, Stream stream, connection_info_ptr info, Services& services,
               Owner& owner)
        : owner_(owner), session_(std::move(stream), std::move(info), services) {
        session_.set_changed([](void* me) { static_cast<connection*>(me)->settle(); }, this);
        watcher_.open(loop, session_.stream().fd(), on_ready, this);
    }

    // Starts waiting. May end with this connection destroyed.
    void start() { settle(); }
    // Its deadline has come. May end with this connection destroyed.
    void on_deadline() {
        guarded([&] { session_.on_deadline(); });
    }
    void on_stop() {
        guarded([&] { session_.on_stop(); });
    }
    void abort(errc why) noexcept { session_.abort(why); }
    const connection_info& info() const noexcept { return session_.info(); }
    // Why its stream is of no use any more; "" where nobody but the peer knows.
    std::string_view complaint() noexcept {
        if constexpr (requires { session_.stream().complaint(); }) {
            return session_.stream().complaint();
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
            if (net::wants_read(what)) me->session_.on_readable();
            if (net::wants_write(what)) me->session_.on_writable();
        });
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
    // The watcher goes before the session and its descriptor do.
    http1_session<Stream, Services> session_;
    typename Loop::watcher watcher_;
};

}  // namespace cruet::server
