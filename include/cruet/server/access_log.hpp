// Requests as lines of text on a descriptor: a file, a pipe, or a socket to syslog.
//
//     fd_access_log log({.fd = STDOUT_FILENO});       // fd -1: nothing is written
//     worker<Loop, H, null_metrics, fd_access_log> w(options, handler, metrics, log);
//
// Those who watch the service are not logged. Lines are written whole. One that comes a while after
// the last is written at once; when they come faster they are collected, to be written together
// when there are many, or by flush(), which the worker calls ten times a second. To syslog each
// goes in a datagram of its own (RFC 3164), many in one call (net/datagram_batch.hpp). The
// descriptor stays its owner's; a log that cannot be written does not stop the service.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include "cruet/net/datagram_batch.hpp"
#include "cruet/net/loop.hpp"
#include "cruet/server/log_format.hpp"
#include "cruet/server/metrics.hpp"

namespace cruet::server {

struct access_log_options {
    int fd = -1;
    log_format format{};
    // Not empty: `fd` is a datagram socket of syslog's, and this stands before each line, as
    // "<134>cruet: ".
    std::string syslog_prefix;
};

class fd_access_log {
public:
    explicit fd_access_log(access_log_options options) : options_(std::move(options)) {}
    explicit fd_access_log(int fd) { options_.fd = fd; }
    fd_access_log(fd_access_log&&) = default;
    ~fd_access_log() { flush(); }

    bool enabled() const noexcept { return options_.fd >= 0; }
    void write(const request_report& report) {
        if (report.connection.monitor) return;
        const std::time_t now = std::time(nullptr);
        if (options_.syslog_prefix.empty()) {
            options_.format.append(waiting_, report, now);
        } else {
            add_datagram(report, now);
        }
        const auto when = net::coarse_clock::now();
        if (waiting_.size() + datagrams_.size() >= batch || when - flushed_ >= pause) {
            flushed_ = when;
            flush();
        }
    }
    void flush() noexcept {
        datagrams_.send(options_.fd);
        std::string_view left = waiting_;
        while (!left.empty()) {
            const ssize_t n = ::write(options_.fd, left.data(), left.size());
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) break;
            left.remove_prefix(static_cast<std::size_t>(n));
        }
        waiting_.clear();
    }
    const log_format& format() const noexcept { return options_.format; }

private:
    static constexpr std::size_t batch = 16384;
    static constexpr std::chrono::milliseconds pause{100};

    void add_datagram(const request_report& report, std::time_t now) {
        std::string& text = datagrams_.text();
        text += options_.syslog_prefix;
        options_.format.append(text, report, now);
        text.pop_back();
        datagrams_.end_one();
    }

    access_log_options options_;
    std::string waiting_;
    net::datagram_batch datagrams_;
    net::coarse_clock::time_point flushed_{};
};
static_assert(AccessLog<fd_access_log>);

}  // namespace cruet::server
