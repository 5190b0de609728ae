#include "cruet/process/fork.hpp"

#include <sys/wait.h>

#include "../catch.hpp"
#include "cruet/process/pipe.hpp"

using namespace cruet::process;
using namespace std::chrono_literals;

namespace {

struct counting_fork {
    int* before_calls;
    int* parent_calls;
    int* child_calls;
    void before() const { ++*before_calls; }
    void after_in_parent() const { ++*parent_calls; }
    void after_in_child() const { ++*child_calls; }
};
static_assert(ForkPolicy<counting_fork>);

int exit_code(pid_t pid) {
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("a policy brackets the fork") {
    int before = 0;
    int parent = 0;
    int child = 0;
    counting_fork policy{&before, &parent, &child};
    const auto pid = fork_with(policy);
    REQUIRE(pid.has_value());
    if (*pid == 0) ::_exit(before == 1 && parent == 0 && child == 1 ? 7 : 8);
    CHECK(before == 1);
    CHECK(parent == 1);
    CHECK(child == 0);
    CHECK(exit_code(*pid) == 7);
}

TEST_CASE("the guard tells of a parent that is not the one expected") {
    plain_fork policy;
    const pid_t self = ::getpid();
    const auto pid = fork_with(policy);
    REQUIRE(pid.has_value());
    if (*pid == 0) {
        const auto right = orphan_guard::install(self, 1s);
        const auto wrong = orphan_guard::install(self + 1, 1s);
        ::_exit(right.value_or(false) && !wrong.value_or(true) ? 0 : 1);
    }
    CHECK(exit_code(*pid) == 0);
}

// TSan keeps signals back from one that spins.
#if defined(__linux__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("a busy process does not outlive its killed parent by more than the grace") {
    auto line = byte_pipe::open();
    REQUIRE(line.has_value());
    ::fcntl(line->read_fd(), F_SETFL, 0);  // the test blocks on the end of file
    plain_fork policy;
    const auto parent = fork_with(policy);
    REQUIRE(parent.has_value());
    if (*parent == 0) {
        const pid_t self = ::getpid();
        if (::fork() == 0) {
            if (!orphan_guard::install(self, 150ms).value_or(false)) ::_exit(1);
            line->send('i');
            for (volatile bool spin = true; spin;) {
            }
        }
        ::pause();
    }
    line->close_write();
    REQUIRE(line->receive() == 'i');
    const auto start = std::chrono::steady_clock::now();
    ::kill(*parent, SIGKILL);
    CHECK(exit_code(*parent) == 1000 + SIGKILL);
    CHECK_FALSE(line->receive().has_value());  // end of file: the busy one is gone
    const auto took = std::chrono::steady_clock::now() - start;
    CHECK(took >= 100ms);
    CHECK(took < 3s);
}
#endif
