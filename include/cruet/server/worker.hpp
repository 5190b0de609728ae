// A server on one thread: listeners, connections, timers, and a handler.
//
//     hello handler;
//     worker<net::poll_loop, hello> w(options, handler);
//     w.add(std::move(listener));                 // at least one
//     w.run();                                    // until stop()
//
// There is no static state: any number of workers live in one process, each run by whichever
// thread calls run(). stop(), post() and wake() may be called from any thread, stop() and wake()
// from a signal handler too; everything else belongs to the thread that runs it.
//
// Connections may also come ready made, from a process that accepts for several workers:
//
//     w.receive_from(fd, [&] { return queue.take(); });   // once for each time that fd is readable
//
// A graceful stop takes in what the kernel has already queued and closes the listeners, then ends
// every connection with its next answer, idle ones after options.drain_linger; run() returns when
// none is left, or after options.graceful_timeout. Other processes that share a listener go on.
#pragma once

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <utility>
#include <vector>

#include "cruet/net/address.hpp"
#include "cruet/net/either_stream.hpp"
#include "cruet/net/listener.hpp"
#include "cruet/net/loop.hpp"
#include "cruet/net/timer.hpp"
#include "cruet/net/tls_context.hpp"
#include "cruet/server/connection.hpp"
#include "cruet/server/handler.hpp"
#include "cruet/server/metrics.hpp"
#include "cruet/server/options.hpp"
#include "cruet/server/session_services.hpp"

namespace cruet::server {

template <class M>
inline M shared_null{};

// Whom a listener is for; connection_info::monitor tells the handler.
enum class listener_use : std::uint8_t { application, monitor };

template <net::Loop Loop, Handler H, Metrics M = null_metrics, AccessLog L = null_access_log>
class worker {
public:
    using services_type = session_services<H, M, L>;
    using connection_type = connection<Loop, net::accepted_stream, services_type, worker>;

    // All of these must outlive the worker. Throws what the loop and the notifier throw.
    worker(const server_options& options, H& handler, M& metrics, L& log);
    worker(const server_options& options,
           H& handler) requires(std::is_empty_v<M>&& std::is_empty_v<L>)
        : worker(options, handler, shared_null<M>, shared_null<L>) {}
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    ~worker();

    // With a context its connections speak TLS.
    void add(net::listener listener, listener_use use = listener_use::application,
             net::tls_context tls = {});
    // An open connection, and which of the listeners added, from 0, it came from. Without a socket
    // there is none; errno EPIPE: there will be none any more.
    struct handed {
        net::handle socket;
        std::size_t listener = 0;
    };
    // At a graceful stop what waits there is taken first. The descriptor stays the caller's.
    void receive_from(int fd, std::function<handed()> take);
    // Calls back, on the loop's thread, while `fd` is readable: a parent's pipe, or the descriptor
    // that Python's signals wake. The descriptor stays the caller's.
    void watch(int fd, std::function<void()> callback);
    // Calls back every `interval` while the worker runs.
    void every(std::chrono::milliseconds interval, std::function<void()> callback);

    // Serves until stopped. Handlers run on this thread (inline mode).
    void run();
    // Graceful or at once; at once after graceful is obeyed too.
    void stop(bool graceful) noexcept {
        int asked = stop_asked_.load(std::memory_order_relaxed);
        const int wanted = graceful ? 1 : 2;
        // A handler may keep the loop from noticing for long: what lingers does so from now on.
        if (asked == 0) stop_at_.store(clock::now(), std::memory_order_relaxed);
        while (asked < wanted && !stop_asked_.compare_exchange_weak(asked, wanted)) {
        }
        services_.port->set_ending();
        services_.port->wake();
    }
    // Runs `task` on the loop's thread. False: the worker has ended.
    bool post(std::function<void()> task) { return services_.port->post(std::move(task)); }
    void wake() noexcept { services_.port->wake(); }

    bool stopping() const noexcept { return services_.stopping; }
    std::size_t connections() const noexcept { return count_; }
    Loop& loop() noexcept { return loop_; }

    // For connections alone.
    void closed(connection_type& c);
    net::timer_wheel& wheel() noexcept { return wheel_; }
    connection_info_ptr proxied_info(const connection_info& direct,
                                     const net::proxy_header& header) const;

private:
    using clock = net::coarse_clock;
    struct listening {
        worker* owner;
        net::listener socket;
        typename Loop::watcher watcher;
        listener_use use;
        net::tls_context tls;
        // What all of its connections have in common; "" for the wildcard address.
        std::string host;
        std::uint16_t port = 0;
    };
    struct receiving {
        worker* owner;
        std::function<handed()> take;
        typename Loop::watcher watcher;
        bool ended = false;
    };
    struct watching {
        std::function<void()> callback;
        typename Loop::watcher watcher;
    };
    struct repeating {
        worker* owner;
        std::chrono::milliseconds interval;
        std::function<void()> callback;
        typename Loop::timer timer;
    };

    void accept_some(listening& from, int most);
    void open(net::handle socket, const net::address& peer, const listening& from);
    bool receive_one(receiving& from);
    bool receive_any();
    void accept_failed();
    void tell_of(connection_type& c);
    void set_accepting(bool on);
    void on_port();
    void on_tick();
    void begin_stop();
    void cut_all();
    bool finished() { return services_.stopping && count_ == 0 && !receive_any(); }
    void check_finished() {
        if (finished()) loop_.stop();
    }

    const server_options& options_;
    services_type services_;
    Loop loop_;
    net::timer_wheel wheel_;
    typename Loop::watcher port_watcher_;
    typename Loop::timer ticker_;
    typename Loop::timer accept_timer_;
    typename Loop::timer graceful_timer_;
    std::list<listening> listeners_;
    std::list<receiving> receivers_;
    std::list<watching> watched_;
    std::list<repeating> repeated_;
    connection_type* first_ = nullptr;
    std::size_t count_ = 0;
    std::atomic<int> stop_asked_{0};
    std::atomic<clock::time_point> stop_at_{};
    bool accepting_ = false;
    bool ticking_ = false;
    bool cut_ = false;  // nothing is begun any more
};

}  // namespace cruet::server

#include "cruet/server/impl/worker.hpp"
