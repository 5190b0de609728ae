// Bodies of cruet/server/request_body.hpp.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cruet/server/request_body.hpp"

namespace cruet::server {

namespace detail {

// A file that no name leads to, closed on exec.
inline net::handle open_temporary(const std::string& dir) noexcept {
    try {
        std::string base = dir;
        if (base.empty()) {
            const char* from_env = std::getenv("TMPDIR");
            base = from_env && *from_env ? from_env : "/tmp";
        }
#ifdef O_TMPFILE
        net::handle unnamed(::open(base.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600));
        // Only a file system that lacks the feature is worth a second try.
        if (unnamed || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return unnamed;
#endif
        std::string name = base + "/cruet-XXXXXX";
        net::handle named(::mkstemp(name.data()));
        if (!named) return named;
        ::unlink(name.c_str());
        ::fcntl(named.get(), F_SETFD, FD_CLOEXEC);
        return named;
    } catch (const std::bad_alloc&) {
        return {};
    }
}

inline bool write_all(int fd, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

// By errno, what has kept a file from being made or written.
inline errc why_unwritten() noexcept {
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? errc::no_space : errc::io;
}

}  // namespace detail

inline void request_body::reset(std::size_t memory_limit, const std::string* temp_dir,
                                std::size_t window, void (*resume)(void*), void* owner) {
    clear();
    size_.store(0, std::memory_order_relaxed);
    read_ = 0;
    memory_limit_ = memory_limit;
    temp_dir_ = temp_dir;
    state_.store(arriving, std::memory_order_relaxed);
    why_ = errc::ok;
    if (window == 0) {
        sync_.reset();
        return;
    }
    if (!sync_) sync_ = std::make_unique<synchronisation>();
    sync_->window = window;
    sync_->full = false;
    sync_->resume = resume;
    sync_->owner = owner;
}

inline result<void> request_body::spool(std::string_view bytes) {
    if (!file_) {
        file_ = detail::open_temporary(temp_dir_ ? *temp_dir_ : std::string());
        if (!file_ || !detail::write_all(file_.get(), data_.view())) return detail::why_unwritten();
        data_.release();
    }
    if (!detail::write_all(file_.get(), bytes)) return detail::why_unwritten();
    return {};
}

inline result<bool> request_body::append(std::string_view bytes) {
    const std::uint64_t total = size_.load(std::memory_order_relaxed) + bytes.size();
    if (!sync_) {
        if (file_ || total > memory_limit_) {
            const auto spooled = spool(bytes);
            if (!spooled) return spooled.error();
        } else {
            data_.append(bytes);
        }
        size_.store(total, std::memory_order_release);
        return true;
    }
    std::lock_guard guard(sync_->mutex);
    data_.append(bytes);
    size_.store(total, std::memory_order_release);
    sync_->full = data_.size() >= sync_->window;
    sync_->arrived.notify_one();
    return !sync_->full;
}

inline void request_body::end(phase state, errc why) noexcept {
    if (!sync_) {
        why_ = why;
        state_.store(state, std::memory_order_release);
        return;
    }
    std::lock_guard guard(sync_->mutex);
    why_ = why;
    state_.store(state, std::memory_order_release);
    sync_->arrived.notify_all();
}

inline bool request_body::has_room() const {
    if (!sync_) return true;
    std::lock_guard guard(sync_->mutex);
    return data_.size() < sync_->window;
}

inline result<std::size_t> request_body::read(char* to, std::size_t n) {
    if (n == 0) return std::size_t{0};
    return sync_ ? read_streamed(to, n) : read_stored(to, n);
}

inline result<std::size_t> request_body::read_stored(char* to, std::size_t n) {
    const std::uint64_t left = size() - read_;
    n = static_cast<std::size_t>(std::min<std::uint64_t>(n, left));
    if (n == 0) {
        if (state_.load(std::memory_order_relaxed) == broken) return why_;
        return std::size_t{0};
    }
    if (!file_) {
        std::memcpy(to, data_.data() + read_, n);
        read_ += n;
        return n;
    }
    ssize_t got = -1;
    do {
        got = ::pread(file_.get(), to, n, static_cast<off_t>(read_));
    } while (got < 0 && errno == EINTR);
    if (got <= 0) return errc::io;
    read_ += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
}

inline result<std::size_t> request_body::read_streamed(char* to, std::size_t n) {
    std::unique_lock lock(sync_->mutex);
    sync_->arrived.wait(
        lock, [&] { return !data_.empty() || state_.load(std::memory_order_relaxed) != arriving; });
    if (data_.empty()) {
        if (state_.load(std::memory_order_relaxed) == broken) return why_;
        return std::size_t{0};
    }
    n = std::min(n, data_.size());
    std::memcpy(to, data_.data(), n);
    data_.consume(n);
    const bool wake = sync_->full && data_.size() < sync_->window / 2 + 1;
    if (wake) sync_->full = false;
    lock.unlock();
    if (wake && sync_->resume) sync_->resume(sync_->owner);
    return n;
}

}  // namespace cruet::server
