// The part of a file, and sessions that send it: by the stream itself, and where it cannot.
#include "cruet/server/file_range.hpp"

#include <csignal>
#include <cstdio>
#include <thread>

#include "../catch.hpp"
#include "socket_fixture.hpp"

using namespace cruet;
using namespace cruet::server;
using namespace cruet::test;

namespace {

// Sends no files by itself, as TLS cannot.
class reading_stream : public net::plain_stream {
public:
    using net::plain_stream::plain_stream;

private:
    using net::plain_stream::send_file;
};
static_assert(net::Stream<reading_stream>);
static_assert(!net::FileSender<reading_stream>);

// A stream whose kernel refuses.
class refusing_stream : public net::plain_stream {
public:
    using net::plain_stream::plain_stream;
    static std::optional<net::io_result> send_file(int, std::uint64_t, std::size_t) { return {}; }
};
static_assert(net::FileSender<refusing_stream>);

// A file without a name, and content to tell places apart.
struct file {
    explicit file(std::size_t size) : fd(::fileno(std::tmpfile())) {
        for (std::size_t i = 0; content.size() < size; ++i) content += std::to_string(i) + ",";
        content.resize(size);
        REQUIRE(::pwrite(fd, content.data(), size, 0) == static_cast<ssize_t>(size));
    }
    ~file() { ::close(fd); }
    file(const file&) = delete;
    file& operator=(const file&) = delete;

    file_range part(std::uint64_t at, std::uint64_t size) const {
        last = ::dup(fd);
        return {net::handle(last), at, size};
    }
    // Of the descriptor that was given last.
    bool closed() const { return ::fcntl(last, F_GETFD) < 0; }

    int fd;
    mutable int last = -1;
    std::string content;
};

std::string content_of(std::string_view answer) {
    return std::string(answer.substr(answer.find("\r\n\r\n") + 4));
}

}  // namespace

TEST_CASE("file_range: reads from its place, and closes with the last byte") {
    const file f(1000);
    file_range part = f.part(100, 50);
    char to[30];
    CHECK(part.read(to) == 30);
    CHECK(std::string_view(to, 30) == f.content.substr(100, 30));
    part.consume(30);
    CHECK(part.at() == 130);
    CHECK(part.size() == 20);
    CHECK(part.read(to) == 20);
    file_range moved(std::move(part));
    CHECK(part.empty());
    CHECK_FALSE(f.closed());
    moved.truncate(5);
    CHECK(moved.size() == 5);
    moved.consume(5);
    CHECK(moved.empty());
    CHECK(f.closed());
    CHECK(::lseek(f.fd, 0, SEEK_CUR) == 0);
}

TEST_CASE("file_range: nothing is read where the file has nothing, and an empty part is closed") {
    const file f(10);
    char to[30];
    CHECK(f.part(10, 5).read(to) == 0);
    CHECK(f.part(8, 5).read(to) == 2);
    CHECK(file_range(net::handle(-1), 0, 5).read(to) == 0);
    const file_range none = f.part(3, 0);
    CHECK(f.closed());
}

TEMPLATE_TEST_CASE("session: a file is sent at the client's pace", "", net::plain_stream,
                   reading_stream, refusing_stream) {
    socket_fixture<TestType> f;
    const file large(3000000);
    f.handler.on_handle = [&](exchange& x) {
        if (x.head().target() == "/next") return (void)x.respond(200, {}, {}, "next");
        CHECK(x.respond_file(200, {}, {}, large.part(1000, 2500000)));
        CHECK(x.respond_file(200, {}, {}, large.part(0, 1)).error().code == errc::invalid_argument);
        CHECK(large.closed());
    };
    f.send(get("/") + get("/next"));
    for (int i = 0; i < 5; ++i) f.turn();
    // The client takes nothing: the next request waits, and nothing is kept in memory.
    CHECK(f.handler.handled == 1);
    CHECK(f.metrics.lines.empty());
    CHECK_FALSE(f.session->idle());
    CHECK(f.session->deadline() < f.session->never);
    CHECK(f.session->output().size() < 1000);
    f.settle();
    CHECK(f.handler.handled == 2);
    REQUIRE(f.metrics.lines.size() == 2);
    CHECK(f.metrics.lines[0].bytes == 2500000);
    CHECK_FALSE(f.metrics.lines[0].incomplete);
    CHECK(f.seen.find("\r\nContent-Length: 2500000\r\n") != f.seen.npos);
    const std::string content = content_of(f.seen);
    CHECK(content.compare(0, 2500000, large.content, 1000, 2500000) == 0);
    CHECK(content.ends_with("\r\n\r\nnext"));
    CHECK(f.session->idle());
}

