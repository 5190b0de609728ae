#include "cruet/process/daemon.hpp"

#include <sys/stat.h>

#include <functional>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::process;

namespace {

// The exit code of who starts a daemon that does `work`.
int starter_of(const std::function<int(daemon_line&)>& work) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        plain_fork policy;
        auto line = daemon_line::leave(policy);
        if (!line) ::_exit(99);
        ::_exit(line->starter() ? line->outcome() : work(*line));
    }
    int status = -1;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

}  // namespace

TEST_CASE("daemon: the starter ends when it has started, and the daemon goes on") {
    auto alive = byte_pipe::open();
    REQUIRE(alive);
    CHECK(starter_of([&](daemon_line& line) {
              line.started();
              line.started();
              // In a session of its own.
              alive->send(::getsid(0) == ::getpid() ? 'y' : 'n');
              return 7;
          }) == 0);
    char answer = 0;
    for (int i = 0; i < 1000 && answer == 0; ++i) {
        answer = alive->receive().value_or('\0');
        ::usleep(5000);
    }
    CHECK(answer == 'y');
}

TEST_CASE("daemon: a start that fails is the starter's failure") {
    CHECK(starter_of([](daemon_line&) { return 3; }) == 3);
    CHECK(starter_of([](daemon_line&) {
              ::raise(SIGKILL);
              return 0;
          }) == 128 + SIGKILL);
    // Somebody else holds the line, too: it is the daemon's end that counts.
    CHECK(starter_of([](daemon_line& line) {
              if (::fork() == 0) {
                  line.close();
                  ::usleep(300000);
                  ::_exit(0);
              }
              return 3;
          }) == 3);
}

TEST_CASE("daemon: standard streams lead nowhere") {
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        detach_streams();
        struct stat nothing {
        }, found{};
        ::stat("/dev/null", &nothing);
        for (int fd = 0; fd <= 2; ++fd) {
            if (::fstat(fd, &found) != 0 || found.st_rdev != nothing.st_rdev) ::_exit(1);
        }
        ::_exit(0);
    }
    int status = -1;
    ::waitpid(pid, &status, 0);
    CHECK(status == 0);
}
