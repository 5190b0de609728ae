#include "cruet/process/upgrade.hpp"

#include <sys/wait.h>

#include <string>

#include "../catch.hpp"
#include "cruet/net/listener.hpp"

using namespace cruet;
using namespace cruet::process;

namespace {

net::listener listen_anywhere() {
    auto l = net::listener::bind(net::resolve("127.0.0.1:0")->front());
    REQUIRE(l);
    return std::move(*l);
}

int exit_code(pid_t pid) {
    int status = -1;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

}  // namespace

TEST_CASE("upgrade: sockets are numbers between commas, each of which listens") {
    const net::listener one = listen_anywhere(), two = listen_anywhere();
    const std::string a = std::to_string(one.fd()), b = std::to_string(two.fd());
    CHECK(parse_sockets(a) == std::vector<int>{one.fd()});
    CHECK(parse_sockets(a + "," + b) == std::vector<int>{one.fd(), two.fd()});
    for (const std::string& text :
         std::vector<std::string>{"", ",", a + ",", "," + a, a + ";" + b, a + " ", "-1", a + ",0",
                                  a + ",1000000", "x"}) {
        CAPTURE(text);
        CHECK(parse_sockets(text).empty());
    }
}

TEST_CASE("upgrade: what was left for another process is ignored, and gone") {
    const net::listener l = listen_anywhere();
    ::setenv(sockets_variable, std::to_string(l.fd()).c_str(), 1);
    SECTION("of another process") { ::setenv(predecessor_variable, "1234567", 1); }
    SECTION("of none") { ::unsetenv(predecessor_variable); }
    const inheritance found = inherit();
    CHECK(found.predecessor == 0);
    CHECK(found.sockets.empty());
    CHECK(std::getenv(sockets_variable) == nullptr);
    CHECK(std::getenv(predecessor_variable) == nullptr);
}

TEST_CASE("upgrade: a child inherits its parent's sockets") {
    const net::listener l = listen_anywhere();
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        ::setenv(sockets_variable, std::to_string(l.fd()).c_str(), 1);
        ::setenv(predecessor_variable, std::to_string(::getppid()).c_str(), 1);
        ::fcntl(l.fd(), F_SETFD, 0);
        const inheritance found = inherit();
        const bool closed = (::fcntl(l.fd(), F_GETFD) & FD_CLOEXEC) != 0;
        ::_exit(found.predecessor == ::getppid() && found.sockets == std::vector<int>{l.fd()} &&
                        closed
                    ? 0
                    : 1);
    }
    CHECK(exit_code(pid) == 0);
}

TEST_CASE("upgrade: a program is told of the sockets, and has them") {
    const net::listener l = listen_anywhere();
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        const std::string fd = std::to_string(l.fd());
        const std::string script = "test \"$CRUET_INHERITED_SOCKETS\" = " + fd +
                                   " && test \"$CRUET_PREDECESSOR\" = $PPID && : <&" + fd;
        const int sockets[] = {l.fd()};
        ::_exit(100 + exec_successor({"sh", "-c", script}, sockets));
    }
    CHECK(exit_code(pid) == 0);
}

TEST_CASE("upgrade: a program that is not there is told") {
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) ::_exit(exec_successor({"/no/such/program"}, {}) == ENOENT ? 5 : 6);
    CHECK(exit_code(pid) == 5);
    CHECK(exec_successor({}, {}) == EINVAL);
    const int closed[] = {1000000};
    CHECK(exec_successor({"true"}, closed) == EBADF);
    ::unsetenv(predecessor_variable);
    ::unsetenv(sockets_variable);
}
