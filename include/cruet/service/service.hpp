// A whole service in one call: listeners, a master, and workers with a handler each.
//
//     service_options options;
//     options.bind = {"127.0.0.1:8000", "unix:/run/app.sock"};
//     options.processes.workers = 4;
//     return service::run<net::poll_loop>(options, [] { return app(); }, stderr_observer{});
//
// make() is called in each worker after the fork, so that nothing a handler opens is shared. It
// returns a model of server::Handler; an exception from it is a failed boot (exit code 3, see
// process/master.hpp, which also says what each signal does). run() returns in the master, with the
// exit code; a worker's process ends within it.
//
// A handler that routes holds a routing::basic_router; see examples/native.
//
// The command `cruet run` puts the same parts together itself: a worker here ends within run(), one
// of Python has to return to the interpreter, which loads the application, serves and finalises.
#pragma once

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cruet/net/address.hpp"
#include "cruet/net/listener.hpp"
#include "cruet/net/loop.hpp"
#include "cruet/net/tls_context.hpp"
#include "cruet/process/master.hpp"
#include "cruet/process/service_manager.hpp"
#include "cruet/server/worker.hpp"
#include "cruet/service/slot_metrics.hpp"

namespace cruet::service {

struct service_options {
    // HOST:PORT, [IPV6]:PORT, :PORT or unix:PATH; see net/address.hpp.
    std::vector<std::string> bind;
    net::listen_options listen;
    // Where there is one, all listeners speak TLS (net/tls_context.hpp). Made before run(), it is
    // the same to all workers.
    net::tls_context tls;
    server::server_options server;
    process::master_options processes;
};

// Every address, or none. Socket files of those bound before a failure are removed.
// Errors: those of net::resolve and net::listener::bind; `failed`, if given, learns the address.
inline result<std::vector<net::listener>> open_listeners(const service_options& options,
                                                         std::string* failed = nullptr);

// Closes listeners and removes their socket files.
inline void remove_listeners(std::vector<net::listener>& listeners) noexcept {
    for (net::listener& l : listeners) {
        const net::address local = l.local();
        if (local.is_unix()) ::unlink(local.host().c_str());
        l.close();
    }
}

inline result<std::vector<net::listener>> open_listeners(const service_options& options,
                                                         std::string* failed) {
    std::vector<net::listener> opened;
    for (const std::string& text : options.bind) {
        const auto give_up = [&](error why) -> error {
            if (failed) *failed = text;
            remove_listeners(opened);
            return why;
        };
        const auto addresses = net::resolve(text);
        if (!addresses) return give_up(addresses.error());
        for (const net::address& where : *addresses) {
            auto listener = net::listener::bind(where, options.listen);
            if (!listener) return give_up(listener.error());
            opened.push_back(std::move(*listener));
        }
    }
    return opened;
}

// Tells standard error what goes wrong, and nothing else.
struct stderr_observer {
    void notify(const process::master_notice& notice) const noexcept {
        using enum process::master_event;
        const char* what = nullptr;
        if (notice.event == worker_hung) what = "hangs and is replaced";
        if (notice.event == worker_killed) what = "did not stop in time and is killed";
        if (notice.event == boot_failed) what = "did not start";
        if (what) std::fprintf(stderr, "worker %d %s\n", static_cast<int>(notice.pid), what);
    }
    bool reload(process::master_options&) const noexcept { return true; }
};

namespace detail {

// What the signal handler of a worker's process reaches.
inline std::atomic<void*> stop_target{nullptr};

template <class Worker>
void stop_on_signal(int number) noexcept {
    if (void* target = stop_target.load()) static_cast<Worker*>(target)->stop(number == SIGTERM);
}

}  // namespace detail

// Serves in this process until SIGTERM or SIGQUIT, or until the master is gone. 0.
template <net::Loop Loop, server::Handler H>
int serve(const server::server_options& options, H& handler, std::vector<net::listener> listeners,
          const process::worker_context& place, const net::tls_context& tls = {}) {
    using worker_type = server::worker<Loop, H, slot_metrics>;
    slot_metrics metrics(&place);
    worker_type worker(options, handler, metrics, server::shared_null<server::null_access_log>);
    for (net::listener& l : listeners) {
        worker.add(std::move(l), server::listener_use::application, tls);
    }
    worker.receive_from(place.connections().receiver(), [&] {
        auto next = place.connections().take();
        return typename worker_type::handed{std::move(next.socket), next.listener};
    });
    worker.watch(place.life_line(), [&] { worker.stop(true); });
    detail::stop_target.store(&worker);
    for (const int number : {SIGTERM, SIGQUIT}) {
        std::signal(number, &detail::stop_on_signal<worker_type>);
    }
    place.ready();
    worker.run();
    for (const int number : {SIGTERM, SIGQUIT}) std::signal(number, SIG_IGN);
    detail::stop_target.store(nullptr);
    return 0;
}

// On listeners that open_listeners() gave, for who tells first where it listens. Takes them; those
// of UNIX sockets leave no file behind.
template <net::Loop Loop, class Make, class Observer = stderr_observer,
          process::ForkPolicy Fork = process::plain_fork>
    requires server::Handler<std::invoke_result_t<Make&>> result<int> run_on(
        std::vector<net::listener> listeners, const service_options& options, Make make,
        Observer observer = {}, Fork fork = {}) {
        process::master_options processes = options.processes;
        // What is there before the fork is the caller's affair, and make() is for after it.
        processes.preload = false;
        for (const net::listener& l : listeners) processes.listeners.push_back(l.fd());
        auto manager = process::service_manager::of_environment();
        processes.heartbeat = manager.watchdog() / 2;
        process::master master(
            processes, std::move(fork),
            process::managed<Observer>(std::move(manager), processes, std::move(observer)));
        auto end = master.run();
        process::worker_context* place = end ? end->worker() : nullptr;
        if (!place) {
            remove_listeners(listeners);
            if (!end) return end.error();
            return end->exit_code();
        }
        try {
            auto handler = make();
            std::_Exit(
                serve<Loop>(options.server, handler, std::move(listeners), *place, options.tls));
        } catch (const std::exception& e) {
            std::fprintf(stderr, "worker %d: %s\n", static_cast<int>(::getpid()), e.what());
            std::_Exit(process::boot_failure_exit);
        }
    }

// On the addresses of the options. Errors: those of open_listeners() and of the master.
template <net::Loop Loop, class Make, class Observer = stderr_observer,
          process::ForkPolicy Fork = process::plain_fork>
    requires server::Handler<std::invoke_result_t<Make&>> result<int> run(
        const service_options& options, Make make, Observer observer = {}, Fork fork = {}) {
        auto listeners = open_listeners(options);
        if (!listeners) return listeners.error();
        return run_on<Loop>(std::move(*listeners), options, std::move(make), std::move(observer),
                            std::move(fork));
    }

}  // namespace cruet::service
