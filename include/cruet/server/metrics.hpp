// What a server tells those who watch it, at no cost where nobody does.
//
// A Metrics model is a type, not a flag: with null_metrics (or `enabled = false`) every call is
// empty, no clock is read and no report is made.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

#include "cruet/server/exchange.hpp"

namespace cruet::server {

// One answered request. Views are valid during the call.
struct request_report {
    const connection_info& connection;
    // Null where the request was refused before its head was whole.
    const http::request_head* head;
    int status;
    // Content sent, without head and framing.
    std::uint64_t bytes;
    // From the head's arrival to the end of the answer.
    std::uint64_t micros;
    // The answer was cut off: the client vanished or the handler failed.
    bool incomplete;
    // See server_options::kept_fields.
    std::span<const kept_field> response_fields{};
};

template <class M>
concept Metrics = requires(M& metrics, const request_report& report) {
    { M::enabled } -> std::convertible_to<bool>;
    metrics.connection_opened();
    metrics.connection_closed();
    metrics.request_finished(report);
};

struct null_metrics {
    static constexpr bool enabled = false;
    void connection_opened() noexcept {}
    void connection_closed() noexcept {}
    void request_finished(const request_report&) noexcept {}
};
static_assert(Metrics<null_metrics>);

// An AccessLog is asked at each request, so that it can be switched while the server runs. write()
// and flush() are called on the loop's thread.
template <class L>
concept AccessLog = requires(L& log, const request_report& report) {
    { log.enabled() } -> std::convertible_to<bool>;
    log.write(report);
    // Now and then, and at the end: what waits is written.
    log.flush();
};

struct null_access_log {
    static constexpr bool enabled() noexcept { return false; }
    void write(const request_report&) noexcept {}
    void flush() noexcept {}
};
static_assert(AccessLog<null_access_log>);

// Two logs, each of which may be enabled without the other. Both must outlive it.
template <AccessLog A, AccessLog B>
class both_logs {
public:
    both_logs(A& first, B& second) noexcept : first_(first), second_(second) {}

    bool enabled() const { return first_.enabled() || second_.enabled(); }
    void write(const request_report& report) {
        if (first_.enabled()) first_.write(report);
        if (second_.enabled()) second_.write(report);
    }
    void flush() {
        first_.flush();
        second_.flush();
    }

private:
    A& first_;
    B& second_;
};
static_assert(AccessLog<both_logs<null_access_log, null_access_log>>);

}  // namespace cruet::server
