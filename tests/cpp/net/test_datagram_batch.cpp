#include "cruet/net/datagram_batch.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "../catch.hpp"
#include "cruet/net/handle.hpp"

using namespace cruet;
using namespace cruet::net;

namespace {

using texts = std::vector<std::string>;

// A sender and a receiver of datagrams.
struct ends {
    handle from, to;

    static ends of_unix() {
        int fds[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM, 0, fds) == 0);
        return {handle(fds[0]), handle(fds[1])};
    }
    static ends of_udp() {
        ends made{handle(::socket(AF_INET, SOCK_DGRAM, 0)),
                  handle(::socket(AF_INET, SOCK_DGRAM, 0))};
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof where;
        auto* address = reinterpret_cast<sockaddr*>(&where);
        REQUIRE(::bind(made.to.get(), address, size) == 0);
        REQUIRE(::getsockname(made.to.get(), address, &size) == 0);
        REQUIRE(::connect(made.from.get(), address, size) == 0);
        const int room = 4 << 20;
        ::setsockopt(made.to.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
        return made;
    }
    texts received() const {
        texts found;
        std::string text(70000, '\0');
        ssize_t n = 0;
        while ((n = ::recv(to.get(), text.data(), text.size(), MSG_DONTWAIT)) >= 0)
            found.push_back(text.substr(0, static_cast<std::size_t>(n)));
        return found;
    }
};

void add(datagram_batch& batch, const texts& all) {
    for (const std::string& text : all) {
        batch.text() += text;
        batch.end_one();
    }
}

}  // namespace

TEST_CASE("datagram_batch: each text is a datagram, in order") {
    const ends e = GENERATE(0, 1) == 0 ? ends::of_unix() : ends::of_udp();
    datagram_batch batch;
    const texts all = GENERATE(values<texts>({{},
                                              {"one"},
                                              {"aaa", "bbb", "ccc"},
                                              {"aaa", "bbb", "c"},
                                              {"aaa", "b", "c", "dd"},
                                              {"a", "bb", "ccc", "ddd", "ee", "ff"},
                                              {"aaa", "bb", "bbb", "b"}}));
    add(batch, all);
    CHECK(batch.size() == std::accumulate(all.begin(), all.end(), std::string()).size());
    batch.send(e.from.get());
    CHECK(e.received() == all);
    CHECK(batch.size() == 0);
    batch.send(e.from.get());
    CHECK(e.received().empty());
    add(batch, {"again"});
    batch.send(e.from.get());
    CHECK(e.received() == texts{"again"});
}

TEST_CASE("datagram_batch: more than go together") {
    const ends e = ends::of_udp();
    datagram_batch batch;
    const std::size_t size = GENERATE(1, 100, 1400, 9000);
    texts all;
    for (int i = 0; i < 150; ++i) all.emplace_back(size, static_cast<char>('a' + i % 26));
    add(batch, all);
    batch.send(e.from.get());
    CHECK(e.received() == all);
}

TEST_CASE("datagram_batch: where nobody receives, or no more is taken, nothing waits") {
    datagram_batch batch;
    {
        ends e = ends::of_udp();
        e.to.reset();
        for (int i = 0; i < 3; ++i) {
            add(batch, {"aaa", "bbb", "c"});
            batch.send(e.from.get());
        }
    }
    const ends full = ends::of_unix();
    add(batch, texts(10000, "text"));
    batch.send(full.from.get());
    CHECK(batch.size() == 0);
    CHECK_FALSE(full.received().empty());
    add(batch, {"nowhere"});
    batch.send(-1);
    CHECK(batch.size() == 0);
}
