// What a worker lends to all of its sessions: one set for one loop, used on its thread alone.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "cruet/core/buffer.hpp"
#include "cruet/net/loop.hpp"
#include "cruet/server/exchange.hpp"
#include "cruet/server/handler.hpp"
#include "cruet/server/metrics.hpp"
#include "cruet/server/options.hpp"

namespace cruet::server {

// Exchanges and output buffers used in turn, so that a request allocates neither and an idle
// connection holds neither.
class session_pools {
public:
    exchange_ptr take_exchange() {
        if (exchanges_.empty()) return make_ref<exchange>();
        exchange_ptr x = std::move(exchanges_.back());
        exchanges_.pop_back();
        return x;
    }
    // Keeps it if nobody else does.
    void give(exchange_ptr x) {
        if (x->use_count() != 1 || exchanges_.size() >= most) return;
        x->recycle();
        exchanges_.push_back(std::move(x));
    }

    void take(buffer& into) {
        if (into.capacity() != 0 || buffers_.empty()) return;
        into.swap(buffers_.back());
        buffers_.pop_back();
    }
    void give(buffer& from) {
        if (from.capacity() == 0) return;
        from.clear();
        if (from.capacity() > largest || buffers_.size() >= most) return from.release();
        buffers_.emplace_back().swap(from);
    }

private:
    static constexpr std::size_t most = 64;
    static constexpr std::size_t largest = 32768;

    std::vector<exchange_ptr> exchanges_;
    std::vector<buffer> buffers_;
};

template <Handler H, Metrics M = null_metrics, AccessLog L = null_access_log>
struct session_services {
    static constexpr std::size_t read_size = 65536;

    session_services(const server_options& o, H& h, M& m, L& l)
        : options(o),
          handler(h),
          metrics(m),
          log(l),
          port(make_ref<completion_port>()),
          read_memory_(new char[read_size]) {}
    session_services(const session_services&) = delete;
    session_services& operator=(const session_services&) = delete;
    // An exchange and the port that it waits in would keep each other.
    ~session_services() { port->close(); }

    std::span<char> read_buffer() noexcept { return {read_memory_.get(), read_size}; }
    bool reports() const { return M::enabled || log.enabled(); }

    const server_options& options;
    H& handler;
    M& metrics;
    L& log;
    ref_ptr<completion_port> port;
    session_pools pools;
    // A graceful stop has begun, and since when: every answer is its connection's last, unless the
    // client has already sent another request.
    bool stopping = false;
    net::coarse_clock::time_point stopping_since{};

private:
    std::unique_ptr<char[]> read_memory_;
};

}  // namespace cruet::server
