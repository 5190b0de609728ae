// Requests as lines of text on a descriptor: a file, a pipe, or a socket to syslog.
//
//     fd_access_log log({.fd = STDOUT_FILENO});       // fd -1: nothing is written
//     worker<Loop, H, null_metrics, fd_access_log> w(options, handler, metrics, log);
//
// Those who watch the service are not logged. Lines are written whole. One that comes a while after
// the last is written at once; when they come faster they are collected, to be written together
// when there are many, or by flush(), which the worker calls ten times a second. To syslog each
// goes in a datagram of its own (RFC 3164), at once. The descriptor stays its owner's; a log that
// cannot be written does not stop the service.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

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
        if (!options_.syslog_prefix.empty()) return send(report, now);
        options_.format.append(waiting_, report, now);
        const auto when = net::coarse_clock::now();
        if (waiting_.size() >= batch || when - flushed_ >= pause) {
            flushed_ = when;
            flush();
        }
    }
    void flush() noexcept {
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

    void send(const request_report& report, std::time_t now) {
        waiting_ = options_.syslog_prefix;
        options_.format.append(waiting_, report, now);
        waiting_.pop_back();
        [[maybe_unused]] const auto sent =
            ::send(options_.fd, waiting_.data(), waiting_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        waiting_.clear();
    }

    access_log_options options_;
    std::string waiting_;
    net::coarse_clock::time_point flushed_{};
};
static_assert(AccessLog<fd_access_log>);

}  // namespace cruet::server