TEST_CASE("session: small files, empty ones, and those that nobody wants") {
    socket_fixture<net::plain_stream> f;
    const file small(100);
    std::uint64_t size = 100;
    f.handler.on_handle = [&](exchange& x) {
        const http::field length{"Content-Length", "10"};
        const bool told = x.head().target() == "/told";
        const int status = x.head().target() == "/304" ? 304 : 200;
        (void)x.respond_file(status, {}, {&length, told ? 1U : 0U}, small.part(0, size));
    };
    SECTION("small") {
        f.send(get("/"));
        f.settle();
        CHECK(content_of(f.seen) == small.content);
    }
    SECTION("empty") {
        size = 0;
        f.send(get("/"));
        f.settle();
        CHECK(f.seen.find("\r\nContent-Length: 0\r\n") != f.seen.npos);
        CHECK(content_of(f.seen).empty());
    }
    SECTION("HEAD") {
        f.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
        f.settle();
        CHECK(f.seen.find("\r\nContent-Length: 100\r\n") != f.seen.npos);
        CHECK(content_of(f.seen).empty());
    }
    SECTION("304") {
        f.send(get("/304"));
        f.settle();
        CHECK(content_of(f.seen).empty());
    }
    SECTION("the handler's Content-Length is less") {
        f.send(get("/told"));
        f.settle();
        CHECK(content_of(f.seen) == small.content.substr(0, 10));
    }
    SECTION("the client vanishes before") {
        f.handler.on_handle = [&](exchange& x) { f.handler.hold(x); };
        f.send(get("/"));
        f.session.reset();
        (void)f.handler.held[0]->respond_file(200, {}, {}, small.part(0, 100));
    }
    CHECK(small.closed());
    CHECK((!f.session || f.session->idle()));
}

TEMPLATE_TEST_CASE("session: a file that turns out shorter cuts the connection", "",
                   net::plain_stream, reading_stream) {
    socket_fixture<TestType> f;
    const file large(3000000);
    f.handler.on_handle = [&](exchange& x) {
        (void)x.respond_file(200, {}, {}, large.part(0, large.content.size()));
    };
    SECTION("while it is sent") {
        f.send(get("/"));
        f.receive(100);
        REQUIRE(::ftruncate(large.fd, 2000000) == 0);
    }
    SECTION("before") {
        REQUIRE(::ftruncate(large.fd, 2000000) == 0);
        f.send(get("/"));
    }
    SECTION("to nothing") {
        REQUIRE(::ftruncate(large.fd, 0) == 0);
        f.send(get("/"));
    }
    f.settle();
    CHECK_FALSE(f.session);
    CHECK(f.ended);
    CHECK(f.seen.size() < 3000000);
    REQUIRE(f.metrics.lines.size() == 1);
    CHECK(f.metrics.lines[0].incomplete);
    CHECK(f.metrics.lines[0].bytes <= 2000000);
    CHECK(large.closed());
    CHECK(f.handler.gone_calls == 0);
}

TEST_CASE("session: less of a file than announced cuts the connection") {
    socket_fixture<net::plain_stream> f;
    const file small(100);
    f.handler.on_handle = [&](exchange& x) {
        const http::field length{"Content-Length", "200"};
        (void)x.respond_file(200, {}, {&length, 1}, small.part(0, 100));
    };
    f.send(get("/") + get("/"));
    f.settle();
    CHECK(f.ended);
    CHECK(f.handler.handled == 1);
    CHECK(content_of(f.seen) == small.content);
    CHECK(f.metrics.lines[0].incomplete);
}

