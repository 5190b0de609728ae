// A stream with TLS over a connected socket: a model of Stream (net/stream.hpp), by OpenSSL.
//
//     tls_stream s(std::move(socket), context);    // net/tls_context.hpp; both non-blocking
//     s.read(to);                                  // first shakes hands, for as long as that takes
//
// There is no handshake for its owner to wait for: until it is done, reading says what to wait
// for. A peer that sends letters first speaks plain HTTP: reading says `foreign`, once. At its end
// the peer is told that no more comes (close_notify); a peer that goes without telling so is at
// its end, too. The context's certificates live as long as the stream.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cruet/core/ascii.hpp"
#include "cruet/net/handle.hpp"
#include "cruet/net/plain_stream.hpp"
#include "cruet/net/stream.hpp"
#include "cruet/net/tls_context.hpp"

namespace cruet::net {

class tls_stream {
public:
    // Throws std::bad_alloc.
    tls_stream(handle socket, const tls_context& context);
    tls_stream(tls_stream&&) noexcept = default;
    tls_stream& operator=(tls_stream&&) = delete;
    ~tls_stream();

    int fd() const noexcept { return socket_.fd(); }
    static constexpr bool secure() noexcept { return true; }
    bool pending() const noexcept { return ahead_; }
    bool unread() const noexcept { return ahead_ || socket_.unread(); }
    interest waiting(interest wanted) const noexcept;
    ready moved(ready what) const noexcept;

    io_result read(std::span<char> to) noexcept;
    io_result write(std::string_view a, std::string_view b = {}) noexcept;
    void shutdown_write() noexcept;
    void reset_on_close() noexcept {
        farewell_ = true;
        socket_.reset_on_close();
    }

    // Why it is broken, as OpenSSL says it; "" where the peer or the network is.
    std::string_view complaint() const noexcept { return complaint_ ? complaint_ : ""; }
    // Once it has been read from. Null where the client has shown no certificate.
    std::unique_ptr<tls_client> client() const;

private:
    enum class stage : std::uint8_t { first_byte, shaking, open, plain, broken };
    struct free_connection {
        void operator()(SSL* s) const noexcept { ::SSL_free(s); }
    };

    io_state shake() noexcept;
    io_state look() noexcept;
    io_state after(int returned, bool writing) noexcept;
    void say_farewell() noexcept;

    plain_stream socket_;
    std::unique_ptr<SSL, free_connection> connection_;
    const char* complaint_ = nullptr;
    stage stage_ = stage::first_byte;
    bool ahead_ = false;             // more was read than was asked for
    bool read_wants_write_ = false;  // what reading waits for
    bool write_wants_read_ = false;  // what writing waits for
    bool farewell_ = false;          // said, or not to be said
};

}  // namespace cruet::net

#include "cruet/net/impl/tls_stream.hpp"
