#include "cruet/net/notifier.hpp"

#include <poll.h>

#include <cerrno>
#include <thread>
#include <vector>

#include "../catch.hpp"

using cruet::net::notifier;

namespace {

bool readable(const notifier& n) {
    pollfd p{n.fd(), POLLIN, 0};
    return ::poll(&p, 1, 0) == 1;
}

}  // namespace

TEST_CASE("notifier: readable from a notice until it is cleared") {
    notifier n;
    CHECK_FALSE(readable(n));
    n.clear();
    n.notify();
    n.notify();
    CHECK(readable(n));
    n.clear();
    CHECK_FALSE(readable(n));
}

TEST_CASE("notifier: never blocks, keeps errno, and counts from any thread") {
    notifier n;
    errno = 77;
    n.notify();
    CHECK(errno == 77);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 20000; ++j) n.notify();
        });
    }
    for (std::thread& t : threads) t.join();
    CHECK(readable(n));
    n.clear();
    CHECK_FALSE(readable(n));
}

TEST_CASE("notifier: is closed on exec and does not block a reader") {
    notifier n;
    CHECK((::fcntl(n.fd(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(n.fd(), F_GETFL) & O_NONBLOCK) != 0);
}
