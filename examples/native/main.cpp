// A server in C++ on cruet's headers alone: see README.md beside it.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>

#include "app.hpp"
#include "cruet/net/listener.hpp"
#include "cruet/net/poll_loop.hpp"
#include "cruet/server/worker.hpp"
#ifdef CRUET_HAVE_LIBEVENT
#include "cruet/net/libevent_loop.hpp"
#endif

namespace {

namespace net = cruet::net;
namespace server = cruet::server;

#ifdef CRUET_HAVE_LIBEVENT
using loop = net::libevent_loop;
#else
using loop = net::poll_loop;
#endif
using worker = server::worker<loop, native::app>;

// What a signal handler can reach: stop() is safe to call there.
worker* running = nullptr;

struct arguments {
    std::string host = "127.0.0.1";
    std::string port = "8000";
    bool help = false;
};

bool read_arguments(int argc, char** argv, arguments& out) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--help") {
            out.help = true;
        } else if (name == "--host" && i + 1 < argc) {
            out.host = argv[++i];
        } else if (name == "--port" && i + 1 < argc) {
            out.port = argv[++i];
        } else {
            std::cerr << "not understood: " << name << " (try --help)\n";
            return false;
        }
    }
    return true;
}

int serve(const arguments& given) {
    const auto port = cruet::parse_decimal<std::uint16_t>(given.port);
    if (!port) {
        std::cerr << "not a port: " << given.port << '\n';
        return 2;
    }
    const auto addresses = net::resolve(given.host, *port);
    if (!addresses) {
        std::cerr << given.host << ": " << addresses.error().message() << '\n';
        return 1;
    }
    server::server_options options;
    native::app app;
    worker serving(options, app);
    for (const net::address& where : *addresses) {
        auto listener = net::listener::bind(where);
        if (!listener) {
            std::cerr << where.to_string() << ": " << listener.error().message() << " ("
                      << std::strerror(errno) << ")\n";
            return 1;
        }
        std::cout << "serving on http://" << listener->local().to_string() << std::endl;
        serving.add(std::move(*listener));
    }
    running = &serving;
    std::signal(SIGTERM, [](int) { running->stop(true); });
    std::signal(SIGINT, [](int) { running->stop(true); });
    serving.run();
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    std::cout << "stopped" << std::endl;
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    arguments given;
    if (!read_arguments(argc, argv, given)) return 2;
    if (given.help) {
        std::cout << "usage: native [--host HOST] [--port PORT]\n"
                     "Serves a small application until SIGTERM or SIGINT.\n";
        return 0;
    }
    try {
        return serve(given);
    } catch (const std::exception& failure) {
        std::cerr << failure.what() << '\n';
        return 1;
    }
}
