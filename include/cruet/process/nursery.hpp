// The one process that loads the application where workers are to be forked with it: the master
// imports nothing, and a reload needs but a new nursery.
//
//     // in the nursery (master_outcome::nursery())
//     load();
//     nursery->ready();
//     while (nursery->wait() != 0) {                          // 0: it is no longer needed
//         auto worker = nursery->fork_one(policy, grace);     // in a new worker: its context
//         if (worker) return serve(*worker);
//     }
//
// A worker's parent is to be the master, which waits for it and whose death it notices. So the
// nursery forks a process that forks the worker and ends; the kernel gives the orphan to the
// master, which has asked for that (PR_SET_CHILD_SUBREAPER, Linux). Errors: errc::io, with errno.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "cruet/process/fd_message.hpp"
#include "cruet/process/fork.hpp"
#include "cruet/process/worker_context.hpp"

namespace cruet::process {

// What the master asks for, and what it hears.
struct nursery_order {
    std::uint32_t slot = 0;
    std::uint64_t number = 0;
};
struct nursery_answer {
    std::int32_t pid = 0;  // 0: there is none
    std::int32_t error = 0;
};

// Orphans among the descendants of this process become its children.
inline result<void> adopt_orphans() noexcept {
#ifdef __linux__
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL) == 0) return {};
#else
    errno = ENOTSUP;
#endif
    return errc::io;
}

// The two ends of an order's way.
struct nursery_line {
    net::handle master;
    net::handle nursery;

    static result<nursery_line> open() {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) return errc::io;
        nursery_line made{net::handle(ends[0]), net::handle(ends[1])};
        for (const int fd : ends) {
            if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return errc::io;
        }
        return made;
    }
};

class nursery_context {
public:
    // What each worker is to have is inherited by the forks.
    nursery_context(worker_context of_workers, net::handle line) noexcept
        : of_workers_(std::move(of_workers)), line_(std::move(line)) {}

    // Becomes somebody else, and the workers with it; as worker_context::assume().
    result<bool> assume(const identity& who, bool init_groups) const {
        return of_workers_.assume(who, init_groups);
    }
    // The application is loaded.
    void ready() const noexcept {
        const nursery_answer nothing;
        send_message(line_.get(), &nothing, sizeof nothing, -1);
        of_workers_.wake_master();
    }
    // Until a worker is wanted: its number. 0: no more will be, or the master is gone.
    std::uint64_t wait() noexcept {
        pollfd watched[2] = {{line_.get(), POLLIN, 0}, {of_workers_.life_line(), POLLIN, 0}};
        while (true) {
            if (::poll(watched, 2, -1) < 0) continue;
            if (watched[1].revents != 0) return 0;
            if (watched[0].revents == 0) continue;
            const auto n = receive_message(line_.get(), &order_, sizeof order_, trace_);
            return n == sizeof order_ ? order_.number : 0;
        }
    }
    // What wait() has told of: the context in the new worker, nothing in the nursery. The worker
    // ends itself `orphan_grace` after its master.
    template <ForkPolicy F>
    std::optional<worker_context> fork_one(F& policy, std::chrono::milliseconds orphan_grace);

private:
    // Whether the master has become the parent. By the kernel, as soon as the process between ends.
    bool adopted() const noexcept {
        if (!await_parent()) return false;
        // One that has given the nursery up knows nothing of this worker.
        pollfd line{line_.get(), 0, 0};
        return ::poll(&line, 1, 0) == 0;
    }
    bool await_parent() const noexcept {
        for (int i = 0; i < 20000 && ::getppid() != of_workers_.master(); ++i) {
            pollfd gone{of_workers_.life_line(), POLLIN, 0};
            if (::poll(&gone, 1, 0) != 0) return false;
            ::usleep(100);
        }
        return ::getppid() == of_workers_.master();
    }

    worker_context of_workers_;
    net::handle line_;
    nursery_order order_;
    net::handle trace_;
};

template <ForkPolicy F>
std::optional<worker_context> nursery_context::fork_one(F& policy,
                                                        std::chrono::milliseconds orphan_grace) {
    const slot_view slot = of_workers_.board().slot(order_.slot);
    net::handle trace = std::move(trace_);
    const auto between = fork_with(policy);
    if (between && *between == 0) {
        const auto worker = fork_with(policy);
        if (!worker) ::_exit(errno & 0x7f);
        if (*worker != 0) {
            slot.set_pid(*worker);
            ::_exit(0);
        }
        if (!adopted()) ::_exit(0);
        line_.reset();
        const auto guarded = orphan_guard::install(of_workers_.master(), orphan_grace);
        if (guarded.value_or(true) == false) ::_exit(0);
        of_workers_.become(order_.slot, order_.number, trace_file(std::move(trace)));
        return std::move(of_workers_);
    }
    nursery_answer answer{0, errno};
    if (between) {
        int status = 0;
        while (::waitpid(*between, &status, 0) < 0 && errno == EINTR) {
        }
        const bool done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        answer = done ? nursery_answer{slot.pid(), 0}
                      : nursery_answer{0, WIFEXITED(status) ? WEXITSTATUS(status) : EIO};
    }
    send_message(line_.get(), &answer, sizeof answer, -1);
    return std::nullopt;
}

}  // namespace cruet::process
