#pragma once
// A scoreboard as Python reads it.

#include <string>
#include <utility>

#include "cruet/process/prometheus.hpp"
#include "cruet/process/scoreboard.hpp"

namespace cruet::binding {

// Null: the descriptor is of something else.
inline process::scoreboard* attach_board(int fd) {
    auto board = process::scoreboard::attach(fd);
    return board ? new process::scoreboard(std::move(*board)) : nullptr;
}
inline void delete_board(process::scoreboard* board) noexcept { delete board; }
inline int board_master(const process::scoreboard* board) noexcept { return board->head().master; }
inline unsigned board_slots(const process::scoreboard* board) noexcept { return board->slots(); }
inline process::slot_view slot_of(const process::scoreboard* board, unsigned index) noexcept {
    return board->slot(index);
}
inline const process::worker_stats& ended_stats(const process::scoreboard* board) noexcept {
    return board->ended();
}
inline std::string worker_state_name(process::slot_view slot) {
    using enum process::worker_state;
    switch (slot.state()) {
    case empty: return "empty";
    case booting: return "booting";
    case ready: return "ready";
    case stopping: return "stopping";
    }
    return "unknown";
}
inline std::string prometheus_text(const process::scoreboard* board) {
    std::string out;
    process::append_prometheus(out, *board, process::monotonic_now());
    return out;
}

}  // namespace cruet::binding
