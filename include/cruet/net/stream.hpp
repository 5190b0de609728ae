// What a connection reads and writes: bytes, in order, without blocking.
//
// Models: plain_stream, tls_stream, either_stream of both, and one in memory for tests. TLS may
// have to write before it can read, and to read before it can write; and what it has read ahead
// makes no descriptor ready. So whoever waits asks the stream what to wait for, and what may go on
// then:
//
//     watcher.want(stream.waiting(interest::read));
//     ... ready came: what = stream.moved(ready);  // perhaps read, though the socket is writable
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "cruet/net/handle.hpp"
#include "cruet/net/loop.hpp"

namespace cruet::net {

// ok: `bytes` were moved, more than 0. end: the peer sends no more. want_read, want_write: nothing
// moved, wait for that. foreign: the peer speaks another protocol than the stream, in which it can
// still be told so: what is written from now on goes out as it is. broken: nothing will move any
// more.
enum class io_state : std::uint8_t { ok, end, want_read, want_write, foreign, broken };

struct io_result {
    io_state state = io_state::ok;
    std::size_t bytes = 0;
};

template <class S>
concept Stream = requires(S& stream, std::span<char> to, std::string_view a, std::string_view b) {
    // What there is, at most to.size() bytes.
    { stream.read(to) } -> std::same_as<io_result>;
    // As much as fits of a followed by b; either may be empty, not both. Of what had to wait at
    // least as much is offered again, as it may lie encrypted by then.
    { stream.write(a, b) } -> std::same_as<io_result>;
    // Tells the peer that no more comes; reading goes on.
    stream.shutdown_write();
    // The peer sees a reset rather than an orderly end when the stream is destroyed.
    stream.reset_on_close();
    // Is there more to read, for which no descriptor becomes ready?
    { stream.pending() } -> std::convertible_to<bool>;
    // What to wait for at the descriptor for the sake of what is wanted of the stream.
    { stream.waiting(interest::both) } -> std::same_as<interest>;
    // What of the stream may go on when the descriptor is ready so.
    { stream.moved(ready::both) } -> std::same_as<ready>;
    // Has the peer sent what nobody has read yet? True where that can only be told by reading.
    { stream.unread() } -> std::convertible_to<bool>;
    { stream.fd() } -> std::convertible_to<int>;
    // Is what it carries encrypted?
    { stream.secure() } -> std::convertible_to<bool>;
};

// What a stream may be able to do in addition: to send from a regular file what never enters this
// process.
template <class S>
concept FileSender = Stream<S> && requires(S& stream, int file, std::uint64_t at, std::size_t n) {
    // As much as fits of n bytes (n > 0) from there on; `end` where the file has none. The file's
    // own position stays. Nothing: this cannot be done, of this file or at all.
    { stream.send_file(file, at, n) } -> std::same_as<std::optional<io_result>>;
};

// And to give its connection to others, who then speak another protocol on it.
template <class S>
concept HandsOver = Stream<S> && requires(S& stream) {
    // A second descriptor of the connection, which blocks. Without one: errno says why.
    { stream.hand_over() } -> std::same_as<handle>;
    // The others have done: the stream does not block any more.
    stream.take_back();
    // Ends the connection, whoever has descriptors of it.
    stream.cut();
};

}  // namespace cruet::net
