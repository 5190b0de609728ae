#include "cruet/net/plain_stream.hpp"

#include <string>
#include <utility>

#include "../catch.hpp"

using namespace cruet::net;

static_assert(Stream<plain_stream>);
static_assert(!plain_stream::secure());
static_assert(plain_stream::waiting(interest::read) == interest::read);
static_assert(plain_stream::moved(ready::write) == ready::write);

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
