// Bodies of process/master.hpp.
#pragma once

#include "cruet/process/master.hpp"

namespace cruet::process {

template <ForkPolicy Fork, MasterObserver Observer>
result<void> master<Fork, Observer>::set_up() {
    // Room for a whole new generation beside the old one.
    const unsigned slots = options_.workers * 2;
    auto board = scoreboard::create(slots, options_.lanes);
    if (!board) return board.error();
    auto life = byte_pipe::open();
    if (!life) return life.error();
    auto ready = byte_pipe::open();
    if (!ready) return ready.error();
    auto channel = signal_channel::open({SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGCHLD});
    if (!channel) return channel.error();
    board_.emplace(std::move(*board));
    signals_.emplace(std::move(*channel));
    life_line_ = std::move(*life);
    ready_line_ = std::move(*ready);
    workers_.assign(slots, worker{});
    master_pid_ = ::getpid();
    return {};
}

template <ForkPolicy Fork, MasterObserver Observer>
result<master_outcome> master<Fork, Observer>::run() {
    if (auto done = set_up(); !done) return done.error();
    while (true) {
        const time_point now = clock::now();
        note_ready();
        reap(now);
        if (stopping_ && count([](const worker&) { return true; }) == 0) break;
        if (!stopping_) {
            if (reload_wanted_) begin_reload();
            retire_old(now);
            if (spawn_missing(now)) return master_outcome(become_worker());
        }
        kill_late(now);
        wait(now);
        take_signals();
    }
    signals_.reset();
    return master_outcome(exit_code_);
}

// True in a new worker.
template <ForkPolicy Fork, MasterObserver Observer>
bool master<Fork, Observer>::spawn_missing(time_point now) {
    if (now < spawn_after_) return false;
    const unsigned wanted = generation_booted_ ? options_.workers : 1;
    unsigned have =
        count([this](const worker& w) { return w.generation == generation_ && !w.told; });
    for (unsigned i = 0; i < workers_.size() && have < wanted; ++i) {
        if (workers_[i].pid != 0) continue;
        if (spawn(i, now)) return true;
        if (workers_[i].pid == 0) return false;
        ++have;
    }
    return false;
}

template <ForkPolicy Fork, MasterObserver Observer>
bool master<Fork, Observer>::spawn(unsigned index, time_point now) {
    const slot_view slot = board_->slot(index);
    slot.claim(0);
    notify(master_event::worker_starting);
    // Signals stay out until the child has put the dispositions back (become_worker).
    const signals_blocked blocked;
    const auto pid = fork_with(fork_);
    if (!pid) {
        const int reason = errno;
        slot.vacate();
        back_off(now);
        notify(master_event::fork_failed, 0, reason);
        return false;
    }
    if (*pid == 0) {
        spawned_index_ = index;
        slot.set_pid(::getpid());
        signals_.reset();
        ::signal(SIGINT, SIG_IGN);
        return true;
    }
    slot.set_pid(*pid);
    workers_[index] = worker{.pid = *pid, .generation = generation_};
    notify(master_event::worker_started, *pid);
    return false;
}

template <ForkPolicy Fork, MasterObserver Observer>
worker_context master<Fork, Observer>::become_worker() {
    life_line_.close_write();
    ready_line_.close_read();
    workers_.clear();
    const auto guarded = orphan_guard::install(master_pid_, options_.orphan_grace);
    if (guarded.value_or(true) == false) ::_exit(0);  // the master died meanwhile
    return worker_context(std::move(*board_), spawned_index_, master_pid_, std::move(life_line_),
                          std::move(ready_line_));
}

// Until something happens or the next deadline is due.
template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::wait(time_point now) {
    using std::chrono::milliseconds;
    time_point until = time_point::max();
    if (!stopping_ && spawn_after_ > now) until = spawn_after_;
    for (const worker& w : workers_) {
        if (w.pid != 0) until = std::min(until, w.kill_at);
    }
    if (options_.timeout.count() > 0) {
        const auto pace = std::clamp(options_.timeout / 8, milliseconds(50), milliseconds(1000));
        until = std::min(until, now + pace);
    }
    int patience = -1;
    if (until != time_point::max()) {
        const auto left = std::chrono::ceil<milliseconds>(until - clock::now()).count();
        patience = static_cast<int>(std::clamp<long long>(left, 0, 60000));
    }
    pollfd watched[2] = {{signals_->fd(), POLLIN, 0}, {ready_line_.read_fd(), POLLIN, 0}};
    ::poll(watched, 2, patience);  // an interruption is as good as an event
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::take_signals() {
    while (const auto number = signals_->next()) {
        if (*number == SIGHUP) reload_wanted_ = true;
        if (*number == SIGTERM || *number == SIGINT || *number == SIGQUIT) begin_stop(*number);
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::begin_stop(int number) {
    const bool again = std::exchange(stopping_, true);
    if (!again) notify(master_event::stopping, 0, number);
    if (again || number == SIGQUIT) {
        kill_all();
        return;
    }
    const time_point now = clock::now();
    for (worker& w : workers_) tell_to_stop(w, now);
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::begin_reload() {
    const bool old_one_drains =
        count([this](const worker& w) { return w.generation != generation_; }) != 0;
    if (reloading_ || old_one_drains || !generation_booted_) return;  // when that is over
    reload_wanted_ = false;
    if (!observer_.reload()) {
        notify(master_event::reload_failed);
        return;
    }
    notify(master_event::reload_started);
    ++generation_;
    generation_booted_ = false;
    reloading_ = true;
    spawn_after_ = time_point{};
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::note_ready() {
    while (ready_line_.receive()) {
    }
    for (unsigned i = 0; i < workers_.size(); ++i) note_ready(i);
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::note_ready(unsigned index) {
    worker& w = workers_[index];
    if (w.pid == 0 || w.ready || board_->slot(index).state() != worker_state::ready) return;
    w.ready = true;
    w.since = clock::now();
    if (w.generation == generation_) generation_booted_ = true;
    notify(master_event::worker_ready, w.pid);
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::reap(time_point now) {
    for (unsigned i = 0; i < workers_.size(); ++i) {
        if (workers_[i].pid == 0) continue;
        int status = 0;
        // One by one: other children, if the process has any, are not the master's to reap.
        const pid_t pid = ::waitpid(workers_[i].pid, &status, WNOHANG);
        if (pid == 0 || (pid < 0 && errno == EINTR)) continue;
        // It may have become ready since that was looked at.
        note_ready(i);
        const worker gone = std::exchange(workers_[i], worker{});
        board_->slot(i).vacate();
        ended(gone, status, now);
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::ended(const worker& gone, int status, time_point now) {
    if (!gone.ready && !gone.told) {
        notify(master_event::boot_failed, gone.pid, status);
        boot_failed(now);
        return;
    }
    notify(master_event::worker_ended, gone.pid, status);
    if (gone.told) return;
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
        // The predecessors go on; the number of the failed generation is not used again for them.
        for (worker& w : workers_) {
            if (w.generation == generation_)
                tell_to_stop(w, now);
            else
                w.generation = generation_ + 1;
        }
        ++generation_;
        generation_booted_ = true;
        reloading_ = false;
        notify(master_event::reload_failed);
        return;
    }
    if (count([](const worker& w) { return w.ready && !w.told; }) != 0) {
        back_off(now);
        return;
    }
    exit_code_ = boot_failure_exit;
    stopping_ = true;
    for (worker& w : workers_) tell_to_stop(w, now);
}

// As many old workers stop as new ones are ready.
template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::retire_old(time_point now) {
    if (!reloading_) return;
    const unsigned fresh = ready_count(generation_);
    unsigned old =
        count([this](const worker& w) { return w.generation != generation_ && !w.told; });
    for (worker& w : workers_) {
        if (old + fresh <= options_.workers) break;
        if (w.pid == 0 || w.generation == generation_ || w.told) continue;
        tell_to_stop(w, now);
        --old;
    }
    if (old == 0 && fresh >= options_.workers) {
        reloading_ = false;
        notify(master_event::reload_finished);
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::kill_late(time_point now) {
    const auto limit =
        static_cast<std::uint64_t>(std::chrono::nanoseconds(options_.timeout).count());
    for (unsigned i = 0; i < workers_.size(); ++i) {
        worker& w = workers_[i];
        if (w.pid == 0 || w.killed) continue;
        const bool late = now >= w.kill_at;
        const bool hung =
            limit != 0 && w.ready && board_->slot(i).busy_for(monotonic_now()) > limit;
        if (!late && !hung) continue;
        notify(late ? master_event::worker_killed : master_event::worker_hung, w.pid);
        ::kill(w.pid, SIGKILL);
        w.killed = true;
        w.kill_at = time_point::max();
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::tell_to_stop(worker& w, time_point now) {
    if (w.pid == 0 || w.told) return;
    w.told = true;
    w.kill_at = now + options_.graceful_timeout;
    notify(master_event::worker_stopping, w.pid);
    ::kill(w.pid, SIGTERM);
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::kill_all() {
    for (worker& w : workers_) {
        if (w.pid == 0) continue;
        w.told = true;
        w.kill_at = time_point{};  // kill_late does it
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::back_off(time_point now) {
    const unsigned doublings = std::min(young_deaths_++, 16U);
    const auto delay = std::min(options_.backoff_first * (1U << doublings), options_.backoff_limit);
    spawn_after_ = now + delay;
}

}  // namespace cruet::process
