// Who works, who boots and who leaves: the master's table of workers, and which of them is next.
//
//     crew all(slots);
//     while (all.fresh() < wanted && all.alive() < most) all.hire(*all.free_slot(), pid, ...);
//     while (crew_member* one = all.next_to_leave(wanted)) tell_to_stop(*one);
//
// A worker is fresh when it is of the present generation and nothing speaks against it. Others are
// old: they serve until as many fresh ones are ready, so that there are never fewer than wanted.
// Who leaves (was told to stop, hangs, is killed) no longer counts. Forks and signals are the
// master's affair (process/master.hpp). Pointers are valid until the crew goes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "cruet/process/recycling.hpp"
#include "cruet/process/trace_file.hpp"

namespace cruet::process {

struct crew_member {
    using time_point = std::chrono::steady_clock::time_point;

    pid_t pid = 0;  // 0: the slot is free
    unsigned slot = 0;
    unsigned generation = 0;
    // The order in which they came.
    std::uint64_t number = 0;
    bool ready = false;
    bool retiring = false;  // to be replaced, by one who is to come first
    bool told = false;      // to stop
    bool hung = false;      // its application does not come back
    bool answered = false;  // but the worker itself knows, and ends the rest in order
    bool killed = false;    // but not reaped yet
    time_point since{};     // it has been ready
    time_point stop_by = time_point::max();
    time_point kill_at = time_point::max();
    recycle_plan plan{};
    trace_file trace{};

    bool leaves() const noexcept { return told || hung || killed; }
};

class crew {
public:
    explicit crew(unsigned slots = 0) : members_(slots) {
        for (unsigned i = 0; i < slots; ++i) members_[i].slot = i;
    }

    unsigned generation() const noexcept { return generation_; }
    // All who are there become old.
    void next_generation() noexcept { ++generation_; }
    // The present generation is given up: those of it become old, and the others fresh again.
    void previous_generation() noexcept {
        for (crew_member& m : members_) {
            if (m.generation == generation_) {
                m.retiring = true;
            } else {
                m.generation = generation_;
            }
        }
    }

    std::optional<unsigned> free_slot() const noexcept {
        for (const crew_member& m : members_) {
            if (m.pid == 0) return m.slot;
        }
        return std::nullopt;
    }
    crew_member& hire(unsigned slot, pid_t pid) {
        members_[slot] =
            crew_member{.pid = pid, .slot = slot, .generation = generation_, .number = ++hired_};
        return members_[slot];
    }
    // Frees the slot; what is known of who had it.
    crew_member dismiss(unsigned slot) noexcept {
        return std::exchange(members_[slot], crew_member{.slot = slot});
    }

    // The number of the next one who is hired.
    std::uint64_t next_number() const noexcept { return hired_ + 1; }

    std::vector<crew_member>& members() noexcept { return members_; }
    const std::vector<crew_member>& members() const noexcept { return members_; }

    bool is_fresh(const crew_member& m) const noexcept {
        return m.pid != 0 && m.generation == generation_ && !m.retiring && !m.leaves();
    }
    template <class Predicate>
    unsigned count(Predicate predicate) const {
        unsigned n = 0;
        for (const crew_member& m : members_) n += m.pid != 0 && predicate(m) ? 1U : 0U;
        return n;
    }
    bool empty() const {
        return count([](const crew_member&) { return true; }) == 0;
    }
    // Those that take part; who hangs or is killed does not.
    unsigned alive() const {
        return count([](const crew_member& m) { return !m.hung && !m.killed; });
    }
    unsigned fresh() const {
        return count([this](const crew_member& m) { return is_fresh(m); });
    }
    unsigned fresh_and_ready() const {
        return count([this](const crew_member& m) { return m.ready && is_fresh(m); });
    }
    unsigned old() const {
        return count([this](const crew_member& m) { return is_old(m); });
    }
    unsigned serving() const {
        return count([](const crew_member& m) { return m.ready && !m.leaves(); });
    }
    // Of an earlier generation, those that leave included.
    unsigned of_the_past() const {
        return count([this](const crew_member& m) { return m.generation != generation_; });
    }

    // Whom to tell to stop now, when `wanted` are to serve; null: nobody.
    crew_member* next_to_leave(unsigned wanted) {
        if (old() > 0 && old() + fresh_and_ready() > wanted) {
            return first([this](const crew_member& m) { return is_old(m); });
        }
        if (old() == 0 && fresh() > wanted) {
            return first([this](const crew_member& m) { return is_fresh(m); });
        }
        return nullptr;
    }

private:
    bool is_old(const crew_member& m) const noexcept {
        return m.pid != 0 && !m.leaves() && !is_fresh(m);
    }
    // One who does not serve yet, else who came first.
    template <class Predicate>
    crew_member* first(Predicate predicate) {
        crew_member* found = nullptr;
        for (crew_member& m : members_) {
            if (m.pid == 0 || !predicate(m)) continue;
            const bool sooner =
                !found || (m.ready != found->ready ? found->ready : m.number < found->number);
            if (sooner) found = &m;
        }
        return found;
    }

    std::vector<crew_member> members_;
    unsigned generation_ = 1;
    std::uint64_t hired_ = 0;
};

}  // namespace cruet::process
