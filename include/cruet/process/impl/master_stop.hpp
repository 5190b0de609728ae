// Bodies of process/master.hpp: how workers are ended.
#pragma once

#include "cruet/process/master.hpp"

namespace cruet::process {

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::begin_stop(int number) {
    if (std::exchange(stopping_, true)) return kill_all();
    const bool quick = number != SIGTERM;
    if (!quick && !shares_listeners() && crew_.serving() > 0) {
        hand_over(options_.listeners, handover_);
    }
    handover_.close_sender();
    notify(master_event::stopping, 0, number);
    const time_point now = clock::now();
    end_nursery(nursery_, now);
    end_nursery(old_nursery_, now);
    for (crew_member& m : crew_.members()) {
        if (quick) {
            tell_to_quit(m, now);
        } else {
            tell_to_stop(m, now);
        }
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::kill_late(time_point now) {
    for (crew_member& m : crew_.members()) {
        if (m.pid == 0 || m.killed || now < m.kill_at) continue;
        tell_where_it_stood(m);
        notify(master_event::worker_killed, m.pid);
        ::kill(m.pid, SIGKILL);
        m.killed = true;
        m.kill_at = time_point::max();
    }
    for (nursery_state* n : {&nursery_, &old_nursery_}) {
        if (n->pid == 0 || now < n->kill_at) continue;
        ::kill(n->pid, SIGKILL);
        n->told = true;
        n->kill_at = time_point::max();
    }
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::tell_to_stop(crew_member& m, time_point now) {
    if (m.pid == 0 || m.told) return;
    m.told = true;
    m.kill_at = m.stop_by = now + options_.graceful_timeout;
    notify(master_event::worker_stopping, m.pid);
    ::kill(m.pid, SIGTERM);
}

// One that is told to stop already is told so again, otherwise.
template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::tell_to_quit(crew_member& m, time_point now) {
    if (m.pid == 0) return;
    if (!std::exchange(m.told, true)) notify(master_event::worker_stopping, m.pid);
    m.kill_at = m.stop_by = now + options_.quick_timeout;
    // Before it serves it knows no signal, and this one would have it leave a core.
    ::kill(m.pid, m.ready ? SIGQUIT : SIGTERM);
}

template <ForkPolicy Fork, MasterObserver Observer>
void master<Fork, Observer>::kill_all() {
    for (crew_member& m : crew_.members()) {
        if (m.pid == 0) continue;
        m.told = true;
        m.kill_at = time_point{};  // kill_late does it
    }
    nursery_.kill_at = old_nursery_.kill_at = time_point{};
}

}  // namespace cruet::process
