// Bodies of process/master.hpp: the nursery.
#pragma once

#include "cruet/process/master.hpp"

namespace cruet::process {

// How long a nursery that is told to end may take.
inline constexpr std::chrono::milliseconds nursery_linger{1000};

// Whether workers can be had. `in_nursery` becomes true in the process that is to be the nursery.
template <ForkPolicy Fork, MasterObserver Observer>
bool master<Fork, Observer>::ready_to_fork(time_point now, bool& in_nursery) {
    if (!options_.preload || wanted_ == 0) return true;
    if (nursery_.pid == 0) in_nursery = spawn_nursery(now);
    return nursery_.pid != 0 && nursery_.ready && !nursery_.told;
}

template <ForkPolicy Fork, MasterObserver Observer>
bool master<Fork, Observer>::spawn_nursery(time_point now) {
    auto line = nursery_line::open();
    const signals_blocked blocked;
    const auto pid = line ? fork_with(fork_) : result<pid_t>(errc::io);
    if (!pid) {
        not_forked(errno, now);
        return false;
    }
    if (*pid == 0) {
        spawned_line_ = std::move(line->nursery);
        nursery_ = nursery_state{};
        old_nursery_ = nursery_state{};
        signals_.reset();
        ::signal(SIGINT, SIG_IGN);
        ::signal(SIGUSR1, SIG_IGN);
        return true;
    }
    nursery_ = nursery_state{};
    nursery_.pid = *pid;
    nursery_.line = std::move(line->master);
    notify(master_event::nursery_started, *pid);
    return false;
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::note_nursery() {
    if (nursery_.pid == 0 || nursery_.ready || nursery_.told) return;
    nursery_answer answer;
    if (::recv(nursery_.line.get(), &answer, sizeof answer, MSG_DONTWAIT) != sizeof answer) return;
    nursery_.ready = true;
    notify(master_event::nursery_ready, nursery_.pid);
}

template <ForkPolicy Fork, MasterObserver Observer>
bool master<Fork, Observer>::await_answer(int line, time_point until) {
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
        if (left.count() <= 0) return false;
        pollfd watched{line, POLLIN, 0};
        const int n = ::poll(&watched, 1, static_cast<int>(left.count()));
        if (n >= 0 || errno != EINTR) return n == 1;
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::order_worker(newcomer next, time_point now) {
    const slot_view slot = board_->slot(next.slot);
    const nursery_order order{next.slot, crew_.next_number()};
    nursery_answer answer{0, EIO};
    const int line = nursery_.line.get();
    // The nursery has nothing else to do: its answer takes as long as two forks.
    const bool heard = send_message(line, &order, sizeof order, next.trace.fd()) &&
                       await_answer(line, now + options_.nursery_patience) &&
                       ::recv(line, &answer, sizeof answer, MSG_DONTWAIT) == sizeof answer;
    if (heard && answer.pid > 0) return hire(std::move(next), answer.pid);
    not_forked(answer.error, now);
    if (!heard) {
        // One that does not answer is of no use, nor whom it may have forked meanwhile, who else
        // finds the line closed; another nursery is made when it is gone.
        nursery_.line.reset();
        nursery_.kill_at = time_point{};
        if (const pid_t stray = slot.pid(); stray > 0) ::kill(stray, SIGKILL);
    }
    slot.vacate();
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::end_nursery(nursery_state& n, time_point now) {
    if (n.pid == 0 || n.told) return;
    n.told = true;
    // One that still loads hears nothing.
    n.kill_at = n.ready ? now + nursery_linger : time_point{};
    n.line.reset();
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::reap_nurseries(time_point now) {
    for (nursery_state* n : {&old_nursery_, &nursery_}) {
        int status = 0;
        if (n->pid == 0 || ::waitpid(n->pid, &status, WNOHANG) != n->pid) continue;
        if (n == &nursery_) note_nursery();
        const nursery_state gone = std::exchange(*n, nursery_state{});
        // The old one is made anew if the reload fails.
        if (n == &old_nursery_ || (gone.told && stopping_)) continue;
        if (gone.ready) {
            notify(master_event::nursery_ended, gone.pid, status);
            back_off(now);
        } else if (!gone.told) {
            notify(master_event::boot_failed, gone.pid, status);
            boot_failed(now);
        }
    }
}

// Children that the kernel has given to the master though they are none of its affair: as who has
// asked for them, for the nursery, or as a container's first process.
template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::reap_orphans() {
    if (!options_.preload && master_pid_ != 1) return;
    while (true) {
        siginfo_t info{};
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
        const pid_t pid = info.si_pid;
        const bool known = pid == nursery_.pid || pid == old_nursery_.pid || pid == successor_ ||
                           crew_.count([=](const crew_member& m) { return m.pid == pid; }) != 0;
        // Who is known is taken in the next turn.
        if (known) return;
        ::waitpid(pid, nullptr, WNOHANG);
    }
}

}  // namespace cruet::process
