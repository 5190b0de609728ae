// A part of a file as the content of an answer: sent from where it lies, at the pace of its client.
//
//     net::handle file(::open(path, O_RDONLY | O_CLOEXEC));
//     x->respond_file(200, "OK", fields, file_range(std::move(file), offset, size));
//
// It owns the descriptor, whose own position is neither used nor moved, and closes it once all is
// sent or the client has vanished. The file must be a regular one. One that turns out shorter than
// promised cuts the connection, so that the client sees an incomplete answer.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "cruet/net/handle.hpp"

namespace cruet::server {

class file_range {
public:
    file_range() noexcept = default;
    // `size` bytes from `at` on.
    file_range(net::handle file, std::uint64_t at, std::uint64_t size) noexcept
        : file_(std::move(file)), at_(at), size_(size) {
        if (size_ == 0) file_.reset();
    }
    file_range(file_range&& other) noexcept
        : file_(std::move(other.file_)),
          at_(std::exchange(other.at_, 0)),
          size_(std::exchange(other.size_, 0)) {}
    file_range& operator=(file_range&& other) noexcept {
        file_ = std::move(other.file_);
        at_ = std::exchange(other.at_, 0);
        size_ = std::exchange(other.size_, 0);
        return *this;
    }
    ~file_range() = default;

    int fd() const noexcept { return file_.get(); }
    std::uint64_t at() const noexcept { return at_; }
    std::uint64_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }

    // Only the first n are wanted.
    void truncate(std::uint64_t n) noexcept {
        size_ = std::min(size_, n);
        if (size_ == 0) file_.reset();
    }
    // The first n are done with; closes with the last.
    void consume(std::uint64_t n) noexcept {
        at_ += n;
        truncate(size_ - n);
    }
    void reset() noexcept { truncate(0); }

    // The first bytes, as many as fit; 0 where the file has none there, or cannot be read.
    std::size_t read(std::span<char> to) const noexcept {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(size_, to.size()));
        ssize_t got = -1;
        do {
            got = ::pread(fd(), to.data(), n, static_cast<off_t>(at_));
        } while (got < 0 && errno == EINTR);
        return got < 0 ? 0 : static_cast<std::size_t>(got);
    }

private:
    net::handle file_;
    std::uint64_t at_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace cruet::server
