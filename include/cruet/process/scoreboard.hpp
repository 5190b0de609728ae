// What every worker is doing, in memory that all of them share with the master.
//
// One slot a worker, each on cache lines of its own; a slot is written by the worker that holds it
// and read by anybody. A slot has lanes, one for each thread that runs application code (lane 0 is
// the loop's own): a lane tells since when the application has been running there, which is how
// the master finds a worker that hangs.
//
//     auto board = scoreboard::create(workers, threads + 1);
//     ...after the fork:
//     slot_view mine = board->slot(3);
//     { busy_lane busy(mine, 0); call_application(); }
//     mine.count_request();
//
// The memory is the kernel's zeros until a slot is claimed, so that room for many costs nothing. It
// lives until the last process that inherited it has ended or has destroyed its
// scoreboard. slot_view and busy_lane point into it. Errors: errc::out_of_memory.
#pragma once

#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "cruet/core/result.hpp"

namespace cruet::process {

enum class worker_state : std::uint32_t { empty, booting, ready, stopping };

// Nanoseconds of the monotonic clock, which all processes of a machine share; never 0.
inline std::uint64_t monotonic_now() noexcept {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

struct alignas(64) slot_head {
    std::atomic<std::int32_t> pid{0};
    std::atomic<worker_state> state{worker_state::empty};
    std::atomic<std::uint64_t> started{0};
    // The number of requests after which the master is to be told; 0: none.
    std::atomic<std::uint64_t> requests_limit{0};
    alignas(64) std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> bytes_out{0};
    std::atomic<std::uint32_t> connections{0};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(worker_state::empty == worker_state{});  // what zeros are

// Since when application code runs in a thread; 0: it does not.
struct alignas(64) lane {
    std::atomic<std::uint64_t> busy_since{0};
};

// One worker's part of the board. A value: copies name the same slot.
class slot_view {
public:
    slot_view() noexcept = default;
    slot_view(slot_head* head, lane* lanes, unsigned count) noexcept
        : head_(head), lanes_(lanes), lane_count_(count) {}

    explicit operator bool() const noexcept { return head_ != nullptr; }
    unsigned lane_count() const noexcept { return lane_count_; }

    std::int32_t pid() const noexcept { return head_->pid.load(relaxed); }
    worker_state state() const noexcept { return head_->state.load(relaxed); }
    std::uint64_t requests() const noexcept { return head_->requests.load(relaxed); }
    std::uint64_t bytes_out() const noexcept { return head_->bytes_out.load(relaxed); }
    std::uint32_t connections() const noexcept { return head_->connections.load(relaxed); }
    void set_pid(std::int32_t pid) const noexcept { head_->pid.store(pid, relaxed); }
    void set_state(worker_state state) const noexcept { head_->state.store(state, relaxed); }

    // Starts the slot anew for the process `pid`.
    void claim(std::int32_t pid, std::uint64_t requests_limit = 0) const noexcept {
        new (head_) slot_head;
        for (unsigned i = 0; i < lane_count_; ++i) new (lanes_ + i) lane;
        head_->started.store(monotonic_now(), relaxed);
        head_->requests_limit.store(requests_limit, relaxed);
        set_state(worker_state::booting);
        head_->pid.store(pid, relaxed);
    }
    void vacate() const noexcept {
        head_->pid.store(0, relaxed);
        set_state(worker_state::empty);
        for (unsigned i = 0; i < lane_count_; ++i) leave(i);
    }

    void enter(unsigned index) const noexcept {
        if (index < lane_count_) lanes_[index].busy_since.store(monotonic_now(), relaxed);
    }
    void leave(unsigned index) const noexcept {
        if (index < lane_count_) lanes_[index].busy_since.store(0, relaxed);
    }
    // Nanoseconds for which the lane that has been busy longest has been so at `now`.
    std::uint64_t busy_for(std::uint64_t now) const noexcept {
        std::uint64_t longest = 0;
        for (unsigned i = 0; i < lane_count_; ++i) {
            const std::uint64_t since = lanes_[i].busy_since.load(relaxed);
            if (since != 0 && since < now && now - since > longest) longest = now - since;
        }
        return longest;
    }

    // By one thread of the worker. True once: the limit is reached.
    bool count_request() const noexcept {
        const std::uint64_t n = head_->requests.load(relaxed) + 1;
        head_->requests.store(n, relaxed);
        return n == head_->requests_limit.load(relaxed);
    }
    void count_bytes_out(std::uint64_t n) const noexcept { head_->bytes_out.fetch_add(n, relaxed); }
    void set_connections(std::uint32_t n) const noexcept { head_->connections.store(n, relaxed); }

private:
    static constexpr auto relaxed = std::memory_order_relaxed;

    slot_head* head_ = nullptr;
    lane* lanes_ = nullptr;
    unsigned lane_count_ = 0;
};

// Marks a lane busy for the life of the object.
class busy_lane {
public:
    busy_lane(slot_view slot, unsigned index) noexcept : slot_(slot), index_(index) {
        if (slot_) slot_.enter(index_);
    }
    busy_lane(const busy_lane&) = delete;
    busy_lane& operator=(const busy_lane&) = delete;
    ~busy_lane() {
        if (slot_) slot_.leave(index_);
    }

private:
    slot_view slot_;
    unsigned index_;
};

class scoreboard {
public:
    static result<scoreboard> create(unsigned slots, unsigned lanes) {
        const std::size_t size = slots * (sizeof(slot_head) + lanes * sizeof(lane));
        void* memory = ::mmap(nullptr, size == 0 ? 1 : size, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return errc::out_of_memory;
        return scoreboard(memory, size == 0 ? 1 : size, slots, lanes);
    }

    scoreboard(scoreboard&& other) noexcept
        : memory_(std::exchange(other.memory_, nullptr)),
          size_(other.size_),
          slots_(other.slots_),
          lanes_(other.lanes_) {}
    scoreboard& operator=(scoreboard&&) = delete;
    ~scoreboard() {
        if (memory_) ::munmap(memory_, size_);
    }

    unsigned slots() const noexcept { return slots_; }
    unsigned lanes() const noexcept { return lanes_; }

    // index < slots().
    slot_view slot(unsigned index) const noexcept {
        auto* heads = static_cast<slot_head*>(memory_);
        auto* lanes = reinterpret_cast<lane*>(heads + slots_);
        return {heads + index, lanes + std::size_t{index} * lanes_, lanes_};
    }

private:
    scoreboard(void* memory, std::size_t size, unsigned slots, unsigned lanes) noexcept
        : memory_(memory), size_(size), slots_(slots), lanes_(lanes) {}

    void* memory_;
    std::size_t size_;
    unsigned slots_;
    unsigned lanes_;
};

}  // namespace cruet::process
