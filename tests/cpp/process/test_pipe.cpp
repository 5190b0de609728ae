#include "cruet/process/pipe.hpp"

#include "../catch.hpp"

using cruet::process::byte_pipe;

TEST_CASE("a pipe carries bytes in order and never blocks") {
    auto p = byte_pipe::open();
    REQUIRE(p.has_value());
    CHECK_FALSE(p->receive().has_value());
    CHECK(p->send('a'));
    CHECK(p->send('b'));
    CHECK(p->receive() == 'a');
    CHECK(p->receive() == 'b');
    CHECK_FALSE(p->receive().has_value());
}

TEST_CASE("a full pipe refuses, a closed one ends") {
    auto p = byte_pipe::open();
    REQUIRE(p.has_value());
    std::size_t taken = 0;
    while (p->send('x')) ++taken;
    CHECK(taken >= 4096);
    p->close_write();
    std::size_t got = 0;
    while (p->receive()) ++got;
    CHECK(got == taken);
    CHECK(p->write_fd() == -1);
}

TEST_CASE("descriptors are not inherited over exec and follow a move") {
    auto p = byte_pipe::open();
    REQUIRE(p.has_value());
    CHECK((::fcntl(p->read_fd(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(p->write_fd(), F_GETFD) & FD_CLOEXEC) != 0);
    const int fd = p->read_fd();
    byte_pipe other = std::move(*p);
    CHECK(other.read_fd() == fd);
    CHECK(p->read_fd() == -1);
    const int taken = other.take_read();
    CHECK(taken == fd);
    CHECK(::close(taken) == 0);
}
