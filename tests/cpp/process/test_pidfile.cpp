#include "cruet/process/pidfile.hpp"

#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::process;

namespace {

struct folder {
    std::string path = "/tmp/cruet-test-XXXXXX";
    folder() { REQUIRE(::mkdtemp(path.data())); }
    ~folder() {
        for (const char* name : {"/pid", "/pid.2"}) ::unlink((path + name).c_str());
        ::rmdir(path.c_str());
    }
    std::string file() const { return path + "/pid"; }
    void write(const std::string& text) const { std::ofstream(file()) << text; }
};

bool there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

// Of a process that has ended and is read.
pid_t dead() {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    ::waitpid(pid, nullptr, 0);
    return pid;
}

}  // namespace

TEST_CASE("pidfile: holds the number of the process, moves, and goes") {
    const folder f;
    auto made = pidfile::create(f.file());
    REQUIRE(made);
    CHECK(pidfile::owner(f.file()) == ::getpid());
    struct stat found {};
    REQUIRE(::stat(f.file().c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == (0644 & ~[] {
              const mode_t mask = ::umask(0);
              ::umask(mask);
              return mask;
          }()));
    REQUIRE(made->move_to(f.file() + ".2"));
    CHECK_FALSE(there(f.file()));
    CHECK(pidfile::owner(f.file() + ".2") == ::getpid());
    made->remove();
    CHECK_FALSE(there(f.file() + ".2"));
    CHECK(made->move_to(f.file()).error().code == errc::io);
}

TEST_CASE("pidfile: what a dead process left is replaced, a living one's is not") {
    const folder f;
    f.write(std::to_string(dead()) + "\n");
    auto made = pidfile::create(f.file());
    REQUIRE(made);
    CHECK(pidfile::owner(f.file()) == ::getpid());
    f.write(std::to_string(::getppid()) + "\n");
    CHECK(pidfile::create(f.file()).error().code == errc::address_in_use);
    // It has become somebody else's: that one's it stays.
    made->remove();
    CHECK(there(f.file()));
}

TEST_CASE("pidfile: what is no number belongs to nobody") {
    const folder f;
    for (const char* text : {"", "x", "-5", "0", "12x", "99999999999999999999", "4294967296"}) {
        f.write(text);
        CHECK_FALSE(pidfile::owner(f.file()));
    }
    f.write("123\n");
    CHECK(pidfile::owner(f.file()) == 123);
    f.write("123");
    CHECK(pidfile::owner(f.file()) == 123);
    CHECK_FALSE(pidfile::owner(f.path + "/none"));
    CHECK(pidfile::create(f.path + "/none/pid").error().code == errc::io);
    CHECK(errno == ENOENT);
}
