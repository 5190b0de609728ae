#include "cruet/server/statsd.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "../catch.hpp"
#include "cruet/net/handle.hpp"

using namespace cruet;
using namespace cruet::server;

namespace {

struct receiver {
    receiver() {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
        mine = net::handle(ends[0]);
        theirs = net::handle(ends[1]);
    }
    std::vector<std::string> datagrams() const {
        std::vector<std::string> found;
        char text[4096];
        ssize_t n = 0;
        while ((n = ::recv(mine.get(), text, sizeof text, MSG_DONTWAIT)) >= 0)
            found.emplace_back(text, static_cast<std::size_t>(n));
        return found;
    }
    statsd_options to(std::string prefix = {}, std::string tags = {}) const {
        return {.fd = theirs.get(), .prefix = std::move(prefix), .tags = std::move(tags)};
    }
    net::handle mine, theirs;
};

void tell(statsd_log& log, int status, std::uint64_t micros = 1500, bool monitor = false) {
    const auto info = make_ref<connection_info>();
    info->monitor = monitor;
    log.write(request_report{*info, nullptr, status, 0, micros, false});
}

}  // namespace

TEST_CASE("statsd: a line") {
    std::string out;
    append_statsd_line(out, {}, "gunicorn.workers", "3", "g");
    append_statsd_line(out, {.fd = -1, .prefix = "a.b.", .tags = "k:v,w"}, "n", "1", "c");
    CHECK(out == "gunicorn.workers:3|g\na.b.n:1|c|#k:v,w\n");
}

TEST_CASE("statsd: without a descriptor nobody is told") {
    CHECK_FALSE(statsd_log({}).enabled());
    const receiver r;
    CHECK(statsd_log(r.to()).enabled());
}

TEST_CASE("statsd: each duration, and sums of the rest, by flush()") {
    const receiver r;
    statsd_log log(r.to("shop."));
    tell(log, 200, 0);
    tell(log, 200, 1530);
    tell(log, 404, 2000);
    tell(log, 200, 7'000'045);
    CHECK(r.datagrams().empty());
    log.flush();
    CHECK(r.datagrams() == std::vector<std::string>{"shop.gunicorn.request.duration:0|ms\n"
                                                    "shop.gunicorn.request.duration:1.530|ms\n"
                                                    "shop.gunicorn.request.duration:2|ms\n"
                                                    "shop.gunicorn.request.duration:7000.045|ms\n"
                                                    "shop.gunicorn.requests:4|c\n"
                                                    "shop.gunicorn.request.status.200:3|c\n"
                                                    "shop.gunicorn.request.status.404:1|c"});
    log.flush();
    CHECK(r.datagrams().empty());
    tell(log, 599);
    log.flush();
    CHECK(r.datagrams().at(0).find("requests:1|c\n") != std::string::npos);
}

TEST_CASE("statsd: who watches, and who got no answer, is not counted") {
    const receiver r;
    statsd_log log(r.to());
    tell(log, 200, 1, true);
    for (const int status : {0, -1, 99, 600}) tell(log, status);
    log.flush();
    CHECK(r.datagrams().empty());
}

TEST_CASE("statsd: datagrams fit a frame, and hold whole lines") {
    const receiver r;
    constexpr int number = 200;
    {
        statsd_log log(r.to("p.", "tag:value"));
        for (int i = 0; i < number; ++i) tell(log, 200);
    }
    const auto datagrams = r.datagrams();
    CHECK(datagrams.size() > 5);
    int durations = 0;
    for (const std::string& d : datagrams) {
        CHECK(d.size() <= 1432);
        CHECK(d.starts_with("p.gunicorn."));
        CHECK(d.ends_with("|#tag:value"));
        for (auto at = d.find("|ms|"); at != std::string::npos; at = d.find("|ms|", at + 1))
            ++durations;
    }
    CHECK(durations == number);
    CHECK(datagrams.back().find("requests:200|c|#tag:value\n") != std::string::npos);
}

TEST_CASE("statsd: a line that is longer than a datagram goes alone") {
    const receiver r;
    statsd_log log(r.to({}, std::string(2000, 't')));
    tell(log, 200);
    tell(log, 200);
    log.flush();
    CHECK(r.datagrams().size() == 4);
}

TEST_CASE("statsd: a receiver that takes nothing is not waited for") {
    const receiver r;
    statsd_log log(r.to());
    for (int i = 0; i < 100'000; ++i) tell(log, 200);
    log.flush();
    CHECK_FALSE(r.datagrams().empty());
}
