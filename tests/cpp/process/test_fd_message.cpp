#include "cruet/process/fd_message.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::process;

TEST_CASE("a message comes whole, with or without a descriptor") {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
    net::handle here(ends[0]);
    const net::handle there(ends[1]);
    const std::uint32_t sent = 0x12345678;
    std::uint32_t got = 0;
    net::handle fd;
    REQUIRE(send_message(here.get(), &sent, sizeof sent, -1));
    CHECK(receive_message(there.get(), &got, sizeof got, fd) == sizeof got);
    CHECK(got == sent);
    CHECK_FALSE(fd);

    const net::handle file(::open("/dev/null", O_RDONLY));
    REQUIRE(send_message(here.get(), &sent, sizeof sent, file.get()));
    REQUIRE(receive_message(there.get(), &got, sizeof got, fd) == sizeof got);
    REQUIRE(fd);
    CHECK((::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
    struct stat one {
    }, other{};
    CHECK(::fstat(file.get(), &one) == 0);
    CHECK(::fstat(fd.get(), &other) == 0);
    CHECK(one.st_rdev == other.st_rdev);

    here.reset();
    CHECK(receive_message(there.get(), &got, sizeof got, fd) == 0);
    CHECK_FALSE(fd);
    CHECK_FALSE(send_message(there.get(), &sent, sizeof sent, -1));
    CHECK(errno == EPIPE);
}