TEST_CASE("session: a client that vanishes meanwhile costs nothing but the connection") {
    socket_fixture<net::plain_stream> f;
    const file large(3000000);
    f.handler.on_handle = [&](exchange& x) {
        (void)x.respond_file(200, {}, {}, large.part(0, large.content.size()));
    };
    // Not even the process, where SIGPIPE would end it.
    struct sigaction before {};
    struct sigaction deadly {};
    deadly.sa_handler = SIG_DFL;
    ::sigaction(SIGPIPE, &deadly, &before);
    f.send(get("/"));
    SECTION("gone") { f.client.reset(); }
    SECTION("cut off") { f.session->abort(errc::timed_out); }
    for (int i = 0; i < 20 && !f.session->done(); ++i) f.turn(1);
    ::sigaction(SIGPIPE, &before, nullptr);
    CHECK(f.session->done());
    CHECK(large.closed());
    REQUIRE(f.metrics.lines.size() == 1);
    CHECK(f.metrics.lines[0].incomplete);
    CHECK(f.metrics.lines[0].bytes < 3000000);
}

TEST_CASE("session: a client that has closed its own side still gets the file") {
    socket_fixture<net::plain_stream> f;
    const file large(3000000);
    f.handler.on_handle = [&](exchange& x) {
        (void)x.respond_file(200, {}, {}, large.part(0, large.content.size()));
    };
    f.send(get("/"));
    ::shutdown(f.client.get(), SHUT_WR);
    f.settle();
    CHECK(content_of(f.seen) == large.content);
    CHECK(f.ended);
    CHECK_FALSE(f.metrics.lines[0].incomplete);
}

TEMPLATE_TEST_CASE("session: places beyond 2 and 4 GiB of a file", "", net::plain_stream,
                   reading_stream) {
    socket_fixture<TestType> f;
    const file sparse(0);
    const std::uint64_t place = GENERATE(0x7fffffffULL, 0x80000000ULL, 0x100000003ULL);
    const std::string text = "far away";
    if (::pwrite(sparse.fd, text.data(), text.size(), static_cast<off_t>(place)) !=
        static_cast<ssize_t>(text.size())) {
        WARN("no such large files here");
        return;
    }
    f.handler.on_handle = [&](exchange& x) {
        (void)x.respond_file(206, {}, {}, sparse.part(place, text.size()));
    };
    f.send(get("/") + get("/"));
    f.settle();
    CHECK(content_of(f.seen).starts_with(text));
    CHECK(f.seen.ends_with("\r\n\r\n" + text));
}

TEST_CASE("session: a thread has done with a file as soon as it has answered") {
    socket_fixture<net::plain_stream> f;
    f.options.threaded = true;
    const file large(3000000);
    f.handler.on_handle = [&](exchange& x) { f.handler.hold(x); };
    f.send(get("/") + get("/next"));
    std::thread([&] {
        exchange& x = *f.handler.held[0];
        (void)x.respond_file(200, {}, {}, large.part(0, large.content.size()));
        CHECK(x.ended());
    }).join();
    SECTION("read") {
        f.settle();
        CHECK(content_of(f.seen) == large.content);
        CHECK(f.handler.held.size() == 2);
    }
    SECTION("gone before the loop looks") { f.session.reset(); }
    SECTION("gone meanwhile") {
        f.turn(1000);
        CHECK_FALSE(large.closed());
        f.session->abort(errc::connection_closed);
    }
    CHECK(large.closed());
    CHECK(f.metrics.lines.size() == 1);
}

TEST_CASE("exchange: a file in an answer of no connection is collected") {
    const file large(100000);
    auto x = exchange::detached(http::make_head("GET", "/"));
    (void)x->respond_file(200, {}, {}, large.part(10, 90000));
    CHECK(content_of(x->take_output()) == large.content.substr(10, 90000));
    CHECK_FALSE(x->cut());
    auto y = exchange::detached(http::make_head("GET", "/"));
    (void)y->respond_file(200, {}, {}, large.part(99990, 20));
    CHECK(y->cut());
}
