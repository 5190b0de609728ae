// A server in C++ on cruet's headers alone: see README.md beside it.
#include <iostream>
#include <string>
#include <string_view>

#include "app.hpp"
#include "cruet/net/listener.hpp"
#include "cruet/net/poll_loop.hpp"
#include "cruet/service/service.hpp"
#ifdef CRUET_HAVE_LIBEVENT
#include "cruet/net/libevent_loop.hpp"
#endif

namespace {

namespace net = cruet::net;
namespace service = cruet::service;

#ifdef CRUET_HAVE_LIBEVENT
using loop = net::libevent_loop;
#else
using loop = net::poll_loop;
#endif

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
    service::service_options options;
    options.bind = {given.host + ':' + given.port};
    std::string failed;
    auto listeners = service::open_listeners(options, &failed);
    if (!listeners) {
        std::cerr << failed << ": " << listeners.error().message() << '\n';
        return 1;
    }
    for (const net::listener& l : *listeners) {
        std::cout << "serving on http://" << l.local().to_string() << std::endl;
    }
    // One worker: the files that were sent are in its memory.
    auto end = service::run_on<loop>(std::move(*listeners), options, [] { return native::app(); });
    if (!end) {
        std::cerr << end.error().message() << '\n';
        return 1;
    }
    std::cout << "stopped" << std::endl;
    return *end;
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
