#include "cruet/process/service_manager.hpp"

#include <sys/stat.h>

#include <thread>

#include "../catch.hpp"
#include "master_fixture.hpp"

using namespace cruet;
using namespace cruet::process;
using namespace cruet::test;
using namespace std::chrono_literals;

namespace {

// A manager's socket, and the environment that names it.
class manager_socket {
public:
    explicit manager_socket(const std::string& name) : name_(name) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path, name.size());
        if (name[0] == '@') address.sun_path[0] = '\0';
        ::unlink(name.c_str());
        socket_ = net::handle(::socket(AF_UNIX, SOCK_DGRAM, 0));
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
        ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    }
    manager_socket(const manager_socket&) = delete;
    manager_socket& operator=(const manager_socket&) = delete;
    ~manager_socket() {
        if (name_[0] == '/') ::unlink(name_.c_str());
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
            ::unsetenv(name);
        }
    }
    // The next message; nothing within five seconds: "".
    std::string next() const {
        pollfd watched{socket_.get(), POLLIN, 0};
        if (::poll(&watched, 1, 5000) != 1) return {};
        char text[500];
        const ssize_t n = ::recv(socket_.get(), text, sizeof text, 0);
        return n < 0 ? std::string() : std::string(text, static_cast<std::size_t>(n));
    }
    // The next one that begins so.
    std::string next(const std::string& begin) const {
        while (true) {
            const std::string found = next();
            if (found.empty() || found.compare(0, begin.size(), begin) == 0) return found;
        }
    }

private:
    std::string name_;
    net::handle socket_;
};

std::string unique(const char* before) {
    return before + std::string("cruet-test-notify-") + std::to_string(::getpid());
}

}  // namespace

TEST_CASE("manager: it is told, by path and in the abstract namespace") {
    const std::string name = GENERATE(unique("/tmp/"), unique("@"));
    const manager_socket there(name);
    const auto manager = service_manager::of_environment();
    REQUIRE(manager);
    CHECK(manager.watchdog() == 0ms);
    CHECK(manager.tell("READY=1\nSTATUS=x"));
    CHECK(there.next() == "READY=1\nSTATUS=x");
    CHECK_FALSE(manager.tell(""));
}

TEST_CASE("manager: where there is none, nothing is told") {
    ::unsetenv("NOTIFY_SOCKET");
    CHECK_FALSE(service_manager::of_environment());
    CHECK_FALSE(service_manager::of_environment().tell("READY=1"));
    for (const std::string& name :
         {std::string(), std::string("/"), std::string("@"), std::string("vsock:2:1234"),
          std::string("relative"), std::string("/no/such/socket"), "/" + std::string(107, 'x'),
          "@" + std::string(500, 'x')}) {
        CAPTURE(name);
        ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
        CHECK_FALSE(service_manager::of_environment());
    }
    ::unsetenv("NOTIFY_SOCKET");
}

TEST_CASE("manager: one that goes, or does not read, keeps nobody from work") {
    auto there = std::make_unique<manager_socket>(unique("@"));
    const auto manager = service_manager::of_environment();
    REQUIRE(manager);
    int taken = 0;
    while (taken < 10000 && manager.tell("STATUS=x")) ++taken;
    CHECK(taken < 10000);
    there.reset();
    CHECK_FALSE(manager.tell("STATUS=x"));
}

TEST_CASE("manager: signs of life are asked of this process, or of all") {
    const manager_socket there(unique("@"));
    const std::string me = std::to_string(::getpid());
    const auto watchdog = [](const char* micros, const std::string& pid, pid_t predecessor = 0) {
        ::setenv("WATCHDOG_USEC", micros, 1);
        if (pid.empty()) {
            ::unsetenv("WATCHDOG_PID");
        } else {
            ::setenv("WATCHDOG_PID", pid.c_str(), 1);
        }
        return service_manager::of_environment(predecessor).watchdog();
    };
    CHECK(watchdog("3000000", me) == 3s);
    CHECK(watchdog("3000000", "") == 3s);
    CHECK(watchdog("1", me) == 1ms);
    CHECK(watchdog("3000000", "1") == 0ms);
    for (const char* nonsense : {"", "0", "-3", "3s", "99999999999999999999999"}) {
        CAPTURE(nonsense);
        CHECK(watchdog(nonsense, me) == 0ms);
    }
    // A successor's are asked of it from then on.
    CHECK(watchdog("3000000", "4711", 4711) == 3s);
    CHECK(std::getenv("WATCHDOG_PID") == me);
}

TEST_CASE("manager: what a master does is told, and that it lives") {
    const manager_socket there(unique("@"));
    ::setenv("WATCHDOG_USEC", "40000", 1);
    master_under_test m(workers(2), wait_for_end);
    CHECK(there.next("READY=1") == "READY=1\nSTATUS=Serving, workers: 2");
    for (int i = 0; i < 3; ++i) CHECK(there.next() == "WATCHDOG=1");
    m.signal(SIGHUP);
    CHECK(there.next("RELOADING=1") != "");
    CHECK(there.next("READY=1") == "READY=1\nSTATUS=Serving, workers: 2");
    m.book().refuse_reload = true;
    m.signal(SIGHUP);
    CHECK(there.next("RELOADING=1") != "");
    CHECK(there.next("READY=1") != "");
    m.signal(SIGTERM);
    CHECK(there.next("STOPPING=1") == "STOPPING=1\nSTATUS=Stopping");
    CHECK(m.exit_code() == 0);
}
