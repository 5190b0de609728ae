// Bodies of process/master.hpp.
#pragma once

#include "cruet/process/master.hpp"

namespace cruet::process {

template <ForkPolicy Fork, MasterObserver Observer>
result<void> master<Fork, Observer>::set_up() {
    // Room for a whole new generation beside the old one, and for some who take their time to end.
    const unsigned slots = std::max(options_.workers, most_workers) * 3;
    auto board = scoreboard::create(slots, options_.lanes);
    if (!board) return board.error();
    auto life = byte_pipe::open();
    if (!life) return life.error();
    auto ready = byte_pipe::open();
    if (!ready) return ready.error();
    auto queue = handover::open();
    if (!queue) return queue.error();
    if (options_.preload) {
        if (auto done = adopt_orphans(); !done) return done.error();
    }
    auto channel = signal_channel::open(
        {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGCHLD, SIGTTIN, SIGTTOU, SIGWINCH, SIGUSR1, SIGUSR2});
    if (!channel) return channel.error();
    board_.emplace(std::move(*board));
    signals_.emplace(std::move(*channel));
    life_line_ = std::move(*life);
    ready_line_ = std::move(*ready);
    handover_ = std::move(*queue);
    crew_ = crew(slots);
    master_pid_ = ::getpid();
    predecessor_ = options_.predecessor;
    wanted_ = options_.workers;
    random_.seed(static_cast<unsigned>(master_pid_) ^ static_cast<unsigned>(monotonic_now()));
    return {};
}

template <ForkPolicy Fork, MasterObserver Observer>
result<master_outcome> master<Fork, Observer>::run() {
    if (auto done = set_up(); !done) return done.error();
    while (true) {
        const time_point now = clock::now();
        beat(now);
        note_ready();
        note_nursery();
        reap(now);
        reap_nurseries(now);
        reap_orphans();
        look_at_other_master();
        if (stopping_ && crew_.empty() && nursery_.pid == 0 && old_nursery_.pid == 0) break;
        if (!stopping_) {
            if (reload_wanted_) begin_reload();
            if (upgrade_wanted_ && begin_upgrade()) return master_outcome::new_master();
            look_at_limits(now);
            let_go(now);
            if (spawn_missing(now)) return become_child();
        }
        look_for_hangs(now);
        kill_late(now);
        wait(now);
        take_signals();
    }
    signals_.reset();
    return master_outcome(exit_code_);
}

// True in a new process.
template <ForkPolicy Fork, MasterObserver Observer>
bool master<Fork, Observer>::spawn_missing(time_point now) {
    bool in_nursery = false;
    if (now < spawn_after_ || !ready_to_fork(now, in_nursery)) return in_nursery;
    const unsigned wanted = generation_booted_ ? wanted_ : std::min(1U, wanted_);
    // A generation more while it replaces another.
    const unsigned most = std::max(wanted_, 1U) * (reloading_ ? 3 : 2);
    for (unsigned have = crew_.fresh(); have < wanted && crew_.alive() < most; ++have) {
        const auto slot = crew_.free_slot();
        if (!slot) return false;
        newcomer next = prepare(*slot, now);
        if (options_.preload) {
            order_worker(std::move(next), now);
        } else if (spawn(std::move(next), now)) {
            return true;
        }
        if (now < spawn_after_) return false;
    }
    return false;
}

template <ForkPolicy Fork, MasterObserver Observer>
auto master<Fork, Observer>::prepare(unsigned slot, time_point now) -> newcomer {
    newcomer next{slot, options_.recycle.plan(random_, now), {}};
    board_->slot(slot).claim(0, next.plan.requests);
    notify(master_event::worker_starting);
    next.trace = trace_file::create().value_or(trace_file());
    return next;
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::hire(newcomer next, pid_t pid) {
    crew_member& hired = crew_.hire(next.slot, pid);
    hired.plan = next.plan;
    hired.trace = std::move(next.trace);
    notify(master_event::worker_started, pid);
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::not_forked(int reason, time_point now) {
    back_off(now);
    notify(master_event::fork_failed, 0, reason);
}

// True in the new worker.
template <ForkPolicy Fork, MasterObserver Observer>
bool master<Fork, Observer>::spawn(newcomer next, time_point now) {
    const slot_view slot = board_->slot(next.slot);
    // Signals stay out until the child has put the dispositions back.
    const signals_blocked blocked;
    const auto pid = fork_with(fork_);
    if (!pid) {
        const int reason = errno;
        slot.vacate();
        not_forked(reason, now);
        return false;
    }
    if (*pid == 0) {
        spawned_slot_ = next.slot;
        spawned_number_ = crew_.next_number();
        spawned_trace_ = std::move(next.trace);
        slot.set_pid(::getpid());
        signals_.reset();
        ::signal(SIGINT, SIG_IGN);
        // Until the worker has logs that it could open anew.
        ::signal(SIGUSR1, SIG_IGN);
        return true;
    }
    slot.set_pid(*pid);
    hire(std::move(next), *pid);
    return false;
}

template <ForkPolicy Fork, MasterObserver Observer>
master_outcome master<Fork, Observer>::become_child() {
    life_line_.close_write();
    ready_line_.close_read();
    handover_.close_sender();
    crew_ = crew();
    const auto guarded = orphan_guard::install(master_pid_, options_.orphan_grace);
    if (guarded.value_or(true) == false) ::_exit(0);  // the master died meanwhile
    worker_context context(std::move(*board_), spawned_slot_, master_pid_, std::move(life_line_),
                           std::move(ready_line_), std::move(handover_), {});
    if (spawned_line_) {
        return master_outcome(nursery_context(std::move(context), std::move(spawned_line_)));
    }
    context.become(spawned_slot_, spawned_number_, std::move(spawned_trace_));
    return master_outcome(std::move(context));
}

template <ForkPolicy Fork, MasterObserver Observer>
auto master<Fork, Observer>::next_deadline(time_point now) const -> time_point {
    using namespace std::chrono_literals;
    const std::chrono::nanoseconds limit = options_.timeout;
    time_point until = time_point::max();
    if (!stopping_ && spawn_after_ > now) until = spawn_after_;
    for (const crew_member& m : crew_.members()) {
        if (m.pid == 0) continue;
        until = std::min(until, m.kill_at);
        if (m.ready && crew_.is_fresh(m)) until = std::min(until, m.plan.until);
        if (limit.count() == 0 || !m.ready || m.killed) continue;
        // Whoever is to hang before the next look is busy already.
        const std::chrono::nanoseconds busy(board_->slot(m.slot).busy_for(monotonic_now()));
        if (busy.count() > 0) until = std::min(until, now + std::max(limit - busy, limit.zero()));
    }
    for (const nursery_state* n : {&nursery_, &old_nursery_}) {
        if (n->pid != 0) until = std::min(until, n->kill_at);
    }
    if (limit.count() > 0) {
        until = std::min(until, now + std::clamp<std::chrono::nanoseconds>(limit / 8, 50ms, 1s));
    }
    if (options_.heartbeat.count() > 0) until = std::min(until, beat_at_);
    if (predecessor_ != 0) until = std::min<time_point>(until, now + 200ms);
    if (options_.recycle.memory > 0) until = std::min(until, std::max(memory_at_, now));
    return until;
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::beat(time_point now) {
    if (options_.heartbeat.count() == 0 || now < beat_at_) return;
    beat_at_ = now + options_.heartbeat;
    notify(master_event::alive);
}

// Until something happens or the next deadline is due.
template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::wait(time_point now) {
    const time_point until = next_deadline(now);
    int patience = -1;
    if (until != time_point::max()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
        patience = static_cast<int>(std::clamp<long long>(left.count(), 0, 60000));
    }
    pollfd watched[2] = {{signals_->fd(), POLLIN, 0}, {ready_line_.read_fd(), POLLIN, 0}};
    ::poll(watched, 2, patience);  // an interruption is as good as an event
}

// ---- signals ----

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::take_signals() {
    while (const auto number = signals_->next()) take_signal(*number);
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::take_signal(int number) {
    switch (number) {
    case SIGTERM:
    case SIGINT:
    case SIGQUIT: return begin_stop(number);
    case SIGHUP: reload_wanted_ = true; return;
    case SIGTTIN: return want_workers(wanted_ + 1);
    case SIGTTOU:
        if (wanted_ > 1) want_workers(wanted_ - 1);
        return;
    case SIGWINCH: return stop_workers();
    case SIGUSR2: upgrade_wanted_ = true; return;
    case SIGUSR1: notify(master_event::logs_reopened); return pass_on(SIGUSR1);
    default: return;  // SIGCHLD, which reap() looks into
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::want_workers(unsigned n) {
    if (stopping_ || n > std::max(options_.workers, most_workers)) return;
    wanted_ = n;
    notify(master_event::workers_wanted, 0, static_cast<int>(n));
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::stop_workers() {
    const bool other_serves = successor_ != 0 || predecessor_ != 0;
    if (other_serves || options_.detached || ::getpgrp() != master_pid_) return want_workers(0);
    notify(master_event::signal_ignored, 0, SIGWINCH);
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::pass_on(int number) {
    for (const crew_member& m : crew_.members()) {
        if (m.pid != 0) ::kill(m.pid, number);
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::begin_reload() {
    // When that is over.
    if (reloading_ || crew_.of_the_past() != 0 || !generation_booted_ || old_nursery_.pid != 0)
        return;
    reload_wanted_ = false;
    notify(master_event::reload_asked);
    master_options changed = options_;
    if (!observer_.reload(changed)) {
        notify(master_event::reload_failed);
        return;
    }
    changed.lanes = options_.lanes;
    changed.preload = options_.preload;
    changed.detached = options_.detached;
    changed.heartbeat = options_.heartbeat;
    changed.workers = std::clamp(changed.workers, 1U, std::max(options_.workers, most_workers));
    options_before_ = std::exchange(options_, std::move(changed));
    wanted_before_ = std::exchange(wanted_, options_.workers);
    notify(master_event::reload_started);
    crew_.next_generation();
    generation_booted_ = false;
    old_nursery_ = std::exchange(nursery_, nursery_state{});
    reloading_ = true;
    spawn_after_ = time_point{};
}

// True in the process that is to become the new master.
template <ForkPolicy Fork, MasterObserver Observer>
bool master<Fork, Observer>::begin_upgrade() {
    upgrade_wanted_ = false;
    if (successor_ != 0 || predecessor_ != 0) {
        notify(master_event::upgrade_refused, successor_ != 0 ? successor_ : predecessor_);
        return false;
    }
    notify(master_event::upgrade_starting);
    const signals_blocked blocked;
    const auto pid = fork_with(fork_);
    if (!pid) {
        notify(master_event::fork_failed, 0, errno);
        return false;
    }
    if (*pid == 0) {
        signals_.reset();
        return true;
    }
    successor_ = *pid;
    notify(master_event::upgrade_started, successor_);
    return false;
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::look_at_other_master() {
    if (predecessor_ != 0 && ::getppid() != predecessor_) {
        predecessor_ = 0;
        notify(master_event::promoted);
    }
    int status = 0;
    if (successor_ == 0 || ::waitpid(successor_, &status, WNOHANG) != successor_) return;
    notify(master_event::upgrade_ended, std::exchange(successor_, 0), status);
}

// ---- workers that come and go ----

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::note_ready() {
    while (ready_line_.receive()) {
    }
    for (crew_member& m : crew_.members()) note_ready(m);
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::note_ready(crew_member& m) {
    if (m.pid == 0 || m.ready || board_->slot(m.slot).state() != worker_state::ready) return;
    m.ready = true;
    m.since = clock::now();
    if (m.generation == crew_.generation()) generation_booted_ = true;
    notify(master_event::worker_ready, m.pid);
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::reap(time_point now) {
    for (crew_member& m : crew_.members()) {
        if (m.pid == 0) continue;
        int status = 0;
        // One by one: other children, if the process has any, are not the master's to reap.
        const pid_t pid = ::waitpid(m.pid, &status, WNOHANG);
        if (pid == 0 || (pid < 0 && errno == EINTR)) continue;
        // It may have become ready since that was looked at.
        note_ready(m);
        tell_where_it_stood(m);
        board_->vacate(m.slot);
        ended(crew_.dismiss(m.slot), status, now);
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::ended(const crew_member& gone, int status, time_point now) {
    if (!gone.ready && !gone.leaves()) {
        notify(master_event::boot_failed, gone.pid, status);
        boot_failed(now);
        return;
    }
    notify(master_event::worker_ended, gone.pid, status);
    if (gone.leaves()) return;
    if (now - gone.since < options_.young) {
        back_off(now);
    } else {
        young_deaths_ = 0;
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::boot_failed(time_point now) {
    if (stopping_) return;
    if (reloading_ && !generation_booted_) {
        crew_.previous_generation();
        options_ = std::move(*options_before_);
        wanted_ = wanted_before_;
        generation_booted_ = true;
        std::swap(nursery_, old_nursery_);
        end_nursery(old_nursery_, now);
        reloading_ = false;
        notify(master_event::reload_failed);
        return;
    }
    if (crew_.serving() != 0) {
        back_off(now);
        return;
    }
    exit_code_ = boot_failure_exit;
    stopping_ = true;
    end_nursery(nursery_, now);
    for (crew_member& m : crew_.members()) tell_to_stop(m, now);
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::look_at_limits(time_point now) {
    const recycle_limits& limits = options_.recycle;
    const bool weigh = limits.memory > 0 && now >= memory_at_;
    if (weigh) memory_at_ = now + limits.memory_interval;
    for (crew_member& m : crew_.members()) {
        if (!m.ready || !crew_.is_fresh(m)) continue;
        recycle_reason why = m.plan.due(board_->slot(m.slot).requests(), now);
        if (why == recycle_reason::none && weigh &&
            resident_memory(m.pid).value_or(0) > limits.memory) {
            why = recycle_reason::memory;
        }
        if (why == recycle_reason::none) continue;
        m.retiring = true;
        notify(master_event::worker_recycled, m.pid, static_cast<int>(why));
    }
}

// As many old workers stop as new ones are ready.
template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::let_go(time_point now) {
    while (crew_member* next = crew_.next_to_leave(wanted_)) tell_to_stop(*next, now);
    if (reloading_ && crew_.old() == 0 && crew_.fresh_and_ready() >= wanted_) {
        reloading_ = false;
        end_nursery(old_nursery_, now);
        notify(master_event::reload_finished, 0, static_cast<int>(wanted_));
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::look_for_hangs(time_point now) {
    const auto limit =
        static_cast<std::uint64_t>(std::chrono::nanoseconds(options_.timeout).count());
    for (crew_member& m : crew_.members()) {
        if (m.pid == 0 || m.killed || !m.ready) continue;
        const slot_view slot = board_->slot(m.slot);
        if (m.hung && !m.answered && slot.state() == worker_state::stopping) {
            m.answered = true;
            m.kill_at = m.stop_by;
            tell_where_it_stood(m);
            tell_to_stop(m, now);
        }
        if (limit == 0 || slot.busy_for(monotonic_now()) <= limit) continue;
        // One that has answered has given that lane up, and hangs in another.
        if (m.hung && !m.answered) continue;
        notify(master_event::worker_hung, m.pid);
        m.hung = true;
        m.answered = false;
        slot.set_state(worker_state::ready);
        m.kill_at = std::min(m.stop_by, now + options_.hang_grace);
        ::kill(m.pid, hang_signal());
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::tell_where_it_stood(const crew_member& m) {
    const std::string text = m.trace.take();
    if (!text.empty()) observer_.notify({master_event::worker_stood, m.pid, 0, text});
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::back_off(time_point now) {
    const unsigned doublings = std::min(young_deaths_++, 16U);
    const auto delay = std::min(options_.backoff_first * (1U << doublings), options_.backoff_limit);
    spawn_after_ = now + delay;
}

}  // namespace cruet::process
