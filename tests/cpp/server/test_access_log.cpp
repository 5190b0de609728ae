#include "cruet/server/access_log.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "../catch.hpp"
#include "cruet/net/handle.hpp"

using namespace cruet;
using namespace cruet::server;
using namespace std::chrono_literals;

namespace {

struct pipe_ends {
    pipe_ends() {
        int fds[2];
        REQUIRE(::pipe2(fds, O_NONBLOCK) == 0);
        read = net::handle(fds[0]);
        write = net::handle(fds[1]);
    }
    std::string take() const {
        char text[65536];
        const auto n = ::read(read.get(), text, sizeof text);
        return n > 0 ? std::string(text, static_cast<std::size_t>(n)) : std::string();
    }
    net::handle read, write;
};

access_log_options to(int fd, std::string_view format) {
    return {.fd = fd, .format = *log_format::parse(format), .syslog_prefix = {}};
}

void tell(fd_access_log& log, int status) {
    const auto info = make_ref<connection_info>();
    log.write(request_report{*info, nullptr, status, 0, 1, false});
}

}  // namespace

TEST_CASE("access_log: without a descriptor nothing is written") {
    CHECK_FALSE(fd_access_log(-1).enabled());
    CHECK(fd_access_log(1).enabled());
}

TEST_CASE("access_log: a line alone is written at once, those that follow together") {
    const pipe_ends pipe;
    fd_access_log log(to(pipe.write.get(), "%(s)s"));
    tell(log, 200);
    CHECK(pipe.take() == "200\n");
    tell(log, 201);
    tell(log, 202);
    const std::string early = pipe.take();
    log.flush();
    CHECK(early + pipe.take() == "201\n202\n");
    std::this_thread::sleep_for(130ms);
    tell(log, 203);
    CHECK(pipe.take() == "203\n");
}

TEST_CASE("access_log: many lines are not kept") {
    const pipe_ends pipe;
    fd_access_log log(to(pipe.write.get(), "%(s)s " + std::string(1000, 'x')));
    std::string text;
    for (int i = 0; i < 40; ++i) tell(log, 200);
    text += pipe.take();
    CHECK(text.size() > 30 * 1000);
}

TEST_CASE("access_log: what waits is written at the end") {
    const pipe_ends pipe;
    {
        fd_access_log log(to(pipe.write.get(), "%(s)s"));
        for (int i = 0; i < 5; ++i) tell(log, 200 + i);
    }
    CHECK(pipe.take() == "200\n201\n202\n203\n204\n");
}

TEST_CASE("access_log: to syslog each line goes by itself") {
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds) == 0);
    const net::handle mine(fds[0]), theirs(fds[1]);
    auto options = to(theirs.get(), "%(s)s");
    options.syslog_prefix = "<134>cruet: ";
    fd_access_log log(std::move(options));
    char text[100];
    const auto next = [&] {
        const auto n = ::recv(mine.get(), text, sizeof text, 0);
        return n < 0 ? std::string() : std::string(text, static_cast<std::size_t>(n));
    };
    tell(log, 200);
    CHECK(next() == "<134>cruet: 200");
    tell(log, 201);
    tell(log, 202);
    log.flush();
    CHECK(next() == "<134>cruet: 201");
    CHECK(next() == "<134>cruet: 202");
    CHECK(next().empty());
    // Nobody reads: what does not fit is lost, and nothing waits.
    for (int i = 0; i < 10000; ++i) tell(log, 500);
}

TEST_CASE("access_log: a log that cannot be written stops nothing") {
    fd_access_log log(to(1 << 20, "%(s)s"));
    for (int i = 0; i < 3; ++i) tell(log, 200);
    log.flush();
}
