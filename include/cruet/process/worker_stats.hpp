// What a worker has done, counted in memory that the master and others read.
//
// One thread of the worker writes; zeros are a worker that has done nothing. The numbers of workers
// that have ended are added up in one more, so that sums over all never fall.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "cruet/process/histogram.hpp"

namespace cruet::process {

// Of one thing, written by one thread at a time.
class event_count {
public:
    void add(std::uint64_t by) noexcept { n_.store(n_.load(relaxed) + by, relaxed); }
    std::uint64_t get() const noexcept { return n_.load(relaxed); }

private:
    static constexpr auto relaxed = std::memory_order_relaxed;
    std::atomic<std::uint64_t> n_{0};
};

struct alignas(64) worker_stats {
    // By the status code's first digit; 0: any other.
    std::array<event_count, 6> responses;
    event_count incomplete;  // cut off, by the client or by a failure
    event_count bytes_out;
    event_count connections;  // opened
    event_count refused;      // answered 503, as too many requests waited for a thread
    latency_histogram latency;

    void count(int status, std::uint64_t bytes, std::uint64_t micros, bool cut) noexcept {
        const int digit = status / 100;
        responses[digit >= 1 && digit <= 5 ? static_cast<std::size_t>(digit) : 0].add(1);
        if (cut) incomplete.add(1);
        bytes_out.add(bytes);
        // How long another protocol is spoken (101) tells nothing of how fast answers are.
        if (status != 101) latency.add(micros);
    }
};

// The same as plain numbers, of several workers together.
struct stats_sum {
    std::array<std::uint64_t, 6> responses{};
    std::uint64_t incomplete = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t connections = 0;
    std::uint64_t refused = 0;
    latency_counts latency;

    void add(const worker_stats& s) noexcept {
        for (std::size_t i = 0; i < responses.size(); ++i) responses[i] += s.responses[i].get();
        incomplete += s.incomplete.get();
        bytes_out += s.bytes_out.get();
        connections += s.connections.get();
        refused += s.refused.get();
        latency.add(s.latency);
    }
};

// Adds what one has counted to another, which nobody else writes.
inline void accumulate(worker_stats& to, const worker_stats& from) noexcept {
    for (std::size_t i = 0; i < to.responses.size(); ++i) {
        to.responses[i].add(from.responses[i].get());
    }
    to.incomplete.add(from.incomplete.get());
    to.bytes_out.add(from.bytes_out.get());
    to.connections.add(from.connections.get());
    to.refused.add(from.refused.get());
    to.latency.merge(from.latency);
}

}  // namespace cruet::process
