// A file with the number of a process, by which others find it.
//
//     result<pidfile> file = pidfile::create("/run/app.pid");   // errc::address_in_use: a living
//                                                               // process has it
//     file->move_to("/run/app.pid.2");
//     file->remove();                                           // if it is still this process's
//
// It is written beside its place and moved there, so that nobody reads half a number. What a dead
// process left is replaced. Errors else: errc::io, with errno.
#pragma once

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cruet/core/result.hpp"
#include "cruet/net/handle.hpp"

namespace cruet::process {

class pidfile {
public:
    static result<pidfile> create(std::string path) {
        const auto other = owner(path);
        if (other && *other != ::getpid() && alive(*other)) return errc::address_in_use;
        if (!write(path)) return errc::io;
        return pidfile(std::move(path));
    }

    // The process that a file names; nothing where there is no such file, or no number in it.
    static std::optional<pid_t> owner(const std::string& path) {
        const net::handle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        char text[32];
        const ssize_t n = file ? ::read(file.get(), text, sizeof text) : -1;
        return n > 0 ? number_in({text, static_cast<std::size_t>(n)}) : std::nullopt;
    }

    // The process that such a file's text names.
    static std::optional<pid_t> number_in(std::string_view text) noexcept {
        const char* const last = text.data() + text.size();
        long pid = 0;
        const auto [end, failed] = std::from_chars(text.data(), last, pid);
        if (failed != std::errc{} || pid <= 0 || pid > 0x7fffffffL) return std::nullopt;
        if (end != last && *end != '\n' && *end != ' ') return std::nullopt;
        return static_cast<pid_t>(pid);
    }

    const std::string& path() const noexcept { return path_; }

    // Errors leave it where it is.
    result<void> move_to(std::string path) {
        if (::rename(path_.c_str(), path.c_str()) != 0) return errc::io;
        path_ = std::move(path);
        return {};
    }
    void remove() noexcept {
        if (owner(path_) == ::getpid()) ::unlink(path_.c_str());
    }

private:
    explicit pidfile(std::string path) noexcept : path_(std::move(path)) {}

    static bool alive(pid_t pid) noexcept { return ::kill(pid, 0) == 0 || errno == EPERM; }

    static bool write(const std::string& path) {
        const std::string number = std::to_string(::getpid());
        const std::string text = number + "\n", beside = path + "." + number;
        bool done = false;
        {
            const net::handle file(
                ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
            if (!file) return false;
            done =
                ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
        }
        if (done && ::rename(beside.c_str(), path.c_str()) == 0) return true;
        const int reason = errno;
        ::unlink(beside.c_str());
        errno = reason;
        return false;
    }

    std::string path_;
};

}  // namespace cruet::process
