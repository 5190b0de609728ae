#include "cruet/process/identity.hpp"

#include <sys/wait.h>

#include <functional>
#include <string>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::process;

namespace {

// In a process of its own, as there is no way back. Its exit code.
int elsewhere(const std::function<int()>& work) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(work());
    int status = -1;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

}  // namespace

TEST_CASE("identity: of nobody named it is the process's own") {
    const auto own = identity::find("", "");
    REQUIRE(own);
    CHECK(own->present());
    CHECK(elsewhere([&] { return own->assume(false) ? 0 : 1; }) == 0);
}

TEST_CASE("identity: users and groups by name and by number") {
    const auto root = identity::find("root", "");
    REQUIRE(root);
    CHECK(root->user == 0);
    CHECK(root->group == 0);
    CHECK(root->name == "root");
    const auto number = identity::find("12345", "23456");
    REQUIRE(number);
    CHECK(number->user == 12345);
    CHECK(number->group == 23456);
    CHECK(number->name.empty());
    CHECK(identity::find("0", "")->name == "root");
    CHECK(identity::find("no-such-user-anywhere", "").error().code == errc::invalid_argument);
    CHECK(identity::find("", "no-such-group-anywhere").error().code == errc::invalid_argument);
    CHECK(identity::find("4294967295", "").error().code == errc::invalid_argument);
    CHECK(identity::find("-1", "").error().code == errc::invalid_argument);
    CHECK(identity::find("1x", "").error().code == errc::invalid_argument);
}

TEST_CASE("identity: a process becomes somebody else, and cannot go back") {
    const auto other = identity::find("12345", "23456");
    REQUIRE(other);
    const int code = elsewhere([&] {
        if (!other->assume(true)) return errno == EPERM ? 50 : 51;
        gid_t groups[64];
        const int n = ::getgroups(64, groups);
        const bool alone = n == 0 || (n == 1 && groups[0] == 23456);
        if (::getuid() != 12345 || ::geteuid() != 12345 || ::getgid() != 23456 || !alone) return 1;
        return ::setuid(0) != 0 && ::setgid(0) != 0 ? 0 : 2;
    });
    // Only root may.
    CHECK(code == (::geteuid() == 0 ? 0 : 50));
}
