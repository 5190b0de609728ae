// Requests as statsd counts them, under the names that Gunicorn gives them, in datagrams.
//
//     statsd_log log({.fd = connected_udp_socket, .prefix = "shop."});    // fd -1: nothing is sent
//     worker<Loop, H, null_metrics, statsd_log> w(options, handler, metrics, log);
//
//     shop.gunicorn.request.duration:1.53|ms        of every answer
//     shop.gunicorn.requests:12|c                   of the time since the last flush()
//     shop.gunicorn.request.status.200:11|c
//
// Lines are collected into datagrams that an Ethernet frame holds, which go out when they are full
// or by flush(), which the worker calls ten times a second: a request costs the writing of one
// line, and about a fortieth of a send. Sending never waits; what the receiver has no room for is
// lost. Those who watch the service are not counted, nor is who got no answer. The descriptor
// stays its owner's.
#pragma once

#include <sys/socket.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "cruet/server/metrics.hpp"

namespace cruet::server {

struct statsd_options {
    // A connected socket for datagrams.
    int fd = -1;
    // Stands before every name, its dot included.
    std::string prefix;
    // DogStatsD's, "region:eu,env:test"; empty: none.
    std::string tags;
};

// Appends one line, its end included: type is "c", "g" or "ms".
inline void append_statsd_line(std::string& out, const statsd_options& options,
                               std::string_view name, std::string_view value,
                               std::string_view type) {
    out.append(options.prefix).append(name).append(":").append(value).append("|").append(type);
    if (!options.tags.empty()) out.append("|#").append(options.tags);
    out.append("\n");
}

class statsd_log {
public:
    explicit statsd_log(statsd_options options) : options_(std::move(options)) {}
    statsd_log(statsd_log&&) = default;
    ~statsd_log() { flush(); }

    bool enabled() const noexcept { return options_.fd >= 0; }
    void write(const request_report& report) {
        if (report.connection.monitor || report.status < lowest || report.status > highest) return;
        ++requests_;
        ++statuses_[static_cast<std::size_t>(report.status - lowest)];
        put("gunicorn.request.duration", milliseconds(report.micros), "ms");
    }
    void flush() noexcept {
        if (requests_ == 0) return;
        put("gunicorn.requests", decimal(std::exchange(requests_, 0)), "c");
        for (std::size_t i = 0; i < statuses_.size(); ++i) {
            if (statuses_[i] == 0) continue;
            name_ = "gunicorn.request.status.";
            name_.append(decimal(i + lowest));
            put(name_, decimal(std::exchange(statuses_[i], 0)), "c");
        }
        send();
    }

private:
    static constexpr int lowest = 100;
    static constexpr int highest = 599;
    // What an Ethernet frame holds beside the heads of IPv6 and UDP, with some room for tunnels.
    static constexpr std::size_t datagram = 1432;

    // Valid until the next call of either.
    std::string_view decimal(std::uint64_t n) noexcept {
        const auto end = std::to_chars(digits_.data(), digits_.data() + digits_.size(), n).ptr;
        return {digits_.data(), static_cast<std::size_t>(end - digits_.data())};
    }
    std::string_view milliseconds(std::uint64_t micros) noexcept {
        char* at = digits_.data();
        at = std::to_chars(at, at + digits_.size() - 4, micros / 1000).ptr;
        const auto rest = static_cast<unsigned>(micros % 1000);
        if (rest != 0) {
            *at++ = '.';
            *at++ = static_cast<char>('0' + rest / 100);
            *at++ = static_cast<char>('0' + rest / 10 % 10);
            *at++ = static_cast<char>('0' + rest % 10);
        }
        return {digits_.data(), static_cast<std::size_t>(at - digits_.data())};
    }
    void put(std::string_view name, std::string_view value, std::string_view type) {
        const std::size_t before = waiting_.size();
        append_statsd_line(waiting_, options_, name, value, type);
        if (waiting_.size() <= datagram + 1) return;
        // The line goes with the next one.
        const std::string line = waiting_.substr(before);
        waiting_.resize(before);
        send();
        waiting_ = line;
    }
    void send() noexcept {
        if (waiting_.empty()) return;
        waiting_.pop_back();
        [[maybe_unused]] const auto sent =
            ::send(options_.fd, waiting_.data(), waiting_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        waiting_.clear();
    }

    statsd_options options_;
    std::string waiting_;
    std::string name_;
    std::array<char, 24> digits_{};
    std::uint64_t requests_ = 0;
    std::array<std::uint32_t, highest - lowest + 1> statuses_{};
};
static_assert(AccessLog<statsd_log>);

}  // namespace cruet::server
