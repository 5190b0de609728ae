// Sockets that a service manager has opened for this process: systemd's sockets, sd_listen_fds(3).
//
//     std::vector<given_socket> sockets = take_activation();  // none, where they are not for us
//     ...
//     offer_activation(sockets);      // before exec: what comes next gets them as this process did
//
// Descriptors keep their numbers, from 3 on, and are the caller's; none is looked at here.
// Variables that say nonsense give nothing.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cruet/core/ascii.hpp"

namespace cruet::process {

inline constexpr int first_given_socket = 3;
// More than any service has.
inline constexpr unsigned most_given_sockets = 1024;

struct given_socket {
    int fd = -1;
    // FileDescriptorName= of its unit; without one the unit's own.
    std::string name;
};

// As LISTEN_FDS and LISTEN_FDNAMES say it; names stand between colons.
inline std::vector<given_socket> parse_activation(std::string_view count, std::string_view names) {
    std::vector<given_socket> found;
    const auto n = parse_decimal<unsigned>(count);
    if (!n || *n > most_given_sockets) return found;
    for (int i = 0; i < static_cast<int>(*n); ++i) {
        const std::size_t end = names.find(':');
        const std::string_view name = names.substr(0, end);
        found.push_back({first_given_socket + i, std::string(name.empty() ? "unknown" : name)});
        names.remove_prefix(end == names.npos ? names.size() : end + 1);
    }
    return found;
}

// Takes it out of the environment, and closes the sockets on exec: what this process starts has no
// part in them.
inline std::vector<given_socket> take_activation() {
    const auto said = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value ? value : "");
    };
    std::vector<given_socket> found;
    if (said("LISTEN_PID") == std::to_string(::getpid())) {
        found = parse_activation(said("LISTEN_FDS"), said("LISTEN_FDNAMES"));
    }
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
    for (const given_socket& s : found) ::fcntl(s.fd, F_SETFD, FD_CLOEXEC);
    return found;
}

// What take_activation() gave, for the program that this process becomes by exec.
inline void offer_activation(const std::vector<given_socket>& sockets) {
    if (sockets.empty()) return;
    std::string names;
    for (const given_socket& s : sockets) {
        ::fcntl(s.fd, F_SETFD, 0);
        if (&s != &sockets.front()) names += ':';
        names += s.name;
    }
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", std::to_string(sockets.size()).c_str(), 1);
    ::setenv("LISTEN_FDNAMES", names.c_str(), 1);
}

}  // namespace cruet::process
