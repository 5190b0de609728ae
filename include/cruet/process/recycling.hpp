// When a worker has served long enough, and another shall take its place.
//
//     recycle_limits limits{.requests = 10000, .requests_jitter = 1000, .memory = 512 << 20};
//     recycle_plan plan = limits.plan(random, clock::now());   // one a worker
//     recycle_reason why = plan.due(requests, now);             // none, requests, lifetime
//     result<std::uint64_t> rss = resident_memory(pid);         // bytes; compared by the master
//
// Jitter spreads what workers that started together would all do at once: each limit is raised by
// a random part of its jitter. Errors: errc::io where a process's memory cannot be read.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <random>

#include "cruet/core/result.hpp"

namespace cruet::process {

enum class recycle_reason : std::uint8_t { none, requests, lifetime, memory };

// For one worker.
struct recycle_plan {
    using time_point = std::chrono::steady_clock::time_point;

    std::uint64_t requests = 0;  // 0: any number
    time_point until = time_point::max();

    recycle_reason due(std::uint64_t served, time_point now) const noexcept {
        if (requests != 0 && served >= requests) return recycle_reason::requests;
        return now >= until ? recycle_reason::lifetime : recycle_reason::none;
    }
};

struct recycle_limits {
    using milliseconds = std::chrono::milliseconds;

    // 0 everywhere: no limit.
    std::uint64_t requests = 0;
    std::uint64_t requests_jitter = 0;
    milliseconds lifetime{0};
    milliseconds lifetime_jitter{0};
    // Resident bytes, shared ones included, looked at every memory_interval.
    std::uint64_t memory = 0;
    milliseconds memory_interval{1000};

    // Of a worker that serves from `now` on.
    template <class Random>
    recycle_plan plan(Random& random, recycle_plan::time_point now) const {
        recycle_plan made;
        if (requests != 0) {
            const std::uint64_t room = std::numeric_limits<std::uint64_t>::max() - requests;
            made.requests = requests + below(random, std::min(requests_jitter, room));
        }
        if (lifetime.count() > 0) {
            const auto jitter = static_cast<std::uint64_t>(lifetime_jitter.count());
            made.until =
                now + lifetime + milliseconds(static_cast<std::int64_t>(below(random, jitter)));
        }
        return made;
    }

private:
    template <class Random>
    static std::uint64_t below(Random& random, std::uint64_t most) {
        return most == 0 ? 0 : std::uniform_int_distribution<std::uint64_t>(0, most)(random);
    }
};

// What a process has in memory, in bytes.
inline result<std::uint64_t> resident_memory(pid_t pid) {
#ifdef __linux__
    char path[40];
    std::snprintf(path, sizeof path, "/proc/%ld/statm", static_cast<long>(pid));
    std::FILE* file = std::fopen(path, "re");
    if (!file) return errc::io;
    unsigned long long pages = 0;
    const int read = std::fscanf(file, "%*u %llu", &pages);
    std::fclose(file);
    if (read != 1) return errc::io;
    return std::uint64_t{pages} * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
#else
    static_cast<void>(pid);
    return errc::io;
#endif
}

}  // namespace cruet::process
