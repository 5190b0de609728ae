#include "cruet/process/trace_file.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "../catch.hpp"

using namespace cruet::process;

namespace {

void write_to(const trace_file& file, const std::string& text) {
    REQUIRE(::write(file.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

}  // namespace

TEST_CASE("a trace file gives what was written, once") {
    auto file = trace_file::create();
    REQUIRE(file);
    CHECK(file->take().empty());
    write_to(*file, "one ");
    write_to(*file, "two");
    CHECK(file->take() == "one two");
    CHECK(file->take().empty());
    write_to(*file, "three");
    CHECK(file->take() == "three");
    CHECK(trace_file().take().empty());
}

TEST_CASE("a trace file is shared with another process, and not with programs") {
    auto file = trace_file::create();
    REQUIRE(file);
    CHECK((::fcntl(file->fd(), F_GETFD) & FD_CLOEXEC) != 0);
    for (int round = 0; round < 2; ++round) {
        const pid_t pid = ::fork();
        REQUIRE(pid >= 0);
        if (pid == 0) ::_exit(::write(file->fd(), "here", 4) == 4 ? 0 : 1);
        int status = -1;
        ::waitpid(pid, &status, 0);
        CHECK(status == 0);
        CHECK(file->take() == "here");
    }
}

TEST_CASE("a trace file has its limit") {
    auto file = trace_file::create();
    REQUIRE(file);
    write_to(*file, std::string(trace_file::most + 1000, 'x'));
    CHECK(file->take().size() == trace_file::most);
    CHECK(file->take().empty());
}
