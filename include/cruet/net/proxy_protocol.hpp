// The header of the PROXY protocol, by which a proxy of TCP tells whose connection it passes on:
// version 1, a line, and version 2, binary (HAProxy's "The PROXY protocol", versions 1 and 2).
//
//     proxy_parser p(proxy_version::any);
//     const auto fed = p.feed(bytes);          // as much as there is, as often as there is more
//     if (fed.state == proxy_state::done) use(p.header());
//     bytes.remove_prefix(fed.consumed);       // what follows the header is never taken
//
// Nothing is allocated; the header's addresses are the parser's own. A header may be as long as
// proxy_parser::most. Whether a peer may send one is for the caller to know: whoever may is
// believed.
//
// Errors: errc::missing_proxy_header (none, or of another version than is wanted),
// errc::bad_proxy_header, errc::bad_address, errc::bad_port, errc::limit_exceeded.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "cruet/core/ascii.hpp"
#include "cruet/core/error.hpp"
#include "cruet/net/address.hpp"
#include "cruet/net/stream.hpp"

namespace cruet::net {

// What is read; `off` is for those who read none.
enum class proxy_version : std::uint8_t { off, v1, v2, any };
enum class proxy_state : std::uint8_t { more, done, failed };

struct proxy_header {
    // The connection is the proxy's own, such as a check of health, or it does not know: the
    // addresses are AF_UNSPEC, as are those of UNIX sockets.
    bool local = true;
    address source;
    address destination;
    // The client has spoken TLS to the proxy (version 2, PP2_TYPE_SSL).
    bool secure = false;
};

class proxy_parser {
public:
    // Of both versions: the first 16 bytes, and what they may announce.
    static constexpr std::size_t most = 16 + 4096;

    explicit proxy_parser(proxy_version wanted = proxy_version::any) noexcept : wanted_(wanted) {}

    struct fed {
        proxy_state state;
        std::size_t consumed;
    };
    fed feed(std::string_view bytes) noexcept;
    // Takes from a non-blocking socket what belongs to the header, and nothing behind it. ok: it is
    // read. foreign: it is none, error() says why.
    io_state read_from(int fd) noexcept;

    // Has anything come yet?
    bool begun() const noexcept { return size_ > 0; }
    const proxy_header& header() const noexcept { return header_; }
    errc error() const noexcept { return error_; }

private:
    static constexpr std::string_view signature_1{"PROXY "};
    static constexpr std::string_view signature_2{"\r\n\r\n\0\r\nQUIT\n", 12};
    static constexpr std::size_t line_size = 107;  // with CR LF
    static constexpr std::size_t fixed_size = 16;
    static constexpr std::size_t addresses_size = 216;

    bool fail(errc why) noexcept {
        error_ = why;
        return false;
    }
    // False: failed. `done_` is set behind the last byte.
    bool take(unsigned char byte) noexcept;
    bool take_line(char byte) noexcept;
    bool take_binary(unsigned char byte) noexcept;
    bool read_line() noexcept;
    bool read_fixed() noexcept;
    bool read_addresses() noexcept;
    bool take_extension(unsigned char byte) noexcept;
    std::string_view seen() const noexcept {
        return {bytes_.data(), std::min(size_, bytes_.size())};
    }

    std::array<char, fixed_size + addresses_size> bytes_{};
    std::size_t size_ = 0;            // bytes of the header so far
    std::size_t end_ = 0;             // of version 2: where it ends
    std::size_t addresses_ = 0;       // of version 2: bytes of addresses
    std::size_t extension_at_ = 0;    // bytes of the present extension so far
    std::size_t extension_size_ = 0;  // of its value
    unsigned char extension_type_ = 0;
    proxy_version wanted_;
    bool binary_ = false;
    bool done_ = false;
    errc error_ = errc::ok;
    proxy_header header_;
};

}  // namespace cruet::net

#include "cruet/net/impl/proxy_protocol.hpp"
