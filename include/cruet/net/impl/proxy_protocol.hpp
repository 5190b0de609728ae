// Bodies of cruet/net/proxy_protocol.hpp.
#pragma once

#include "cruet/net/proxy_protocol.hpp"

namespace cruet::net {

namespace detail {

// The text of a number and its one way to be written; a version 1 port.
inline bool read_proxy_port(std::string_view text, std::uint16_t& out) noexcept {
    const auto port = parse_decimal<std::uint16_t>(text);
    if (!port || (text.size() > 1 && text.front() == '0')) return false;
    out = *port;
    return true;
}

inline address make_address(int family, const void* ip, std::uint16_t port_in_order) noexcept {
    if (family == AF_INET) {
        sockaddr_in four{};
        four.sin_family = AF_INET;
        four.sin_port = port_in_order;
        std::memcpy(&four.sin_addr, ip, sizeof four.sin_addr);
        return {reinterpret_cast<const sockaddr*>(&four), sizeof four};
    }
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = port_in_order;
    std::memcpy(&six.sin6_addr, ip, sizeof six.sin6_addr);
    return {reinterpret_cast<const sockaddr*>(&six), sizeof six};
}

inline bool read_proxy_ip(int family, std::string_view text, unsigned char (&out)[16]) noexcept {
    char copy[INET6_ADDRSTRLEN] = "";
    if (text.size() >= sizeof copy || text.find('\0') != text.npos) return false;
    std::memcpy(copy, text.data(), text.size());
    return ::inet_pton(family, copy, out) == 1;
}

}  // namespace detail

inline proxy_parser::fed proxy_parser::feed(std::string_view bytes) noexcept {
    std::size_t used = 0;
    while (error_ == errc::ok && !done_ && used < bytes.size()) {
        (void)take(static_cast<unsigned char>(bytes[used]));
        ++used;
    }
    if (error_ != errc::ok) return {proxy_state::failed, used};
    return {done_ ? proxy_state::done : proxy_state::more, used};
}

inline bool proxy_parser::take(unsigned char byte) noexcept {
    if (size_ == 0) {
        binary_ = byte == static_cast<unsigned char>(signature_2[0]);
        const proxy_version found = binary_ ? proxy_version::v2 : proxy_version::v1;
        if (wanted_ != proxy_version::any && wanted_ != found) {
            return fail(errc::missing_proxy_header);
        }
    }
    if (size_ < bytes_.size()) bytes_[size_] = static_cast<char>(byte);
    ++size_;
    const std::string_view signature = binary_ ? signature_2 : signature_1;
    if (size_ <= signature.size()) {
        return signature.starts_with(seen()) || fail(errc::missing_proxy_header);
    }
    return binary_ ? take_binary(byte) : take_line(static_cast<char>(byte));
}

inline bool proxy_parser::take_line(char byte) noexcept {
    if (byte == '\n') {
        done_ = true;
        return seen().ends_with("\r\n") ? read_line() : fail(errc::bad_proxy_header);
    }
    return size_ < line_size || fail(errc::limit_exceeded);
}

// "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n", or "PROXY UNKNOWN" and anything.
inline bool proxy_parser::read_line() noexcept {
    std::string_view rest = seen().substr(signature_1.size());
    rest.remove_suffix(2);
    const auto next = [&rest] {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        const std::string_view word = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        return word;
    };
    const bool more = rest.find(' ') != rest.npos;
    const std::string_view family = next();
    if (family == "UNKNOWN") return true;
    if ((family != "TCP4" && family != "TCP6") || !more) return fail(errc::bad_proxy_header);
    const int which = family == "TCP4" ? AF_INET : AF_INET6;
    unsigned char source[16], destination[16];
    std::uint16_t from = 0, to = 0;
    if (std::count(rest.begin(), rest.end(), ' ') != 3) return fail(errc::bad_proxy_header);
    if (!detail::read_proxy_ip(which, next(), source) ||
        !detail::read_proxy_ip(which, next(), destination)) {
        return fail(errc::bad_address);
    }
    if (!detail::read_proxy_port(next(), from) || !detail::read_proxy_port(next(), to)) {
        return fail(errc::bad_port);
    }
    header_.local = false;
    header_.source = detail::make_address(which, source, htons(from));
    header_.destination = detail::make_address(which, destination, htons(to));
    return true;
}

inline bool proxy_parser::take_binary(unsigned char byte) noexcept {
    if (size_ < fixed_size) return true;
    if (size_ == fixed_size && !read_fixed()) return false;
    const std::size_t extensions = fixed_size + addresses_;
    if (size_ > extensions && !take_extension(byte)) return false;
    if (size_ == extensions && !read_addresses()) return false;
    if (size_ < end_) return true;
    done_ = true;
    // Within an extension, or its head.
    return extension_at_ == 0 || fail(errc::bad_proxy_header);
}

inline bool proxy_parser::read_fixed() noexcept {
    const auto at = [this](std::size_t i) { return static_cast<unsigned char>(bytes_[i]); };
    const std::size_t size = at(14) * 256U + at(15);
    const unsigned command = at(12) & 0x0fU, family = at(13);
    if (at(12) >> 4U != 2) return fail(errc::missing_proxy_header);
    if (command > 1) return fail(errc::bad_proxy_header);
    if (size > most - fixed_size) return fail(errc::limit_exceeded);
    end_ = fixed_size + size;
    header_.local = command == 0 || family == 0;
    if (header_.local) {
        // All that follows is to be overlooked.
        addresses_ = size;
        return true;
    }
    // Only streams: over TCP in IPv4 or IPv6, and UNIX sockets.
    if (family != 0x11 && family != 0x21 && family != 0x31) return fail(errc::bad_proxy_header);
    addresses_ = family == 0x11 ? 12 : family == 0x21 ? 36 : addresses_size;
    return addresses_ <= size || fail(errc::bad_proxy_header);
}

inline bool proxy_parser::read_addresses() noexcept {
    const unsigned char family = static_cast<unsigned char>(bytes_[13]);
    if (header_.local) return true;
    if (family == 0x31) {
        header_.local = true;
        return true;
    }
    const std::size_t ip = family == 0x11 ? 4 : 16;
    const char* from = bytes_.data() + fixed_size;
    const auto port = [&](std::size_t at) {
        std::uint16_t in_order = 0;
        std::memcpy(&in_order, from + at, sizeof in_order);
        return in_order;
    };
    const int which = family == 0x11 ? AF_INET : AF_INET6;
    header_.source = detail::make_address(which, from, port(2 * ip));
    header_.destination = detail::make_address(which, from + ip, port(2 * ip + 2));
    return true;
}

// A type, two bytes of length, a value. Of PP2_TYPE_SSL's value the first byte says whether the
// client spoke TLS.
inline bool proxy_parser::take_extension(unsigned char byte) noexcept {
    constexpr unsigned char type_ssl = 0x20, client_ssl = 0x01;
    const std::size_t at = extension_at_++;
    if (at == 0) {
        extension_type_ = byte;
    } else if (at == 1) {
        extension_size_ = byte * 256U;
    } else if (at == 2) {
        extension_size_ += byte;
        if (extension_size_ > end_ - size_) return fail(errc::bad_proxy_header);
        if (extension_type_ == type_ssl && extension_size_ < 5) return fail(errc::bad_proxy_header);
    } else if (at == 3 && extension_type_ == type_ssl) {
        header_.secure = (byte & client_ssl) != 0;
    }
    if (extension_at_ == 3 + extension_size_ && at >= 2) extension_at_ = 0;
    return true;
}

inline io_state proxy_parser::read_from(int fd) noexcept {
    for (;;) {
        char bytes[512];
        const ssize_t n = ::recv(fd, bytes, sizeof bytes, MSG_PEEK);
        if (n == 0) return io_state::end;
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            const bool later = errno == EAGAIN || errno == EWOULDBLOCK;
            return later ? io_state::want_read : io_state::broken;
        }
        const fed result = feed({bytes, static_cast<std::size_t>(n)});
        if (result.state == proxy_state::failed) return io_state::foreign;
        // What was looked at is there to be taken.
        if (::recv(fd, bytes, result.consumed, 0) != static_cast<ssize_t>(result.consumed)) {
            return io_state::broken;
        }
        if (result.state == proxy_state::done) return io_state::ok;
    }
}

}  // namespace cruet::net
