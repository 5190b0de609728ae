// The master: forks workers, replaces those that end, reloads them, stops them.
//
//     master m(options, plain_fork{}, log_to_stderr{});
//     auto end = m.run();
//     if (!end) return 1;                              // errc::io: no pipes, no memory
//     if (worker_context* worker = end->worker()) {
//         ...                                          // this is a new process; boot, then
//         worker->ready();
//         return serve(*worker);                       // the caller ends the process
//     }
//     return end->exit_code();                         // this is the master, all workers are gone
//
// run() returns in every process it makes, as fork(2) does, so that a worker's code runs on the
// caller's stack with the master's own state already given up. The master has one thread, holds no
// application and takes no part in serving.
//
// Signals of the master: SIGTERM and SIGINT stop gracefully (workers get SIGTERM and
// `graceful_timeout`, then SIGKILL); a second one, or SIGQUIT, leaves no more time. SIGHUP starts a
// new generation of workers; old ones are told to stop one by one as new ones are ready, and go on
// when the first new one does not boot. In workers SIGINT is ignored: a terminal sends it to the
// whole group, and the master passes on what is meant.
//
// Exit codes: 0 stopped by a signal; 3 the application did not boot and nobody serves. The first
// worker of a generation boots alone, so that a broken application fails once.
#pragma once

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <csignal>
#include <optional>
#include <utility>
#include <vector>

#include "cruet/core/result.hpp"
#include "cruet/process/fork.hpp"
#include "cruet/process/pipe.hpp"
#include "cruet/process/scoreboard.hpp"
#include "cruet/process/signals.hpp"

namespace cruet::process {

inline constexpr int boot_failure_exit = 3;

struct master_options {
    unsigned workers = 1;
    // Threads that run application code in one worker, the loop's own included.
    unsigned lanes = 1;
    // From SIGTERM until workers are killed.
    std::chrono::milliseconds graceful_timeout{30000};
    // How long application code may run at a stretch before its worker is killed. 0: for ever.
    std::chrono::milliseconds timeout{30000};
    // A worker that served for less died young: its successor waits, twice as long each time.
    std::chrono::milliseconds young{1000};
    std::chrono::milliseconds backoff_first{100};
    std::chrono::milliseconds backoff_limit{10000};
    // How long a worker may live on when the master has been killed.
    std::chrono::milliseconds orphan_grace{800};
};

enum class master_event {
    worker_starting,  // before the fork
    worker_started,   // pid
    worker_ready,     // pid
    worker_stopping,  // pid: told to stop
    worker_ended,     // pid, status as of waitpid(2)
    worker_hung,      // pid: application code ran longer than the timeout; killed
    worker_killed,    // pid: did not stop in time
    boot_failed,      // pid, status: ended before it was ready
    fork_failed,      // status: errno
    reload_started,
    reload_finished,
    reload_failed,  // the old generation goes on
    stopping,       // status: the signal's number
};
struct master_notice {
    master_event event;
    pid_t pid = 0;
    int status = 0;
};

// notify() is told what happens, in the master. reload() is asked at SIGHUP to read configuration
// anew; false keeps things as they are. Neither may throw.
template <class O>
concept MasterObserver = requires(O& observer, const master_notice& notice) {
    observer.notify(notice);
    { observer.reload() } -> std::convertible_to<bool>;
};

// What a worker knows of its place. Move it; the descriptors close with it.
class worker_context {
public:
    worker_context(scoreboard board, unsigned index, pid_t master, byte_pipe life_line,
                   byte_pipe ready_line)
        : board_(std::move(board)),
          index_(index),
          master_(master),
          life_line_(std::move(life_line)),
          ready_line_(std::move(ready_line)) {}

    unsigned index() const noexcept { return index_; }
    slot_view slot() const noexcept { return board_.slot(index_); }
    const scoreboard& board() const noexcept { return board_; }
    pid_t master() const noexcept { return master_; }
    // Readable (end of file) when the master is gone.
    int life_line() const noexcept { return life_line_.read_fd(); }
    // The application is loaded and the worker serves from now on.
    void ready() const noexcept {
        slot().set_state(worker_state::ready);
        ready_line_.send('r');
    }

private:
    scoreboard board_;
    unsigned index_;
    pid_t master_;
    byte_pipe life_line_;
    byte_pipe ready_line_;
};

class master_outcome {
public:
    explicit master_outcome(int exit_code) noexcept : exit_code_(exit_code) {}
    explicit master_outcome(worker_context worker) noexcept : worker_(std::move(worker)) {}
    // In a worker its context, in the master null.
    worker_context* worker() noexcept { return worker_ ? &*worker_ : nullptr; }
    int exit_code() const noexcept { return exit_code_; }

private:
    std::optional<worker_context> worker_;
    int exit_code_ = 0;
};

template <ForkPolicy Fork, MasterObserver Observer>
class master {
public:
    master(const master_options& options, Fork fork, Observer observer)
        : options_(options), fork_(std::move(fork)), observer_(std::move(observer)) {}

    result<master_outcome> run();

private:
    using clock = std::chrono::steady_clock;
    using time_point = clock::time_point;

    struct worker {
        pid_t pid = 0;  // 0: the slot is free
        unsigned generation = 0;
        bool ready = false;
        bool told = false;    // to stop
        bool killed = false;  // but not reaped yet
        time_point since{};   // it has been ready
        time_point kill_at = time_point::max();
    };

    result<void> set_up();
    bool spawn_missing(time_point now);
    bool spawn(unsigned index, time_point now);
    worker_context become_worker();
    void wait(time_point now);
    void take_signals();
    void begin_stop(int number);
    void begin_reload();
    void note_ready();
    void note_ready(unsigned index);
    void reap(time_point now);
    void ended(const worker& gone, int status, time_point now);
    void boot_failed(time_point now);
    void retire_old(time_point now);
    void kill_late(time_point now);
    void tell_to_stop(worker& w, time_point now);
    void kill_all();
    void back_off(time_point now);

    void notify(master_event event, pid_t pid = 0, int status = 0) {
        observer_.notify(master_notice{event, pid, status});
    }
    template <class Predicate>
    unsigned count(Predicate predicate) const {
        unsigned n = 0;
        for (const worker& w : workers_) n += w.pid != 0 && predicate(w) ? 1U : 0U;
        return n;
    }
    unsigned ready_count(unsigned generation) const {
        return count(
            [=](const worker& w) { return w.ready && !w.told && w.generation == generation; });
    }

    master_options options_;
    Fork fork_;
    Observer observer_;
    std::optional<scoreboard> board_;
    std::optional<signal_channel> signals_;
    byte_pipe life_line_;
    byte_pipe ready_line_;
    std::vector<worker> workers_;
    unsigned generation_ = 1;
    bool generation_booted_ = false;  // one of it has been ready
    bool reloading_ = false;
    bool reload_wanted_ = false;
    bool stopping_ = false;
    int exit_code_ = 0;
    unsigned young_deaths_ = 0;
    time_point spawn_after_{};
    unsigned spawned_index_ = 0;
    pid_t master_pid_ = 0;
};

}  // namespace cruet::process

#include "cruet/process/impl/master.hpp"
