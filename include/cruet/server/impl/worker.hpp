// Bodies of cruet/server/worker.hpp.
#pragma once

#include <iterator>
#include <memory>
#include <new>
#include <string>

#include "cruet/server/worker.hpp"

namespace cruet::server {

// Out of descriptors, or of memory in the kernel: connections wait in its queue meanwhile.
inline constexpr std::chrono::milliseconds accept_pause{100};
// Taken in one turn, so that those already here are served between.
inline constexpr int accept_batch = 16;

template <net::Loop P, Handler H, Metrics M, AccessLog L>
worker<P, H, M, L>::worker(const server_options& options, H& handler, M& metrics, L& log)
    : options_(options), services_(options, handler, metrics, log), wheel_(clock::now()) {
    port_watcher_.open(
        loop_, services_.port->fd(),
        [](void* me, net::ready) { static_cast<worker*>(me)->on_port(); }, this);
    ticker_.open(
        loop_, [](void* me) { static_cast<worker*>(me)->on_tick(); }, this);
    accept_timer_.open(
        loop_, [](void* me) { static_cast<worker*>(me)->set_accepting(true); }, this);
    graceful_timer_.open(
        loop_, [](void* me) { static_cast<worker*>(me)->cut_all(); }, this);
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
worker<P, H, M, L>::~worker() {
    cut_all();
    services_.port->close();  // while what its tasks know is still here
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::add(net::listener listener, listener_use use, net::tls_context tls) {
    listening& entry = listeners_.emplace_back();
    entry.owner = this;
    entry.use = use;
    entry.tls = std::move(tls);
    entry.socket = std::move(listener);
    const net::address local = entry.socket.local();
    entry.port = local.port();
    entry.host = local.host();
    if (entry.host == "0.0.0.0" || entry.host == "::") entry.host.clear();
    entry.watcher.open(
        loop_, entry.socket.fd(),
        [](void* self, net::ready) {
            auto* l = static_cast<listening*>(self);
            l->owner->accept_some(*l, accept_batch);
        },
        &entry);
    if (accepting_) entry.watcher.want(net::interest::read);
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::receive_from(int fd, std::function<handed()> take) {
    receiving& entry = receivers_.emplace_back();
    entry.owner = this;
    entry.take = std::move(take);
    entry.watcher.open(
        loop_, fd,
        [](void* self, net::ready) {
            auto* r = static_cast<receiving*>(self);
            r->owner->receive_one(*r);
        },
        &entry);
    entry.watcher.want(net::interest::read);
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::watch(int fd, std::function<void()> callback) {
    watching& entry = watched_.emplace_back();
    entry.callback = std::move(callback);
    entry.watcher.open(
        loop_, fd, [](void* self, net::ready) { static_cast<watching*>(self)->callback(); },
        &entry);
    entry.watcher.want(net::interest::read);
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::every(std::chrono::milliseconds interval, std::function<void()> callback) {
    repeating& entry = repeated_.emplace_back();
    entry.owner = this;
    entry.interval = interval;
    entry.callback = std::move(callback);
    entry.timer.open(
        loop_,
        [](void* self) {
            auto* r = static_cast<repeating*>(self);
            r->timer.set(r->interval);
            r->callback();
        },
        &entry);
    entry.timer.set(interval);
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::run() {
    port_watcher_.want(net::interest::read);
    set_accepting(true);
    on_port();
    if (!finished()) loop_.run();
    set_accepting(false);
    services_.log.flush();
}

// ---- connections ----

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::accept_some(listening& from, int most) {
    for (int i = 0; i < most; ++i) {
        if (count_ >= options_.max_connections) return set_accepting(false);
        net::address peer;
        net::handle socket = from.socket.accept(peer);
        if (!socket) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            // A listener that another process has let refuse new ones (EINVAL) has no more to give.
            if (errno == EINVAL) return from.watcher.want(net::interest::none);
            if (errno != EAGAIN && errno != EWOULDBLOCK) accept_failed();
            return;
        }
        try {
            open(std::move(socket), peer, from);
        } catch (const std::bad_alloc&) {
            return accept_failed();
        }
    }
}

// Whether there was one.
template <net::Loop P, Handler H, Metrics M, AccessLog L>
bool worker<P, H, M, L>::receive_one(receiving& from) {
    if (count_ >= options_.max_connections) {
        set_accepting(false);
        return true;
    }
    handed next = from.take();
    if (!next.socket) {
        from.ended = errno == EPIPE;
        if (from.ended) from.watcher.close();
        return false;
    }
    if (next.listener >= listeners_.size()) return true;
    const auto& listener = *std::next(listeners_.begin(), static_cast<long>(next.listener));
    const net::address peer = net::address::peer_of(next.socket.get());
    try {
        open(std::move(next.socket), peer, listener);
    } catch (const std::bad_alloc&) {
    }
    return true;
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
bool worker<P, H, M, L>::receive_any() {
    if (cut_) return false;
    for (receiving& r : receivers_) {
        if (!r.ended && receive_one(r)) return true;
    }
    return false;
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::open(net::handle socket, const net::address& peer, const listening& from) {
    auto info = make_ref<connection_info>();
    info->unix_socket = peer.is_unix();
    info->secure = static_cast<bool>(from.tls);
    if (!peer.is_unix()) info->remote_address = peer.host();
    info->remote_port = peer.port();
    info->monitor = from.use == listener_use::monitor;
    info->trusted = options_.forwarding.trusted.contains(peer);
    info->local_port = from.port;
    info->local_address =
        from.host.empty() ? net::address::local_of(socket.get()).host() : from.host;
    auto made = std::make_unique<connection_type>(
        loop_, net::open_accepted(std::move(socket), from.tls), std::move(info), services_, *this);
    const bool proxied = options_.proxy_protocol != net::proxy_version::off;
    if (proxied && from.use == listener_use::application && options_.proxies.contains(peer)) {
        made->expect_proxy(options_.proxy_protocol);
    }
    connection_type* c = made.release();
    c->next = first_;
    if (first_) first_->previous = c;
    first_ = c;
    ++count_;
    services_.metrics.connection_opened();
    if (!ticking_) {
        ticking_ = true;
        ticker_.set(net::timer_wheel::tick);
    }
    c->start();
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
connection_info_ptr worker<P, H, M, L>::proxied_info(const connection_info& direct,
                                                     const net::proxy_header& header) const {
    auto info = make_ref<connection_info>(static_cast<const connection_facts&>(direct));
    info->secure = direct.secure || header.secure;
    if (header.local) return connection_info_ptr(std::move(info));
    info->proxied = true;
    info->unix_socket = false;
    info->remote_address = header.source.host();
    info->remote_port = header.source.port();
    info->local_address = header.destination.host();
    info->local_port = header.destination.port();
    // Who speaks HTTP here is the client that the header names, not the proxy.
    info->trusted = options_.forwarding.trusted.contains(header.source);
    return connection_info_ptr(std::move(info));
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::closed(connection_type& c) {
    (c.previous ? c.previous->next : first_) = c.next;
    if (c.next) c.next->previous = c.previous;
    --count_;
    if (options_.tell) tell_of(c);
    delete &c;
    services_.metrics.connection_closed();
    // Room for one that waits.
    if (!accepting_) set_accepting(true);
    check_finished();
}

// Whoever counts the lines of a flood has asked for it; who is told must not end the connection.
template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::tell_of(connection_type& c) {
    const std::string why = c.complaint();
    if (why.empty()) return;
    const connection_info& peer = c.info();
    std::string line = peer.unix_socket ? "A peer on a UNIX socket" : peer.remote_address;
    if (!peer.unix_socket) line.append(" port ").append(std::to_string(peer.remote_port));
    options_.tell(line.append(": ").append(why));
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::accept_failed() {
    set_accepting(false);
    accept_timer_.set(accept_pause);
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::set_accepting(bool on) {
    if (on && count_ >= options_.max_connections) return;
    accepting_ = on;
    const net::interest wanted = on ? net::interest::read : net::interest::none;
    for (listening& l : listeners_) {
        if (l.socket) l.watcher.want(wanted);
    }
    for (receiving& r : receivers_) {
        if (!r.ended) r.watcher.want(wanted);
    }
}

// ---- time, other threads, the end ----

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::on_tick() {
    ticking_ = count_ > 0;
    if (ticking_) ticker_.set(net::timer_wheel::tick);
    services_.log.flush();
    wheel_.advance(clock::now(),
                   [](net::deadline& d) { static_cast<connection_type&>(d).on_deadline(); });
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::on_port() {
    services_.port->drain();
    const int asked = stop_asked_.load(std::memory_order_acquire);
    if (asked == 0) return;
    if (!services_.stopping) begin_stop();
    if (asked == 2) cut_all();
    check_finished();
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::begin_stop() {
    if (stop_asked_.load(std::memory_order_acquire) == 1) {
        for (listening& l : listeners_) accept_some(l, 1 << 16);
    }
    services_.stopping = true;
    services_.stopping_since = stop_at_.load(std::memory_order_relaxed);
    accept_timer_.cancel();
    for (listening& l : listeners_) {
        l.watcher.close();
        l.socket.close();
    }
    set_accepting(true);  // what is handed over
    graceful_timer_.set(options_.graceful_timeout);
    for (connection_type* c = first_; c;) {
        connection_type* next = c->next;
        c->on_stop();
        c = next;
    }
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::cut_all() {
    cut_ = true;
    while (first_) {
        connection_type& c = *first_;
        c.abort(errc::connection_closed);
        closed(c);
    }
}

}  // namespace cruet::server
