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
// Signals of the master:
//   TERM        stops gracefully (below)
//   INT, QUIT   have workers give up what they do, by SIGQUIT; a second signal to stop kills
//   HUP         asks the observer for new options and starts a new generation of workers; old ones
//               are told to stop one by one as new ones are ready, and go on when the first new one
//               does not boot
//   TTIN, TTOU  one worker more, one fewer
//   WINCH       all workers stop, the master stays; HUP or TTIN brings workers again. In the
//               background alone: what runs in the foreground, also of a container, is sent one
//               whenever a window changes its size
//   USR1        is passed on to the workers, for logs to be opened anew
//   USR2        forks a process that is to become a new master, on the same sockets (upgrade.hpp);
//               both serve until one is told to stop
// In workers SIGINT is ignored: a terminal sends it to the whole group, and the master passes on
// what is meant.
//
// A graceful stop first moves the connections that the kernel has queued on master_options::
// listeners to where workers that have time take them (process/handover.hpp) and lets the listeners
// refuse what comes later. Workers then get SIGTERM and `graceful_timeout`, after that SIGKILL.
//
// A worker that has reached one of its limits (process/recycling.hpp) serves until its successor is
// ready. One whose application hangs gets hang_signal(), by default the end of a process; who
// answers it by worker_context::stopping() within `hang_grace` has time as at a graceful stop, so
// that its other requests are finished. Its successor starts at once.
//
// With `preload` the application is loaded in one process more, the nursery, which forks the
// workers (nursery.hpp); a new generation has a new one.
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
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cruet/core/result.hpp"
#include "cruet/process/crew.hpp"
#include "cruet/process/fork.hpp"
#include "cruet/process/handover.hpp"
#include "cruet/process/nursery.hpp"
#include "cruet/process/pipe.hpp"
#include "cruet/process/recycling.hpp"
#include "cruet/process/scoreboard.hpp"
#include "cruet/process/signals.hpp"
#include "cruet/process/worker_context.hpp"

namespace cruet::process {

inline constexpr int boot_failure_exit = 3;

// Workers that there is room for, unless there are more from the start.
inline constexpr unsigned most_workers = 256;

struct master_options {
    unsigned workers = 1;
    // Threads that run application code in one worker, the loop's own included.
    unsigned lanes = 1;
    // From SIGTERM until workers are killed.
    std::chrono::milliseconds graceful_timeout{30000};
    // From SIGQUIT until workers are killed.
    std::chrono::milliseconds quick_timeout{1000};
    // How long application code may run at a stretch before its worker is replaced. 0: for ever.
    std::chrono::milliseconds timeout{30000};
    // How long a worker that hangs has to answer hang_signal() before it is killed.
    std::chrono::milliseconds hang_grace{1000};
    // A worker that served for less died young: its successor waits, twice as long each time.
    std::chrono::milliseconds young{1000};
    std::chrono::milliseconds backoff_first{100};
    std::chrono::milliseconds backoff_limit{10000};
    // How long a worker may live on when the master has been killed.
    std::chrono::milliseconds orphan_grace{800};
    recycle_limits recycle;
    // Sockets that listen, which stay the caller's. Those that others accept from, too, are left
    // alone at the end.
    std::vector<int> listeners;
    bool listeners_shared = false;
    // The master that this one was forked by to succeed it; 0: none.
    pid_t predecessor = 0;
    // How often master_event::alive comes; 0: never.
    std::chrono::milliseconds heartbeat{0};
    // It is in the background, though it leads a process group: a daemon.
    bool detached = false;
    // The application is loaded before workers are forked. Linux.
    bool preload = false;
    // How long the nursery may take to fork one.
    std::chrono::milliseconds nursery_patience{10000};
};

#ifdef __linux__
// A real-time signal, so that no application's own use of a named one is disturbed.
inline int hang_signal() noexcept { return SIGRTMIN + 6; }
#else
inline int hang_signal() noexcept { return SIGABRT; }
#endif

enum class master_event {
    worker_starting,  // before the fork
    worker_started,   // pid
    worker_ready,     // pid
    worker_recycled,  // pid, status: a recycle_reason; it serves until another is ready
    worker_stopping,  // pid: told to stop
    worker_ended,     // pid, status as of waitpid(2)
    worker_hung,      // pid: application code ran longer than the timeout; told so
    worker_stood,     // pid, text: where it stood, as it wrote itself (worker_context::trace_fd)
    worker_killed,    // pid: did not stop in time
    boot_failed,      // pid, status: ended before it was ready
    nursery_started,  // pid
    nursery_ready,    // pid: the application is loaded
    nursery_ended,    // pid, status: though it was needed
    fork_failed,      // status: errno
    workers_wanted,   // status: how many, from now on
    reload_asked,     // SIGHUP: the configuration is read next
    reload_started,
    reload_finished,  // status: how many workers are wanted
    reload_failed,    // the old generation goes on
    signal_ignored,   // status: the signal's number
    logs_reopened,    // SIGUSR1; workers are told next
    upgrade_starting,
    upgrade_started,  // pid: of the new master
    upgrade_refused,  // pid: of the other master, which is there already
    upgrade_ended,    // pid, status: the new master has gone
    promoted,         // the old master has gone
    stopping,         // status: the signal's number
    alive,            // the master goes round
};
struct master_notice {
    master_event event;
    pid_t pid = 0;
    int status = 0;
    // Valid during the call.
    std::string_view text{};
};

// notify() is told what happens, in the master. reload() is asked at SIGHUP to read configuration
// anew, and may change the options (but for lanes); false keeps things as they are, and so does a
// generation of workers that does not boot. Neither may throw.
template <class O>
concept MasterObserver = requires(O& observer, const master_notice& notice,
                                  master_options& options) {
    observer.notify(notice);
    { observer.reload(options) } -> std::convertible_to<bool>;
};

class master_outcome {
public:
    explicit master_outcome(int exit_code) noexcept : exit_code_(exit_code) {}
    explicit master_outcome(worker_context worker) noexcept : worker_(std::move(worker)) {}
    explicit master_outcome(nursery_context nursery) noexcept : nursery_(std::move(nursery)) {}
    static master_outcome new_master() noexcept {
        master_outcome made(0);
        made.successor_ = true;
        return made;
    }
    // In a worker its context, in the master null.
    worker_context* worker() noexcept { return worker_ ? &*worker_ : nullptr; }
    // In a nursery its context.
    nursery_context* nursery() noexcept { return nursery_ ? &*nursery_ : nullptr; }
    // In a process that is to become the new master: exec_successor().
    bool successor() const noexcept { return successor_; }
    int exit_code() const noexcept { return exit_code_; }

private:
    std::optional<worker_context> worker_;
    std::optional<nursery_context> nursery_;
    bool successor_ = false;
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

