// What a worker knows of its place beside the master. Move it; the descriptors close with it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <utility>

#include "cruet/process/fork.hpp"
#include "cruet/process/handover.hpp"
#include "cruet/process/identity.hpp"
#include "cruet/process/pipe.hpp"
#include "cruet/process/scoreboard.hpp"
#include "cruet/process/trace_file.hpp"

namespace cruet::process {

class worker_context {
public:
    worker_context(scoreboard board, unsigned index, pid_t master, byte_pipe life_line,
                   byte_pipe ready_line, handover queue, trace_file trace)
        : board_(std::move(board)),
          index_(index),
          master_(master),
          life_line_(std::move(life_line)),
          ready_line_(std::move(ready_line)),
          handover_(std::move(queue)),
          trace_(std::move(trace)) {}

    unsigned index() const noexcept { return index_; }
    // The how many-th worker of its master it is, from 1.
    std::uint64_t number() const noexcept { return number_; }
    slot_view slot() const noexcept { return board_.slot(index_); }
    const scoreboard& board() const noexcept { return board_; }
    pid_t master() const noexcept { return master_; }
    // Readable (end of file) when the master is gone.
    int life_line() const noexcept { return life_line_.read_fd(); }
    // Connections that the master has accepted for whoever has time.
    const handover& connections() const noexcept { return handover_; }
    // Takes what a worker that hangs has to say of where it stands; -1: nobody reads it.
    int trace_fd() const noexcept { return trace_.fd(); }

    // Becomes somebody else, before the application is loaded. False: the master is gone, and the
    // process should end. Errors: those of identity::assume().
    result<bool> assume(const identity& who, bool init_groups) const {
        if (const auto done = who.assume(init_groups); !done) return done.error();
        return orphan_guard::renew(master_);
    }
    // The application is loaded and the worker serves from now on.
    void ready() const noexcept {
        slot().set_state(worker_state::ready);
        ready_line_.send('r');
    }
    // It ends as soon as it has done what it has in hand.
    void stopping() const noexcept {
        slot().set_state(worker_state::stopping);
        ready_line_.send('s');
    }
    // Has the master look at the scoreboard.
    void wake_master() const noexcept { ready_line_.send('w'); }
    // One of many that are forked with the same descriptors (nursery.hpp).
    void become(unsigned index, std::uint64_t number, trace_file trace) noexcept {
        index_ = index;
        number_ = number;
        trace_ = std::move(trace);
    }
    // A request was served.
    void count_request() const noexcept {
        if (slot().count_request()) ready_line_.send('n');
    }

private:
    scoreboard board_;
    unsigned index_;
    std::uint64_t number_ = 0;
    pid_t master_;
    byte_pipe life_line_;
    byte_pipe ready_line_;
    handover handover_;
    trace_file trace_;
};

}  // namespace cruet::process
