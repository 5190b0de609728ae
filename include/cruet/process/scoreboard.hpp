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
// lives until the last process that inherited it has ended or has destroyed its scoreboard.
// slot_view and busy_lane point into it. On Linux it has a name among the descriptors of its
// processes, by which others find it, to attach() for reading (monitor.hpp).
//
// Errors: errc::out_of_memory; of attach() errc::io, and errc::invalid_argument for what is no
// scoreboard of this version.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "cruet/core/result.hpp"
#include "cruet/process/worker_stats.hpp"

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
    slot_view(slot_head* head, worker_stats* stats, lane* lanes, unsigned count) noexcept
        : head_(head), stats_(stats), lanes_(lanes), lane_count_(count) {}

    explicit operator bool() const noexcept { return head_ != nullptr; }
    unsigned lane_count() const noexcept { return lane_count_; }

    std::int32_t pid() const noexcept { return head_->pid.load(relaxed); }
    worker_state state() const noexcept { return head_->state.load(relaxed); }
    std::uint64_t requests() const noexcept { return head_->requests.load(relaxed); }
    // When it was claimed, as monotonic_now() tells it.
    std::uint64_t started() const noexcept { return head_->started.load(relaxed); }
    worker_stats& stats() const noexcept { return *stats_; }
    std::uint32_t connections() const noexcept { return head_->connections.load(relaxed); }
    void set_pid(std::int32_t pid) const noexcept { head_->pid.store(pid, relaxed); }
    void set_state(worker_state state) const noexcept { head_->state.store(state, relaxed); }

    // Starts the slot anew for the process `pid`.
    void claim(std::int32_t pid, std::uint64_t requests_limit = 0) const noexcept {
        new (head_) slot_head;
        new (stats_) worker_stats;
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
    // How many lanes are busy.
    unsigned busy() const noexcept {
        unsigned n = 0;
        for (unsigned i = 0; i < lane_count_; ++i) {
            const std::uint64_t since = lanes_[i].busy_since.load(relaxed);
            n += since != 0 && since != given_up;
        }
        return n;
    }
    // The lane hangs, and nobody waits for it any more: it no longer counts as busy.
    void give_up(unsigned index) const noexcept {
        if (index < lane_count_) lanes_[index].busy_since.store(given_up, relaxed);
    }
    bool is_given_up(unsigned index) const noexcept {
        return index < lane_count_ && lanes_[index].busy_since.load(relaxed) == given_up;
    }
    // Nanoseconds for which a lane has been busy at `now`.
    std::uint64_t busy_for(unsigned index, std::uint64_t now) const noexcept {
        if (index >= lane_count_) return 0;
        const std::uint64_t since = lanes_[index].busy_since.load(relaxed);
        return since != 0 && since < now ? now - since : 0;
    }
    // The same for the lane that has been busy longest.
    std::uint64_t busy_for(std::uint64_t now) const noexcept {
        std::uint64_t longest = 0;
        for (unsigned i = 0; i < lane_count_; ++i) longest = std::max(longest, busy_for(i, now));
        return longest;
    }

    // By one thread of the worker. True once: the limit is reached.
    bool count_request() const noexcept {
        const std::uint64_t n = head_->requests.load(relaxed) + 1;
        head_->requests.store(n, relaxed);
        return n == head_->requests_limit.load(relaxed);
    }
    void set_connections(std::uint32_t n) const noexcept { head_->connections.store(n, relaxed); }

private:
    static constexpr auto relaxed = std::memory_order_relaxed;
    static constexpr std::uint64_t given_up = ~std::uint64_t{0};

    slot_head* head_ = nullptr;
    worker_stats* stats_ = nullptr;
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

// What stands at the front of the memory.
struct alignas(64) board_head {
    // Of this layout; it changes whenever that does.
    static constexpr std::uint64_t this_version = 0x6372756574000002;  // "cruet", 2

    std::uint64_t version = this_version;
    std::uint32_t slots = 0;
    std::uint32_t lanes = 0;
    std::int32_t master = 0;
    std::uint64_t started = 0;
};

class scoreboard {
public:
    // The name by which /proc tells its memory: /memfd:cruet-scoreboard.
    static constexpr const char* memory_name = "cruet-scoreboard";

    static result<scoreboard> create(unsigned slots, unsigned lanes) {
        const std::size_t size = size_of(slots, lanes);
        const int fd = open_memory(size);
        void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                              fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
        if (memory == MAP_FAILED) {
            if (fd >= 0) ::close(fd);
            return errc::out_of_memory;
        }
        auto* head = new (memory) board_head;
        head->slots = slots;
        head->lanes = lanes;
        head->master = static_cast<std::int32_t>(::getpid());
        head->started = monotonic_now();
        return scoreboard(memory, size, fd);
    }

    // Another's, for reading alone. The descriptor stays the caller's.
    static result<scoreboard> attach(int fd) {
        struct stat status {};
        if (::fstat(fd, &status) != 0) return errc::io;
        const auto size = static_cast<std::size_t>(status.st_size);
        if (size < sizeof(board_head)) return errc::invalid_argument;
        void* memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
        if (memory == MAP_FAILED) return errc::io;
        scoreboard board(memory, size, -1);
        const board_head& head = board.head();
        constexpr unsigned most = 1U << 20;
        const bool known = head.version == board_head::this_version && head.slots < most &&
                           head.lanes < most && size_of(head.slots, head.lanes) <= size;
        if (!known) return errc::invalid_argument;
        return board;
    }

    scoreboard(scoreboard&& other) noexcept
        : memory_(std::exchange(other.memory_, nullptr)),
          size_(other.size_),
          fd_(std::exchange(other.fd_, -1)) {}
    scoreboard& operator=(scoreboard&&) = delete;
    ~scoreboard() {
        if (memory_) ::munmap(memory_, size_);
        if (fd_ >= 0) ::close(fd_);
    }

    unsigned slots() const noexcept { return head().slots; }
    unsigned lanes() const noexcept { return head().lanes; }
    const board_head& head() const noexcept { return *static_cast<const board_head*>(memory_); }

    // index < slots().
    slot_view slot(unsigned index) const noexcept {
        auto* heads = reinterpret_cast<slot_head*>(static_cast<board_head*>(memory_) + 1);
        auto* stats = reinterpret_cast<worker_stats*>(heads + slots());
        auto* lanes_of_all = reinterpret_cast<lane*>(stats + slots() + 1);
        return {heads + index, stats + index, lanes_of_all + std::size_t{index} * lanes(), lanes()};
    }
    // What workers have counted that are no more.
    worker_stats& ended() const noexcept { return *(&slot(0).stats() + slots()); }
    // A worker has ended: its slot is free, and what it has counted is kept.
    void vacate(unsigned index) const noexcept {
        accumulate(ended(), slot(index).stats());
        new (&slot(index).stats()) worker_stats;
        slot(index).vacate();
    }

private:
    scoreboard(void* memory, std::size_t size, int fd) noexcept
        : memory_(memory), size_(size), fd_(fd) {}

    static constexpr std::size_t size_of(std::size_t slots, std::size_t lanes) noexcept {
        return sizeof(board_head) + slots * (sizeof(slot_head) + lanes * sizeof(lane)) +
               (slots + 1) * sizeof(worker_stats);
    }
    // -1: the memory has no name then.
    static int open_memory(std::size_t size) noexcept {
#ifdef __linux__
        const int fd = ::memfd_create(memory_name, MFD_CLOEXEC);
        if (fd >= 0 && ::ftruncate(fd, static_cast<off_t>(size)) == 0) return fd;
        if (fd >= 0) ::close(fd);
#else
        (void)size;
#endif
        return -1;
    }

    void* memory_;
    std::size_t size_;
    int fd_;
};

}  // namespace cruet::process
