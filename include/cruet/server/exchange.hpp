// One request with its response: all that a handler sees of the server.
//
//     x->respond(200, "OK", fields, body);                        // a whole answer
//
//     x->start(200, "OK", fields, std::nullopt);                  // a stream: chunked in HTTP/1.1
//     while (more() && x->write(piece()) == write_state::ready) {}
//     x->finish();
//
// An exchange is shared by intrusive count and may outlive its connection; then gone() is true and
// what is written is dropped. In thread mode it is used by one thread other than the loop's, in
// inline mode on the loop's thread alone, inside Handler's calls or at any later time.
//
// Framing (Content-Length, Transfer-Encoding, Connection, Date, Server) is the server's: see
// http/serializer.hpp. Fields that cannot be sent (CR, LF, NUL, …) turn the answer into a 500, and
// the error is returned so that the handler can log it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/buffer.hpp"
#include "cruet/core/ref.hpp"
#include "cruet/core/result.hpp"
#include "cruet/http/head.hpp"
#include "cruet/http/serializer.hpp"
#include "cruet/server/completion_port.hpp"
#include "cruet/server/connection_info.hpp"
#include "cruet/server/file_range.hpp"
#include "cruet/server/lent_bytes.hpp"
#include "cruet/server/options.hpp"
#include "cruet/server/request_body.hpp"

namespace cruet::server {

// ready: give more. full: what was given is taken, give no more before there is room.
// gone: nobody is there to read it.
enum class write_state : std::uint8_t { ready, full, gone };

// A field of an answer that somebody wants to read when it is sent.
struct kept_field {
    std::string name;
    std::string value;
};

// What a connection does for its exchange, on the loop's thread.
class exchange_host {
public:
    // Inline mode: what is sent next; the exchange appends to it.
    virtual buffer& output() = 0;
    // Sends as much of the output as the client takes now.
    virtual void flush() = 0;
    // The same for the output followed by `bytes`, of which only what is not sent is copied.
    virtual void send_through(std::string_view bytes) = 0;
    // The same for the end of an answer, of which nothing is copied.
    virtual void send_lent(lent_bytes bytes) = 0;
    virtual void send_file(file_range file) = 0;
    // Inline mode: has the client sent more than the request that is being answered?
    virtual bool more_input() noexcept = 0;
    // Is this a call from within Handler::handle or writable?
    virtual bool handling() const noexcept = 0;
    // The exchange's state has changed outside of these, or in another thread.
    virtual void progress() = 0;

protected:
    ~exchange_host() = default;
};

class exchange : public ref_counted<exchange> {
public:
    // The request.
    const http::request_head& head() const noexcept { return *head_; }
    const http::head_ptr& head_ptr() const noexcept { return head_; }
    const connection_info& connection() const noexcept { return *info_; }
    const connection_info_ptr& connection_ptr() const noexcept { return info_; }
    request_body& body() noexcept { return body_; }
    // Does another thread than the loop's answer it?
    bool threaded() const noexcept { return shared_ != nullptr && port_ != nullptr; }

    // A whole answer. What the client does not take at once is copied: lend large bodies, or give
    // them in pieces, by start() and write(). Errors: those of response_writer::start, after which
    // a 500 has been sent; errc::invalid_argument when an answer was begun before.
    result<void> respond(int status, std::string_view reason, std::span<const http::field> fields,
                         std::string_view body);
    // The same with a body that stays where it lies. (A name of its own, so that `{}` is a body.)
    result<void> respond_lent(int status, std::string_view reason,
                              std::span<const http::field> fields, lent_bytes body);
    // The same with a part of a file.
    result<void> respond_file(int status, std::string_view reason,
                              std::span<const http::field> fields, file_range body);

    // Thread mode: takes the connection from the server, for another protocol (RFC 9110 section
    // 7.8), and waits until the loop has let go of it. From then on what is answered is dropped,
    // and finish() ends the connection. Errors: errc::invalid_argument in inline mode, once the
    // answer has begun, or before the content is complete; errc::not_supported where the stream
    // cannot (TLS); errc::connection_closed.
    struct handed_connection {
        net::handle socket;  // blocks
        std::string ahead;   // what the server has read of it already
    };
    result<handed_connection> take_connection();
    bool handed() const noexcept { return handover_.load(std::memory_order_acquire) == given; }

    // The head of a stream. `content_length` where known. Errors as respond(); after one the
    // exchange is ended.
    result<void> start(int status, std::string_view reason, std::span<const http::field> fields,
                       std::optional<std::uint64_t> content_length);
    // A piece of content, on its way when this returns; taken whole whatever the answer.
    write_state write(std::string_view bytes);
    // How many bytes can be written before it says `full`.
    std::size_t room() const;
    // Thread mode: blocks until there is room, `ready`, or nobody reads, `gone`. Inline mode: the
    // state as it is.
    write_state wait_writable();
    // The end of the content. Fewer bytes than announced cut the connection.
    void finish();
    // An error of the handler: a 500 before start(), else the connection is cut, so that the
    // client sees an incomplete answer.
    void fail();

    bool started() const { return writer_.started(); }
    // The head is written, and whatever is given as content will not be: HEAD, 204, 304.
    bool bodiless() const noexcept { return writer_.bodiless(); }
    // finish(), respond() or fail() was called.
    bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }
    // The client has vanished or was cut off.
    bool gone() const noexcept { return gone_.load(std::memory_order_acquire); }
    int status() const noexcept { return writer_.status(); }

