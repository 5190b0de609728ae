// A byte queue for output: appended at the end, taken from the front, its memory reused.
//
//     buffer out;
//     out.append("HTTP/1.1 200 OK\r\n");
//     n = send(fd, out.data(), out.size(), 0);
//     out.consume(n);                         // an empty buffer starts again at its beginning
//
// Unlike std::string it never writes bytes that are about to be overwritten. view() is valid until
// the next append. Throws std::bad_alloc alone.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace cruet {

class buffer {
public:
    buffer() noexcept = default;
    buffer(buffer&& other) noexcept { swap(other); }
    buffer& operator=(buffer&& other) noexcept {
        buffer taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~buffer() { std::free(block_); }

    const char* data() const noexcept { return block_ + begin_; }
    std::size_t size() const noexcept { return end_ - begin_; }
    bool empty() const noexcept { return begin_ == end_; }
    std::size_t capacity() const noexcept { return capacity_; }
    std::string_view view() const noexcept { return {data(), size()}; }

    void append(std::string_view bytes) {
        if (bytes.empty()) return;
        std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
        end_ += bytes.size();
    }
    void append(char c) {
        *prepare(1) = c;
        ++end_;
    }
    // Room for n bytes at the end; commit() says how many were written there.
    char* prepare(std::size_t n) {
        if (capacity_ - end_ < n) make_room(n);
        return block_ + end_;
    }
    void commit(std::size_t n) noexcept { end_ += n; }

    void consume(std::size_t n) noexcept {
        begin_ += n;
        if (begin_ == end_) begin_ = end_ = 0;
    }
    // Forgets what was appended after the first n bytes.
    void truncate(std::size_t n) noexcept { end_ = begin_ + n; }
    void clear() noexcept { begin_ = end_ = 0; }
    // Gives the memory back.
    void release() noexcept { buffer().swap(*this); }

    void swap(buffer& other) noexcept {
        std::swap(block_, other.block_);
        std::swap(begin_, other.begin_);
        std::swap(end_, other.end_);
        std::swap(capacity_, other.capacity_);
    }

private:
    void make_room(std::size_t n) {
        const std::size_t used = size();
        // What is consumed in front is used again when that is at least half of the block.
        if (begin_ >= capacity_ / 2 && capacity_ - used >= n) {
            std::memmove(block_, block_ + begin_, used);
        } else {
            std::size_t wanted = capacity_ < 512 ? 1024 : capacity_ * 2;
            while (wanted - used < n) wanted *= 2;
            char* fresh = static_cast<char*>(std::malloc(wanted));
            if (!fresh) throw std::bad_alloc();
            if (used > 0) std::memcpy(fresh, block_ + begin_, used);
            std::free(std::exchange(block_, fresh));
            capacity_ = wanted;
        }
        begin_ = 0;
        end_ = used;
    }

    char* block_ = nullptr;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace cruet
