#include "cruet/service/service.hpp"

#include <sys/wait.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "../catch.hpp"
#include "cruet/net/poll_loop.hpp"
#ifdef CRUET_HAVE_OPENSSL
#include "../net/tls_fixture.hpp"
#endif

using namespace cruet;
using namespace cruet::service;
using namespace std::chrono_literals;

namespace {

struct hello {
    void handle(const server::exchange_ptr& x) const {
        (void)x->respond(200, "OK", {}, std::to_string(::getpid()));
    }
    void writable(const server::exchange_ptr&) const {}
    void gone(const server::exchange_ptr&) const {}
};
static_assert(server::Handler<hello>);

std::string socket_path() { return "/tmp/cruet-service-" + std::to_string(::getpid()) + ".sock"; }

// The whole answer, or "" where nobody answers.
std::string ask(const std::string& path) {
    const auto where = net::address::unix_path(path);
    const net::handle client(::socket(AF_UNIX, SOCK_STREAM, 0));
    if (!where || ::connect(client.get(), where->data(), where->size()) != 0) return {};
    const std::string_view request = "GET / HTTP/1.0\r\n\r\n";
    if (::write(client.get(), request.data(), request.size()) < 0) return {};
    std::string out;
    char part[4096];
    for (ssize_t n; (n = ::read(client.get(), part, sizeof part)) > 0;) {
        out.append(part, static_cast<std::size_t>(n));
    }
    return out;
}

int exit_code(pid_t pid) {
    int status = 0;
    for (int i = 0; i < 2000; ++i) {
        if (::waitpid(pid, &status, WNOHANG) == pid) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
        }
        std::this_thread::sleep_for(5ms);
    }
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
    return -1;
}

service_options two_workers(const std::string& path) {
    service_options options;
    options.bind = {"unix:" + path};
    options.processes.workers = 2;
    return options;
}

}  // namespace

TEST_CASE("a service serves from workers and ends on SIGTERM with nothing left") {
    const std::string path = socket_path();
    const pid_t master = ::fork();
    REQUIRE(master >= 0);
    if (master == 0) {
        // Catch2's handler is nothing for a worker that is told to stop before it serves.
        std::signal(SIGTERM, SIG_DFL);
        const auto code = run<net::poll_loop>(two_workers(path), [] { return hello{}; });
        std::_Exit(code.value_or(90));
    }
    std::string answer;
    for (int i = 0; i < 1000 && answer.empty(); ++i) {
        answer = ask(path);
        std::this_thread::sleep_for(5ms);
    }
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK_FALSE(answer.ends_with(std::to_string(master)));
    ::kill(master, SIGTERM);
    CHECK(exit_code(master) == 0);
    CHECK(::access(path.c_str(), F_OK) != 0);
}

TEST_CASE("a handler that cannot be made is a failed boot") {
    const std::string path = socket_path();
    const pid_t master = ::fork();
    REQUIRE(master >= 0);
    if (master == 0) {
        const auto code = run<net::poll_loop>(
            two_workers(path), []() -> hello { throw std::runtime_error("no database"); });
        std::_Exit(code.value_or(90));
    }
    CHECK(exit_code(master) == process::boot_failure_exit);
    CHECK(::access(path.c_str(), F_OK) != 0);
}

TEST_CASE("listeners open all or none, and the one that failed is named") {
    const std::string path = socket_path();
    service_options options;
    options.bind = {"unix:" + path, "nonsense"};
    std::string failed;
    CHECK(open_listeners(options, &failed).error().code == errc::bad_address);
    CHECK(failed == "nonsense");
    CHECK(::access(path.c_str(), F_OK) != 0);
    options.bind.pop_back();
    auto first = open_listeners(options);
    REQUIRE(first.has_value());
    CHECK(open_listeners(options).error().code == errc::address_in_use);
    remove_listeners(*first);
    CHECK(::access(path.c_str(), F_OK) != 0);
}

#ifdef CRUET_HAVE_OPENSSL
TEST_CASE("a service speaks TLS with a context that was made before its workers") {
    const test::certificate_folder folder;
    const std::string path = folder.path("socket");
    service_options options = two_workers(path);
    options.tls = test::context_of({.certificates = {folder.make("served", "").files()}});
    const pid_t master = ::fork();
    REQUIRE(master >= 0);
    if (master == 0) {
        std::signal(SIGTERM, SIG_DFL);
        const auto code = run<net::poll_loop>(options, [] { return hello{}; });
        std::_Exit(code.value_or(90));
    }
    const auto where = net::address::unix_path(path);
    REQUIRE(where);
    net::handle socket;
    for (int i = 0; i < 1000 && !socket; ++i) {
        net::handle fresh(::socket(AF_UNIX, SOCK_STREAM, 0));
        if (::connect(fresh.get(), where->data(), where->size()) == 0) socket = std::move(fresh);
        std::this_thread::sleep_for(5ms);
    }
    test::tls_peer client(std::move(socket));
    CHECK(client.shake());
    CHECK(client.server_name() == "served");
    client.write("GET / HTTP/1.0\r\n\r\n");
    CHECK(client.read().starts_with("HTTP/1.1 200 OK"));
    CHECK(client.told_end());
    ::kill(master, SIGTERM);
    CHECK(exit_code(master) == 0);
}
#endif
