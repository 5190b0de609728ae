#include "cruet/net/listener.hpp"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "../catch.hpp"
#include "cruet/net/plain_stream.hpp"

using namespace cruet;
using namespace cruet::net;

namespace {

struct folder {
    std::string path = "/tmp/cruet-test-XXXXXX";
    folder() { REQUIRE(::mkdtemp(path.data())); }
    ~folder() {
        ::unlink((path + "/s").c_str());
        ::rmdir(path.c_str());
    }
    address socket() const { return *address::unix_path(path + "/s"); }
};

address loopback(std::uint16_t port = 0) { return resolve("127.0.0.1", port)->front(); }

handle connect_to(const address& to) {
    handle h(::socket(to.family(), SOCK_STREAM, 0));
    if (::connect(h.get(), to.data(), to.size()) != 0) h.reset();
    return h;
}

}  // namespace

TEST_CASE("listener: accepts without blocking") {
    auto l = listener::bind(loopback());
    REQUIRE(l);
    address peer;
    CHECK_FALSE(l->accept(peer));
    CHECK((errno == EAGAIN || errno == EWOULDBLOCK));
    const handle client = connect_to(l->local());
    REQUIRE(client);
    const handle server = l->accept(peer);
    REQUIRE(server);
    CHECK(peer.to_string() == address::local_of(client.get()).to_string());
    CHECK((::fcntl(server.get(), F_GETFL) & O_NONBLOCK) != 0);
    CHECK((::fcntl(server.get(), F_GETFD) & FD_CLOEXEC) != 0);
    int no_delay = 0;
    socklen_t size = sizeof no_delay;
    ::getsockopt(server.get(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
#ifdef __linux__
    CHECK(no_delay != 0);
#endif
}

TEST_CASE("listener: an address that is taken, or is nobody's") {
    auto l = listener::bind(loopback());
    REQUIRE(l);
    CHECK(listener::bind(loopback(l->local().port())).error().code == errc::address_in_use);
    CHECK(listener::bind(resolve("192.0.2.1", 0)->front()).error().code == errc::bad_address);
}

TEST_CASE("listener: several on one port") {
    listen_options shared;
    shared.reuse_port = true;
    auto one = listener::bind(loopback(), shared);
    REQUIRE(one);
    CHECK(listener::bind(loopback(one->local().port()), shared));
}

TEST_CASE("listener: UNIX sockets, live, stale, and what is none") {
    folder dir;
    {
        auto live = listener::bind(dir.socket());
        REQUIRE(live);
        struct stat found {};
        REQUIRE(::stat(dir.socket().host().c_str(), &found) == 0);
        CHECK((found.st_mode & 0777) == 0660);
        CHECK(listener::bind(dir.socket()).error().code == errc::address_in_use);
        const handle client = connect_to(dir.socket());
        CHECK(client);
        address peer;
        CHECK(live->accept(peer));
        CHECK(peer.is_unix());
        CHECK(peer.host().empty());
    }
    listen_options closed;
    closed.unix_mode = 0600;
    {
        auto again = listener::bind(dir.socket(), closed);
        REQUIRE(again);
        struct stat found {};
        REQUIRE(::stat(dir.socket().host().c_str(), &found) == 0);
        CHECK((found.st_mode & 0777) == 0600);
    }
    ::unlink(dir.socket().host().c_str());
    std::ofstream(dir.path + "/s") << "precious";
    CHECK(listener::bind(dir.socket()).error().code == errc::address_in_use);
    std::string kept;
    std::ifstream(dir.path + "/s") >> kept;
    CHECK(kept == "precious");
    CHECK_FALSE(listener::bind(*address::unix_path("/nonexistent/s")));
}

TEST_CASE("listener: a live UNIX socket with a full queue is no stale one") {
    folder dir;
    listen_options small;
    small.backlog = 0;
    auto live = listener::bind(dir.socket(), small);
    REQUIRE(live);
    std::vector<handle> waiting;
    for (int i = 0; i < 10; ++i) {
        waiting.emplace_back(::socket(AF_UNIX, SOCK_STREAM, 0));
        REQUIRE(set_flags(waiting.back().get()));
        static_cast<void>(
            ::connect(waiting.back().get(), dir.socket().data(), dir.socket().size()));
    }
    CHECK(listener::bind(dir.socket()).error().code == errc::address_in_use);
    address peer;
    CHECK(live->accept(peer));
}

TEST_CASE("listener: taken over from another") {
    auto l = listener::bind(loopback());
    REQUIRE(l);
    const address where = l->local();
    handle bound = l->release();
    // As others leave it.
    int no_delay = 0;
    socklen_t size = sizeof no_delay;
    ::setsockopt(bound.get(), IPPROTO_TCP, TCP_NODELAY, &no_delay, size);
    auto adopted = listener::adopt(std::move(bound));
    REQUIRE(adopted);
    CHECK(adopted->local().port() == where.port());
    ::getsockopt(adopted->fd(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
    CHECK(no_delay != 0);
    CHECK(listener::adopt(handle(::socket(AF_INET, SOCK_STREAM, 0))).error().code ==
          errc::invalid_argument);
    CHECK_FALSE(listener::adopt(handle()));
    CHECK_FALSE(listener::adopt(handle(::open("/dev/null", O_RDONLY))));
}

TEST_CASE("plain_stream: reads, writes, and says why not") {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    REQUIRE(set_flags(ends[0]));
    handle peer(ends[1]);
    plain_stream s{handle(ends[0])};
    char part[10];
    CHECK(s.read(part).state == io_state::want_read);
    CHECK(s.write("ab", "cd").bytes == 4);
    CHECK(s.write("ef", {}).bytes == 2);
    CHECK(s.write({}, "gh").bytes == 2);
    char got[9] = {};
    CHECK(::read(peer.get(), got, 8) == 8);
    CHECK(std::string(got) == "abcdefgh");
    REQUIRE(::write(peer.get(), "xyz", 3) == 3);
    CHECK(s.read(part).bytes == 3);
    const std::string large(1 << 20, 'x');
    const io_result first = s.write(large, large);
    CHECK(first.state == io_state::ok);
    CHECK(first.bytes < 2 * large.size());
    io_result last = first;
    while (last.state == io_state::ok) last = s.write(large, {});
    CHECK(last.state == io_state::want_write);
    s.shutdown_write();
    ::shutdown(peer.get(), SHUT_WR);
    CHECK(s.read(part).state == io_state::end);
    peer.reset();
    CHECK(s.write("x", {}).state == io_state::broken);
}

TEST_CASE("plain_stream: a reset is seen by the peer") {
    auto l = listener::bind(loopback());
    REQUIRE(l);
    const handle client = connect_to(l->local());
    address peer;
    {
        plain_stream s(l->accept(peer));
        s.reset_on_close();
    }
    char c = 0;
    CHECK(::recv(client.get(), &c, 1, 0) == -1);
    CHECK(errno == ECONNRESET);
}