    // A worker that is to be forked.
    struct newcomer {
        unsigned slot;
        recycle_plan plan;
        trace_file trace;
    };
    struct nursery_state {
        pid_t pid = 0;  // 0: there is none
        bool ready = false;
        bool told = false;  // to end
        net::handle line{};
        time_point kill_at = time_point::max();
    };

    result<void> set_up();
    bool spawn_missing(time_point now);
    newcomer prepare(unsigned slot, time_point now);
    void hire(newcomer next, pid_t pid);
    void not_forked(int reason, time_point now);
    bool spawn(newcomer next, time_point now);
    void order_worker(newcomer next, time_point now);
    static bool await_answer(int line, time_point until);
    bool ready_to_fork(time_point now, bool& in_nursery);
    bool spawn_nursery(time_point now);
    void note_nursery();
    void reap_nurseries(time_point now);
    void reap_orphans();
    void end_nursery(nursery_state& n, time_point now);
    master_outcome become_child();
    void beat(time_point now);
    void wait(time_point now);
    time_point next_deadline(time_point now) const;
    void take_signals();
    void take_signal(int number);
    void begin_stop(int number);
    void begin_reload();
    bool begin_upgrade();
    void look_at_other_master();
    bool shares_listeners() const noexcept {
        return options_.listeners_shared || successor_ != 0 || predecessor_ != 0;
    }
    void want_workers(unsigned n);
    void stop_workers();
    void pass_on(int number);
    void note_ready();
    void note_ready(crew_member& m);
    void reap(time_point now);
    void ended(const crew_member& gone, int status, time_point now);
    void boot_failed(time_point now);
    void look_at_limits(time_point now);
    void let_go(time_point now);
    void look_for_hangs(time_point now);
    void kill_late(time_point now);
    void tell_where_it_stood(const crew_member& m);
    void tell_to_stop(crew_member& m, time_point now);
    void tell_to_quit(crew_member& m, time_point now);
    void kill_all();
    void back_off(time_point now);

    void notify(master_event event, pid_t pid = 0, int status = 0) {
        observer_.notify(master_notice{event, pid, status, {}});
    }

    master_options options_;
    std::optional<master_options> options_before_;  // while a reload may fail
    unsigned wanted_before_ = 1;
    Fork fork_;
    Observer observer_;
    std::optional<scoreboard> board_;
    std::optional<signal_channel> signals_;
    byte_pipe life_line_;
    byte_pipe ready_line_;
    handover handover_;
    crew crew_;
    nursery_state nursery_;
    nursery_state old_nursery_;  // while a reload may fail
    std::minstd_rand random_;
    unsigned wanted_ = 1;
    bool generation_booted_ = false;  // one of it has been ready
    bool reloading_ = false;
    bool reload_wanted_ = false;
    bool upgrade_wanted_ = false;
    pid_t predecessor_ = 0;
    pid_t successor_ = 0;
    bool stopping_ = false;
    int exit_code_ = 0;
    unsigned young_deaths_ = 0;
    time_point spawn_after_{};
    time_point memory_at_{};  // when to look at it next
    time_point beat_at_{};
    unsigned spawned_slot_ = 0;
    std::uint64_t spawned_number_ = 0;
    net::handle spawned_line_;  // of a nursery
    trace_file spawned_trace_;
    pid_t master_pid_ = 0;
};

}  // namespace cruet::process

#include "cruet/process/impl/master.hpp"
#include "cruet/process/impl/master_preload.hpp"
#include "cruet/process/impl/master_stop.hpp"
