// One master that takes over from another: the new program gets the sockets of the old one.
//
//     // in the child that the old master has forked for it (master_outcome::successor)
//     return exec_successor({"/usr/bin/app", "--port", "80"}, sockets);   // errno, where it fails
//
//     // in the new program, at its start
//     inheritance from = inherit();         // no predecessor, no sockets: a start of its own
//
// The sockets are told in the environment, together with the process that leaves them, so that
// nobody else takes them for his: what a process finds there that was meant for another is ignored.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cruet::process {

inline constexpr const char* predecessor_variable = "CRUET_PREDECESSOR";
inline constexpr const char* sockets_variable = "CRUET_INHERITED_SOCKETS";

struct inheritance {
    // 0: there is none.
    pid_t predecessor = 0;
    // Sockets that listen, closed on exec; the caller's.
    std::vector<int> sockets;
};

namespace detail {

inline bool listens(int fd) noexcept {
    int answer = 0;
    socklen_t size = sizeof answer;
    return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &answer, &size) == 0 && answer != 0;
}

}  // namespace detail

// Numbers between commas. Nothing of a text that is anything else, or names what does not listen.
inline std::vector<int> parse_sockets(std::string_view text) {
    std::vector<int> found;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        int fd = -1;
        const auto [next, failed] = std::from_chars(at, end, fd);
        if (failed != std::errc{} || fd < 0 || (next != end && *next != ',')) return {};
        if (!detail::listens(fd)) return {};
        found.push_back(fd);
        at = next == end ? end : next + 1;
        if (next != end && at == end) return {};
    }
    return found;
}

// Takes it out of the environment: what this process starts has no part in it.
inline inheritance inherit() {
    const char* who = std::getenv(predecessor_variable);
    const char* what = std::getenv(sockets_variable);
    inheritance found;
    if (who && what && std::to_string(::getppid()) == who) {
        found.predecessor = ::getppid();
        found.sockets = parse_sockets(what);
        for (const int fd : found.sockets) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    ::unsetenv(predecessor_variable);
    ::unsetenv(sockets_variable);
    return found;
}

// Becomes the successor of the process's parent. Returns only where that fails: errno.
inline int exec_successor(const std::vector<std::string>& command, std::span<const int> sockets) {
    std::string text;
    for (const int fd : sockets) {
        if (!text.empty()) text += ',';
        text += std::to_string(fd);
        if (::fcntl(fd, F_SETFD, 0) != 0) return errno;
    }
    ::setenv(predecessor_variable, std::to_string(::getppid()).c_str(), 1);
    ::setenv(sockets_variable, text.c_str(), 1);
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const std::string& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    if (arguments.empty()) return EINVAL;
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    return errno;
}

}  // namespace cruet::process
