// How the master makes a new process, and how that process learns that its master is gone.
//
// A ForkPolicy brackets fork(2) for a run-time that needs it (an interpreter's locks); plain_fork
// is the policy of a program that needs nothing.
//
//     plain_fork policy;
//     result<pid_t> pid = fork_with(policy);       // 0 in the child; errc::io when refused
//     if (pid && *pid == 0) orphan_guard::install(master_pid, 800ms);
//
// orphan_guard: a process whose parent dies receives a signal from the kernel (Linux,
// PR_SET_PDEATHSIG). Its handler arms a kernel timer that kills the process when the grace is
// over, whatever the process is doing then: a worker stuck in a computation, with every signal
// handler of its language unreachable, is not left behind. Elsewhere the life line alone
// (process/master.hpp) tells of the end.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "cruet/core/result.hpp"

namespace cruet::process {

// Steps around fork(2). before() and after_in_parent() run in the master, after_in_child() in the
// new process, each before anything else. None may throw.
template <class F>
concept ForkPolicy = requires(F& policy) {
    policy.before();
    policy.after_in_parent();
    policy.after_in_child();
};

struct plain_fork {
    void before() noexcept {}
    void after_in_parent() noexcept {}
    void after_in_child() noexcept {}
};

// 0 in the child, the child's id in the parent; errc::io with errno set when there is no child.
template <ForkPolicy F>
result<pid_t> fork_with(F& policy) {
    policy.before();
    const pid_t pid = ::fork();
    if (pid == 0) {
        policy.after_in_child();
        return pid;
    }
    const int saved = errno;
    policy.after_in_parent();
    errno = saved;
    if (pid < 0) return errc::io;
    return pid;
}

// Of the calling process; there is one, because a process has one parent.
class orphan_guard {
public:
    // Ends this process at the latest `grace` after its parent `parent` has died. False when the
    // parent is dead already: the caller should leave. errc::io when the kernel offers no timer.
    static result<bool> install(pid_t parent, std::chrono::milliseconds grace) {
#ifdef __linux__
        sigevent event{};
        event.sigev_notify = SIGEV_SIGNAL;
        event.sigev_signo = SIGKILL;
        if (::timer_create(CLOCK_MONOTONIC, &event, &timer()) != 0) return errc::io;
        limit() = timespec{static_cast<time_t>(grace.count() / 1000),
                           static_cast<long>(grace.count() % 1000) * 1'000'000};
        struct sigaction action {};
        action.sa_handler = &orphan_guard::on_parent_death;
        sigemptyset(&action.sa_mask);
        action.sa_flags = SA_RESTART;
        if (::sigaction(signal_number(), &action, nullptr) != 0) return errc::io;
#else
        static_cast<void>(grace);
#endif
        return renew(parent);
    }

    // Once more after a change of user, which clears the kernel's mark. False as above.
    static result<bool> renew(pid_t parent) {
#ifdef __linux__
        if (::prctl(PR_SET_PDEATHSIG, signal_number()) != 0) return errc::io;
#endif
        return ::getppid() == parent;
    }

#ifdef __linux__
    // A real-time signal, so that no application's own use of a named one is disturbed.
    static int signal_number() noexcept { return SIGRTMIN + 5; }

private:
    static void on_parent_death(int) noexcept {
        const int saved = errno;
        itimerspec when{};
        when.it_value = limit();
        ::timer_settime(timer(), 0, &when, nullptr);
        errno = saved;
    }
    static timer_t& timer() noexcept {
        static timer_t id{};
        return id;
    }
    static timespec& limit() noexcept {
        static timespec grace{};
        return grace;
    }
#endif
};

static_assert(ForkPolicy<plain_fork>);

}  // namespace cruet::process
