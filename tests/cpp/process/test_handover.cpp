#include "cruet/process/handover.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::process;

namespace {

net::handle connect_to(const net::address& to) {
    net::handle h(::socket(to.family(), SOCK_STREAM, 0));
    if (::connect(h.get(), to.data(), to.size()) != 0) h.reset();
    return h;
}

// Whether a byte sent on one arrives on the other.
bool joined(const net::handle& a, const net::handle& b) {
    char byte = 0;
    pollfd watched{b.get(), POLLIN, 0};
    return ::send(a.get(), "x", 1, MSG_NOSIGNAL) == 1 && ::poll(&watched, 1, 2000) == 1 &&
           ::recv(b.get(), &byte, 1, 0) == 1 && byte == 'x';
}

struct folder {
    std::string path = "/tmp/cruet-test-XXXXXX";
    folder() { REQUIRE(::mkdtemp(path.data())); }
    ~folder() {
        ::unlink((path + "/s").c_str());
        ::rmdir(path.c_str());
    }
};

net::listener listen_on(const std::string& where) {
    auto addresses = net::resolve(where);
    REQUIRE(addresses);
    auto l = net::listener::bind(addresses->front());
    REQUIRE(l);
    return std::move(*l);
}

}  // namespace

TEST_CASE("handover: what is given is taken, in order, once") {
    auto queue = handover::open();
    REQUIRE(queue);
    CHECK_FALSE(queue->take().socket);
    CHECK((errno == EAGAIN || errno == EWOULDBLOCK));
    int a[2], b[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, a) == 0);
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, b) == 0);
    const net::handle here_a(a[0]), here_b(b[0]);
    CHECK(queue->give(a[1]));
    CHECK(queue->give(b[1], 7));
    ::close(a[1]);
    ::close(b[1]);
    const net::handle first = queue->take().socket;
    REQUIRE(first);
    CHECK((::fcntl(first.get(), F_GETFL) & O_NONBLOCK) != 0);
    CHECK((::fcntl(first.get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(joined(here_a, first));
    const handover::item second = queue->take();
    REQUIRE(second.socket);
    CHECK(second.listener == 7);
    CHECK(joined(here_b, second.socket));
    CHECK_FALSE(queue->take().socket);
    queue->close_sender();
    CHECK_FALSE(queue->take().socket);
    CHECK(errno == EPIPE);
}

TEST_CASE("handover: another process takes it") {
    auto queue = handover::open();
    REQUIRE(queue);
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        ::close(ends[0]);
        ::close(ends[1]);
        queue->close_sender();
        pollfd watched{queue->receiver(), POLLIN, 0};
        ::poll(&watched, 1, 5000);
        const net::handle taken = queue->take().socket;
        ::_exit(::send(taken.get(), "x", 1, 0) == 1 ? 0 : 1);
    }
    CHECK(queue->give(ends[1]));
    ::close(ends[1]);
    const net::handle here(ends[0]);
    int status = -1;
    ::waitpid(pid, &status, 0);
    CHECK(status == 0);
    char byte = 0;
    CHECK(::recv(here.get(), &byte, 1, 0) == 1);
}

TEST_CASE("handover: what is queued on listeners moves, and whoever comes later is refused") {
    const folder f;
    std::vector<net::listener> listeners;
    listeners.push_back(listen_on("127.0.0.1:0"));
    listeners.push_back(listen_on("0.0.0.0:0"));
    listeners.push_back(listen_on("unix:" + f.path + "/s"));
    std::vector<net::address> where;
    std::vector<int> sockets;
    for (const net::listener& l : listeners) {
        where.push_back(l.local());
        sockets.push_back(l.fd());
    }
    std::vector<net::handle> clients;
    for (int i = 0; i < 30; ++i) {
        clients.push_back(connect_to(where[static_cast<std::size_t>(i) % 3]));
        REQUIRE(clients.back());
    }
    auto queue = handover::open();
    REQUIRE(queue);
    REQUIRE(hand_over(sockets, *queue));
    for (const net::address& to : where) {
        CHECK_FALSE(connect_to(to));
        CHECK(errno == ECONNREFUSED);
    }
    std::vector<net::handle> taken;
    while (true) {
        handover::item next = queue->take();
        if (!next.socket) break;
        CHECK(next.listener == taken.size() / 10);
        taken.push_back(std::move(next.socket));
    }
    REQUIRE(taken.size() == clients.size());
    // Each listener's in its order.
    std::size_t at = 0;
    for (std::size_t from = 0; from < 3; ++from) {
        for (std::size_t i = from; i < clients.size(); i += 3)
            CHECK(joined(clients[i], taken[at++]));
    }
}

TEST_CASE("handover: the refusal reaches every process that shares a listener") {
    net::listener l = listen_on("127.0.0.1:0");
    const net::address where = l.local();
    int go[2];
    REQUIRE(::pipe(go) == 0);
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        // Keeps its copy open.
        char byte = 0;
        ::close(go[1]);
        ::_exit(static_cast<int>(::read(go[0], &byte, 1)));
    }
    auto queue = handover::open();
    REQUIRE(queue);
    const int sockets[] = {l.fd()};
    CHECK(hand_over(sockets, *queue));
    CHECK_FALSE(connect_to(where));
    CHECK(errno == ECONNREFUSED);
    ::close(go[1]);
    ::close(go[0]);
    ::waitpid(pid, nullptr, 0);
}

TEST_CASE("handover: what is no listener is told, and nothing is lost where the queue is full") {
    auto queue = handover::open();
    REQUIRE(queue);
    const int nothing[] = {-1};
    CHECK_FALSE(hand_over(nothing, *queue));

    const int small = 1;
    ::setsockopt(queue->sender(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    net::listener l = listen_on("127.0.0.1:0");
    std::vector<net::handle> clients;
    for (int i = 0; i < 40; ++i) clients.push_back(connect_to(l.local()));
    const int sockets[] = {l.fd()};
    REQUIRE_FALSE(hand_over(sockets, *queue));
    std::size_t found = 0;
    while (queue->take().socket) ++found;
    net::address peer;
    while (l.accept(peer)) ++found;
    CHECK(found == clients.size());
}
