// What a service manager is told of a master, in the words of sd_notify(3).
//
//     service_report report(4);                       // workers
//     std::string message = report.about(notice);     // empty: it is none of the manager's affair
//
// READY when the first worker serves, RELOADING from SIGHUP until the new generation serves or is
// given up, STOPPING at the end, WATCHDOG at each beat of the master, STATUS for people.
//
// While two masters serve (SIGUSR2) the old one stays the service's main process, so that either
// may go: the manager is told of the new one (MAINPID) when the old one is to stop, by the old one,
// whom it believes, and once more by the new one.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <string>

#include "cruet/process/master.hpp"

namespace cruet::process {

class service_report {
public:
    // `predecessor`: the older master that is there still; 0: none.
    explicit service_report(unsigned workers, pid_t predecessor = 0) noexcept
        : workers_(workers), predecessor_(predecessor) {}

    std::string about(const master_notice& notice) {
        switch (notice.event) {
        case master_event::alive: return "WATCHDOG=1";
        case master_event::worker_ready: return first_is_ready();
        case master_event::boot_failed: return ready_ ? "" : "STATUS=A worker does not start";
        case master_event::workers_wanted:
            workers_ = static_cast<unsigned>(notice.status);
            return ready_ ? status() : "";
        case master_event::reload_asked: return reloading();
        case master_event::reload_finished:
            workers_ = static_cast<unsigned>(notice.status);
            return "READY=1\n" + status();
        case master_event::reload_failed:
            return "READY=1\nSTATUS=Serving what was there before a reload that has failed";
        case master_event::upgrade_started:
            successor_ = notice.pid;
            return "STATUS=A new master starts: " + std::to_string(notice.pid);
        case master_event::upgrade_ended: successor_ = 0; return status();
        case master_event::promoted: predecessor_ = 0; return promoted();
        case master_event::stopping: stopping_ = true; return stopping();
        default: return {};
        }
    }

private:
    std::string status() const {
        if (workers_ == 0) return "STATUS=No workers are wanted";
        return "STATUS=Serving, workers: " + std::to_string(workers_);
    }
    std::string first_is_ready() {
        if (std::exchange(ready_, true) || predecessor_ != 0 || stopping_) return {};
        return "READY=1\n" + status();
    }
    static std::string reloading() {
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        const auto moment = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
                            static_cast<std::uint64_t>(now.tv_nsec) / 1000;
        return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(moment) + "\nSTATUS=Reloading";
    }
    std::string promoted() const {
        const std::string me = "MAINPID=" + std::to_string(::getpid());
        return ready_ ? me + "\nREADY=1\n" + status() : me;
    }
    std::string stopping() const {
        if (successor_ == 0) return "STOPPING=1\nSTATUS=Stopping";
        return "MAINPID=" + std::to_string(successor_) + "\nSTATUS=A new master takes over";
    }

    unsigned workers_;
    pid_t predecessor_;
    pid_t successor_ = 0;
    bool ready_ = false;
    bool stopping_ = false;
};

}  // namespace cruet::process
