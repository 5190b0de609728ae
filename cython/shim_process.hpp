#pragma once
// A process's surroundings as Python asks for them: who it is, its terminal, its pid file, its
// successor. Functions give 0 or an errno.

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cruet/process/daemon.hpp"
#include "cruet/process/identity.hpp"
#include "cruet/process/pidfile.hpp"
#include "cruet/process/title.hpp"
#include "cruet/process/upgrade.hpp"
#include "cruet/process/worker_context.hpp"
#include "shim_master.hpp"

namespace cruet::binding {

inline int errno_of(const error& e) noexcept {
    if (e.code == errc::address_in_use) return EEXIST;
    return errno != 0 ? errno : EIO;
}

// False: there is no such user or group.
inline bool find_identity(const std::string& user, const std::string& group,
                          process::identity& found) {
    auto who = process::identity::find(user, group);
    if (who) found = std::move(*who);
    return static_cast<bool>(who);
}
// 0; -1: the master is gone; else an errno.
template <class Place>
int assume_identity(const Place* place, const process::identity& who, bool init_groups) {
    errno = 0;
    const auto alive = place->assume(who, init_groups);
    if (!alive) return errno_of(alive.error());
    return *alive ? 0 : -1;
}
inline int assume_in_worker(const process::worker_context* place, const process::identity& who,
                            bool init_groups) {
    return assume_identity(place, who, init_groups);
}
inline int assume_in_nursery(const process::nursery_context* place, const process::identity& who,
                             bool init_groups) {
    return assume_identity(place, who, init_groups);
}

struct held_pidfile {
    std::unique_ptr<process::pidfile> file;
};
inline int create_pidfile(held_pidfile& held, const std::string& path) {
    errno = 0;
    auto made = process::pidfile::create(path);
    if (!made) return errno_of(made.error());
    held.file = std::make_unique<process::pidfile>(std::move(*made));
    return 0;
}
inline int move_pidfile(held_pidfile& held, const std::string& path) {
    errno = 0;
    const auto moved = held.file->move_to(path);
    return moved ? 0 : errno_of(moved.error());
}
inline void remove_pidfile(held_pidfile& held) noexcept { held.file->remove(); }

struct held_line {
    std::unique_ptr<process::daemon_line> line;
};
inline int leave_terminal(held_line& held) {
    errno = 0;
    python_fork policy;
    auto line = process::daemon_line::leave(policy);
    if (!line) return errno_of(line.error());
    held.line = std::make_unique<process::daemon_line>(std::move(*line));
    return 0;
}
inline bool is_starter(const held_line& held) noexcept { return held.line->starter(); }
inline int daemon_outcome(const held_line& held) noexcept { return held.line->outcome(); }
inline void daemon_started(held_line& held) noexcept { held.line->started(); }
inline void daemon_close(held_line& held) noexcept { held.line->close(); }

}  // namespace cruet::binding