    // An exchange of no connection, for tests and tools: `body` is complete, and the answer is
    // collected for take_output(), as it would be sent.
    static ref_ptr<exchange> detached(http::head_ptr head, std::string_view body = {},
                                      connection_info_ptr info = {});
    std::string take_output();

    // The connection's side, on the loop's thread.

    exchange() = default;
    void begin(http::head_ptr head, connection_info_ptr info, exchange_host* host,
               ref_ptr<completion_port> port, const server_options& options, bool keep_alive);
    // The connection is gone: nothing will be sent any more. Wakes a blocked thread.
    void disconnect(errc why);
    // The same, to be followed by disconnect() once the handler has returned.
    void set_gone() noexcept { gone_.store(true, std::memory_order_release); }
    // The answer is on its way whole: the connection has done with this exchange.
    void detach() noexcept { host_ = nullptr; }
    // The connection ends after this answer, if its head is not written yet.
    void set_close() noexcept { close_.store(true, std::memory_order_relaxed); }
    // The same, unless the client has sent another request by then, which is to be answered too.
    void set_last() noexcept { last_.store(true, std::memory_order_relaxed); }
    // Thread mode: whether it has.
    void set_more(bool more) noexcept { more_.store(more, std::memory_order_relaxed); }
    // Thread mode: moves what was written to `out`, and what follows that to `tail` or `file`.
    void collect(buffer& out, lent_bytes& tail, file_range& file);
    // Does a thread wait for the connection? Then one of these ends its waiting.
    bool connection_wanted() const noexcept {
        return handover_.load(std::memory_order_acquire) == wanted;
    }
    void give_connection(handed_connection connection);
    void refuse_connection();
    // Thread mode: how many bytes wait in the connection; wakes a writer that waits for room.
    void set_downstream(std::size_t bytes);
    // Inline mode: has write() said `full` since this was last asked?
    bool take_wants_room() noexcept { return std::exchange(wants_room_, false); }
    // Of the answer's fields those that options.kept_fields names, once its head is written.
    std::span<const kept_field> kept_fields() const noexcept { return kept_fields_; }
    // What has been written of the answer; 0, where none was begun.
    struct progress_made {
        int status;
        std::uint64_t bytes;
    };
    progress_made sent() const {
        if (handed()) return {101, 0};
        const auto guard = lock();
        return {writer_.status(), writer_.body_bytes() - (shared_ ? shared_->file.size() : 0)};
    }
    // The answer is to be cut off: fail(), or fewer bytes than announced.
    bool cut() const noexcept { return cut_; }
    const http::response_writer& writer() const noexcept { return writer_; }
    exchange_host* host() const noexcept { return host_; }
    std::chrono::steady_clock::time_point begun() const noexcept { return begun_; }
    void set_begun(std::chrono::steady_clock::time_point at) noexcept { begun_ = at; }
    // Back to the state of a new one, for use again.
    void recycle() noexcept;

private:
    friend class completion_port;
    enum handover : std::uint8_t { kept, wanted, given, refused };
    // Thread mode's part.
    struct shared_part {
        mutable std::mutex mutex;
        std::condition_variable room;
        buffer out;
        // Behind `out`, one of these.
        lent_bytes tail;
        file_range file;
        handed_connection connection;
        std::size_t downstream = 0;
    };

    std::unique_lock<std::mutex> lock() const {
        return shared_ ? std::unique_lock(shared_->mutex) : std::unique_lock<std::mutex>();
    }
    buffer& output() { return shared_ ? shared_->out : host_->output(); }
    std::size_t waiting() const;
    bool unreachable() const noexcept { return gone() || handed() || (!shared_ && !host_); }
    bool must_close() const;
    result<void> start_locked(int status, std::string_view reason,
                              std::span<const http::field> fields,
                              std::optional<std::uint64_t> content_length);
    void keep_fields(std::span<const http::field> fields);
    void put(std::string_view bytes);
    void put(lent_bytes bytes);
    void put(file_range file);
    void end_handover(handover how);
    template <class Body>
    result<void> respond_with(int status, std::string_view reason,
                              std::span<const http::field> fields, Body body);
    void end_locked();
    void answer_500();
    // Tells the loop, after the lock is given back.
    void signal();

    http::head_ptr head_;
    connection_info_ptr info_;
    request_body body_;
    http::response_writer writer_;
    exchange_host* host_ = nullptr;
    ref_ptr<completion_port> port_;
    std::unique_ptr<shared_part> shared_;
    const std::vector<std::string>* wanted_fields_ = nullptr;
    std::vector<kept_field> kept_fields_;
    std::size_t high_water_ = static_cast<std::size_t>(-1);
    std::chrono::steady_clock::time_point begun_{};
    std::atomic<bool> gone_{false};
    std::atomic<bool> ended_{false};
    std::atomic<bool> close_{false};
    std::atomic<bool> last_{false};
    std::atomic<bool> more_{false};
    std::atomic<bool> queued_{false};
    std::atomic<handover> handover_{kept};
    bool wants_room_ = false;
    bool cut_ = false;
};

using exchange_ptr = ref_ptr<exchange>;

}  // namespace cruet::server

#include "cruet/server/impl/exchange.hpp"
