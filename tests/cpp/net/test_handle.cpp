#include "cruet/net/handle.hpp"

#include "../catch.hpp"

using namespace cruet::net;

TEST_CASE("handle: closes what it owns, once") {
    const int fd = ::open("/dev/null", O_RDONLY);
    {
        handle h(fd);
        handle moved(std::move(h));
        CHECK_FALSE(h);
        CHECK(moved.get() == fd);
        h = std::move(moved);
        CHECK(h.get() == fd);
    }
    CHECK(::fcntl(fd, F_GETFD) == -1);
    handle kept(::open("/dev/null", O_RDONLY));
    const int released = kept.release();
    CHECK_FALSE(kept);
    CHECK(::close(released) == 0);
    CHECK_FALSE(set_flags(-1));
}
