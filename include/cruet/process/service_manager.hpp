// The service manager that has started this process, if it wants to be told: systemd, sd_notify(3).
//
//     service_manager manager = service_manager::of_environment();
//     if (manager) manager.tell("READY=1");
//     options.heartbeat = manager.watchdog() / 2;
//     master m(options, plain_fork{}, managed{std::move(manager), options, my_observer{}});
//
// NOTIFY_SOCKET names a socket of the manager's, by path or, with an @, in the abstract namespace.
// Where it cannot be reached all goes on without it.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "cruet/core/ascii.hpp"
#include "cruet/net/handle.hpp"
#include "cruet/process/master.hpp"
#include "cruet/process/service_report.hpp"

namespace cruet::process {

class service_manager {
public:
    using duration = std::chrono::milliseconds;

    service_manager() noexcept = default;

    // `predecessor`: the master that this process is to succeed; what is for that one is for it.
    static service_manager of_environment(pid_t predecessor = 0) {
        service_manager made;
        if (const char* where = std::getenv("NOTIFY_SOCKET")) made.connect(where);
        if (made) made.watchdog_ = watchdog_of_environment(predecessor);
        return made;
    }

    explicit operator bool() const noexcept { return static_cast<bool>(socket_); }
    // How long the manager waits between two signs of life; 0: it does not look.
    duration watchdog() const noexcept { return watchdog_; }

    // Assignments between line feeds. False: they did not reach the manager within a second.
    bool tell(std::string_view assignments) const noexcept {
        if (!socket_ || assignments.empty()) return false;
        const auto sent =
            ::send(socket_.get(), assignments.data(), assignments.size(), MSG_NOSIGNAL);
        return sent == static_cast<ssize_t>(assignments.size());
    }

private:
    void connect(std::string_view where) noexcept {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const bool known = where.size() > 1 && (where[0] == '/' || where[0] == '@');
        if (!known || where.size() >= sizeof address.sun_path) return;
        std::memcpy(address.sun_path, where.data(), where.size());
        if (where[0] == '@') address.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + where.size());
        net::handle made(::socket(AF_UNIX, SOCK_DGRAM, 0));
        // A manager that does not read keeps no master from its work.
        const timeval patience{1, 0};
        if (!made || ::fcntl(made.get(), F_SETFD, FD_CLOEXEC) != 0 ||
            ::setsockopt(made.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
            ::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
            return;
        }
        socket_ = std::move(made);
    }

    // Notes in the environment that it is this process who gives signs of life, for its successor.
    static duration watchdog_of_environment(pid_t predecessor) {
        const char* said = std::getenv("WATCHDOG_USEC");
        const char* whose = std::getenv("WATCHDOG_PID");
        const auto micros = parse_decimal(said ? said : "");
        constexpr std::uint64_t year = 31'536'000'000'000;
        const std::string_view pid = whose ? whose : "";
        const bool ours = !whose || pid == std::to_string(::getpid()) ||
                          (predecessor != 0 && pid == std::to_string(predecessor));
        if (!micros || *micros == 0 || *micros >= year || !ours) return duration{};
        ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
        return std::chrono::ceil<duration>(std::chrono::microseconds(*micros));
    }

    net::handle socket_;
    duration watchdog_{};
};

// An observer whose master's service manager is told, too.
template <MasterObserver Observer>
class managed {
public:
    managed(service_manager manager, const master_options& options, Observer observer)
        : manager_(std::move(manager)),
          report_(options.workers, options.predecessor),
          observer_(std::move(observer)) {}

    void notify(const master_notice& notice) {
        if (manager_) manager_.tell(report_.about(notice));
        observer_.notify(notice);
    }
    bool reload(master_options& options) { return observer_.reload(options); }

private:
    service_manager manager_;
    service_report report_;
    Observer observer_;
};

}  // namespace cruet::process
