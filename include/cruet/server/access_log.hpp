// Requests as lines of text, in the combined log format that web servers share:
//
//     127.0.0.1 - - [23/Nov/2026:21:06:00 +0000] "GET /?q=1 HTTP/1.1" 200 12 "-" "curl/8.5" 153us
//
//     fd_access_log log(STDOUT_FILENO);          // -1: nothing is written
//     worker<Loop, H, null_metrics, fd_access_log> w(options, handler, metrics, log);
//
// Times are UTC. What a client sent is shown without control characters and quotes, so that no
// request can write a line of its own. The descriptor stays its owner's; lines are written whole.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>

#include "cruet/server/metrics.hpp"

namespace cruet::server {

inline void append_quoted(std::string& out, std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
            out += c;
            continue;
        }
        out += "\\x";
        out += digits[byte >> 4];
        out += digits[byte & 15U];
    }
    out += '"';
}

inline void append_log_time(std::string& out, std::time_t now) {
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[64];
    const int n =
        std::snprintf(text, sizeof text, "[%02d/%s/%04d:%02d:%02d:%02d +0000]", utc.tm_mday,
                      months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
    out.append(text, static_cast<std::size_t>(n));
}

// One line with its end, appended.
inline void append_log_line(std::string& out, const request_report& report, std::time_t now) {
    const auto field = [&](std::string_view name) {
        const auto value = report.head ? report.head->find(name) : std::nullopt;
        append_quoted(out, value.value_or("-"));
    };
    const std::string& remote = report.connection.remote_address;
    out += remote.empty() ? "-" : remote;
    out += " - - ";
    append_log_time(out, now);
    out += ' ';
    std::string line = "-";
    if (report.head) {
        line.assign(report.head->method()).append(" ").append(report.head->target()).append(" ");
        line.append(http::to_string(report.head->version()));
    }
    append_quoted(out, line);
    out += ' ' + std::to_string(report.status) + ' ' + std::to_string(report.bytes) + ' ';
    field("referer");
    out += ' ';
    field("user-agent");
    out += ' ' + std::to_string(report.micros) + "us";
    out += report.incomplete ? " incomplete\n" : "\n";
}

class fd_access_log {
public:
    explicit fd_access_log(int fd) noexcept : fd_(fd) {}

    bool enabled() const noexcept { return fd_ >= 0; }
    void write(const request_report& report) {
        line_.clear();
        append_log_line(line_, report, std::time(nullptr));
        // A log that cannot be written does not stop the service.
        [[maybe_unused]] const auto written = ::write(fd_, line_.data(), line_.size());
    }

private:
    int fd_;
    std::string line_;
};
static_assert(AccessLog<fd_access_log>);

}  // namespace cruet::server
