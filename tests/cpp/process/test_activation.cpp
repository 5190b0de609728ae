#include "cruet/process/activation.hpp"

#include <sys/wait.h>

#include <functional>

#include "../catch.hpp"

using namespace cruet::process;

namespace {

// In a process of its own, whose environment and descriptors it may spoil. Its exit code.
int elsewhere(const std::function<int()>& work) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(work());
    int status = -1;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

std::string shown(const std::vector<given_socket>& sockets) {
    std::string out;
    for (const given_socket& s : sockets) out += std::to_string(s.fd) + "=" + s.name + " ";
    return out;
}

void say(const std::string& pid, const char* count, const char* names) {
    ::setenv("LISTEN_PID", pid.c_str(), 1);
    ::setenv("LISTEN_FDS", count, 1);
    if (names) ::setenv("LISTEN_FDNAMES", names, 1);
}

bool nothing_is_said() {
    return !std::getenv("LISTEN_PID") && !std::getenv("LISTEN_FDS") &&
           !std::getenv("LISTEN_FDNAMES");
}

}  // namespace

TEST_CASE("activation: numbers from 3 on, and names between colons") {
    CHECK(shown(parse_activation("1", "")) == "3=unknown ");
    CHECK(shown(parse_activation("3", "web:admin:web")) == "3=web 4=admin 5=web ");
    CHECK(shown(parse_activation("3", "web")) == "3=web 4=unknown 5=unknown ");
    CHECK(shown(parse_activation("3", "web::x")) == "3=web 4=unknown 5=x ");
    CHECK(shown(parse_activation("1", "web:admin")) == "3=web ");
    CHECK(parse_activation("1024", "").size() == 1024);
}

TEST_CASE("activation: nonsense gives nothing") {
    for (const char* count : {"", "0", "-1", "+1", " 1", "1 ", "1x", "x", "1025", "0x1",
                              "99999999999999999999999999"}) {
        CAPTURE(count);
        CHECK(parse_activation(count, "web").empty());
    }
}

TEST_CASE("activation: what is meant for this process is taken once") {
    CHECK(elsewhere([] {
              ::dup2(0, 3);
              say(std::to_string(::getpid()), "1", "web");
              const auto found = take_activation();
              if (shown(found) != "3=web ") return 1;
              if (!nothing_is_said()) return 2;
              if ((::fcntl(3, F_GETFD) & FD_CLOEXEC) == 0) return 3;
              return take_activation().empty() ? 0 : 4;
          }) == 0);
}

TEST_CASE("activation: what is meant for another is not taken, nor handed on") {
    CHECK(elsewhere([] {
              for (const std::string pid :
                   {std::to_string(::getppid()), std::string(), std::to_string(::getpid()) + "0"}) {
                  say(pid, "1", "web");
                  if (!take_activation().empty()) return 1;
                  if (!nothing_is_said()) return 2;
              }
              return take_activation().empty() ? 0 : 3;
          }) == 0);
}

TEST_CASE("activation: it can be offered to what comes after exec") {
    CHECK(elsewhere([] {
              ::dup2(0, 3);
              ::dup2(0, 4);
              say(std::to_string(::getpid()), "2", "web:admin");
              const auto found = take_activation();
              // As in a successor, which is a process of its own.
              return elsewhere([&] {
                  offer_activation(found);
                  if ((::fcntl(4, F_GETFD) & FD_CLOEXEC) != 0) return 1;
                  return shown(take_activation()) == "3=web 4=admin " ? 0 : 2;
              });
          }) == 0);
    CHECK(elsewhere([] {
              offer_activation({});
              return nothing_is_said() ? 0 : 1;
          }) == 0);
}
