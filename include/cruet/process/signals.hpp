// Signals as a stream that a poll loop reads, instead of handlers that interrupt it.
//
//     result<signal_channel> signals = signal_channel::open({SIGTERM, SIGCHLD});
//     poll signals->fd() for reading, then
//     while (auto number = signals->next()) ...
//
// The handler writes the signal's number into a pipe. Dispositions are the process's own, so one
// channel exists at a time; open() a second one is errc::invalid_argument. Destroying the channel
// puts back what was there before. After a fork the child destroys its copy before it lets
// signals in: signals_blocked brackets the fork so that none is delivered in between, which would
// put a signal of the child into the pipe of its parent.
#pragma once

#include <atomic>
#include <cerrno>
#include <csignal>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "cruet/core/result.hpp"
#include "cruet/process/pipe.hpp"

namespace cruet::process {

// Holds back every signal of the calling thread for the life of the object.
class signals_blocked {
public:
    signals_blocked() noexcept {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;
    ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_;
};

class signal_channel {
public:
    static result<signal_channel> open(std::initializer_list<int> numbers) {
        if (target().load() >= 0) return errc::invalid_argument;
        auto made = byte_pipe::open();
        if (!made) return made.error();
        signal_channel channel(std::move(*made));
        target().store(channel.pipe_.write_fd());
        for (const int number : numbers) {
            if (!channel.install(number)) return errc::io;
        }
        return channel;
    }

    signal_channel(signal_channel&& other) noexcept
        : pipe_(std::move(other.pipe_)), before_(std::move(other.before_)) {
        other.before_.clear();
    }
    signal_channel& operator=(signal_channel&&) = delete;
    ~signal_channel() { close(); }

    int fd() const noexcept { return pipe_.read_fd(); }

    // The next signal that came in, in order of arrival; of many equal ones some may be dropped, as
    // the kernel itself does.
    std::optional<int> next() const noexcept {
        const auto byte = pipe_.receive();
        if (!byte) return std::nullopt;
        return static_cast<unsigned char>(*byte);
    }

    // Puts the dispositions back. Nothing is received afterwards.
    void close() noexcept {
        if (pipe_.write_fd() < 0) return;
        for (const auto& [number, action] : before_) ::sigaction(number, &action, nullptr);
        before_.clear();
        target().store(-1);
        pipe_ = byte_pipe();
    }

private:
    explicit signal_channel(byte_pipe made) noexcept : pipe_(std::move(made)) {}

    bool install(int number) {
        struct sigaction action {};
        action.sa_sigaction = &signal_channel::on_signal;
        action.sa_flags = SA_SIGINFO;
        sigfillset(&action.sa_mask);
        struct sigaction old {};
        if (::sigaction(number, &action, &old) != 0) return false;
        before_.emplace_back(number, old);
        return true;
    }

    static void on_signal(int number, siginfo_t* info, void*) noexcept {
        // A terminal whose size changes sends one too; nobody asked for anything.
        if (number == SIGWINCH && info && info->si_code > 0) return;
        const int saved = errno;
        const char byte = static_cast<char>(number);
        if (::write(target().load(std::memory_order_relaxed), &byte, 1) < 0) {
            // A full pipe already holds more wake-ups than anybody has read.
        }
        errno = saved;
    }
    static std::atomic<int>& target() noexcept {
        static std::atomic<int> fd{-1};
        return fd;
    }

    byte_pipe pipe_;
    std::vector<std::pair<int, struct sigaction>> before_;
};

}  // namespace cruet::process
