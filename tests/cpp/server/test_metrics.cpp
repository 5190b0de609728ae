#include "cruet/server/metrics.hpp"

#include "../catch.hpp"

using namespace cruet::server;

namespace {

struct counting {
    static constexpr bool enabled = true;
    int open = 0;
    int answers = 0;
    std::uint64_t bytes = 0;

    void connection_opened() { ++open; }
    void connection_closed() { --open; }
    void request_finished(const request_report& report) {
        ++answers;
        bytes += report.bytes;
    }
};
struct without_enabled {
    void connection_opened();
    void connection_closed();
    void request_finished(const request_report&);
};

static_assert(Metrics<counting>);
static_assert(Metrics<null_metrics>);
static_assert(!Metrics<without_enabled>);
static_assert(!null_metrics::enabled);
static_assert(AccessLog<null_access_log>);
static_assert(!null_access_log::enabled());
static_assert(!AccessLog<counting>);

struct counting_log {
    bool on = true;
    int lines = 0;
    int flushes = 0;

    bool enabled() const { return on; }
    void write(const request_report&) { ++lines; }
    void flush() { ++flushes; }
};

}  // namespace

TEST_CASE("metrics: of two logs each is asked whether it wants to know") {
    counting_log first, second;
    both_logs both(first, second);
    const connection_info info;
    CHECK(both.enabled());
    both.write({info, nullptr, 200, 0, 0, false});
    first.on = false;
    CHECK(both.enabled());
    both.write({info, nullptr, 200, 0, 0, false});
    second.on = false;
    CHECK_FALSE(both.enabled());
    both.flush();
    CHECK(first.lines == 1);
    CHECK(second.lines == 2);
    CHECK(first.flushes + second.flushes == 2);
}

TEST_CASE("metrics: a model of its own counts what it is told") {
    counting m;
    const connection_info info;
    m.connection_opened();
    m.request_finished({info, nullptr, 400, 12, 5, false});
    m.connection_closed();
    CHECK(m.open == 0);
    CHECK(m.answers == 1);
    CHECK(m.bytes == 12);
}

TEST_CASE("metrics: those that nobody reads do nothing") {
    null_metrics m;
    null_access_log log;
    const connection_info info;
    m.connection_opened();
    m.request_finished({info, nullptr, 200, 0, 0, true});
    log.write({info, nullptr, 200, 0, 0, true});
    m.connection_closed();
    CHECK_FALSE(log.enabled());
}
