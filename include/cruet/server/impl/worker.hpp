// Bodies of cruet/server/worker.hpp.
#pragma once

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
void worker<P, H, M, L>::add(net::listener listener) {
    listening& entry = listeners_.emplace_back();
    entry.owner = this;
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

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::open(net::handle socket, const net::address& peer, const listening& from) {
    auto info = make_ref<connection_info>();
    info->unix_socket = peer.is_unix();
    info->secure = net::plain_stream::secure;
    if (!peer.is_unix()) info->remote_address = peer.host();
    info->remote_port = peer.port();
    info->trusted = options_.forwarding.trusted.contains(peer);
    info->local_port = from.port;
    info->local_address =
        from.host.empty() ? net::address::local_of(socket.get()).host() : from.host;
    auto made = std::make_unique<connection_type>(loop_, net::plain_stream(std::move(socket)),
                                                  std::move(info), services_, *this);
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
void worker<P, H, M, L>::closed(connection_type& c) {
    (c.previous ? c.previous->next : first_) = c.next;
    if (c.next) c.next->previous = c.previous;
    --count_;
    delete &c;
    services_.metrics.connection_closed();
    // Room for one that waits.
    if (!accepting_ && !services_.stopping) set_accepting(true);
    check_finished();
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::accept_failed() {
    set_accepting(false);
    accept_timer_.set(accept_pause);
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::set_accepting(bool on) {
    if (on && (services_.stopping || count_ >= options_.max_connections)) return;
    accepting_ = on;
    for (listening& l : listeners_) {
        l.watcher.want(on ? net::interest::read : net::interest::none);
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
    set_accepting(false);
    listeners_.clear();
    graceful_timer_.set(options_.graceful_timeout);
    for (connection_type* c = first_; c;) {
        connection_type* next = c->next;
        c->on_stop();
        c = next;
    }
}

template <net::Loop P, Handler H, Metrics M, AccessLog L>
void worker<P, H, M, L>::cut_all() {
    while (first_) {
        connection_type& c = *first_;
        c.abort(errc::connection_closed);
        closed(c);
    }
}

}  // namespace cruet::server
