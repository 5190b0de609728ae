// A process that leaves its terminal, while whoever started it learns how the start went.
//
//     auto line = daemon_line::leave(policy);             // forks; errc::io where that fails
//     if (line->starter()) return line->outcome();        // the process that was started: waits,
//                                                         // and gives the exit code
//     ...                                                 // the daemon, in a session of its own
//     detach_streams();                                   // standard streams: /dev/null
//     line->started();                                    // the starter ends with 0
//
// Where the daemon ends before started(), the starter ends with the daemon's own exit code, so that
// a failed start is told as one in the foreground is. Standard streams stay until
// detach_streams(), for what a failed start has to say.
#pragma once

#include <fcntl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "cruet/core/result.hpp"
#include "cruet/net/handle.hpp"
#include "cruet/process/fork.hpp"
#include "cruet/process/pipe.hpp"

namespace cruet::process {

class daemon_line {
public:
    template <ForkPolicy F>
    static result<daemon_line> leave(F& policy) {
        auto pipe = byte_pipe::open();
        if (!pipe) return pipe.error();
        const auto pid = fork_with(policy);
        if (!pid) return pid.error();
        daemon_line made(std::move(*pipe), *pid);
        if (*pid != 0) {
            made.pipe_.close_write();
            return made;
        }
        made.pipe_.close_read();
        if (::setsid() < 0) return errc::io;
        return made;
    }

    bool starter() const noexcept { return daemon_ != 0; }

    // In the starter: blocks until the daemon has started or ended.
    int outcome() const noexcept {
        char byte = 0;
        ::fcntl(pipe_.read_fd(), F_SETFL, 0);
        ssize_t n = -1;
        do {
            n = ::read(pipe_.read_fd(), &byte, 1);
        } while (n < 0 && errno == EINTR);
        if (n == 1) return 0;
        int status = 0;
        while (::waitpid(daemon_, &status, 0) < 0 && errno == EINTR) {
        }
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

    // In the daemon.
    void started() noexcept {
        if (pipe_.write_fd() < 0) return;
        pipe_.send('s');
        pipe_.close_write();
    }
    // In a child of it, which has nothing to tell.
    void close() noexcept { pipe_.close_write(); }

private:
    daemon_line(byte_pipe pipe, pid_t daemon) noexcept : pipe_(std::move(pipe)), daemon_(daemon) {}

    byte_pipe pipe_;
    pid_t daemon_;
};

// Standard input, output and error lead nowhere from now on.
inline void detach_streams() noexcept {
    const net::handle nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!nothing) return;
    for (int fd = 0; fd <= 2; ++fd) ::dup2(nothing.get(), fd);
}

}  // namespace cruet::process
