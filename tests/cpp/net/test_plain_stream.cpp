#include "cruet/net/plain_stream.hpp"

#include <cstdio>
#include <string>
#include <utility>

#include "../catch.hpp"

using namespace cruet::net;

static_assert(Stream<plain_stream>);
static_assert(!plain_stream::secure());
static_assert(plain_stream::waiting(interest::read) == interest::read);
static_assert(plain_stream::moved(ready::write) == ready::write);
static_assert(FileSender<plain_stream>);
static_assert(HandsOver<plain_stream>);

namespace {

std::pair<plain_stream, plain_stream> connected() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    set_flags(ends[0]);
    set_flags(ends[1]);
    return {plain_stream(handle(ends[0])), plain_stream(handle(ends[1]))};
}

std::string read_all(plain_stream& from) {
    std::string all;
    char part[4096];
    for (;;) {
        const io_result r = from.read(part);
        if (r.state != io_state::ok) return all;
        all.append(part, r.bytes);
    }
}

}  // namespace

TEST_CASE("plain_stream: either part of a write may be empty, and both arrive in order") {
    auto [a, b] = connected();
    CHECK(a.write("head", "body").bytes == 8);
    CHECK(a.write("only").bytes == 4);
    CHECK(a.write("", "second").bytes == 6);
    CHECK(read_all(b) == "headbodyonlysecond");
    CHECK_FALSE(b.pending());
}

TEST_CASE("plain_stream: a full socket and an empty one say so") {
    auto [a, b] = connected();
    char part[16];
    CHECK(b.read(part).state == io_state::want_read);
    const std::string much(1 << 20, 'x');
    std::size_t sent = 0;
    io_result r;
    while ((r = a.write(much)).state == io_state::ok) sent += r.bytes;
    CHECK(r.state == io_state::want_write);
    CHECK(read_all(b).size() == sent);
}

TEST_CASE("plain_stream: the end is told apart from a broken connection, without a signal") {
    auto [a, b] = connected();
    char part[16];
    a.shutdown_write();
    CHECK(b.read(part).state == io_state::end);
    CHECK(b.write("still open").state == io_state::ok);
    CHECK(read_all(a) == "still open");
    { plain_stream gone(std::move(b)); }
    CHECK(a.write("nobody there").state == io_state::broken);
}

TEST_CASE("plain_stream: a file is sent from its place, and its own position stays") {
    auto [a, b] = connected();
    std::FILE* file = std::tmpfile();
    const int fd = ::fileno(file);
    REQUIRE(::pwrite(fd, "0123456789", 10, 0) == 10);
    const auto sent = a.send_file(fd, 3, 5);
    if (sent) {
        CHECK(sent->state == io_state::ok);
        CHECK(sent->bytes == 5);
        CHECK(read_all(b) == "34567");
        CHECK(a.send_file(fd, 8, 100)->bytes == 2);
        CHECK(a.send_file(fd, 10, 5)->state == io_state::end);
        CHECK(::lseek(fd, 0, SEEK_CUR) == 0);
        CHECK_FALSE(a.send_file(b.fd(), 0, 5));  // no regular file
        { plain_stream gone(std::move(b)); }
        CHECK(a.send_file(fd, 0, 5)->state == io_state::broken);
    } else {
        WARN("this system sends no files by itself");
    }
    std::fclose(file);
}

TEST_CASE("plain_stream: a connection handed over blocks, and comes back") {
    auto [a, b] = connected();
    const handle other = a.hand_over();
    REQUIRE(other);
    CHECK((::fcntl(other.get(), F_GETFL) & O_NONBLOCK) == 0);
    CHECK((::fcntl(other.get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(::send(other.get(), "hello", 5, 0) == 5);
    CHECK(read_all(b) == "hello");
    a.take_back();
    char part[16];
    CHECK(a.read(part).state == io_state::want_read);
    a.cut();
    CHECK(::recv(other.get(), part, sizeof part, 0) == 0);
    CHECK(b.read(part).state == io_state::end);
}
