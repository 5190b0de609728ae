// The content of one request, between the connection that receives it and the handler.
//
// The handler starts when all of it is here, in memory or past server_options::body_memory in a
// temporary file that has no name.
//
//     if (!body.spooled()) use(body.memory());      // valid as long as the exchange
//     else ::pread(body.fd(), ...);                 // body.size() bytes
//
// Streaming (server_options::stream_bodies): the handler's thread reads while it arrives. read()
// blocks, and the connection leaves its socket unread while `window` bytes wait here.
//
// read() works either way. Its errors are those the connection met: errc::connection_closed,
// errc::timed_out, errc::body_too_large, errc::body_incomplete, a framing error,
// errc::no_space where the disk is full (or its quota, or the process's limit of a file's size is
// reached), errc::io.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "cruet/core/buffer.hpp"
#include "cruet/core/result.hpp"
#include "cruet/net/handle.hpp"

namespace cruet::server {

class request_body {
public:
    request_body() = default;

    // The handler's side.

    // Bytes received; all of them once complete().
    std::uint64_t size() const noexcept { return size_.load(std::memory_order_acquire); }
    bool complete() const noexcept { return state_.load(std::memory_order_acquire) == whole; }
    // Is it read while it arrives?
    bool streamed() const noexcept { return sync_ != nullptr; }
    // In a file rather than in memory?
    bool spooled() const noexcept { return static_cast<bool>(file_); }
    // The file, its offset in no particular place; -1 when not spooled.
    int fd() const noexcept { return file_.get(); }
    // Neither streamed nor spooled: the whole content.
    std::string_view memory() const noexcept { return data_.view(); }

    // Up to n bytes, in order; 0 at the end of the content. Streaming blocks until there are some.
    // An error stays.
    result<std::size_t> read(char* to, std::size_t n);

    // The connection's side, on the loop's thread.

    // Forgets everything. `window` > 0 chooses streaming; `resume(owner)` is then called, on the
    // reader's thread, when the connection may go on after append() has said `false`.
    void reset(std::size_t memory_limit, const std::string* temp_dir, std::size_t window,
               void (*resume)(void*), void* owner);
    // Lets go of memory and file.
    void clear() noexcept {
        if (data_.capacity() > 0) data_.release();
        file_.reset();
    }
    // False: the window is full (streaming alone; the bytes were taken). errc::no_space or
    // errc::io where the file cannot be written.
    result<bool> append(std::string_view bytes);
    void finish() noexcept { end(whole, errc::ok); }
    // What read() tells from now on, once what has arrived is read.
    void fail(errc why) noexcept {
        if (state_.load(std::memory_order_relaxed) == arriving) end(broken, why);
    }
    // May a paused connection go on?
    bool has_room() const;

private:
    enum phase : std::uint8_t { arriving, whole, broken };
    struct synchronisation {
        std::mutex mutex;
        std::condition_variable arrived;
        std::size_t window = 0;
        bool full = false;
        void (*resume)(void*) = nullptr;
        void* owner = nullptr;
    };

    void end(phase state, errc why) noexcept;
    result<void> spool(std::string_view bytes);
    result<std::size_t> read_stored(char* to, std::size_t n);
    result<std::size_t> read_streamed(char* to, std::size_t n);

    buffer data_;
    net::handle file_;
    std::atomic<std::uint64_t> size_{0};
    std::uint64_t read_ = 0;
    std::size_t memory_limit_ = static_cast<std::size_t>(-1);
    const std::string* temp_dir_ = nullptr;
    std::unique_ptr<synchronisation> sync_;
    std::atomic<phase> state_{arriving};
    errc why_ = errc::ok;
};

}  // namespace cruet::server

#include "cruet/server/impl/request_body.hpp"
