// How long requests took, counted in buckets, in memory that other processes read.
//
//     latency_histogram h;                    // in shared memory, zeros are a histogram of nothing
//     h.add(1530);                            // microseconds; by one thread alone
//     snapshot.add(h); snapshot.quantile(0.99);
//
// Buckets are those of the usual dashboards, 1-2.5-5 to a decade. A quantile is the upper bound of
// the bucket it falls in, taken in proportion to how many of the bucket lie below it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace cruet::process {

// Upper bounds in microseconds, both ends of the bucket included; the last bucket has none.
inline constexpr std::array<std::uint32_t, 18> latency_bounds = {
    100,    250,    500,    1000,    2500,    5000,    10000,    25000,    50000,
    100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 25000000, 50000000};
inline constexpr std::size_t latency_buckets = latency_bounds.size() + 1;

class latency_histogram {
public:
    void add(std::uint64_t micros) noexcept {
        std::size_t i = 0;
        while (i < latency_bounds.size() && micros > latency_bounds[i]) ++i;
        bump(counts_[i], 1);
        bump(sum_, micros);
    }
    // Takes in what another has counted.
    void merge(const latency_histogram& other) noexcept {
        for (std::size_t i = 0; i < latency_buckets; ++i) bump(counts_[i], other.count(i));
        bump(sum_, other.sum());
    }
    std::uint64_t count(std::size_t bucket) const noexcept {
        return counts_[bucket].load(std::memory_order_relaxed);
    }
    std::uint64_t sum() const noexcept { return sum_.load(std::memory_order_relaxed); }

private:
    // One thread writes: no need to lock the bus for it.
    static void bump(std::atomic<std::uint64_t>& n, std::uint64_t by) noexcept {
        n.store(n.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }

    std::array<std::atomic<std::uint64_t>, latency_buckets> counts_{};
    std::atomic<std::uint64_t> sum_{0};
};

// The same as plain numbers: of several histograms together, or of the time between two looks.
struct latency_counts {
    std::array<std::uint64_t, latency_buckets> counts{};
    std::uint64_t sum = 0;

    void add(const latency_histogram& h) noexcept {
        for (std::size_t i = 0; i < latency_buckets; ++i) counts[i] += h.count(i);
        sum += h.sum();
    }
    std::uint64_t total() const noexcept {
        std::uint64_t n = 0;
        for (const std::uint64_t c : counts) n += c;
        return n;
    }
    // Microseconds; 0 where nothing was counted.
    double quantile(double q) const noexcept {
        const double wanted = q * static_cast<double>(total());
        double below = 0;
        for (std::size_t i = 0; i < latency_buckets; ++i) {
            const auto here = static_cast<double>(counts[i]);
            if (here > 0 && below + here >= wanted) {
                const double low = i == 0 ? 0 : latency_bounds[i - 1];
                const double high = i < latency_bounds.size() ? latency_bounds[i] : low * 2;
                return low + (high - low) * (wanted - below) / here;
            }
            below += here;
        }
        return 0;
    }
};

}  // namespace cruet::process
