// A scoreboard as text for Prometheus: its exposition format, version 0.0.4.
//
//     std::string text;
//     append_prometheus(text, board, monotonic_now());     // of all workers together
//
// Numbers are of all workers since the master's start, those that have ended included: one scrape
// of whichever worker answers it tells of all.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "cruet/process/scoreboard.hpp"

namespace cruet::process {

// What all workers have done and are doing.
struct board_sum {
    stats_sum stats;
    unsigned booting = 0;
    unsigned ready = 0;
    unsigned stopping = 0;
    std::uint64_t connections = 0;  // open
    std::uint64_t busy = 0;         // requests that the application is answering

    explicit board_sum(const scoreboard& board) noexcept {
        stats.add(board.ended());
        for (unsigned i = 0; i < board.slots(); ++i) {
            const slot_view slot = board.slot(i);
            const worker_state state = slot.state();
            if (state == worker_state::empty) continue;
            booting += state == worker_state::booting;
            ready += state == worker_state::ready;
            stopping += state == worker_state::stopping;
            stats.add(slot.stats());
            connections += slot.connections();
            busy += slot.busy();
        }
    }
};

namespace detail {
class prometheus_text {
public:
    explicit prometheus_text(std::string& out) : out_(out) {}

    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        out_.append("# HELP cruet_").append(name).append(" ").append(help).append("\n");
        out_.append("# TYPE cruet_").append(name).append(" ").append(type).append("\n");
    }
    void sample(std::string_view suffix, std::string_view labels, std::string_view value) {
        out_.append("cruet_").append(name_).append(suffix);
        if (!labels.empty()) out_.append("{").append(labels).append("}");
        out_.append(" ").append(value).append("\n");
    }
    void sample(std::string_view labels, std::uint64_t value) {
        sample("", labels, std::to_string(value));
    }
    void counter(std::string_view name, std::string_view help, std::uint64_t value) {
        family(name, "counter", help);
        sample("", value);
    }
    void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
        family(name, "gauge", help);
        sample("", value);
    }
    void histogram(std::string_view name, std::string_view help, const latency_counts& h) {
        family(name, "histogram", help);
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < latency_buckets; ++i) {
            below += h.counts[i];
            const std::string bound =
                i < latency_bounds.size() ? seconds(latency_bounds[i]) : std::string("+Inf");
            sample("_bucket", "le=\"" + bound + "\"", std::to_string(below));
        }
        sample("_sum", "", seconds(h.sum));
        sample("_count", "", std::to_string(below));
    }
    static std::string seconds(std::uint64_t micros) {
        char text[32];
        std::snprintf(text, sizeof text, "%llu.%06llu",
                      static_cast<unsigned long long>(micros / 1000000),
                      static_cast<unsigned long long>(micros % 1000000));
        std::string out = text;
        while (out.ends_with('0')) out.pop_back();
        if (out.ends_with('.')) out.pop_back();
        return out;
    }

private:
    std::string& out_;
    std::string_view name_;
};
}  // namespace detail

inline void append_prometheus(std::string& out, const scoreboard& board, std::uint64_t now) {
    static constexpr std::array<std::string_view, 6> classes = {
        "status=\"other\"", "status=\"1xx\"", "status=\"2xx\"",
        "status=\"3xx\"",   "status=\"4xx\"", "status=\"5xx\""};
    const board_sum sum(board);
    detail::prometheus_text text(out);
    text.family("requests_total", "counter", "Requests answered, by the class of the status.");
    for (std::size_t i = 0; i < classes.size(); ++i) {
        text.sample(classes[i], sum.stats.responses[i]);
    }
    text.counter("requests_incomplete_total", "Answers that were cut off.", sum.stats.incomplete);
    text.counter("requests_refused_total", "Answered 503, as too many waited for a thread.",
                 sum.stats.refused);
    text.histogram("request_duration_seconds", "From the head's arrival to the answer's end.",
                   sum.stats.latency);
    text.gauge("requests_in_progress", "Requests that the application is answering.", sum.busy);
    text.counter("response_bytes_total", "Bytes of content sent.", sum.stats.bytes_out);
    text.counter("connections_total", "Connections accepted.", sum.stats.connections);
    text.gauge("open_connections", "Connections open.", sum.connections);
    text.family("workers", "gauge", "Worker processes, by their state.");
    text.sample("state=\"booting\"", sum.booting);
    text.sample("state=\"ready\"", sum.ready);
    text.sample("state=\"stopping\"", sum.stopping);
    text.family("uptime_seconds", "gauge", "Since the master's start.");
    const std::uint64_t started = board.head().started;
    text.sample("", "", detail::prometheus_text::seconds((now - started) / 1000));
}

}  // namespace cruet::process
