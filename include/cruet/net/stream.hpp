// What a connection reads and writes: bytes, in order, without blocking.
//
// Models: plain_stream, and one in memory for tests. TLS fits the same shape: its read may say
// want_write and its write want_read, and pending() tells of bytes that were decrypted but not yet
// read, for which no descriptor becomes ready.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace cruet::net {

// ok: `bytes` were moved, more than 0. end: the peer sends no more. want_read, want_write: nothing
// moved, wait for that. broken: nothing will move any more.
enum class io_state : std::uint8_t { ok, end, want_read, want_write, broken };

struct io_result {
    io_state state = io_state::ok;
    std::size_t bytes = 0;
};

template <class S>
concept Stream = requires(S& stream, std::span<char> to, std::string_view a, std::string_view b) {
    // What there is, at most to.size() bytes.
    { stream.read(to) } -> std::same_as<io_result>;
    // As much as fits of a followed by b; either may be empty, not both.
    { stream.write(a, b) } -> std::same_as<io_result>;
    // Tells the peer that no more comes; reading goes on.
    stream.shutdown_write();
    // The peer sees a reset rather than an orderly end when the stream is destroyed.
    stream.reset_on_close();
    { stream.pending() } -> std::convertible_to<bool>;
    // Has the peer sent what nobody has read yet? True where that can only be told by reading.
    { stream.unread() } -> std::convertible_to<bool>;
    { stream.fd() } -> std::convertible_to<int>;
    { S::secure } -> std::convertible_to<bool>;
};

}  // namespace cruet::net
