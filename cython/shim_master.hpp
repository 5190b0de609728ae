#pragma once
// The master as Python runs it: forks with the interpreter's own brackets, tells a Python object
// what happens. The GIL is held throughout: a master has no other thread to give it to.

#include <Python.h>

#include <memory>
#include <optional>
#include <string>

#include "cruet/process/master.hpp"
#include "cruet/process/service_manager.hpp"

namespace cruet::binding {

struct python_fork {
    void before() noexcept { PyOS_BeforeFork(); }
    void after_in_parent() noexcept { PyOS_AfterFork_Parent(); }
    void after_in_child() noexcept { PyOS_AfterFork_Child(); }
};
static_assert(process::ForkPolicy<python_fork>);

using notify_callback = void (*)(void* observer, const char* event, int pid, int status,
                                 const std::string& text);
using reload_callback = int (*)(void* observer, process::master_options* options);

constexpr const char* name_of(process::master_event event) noexcept {
    using enum process::master_event;
    switch (event) {
    case worker_starting: return "worker_starting";
    case worker_started: return "worker_started";
    case worker_ready: return "worker_ready";
    case worker_recycled: return "worker_recycled";
    case worker_stopping: return "worker_stopping";
    case worker_ended: return "worker_ended";
    case worker_hung: return "worker_hung";
    case worker_stood: return "worker_stood";
    case worker_killed: return "worker_killed";
    case boot_failed: return "boot_failed";
    case nursery_started: return "nursery_started";
    case nursery_ready: return "nursery_ready";
    case nursery_ended: return "nursery_ended";
    case fork_failed: return "fork_failed";
    case workers_wanted: return "workers_wanted";
    case reload_asked: return "reload_asked";
    case reload_started: return "reload_started";
    case reload_finished: return "reload_finished";
    case reload_failed: return "reload_failed";
    case signal_ignored: return "signal_ignored";
    case logs_reopened: return "logs_reopened";
    case upgrade_starting: return "upgrade_starting";
    case upgrade_started: return "upgrade_started";
    case upgrade_refused: return "upgrade_refused";
    case upgrade_ended: return "upgrade_ended";
    case promoted: return "promoted";
    case stopping: return "stopping";
    case alive: return "alive";
    }
    return "unknown";
}

struct python_observer {
    void* object;
    notify_callback tell;
    reload_callback ask;

    void notify(const process::master_notice& notice) const {
        if (notice.event == process::master_event::alive) return;
        tell(object, name_of(notice.event), static_cast<int>(notice.pid), notice.status,
             std::string(notice.text));
    }
    bool reload(process::master_options& options) const { return ask(object, &options) != 0; }
};
static_assert(process::MasterObserver<python_observer>);

struct python_master {
    process::master<python_fork, process::managed<python_observer>> native;
    std::optional<process::master_outcome> outcome;
};

inline python_master* new_master(process::master_options options, void* observer,
                                 notify_callback tell, reload_callback ask) {
    auto manager = process::service_manager::of_environment(options.predecessor);
    options.heartbeat = manager.watchdog() / 2;
    process::managed<python_observer> told(std::move(manager), options, {observer, tell, ask});
    return new python_master{{options, python_fork{}, std::move(told)}, {}};
}
inline void delete_master(python_master* m) noexcept { delete m; }

// False: it could not be set up.
inline bool run_master(python_master* m) {
    auto end = m->native.run();
    if (!end) return false;
    m->outcome.emplace(std::move(*end));
    return true;
}
// In a worker its context, which the caller owns; null in the master.
inline process::worker_context* become_worker(python_master* m) {
    process::worker_context* worker = m->outcome->worker();
    return worker ? new process::worker_context(std::move(*worker)) : nullptr;
}
// In a nursery its context, which the caller owns; null elsewhere.
inline process::nursery_context* become_nursery(python_master* m) {
    process::nursery_context* nursery = m->outcome->nursery();
    return nursery ? new process::nursery_context(std::move(*nursery)) : nullptr;
}
inline void delete_nursery(process::nursery_context* n) noexcept { delete n; }
inline void nursery_ready(process::nursery_context* n) noexcept { n->ready(); }
inline unsigned long long nursery_wait(process::nursery_context* n) noexcept { return n->wait(); }
// With the GIL. In a new worker its context, which the caller owns; null in the nursery.
inline process::worker_context* nursery_fork(process::nursery_context* n) {
    python_fork policy;
    auto worker = n->fork_one(policy, process::master_options{}.orphan_grace);
    return worker ? new process::worker_context(std::move(*worker)) : nullptr;
}
inline int master_exit_code(python_master* m) noexcept { return m->outcome->exit_code(); }
inline bool is_new_master(python_master* m) noexcept { return m->outcome->successor(); }

inline void delete_context(process::worker_context* w) noexcept { delete w; }
inline process::slot_view board_slot(process::worker_context* w) noexcept { return w->slot(); }
inline void context_ready(process::worker_context* w) noexcept { w->ready(); }
inline void context_stopping(process::worker_context* w) noexcept { w->stopping(); }
inline int context_trace_fd(process::worker_context* w) noexcept { return w->trace_fd(); }
inline unsigned long long context_number(process::worker_context* w) noexcept {
    return w->number();
}

}  // namespace cruet::binding
