// Socket addresses: reading what a user writes, and writing what a socket has.
//
//     resolve("127.0.0.1:8000")      // also "[::1]:8000", "localhost:8000", ":8000" (every
//                                    // interface), "unix:/run/app.sock"; all addresses of a name
//     a.host(), a.port()             // numeric text without brackets, 0 for UNIX sockets
//     a.to_string()                  // "[::1]:8000"
//
// Errors: errc::bad_address (not understood, or the name has no address), errc::bad_port.
#pragma once

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/result.hpp"

namespace cruet::net {

class address {
public:
    address() noexcept = default;
    address(const sockaddr* from, socklen_t size) noexcept
        : size_(std::min<socklen_t>(size, sizeof storage_)) {
        std::memcpy(&storage_, from, size_);
    }

    // errc::bad_address where the path does not fit.
    static result<address> unix_path(std::string_view path) noexcept {
        sockaddr_un un{};
        un.sun_family = AF_UNIX;
        if (path.empty() || path.size() >= sizeof un.sun_path) return errc::bad_address;
        std::memcpy(un.sun_path, path.data(), path.size());
        return address(reinterpret_cast<const sockaddr*>(&un), sizeof un);
    }
    // What a socket is bound to, or connected with; an address of family AF_UNSPEC on failure.
    static address local_of(int fd) noexcept { return ask(fd, ::getsockname); }
    static address peer_of(int fd) noexcept { return ask(fd, ::getpeername); }

    int family() const noexcept { return size_ == 0 ? AF_UNSPEC : storage_.ss_family; }
    bool is_unix() const noexcept { return family() == AF_UNIX; }
    // Can only this machine reach it?
    bool is_local() const noexcept {
        if (family() == AF_INET) return ntohl(as<sockaddr_in>().sin_addr.s_addr) >> 24 == 127;
        if (family() == AF_INET6) return IN6_IS_ADDR_LOOPBACK(&as<sockaddr_in6>().sin6_addr) != 0;
        return is_unix();
    }
    const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t size() const noexcept { return size_; }

    std::uint16_t port() const noexcept {
        if (family() == AF_INET) return ntohs(as<sockaddr_in>().sin_port);
        if (family() == AF_INET6) return ntohs(as<sockaddr_in6>().sin6_port);
        return 0;
    }
    // Numeric; the path of a UNIX socket, "" for one without a name.
    std::string host() const;
    std::string to_string() const {
        if (is_unix()) return "unix:" + host();
        const std::string h = host();
        return (family() == AF_INET6 ? "[" + h + "]" : h) + ":" + std::to_string(port());
    }

private:
    template <class T>
    const T& as() const noexcept {
        return reinterpret_cast<const T&>(storage_);
    }
    static address ask(int fd, int (*what)(int, sockaddr*, socklen_t*)) noexcept {
        address a;
        socklen_t size = sizeof a.storage_;
        if (what(fd, reinterpret_cast<sockaddr*>(&a.storage_), &size) == 0) a.size_ = size;
        return a;
    }

    sockaddr_storage storage_{};
    socklen_t size_ = 0;
};

inline std::string address::host() const {
    char text[INET6_ADDRSTRLEN] = "";
    if (family() == AF_INET) {
        ::inet_ntop(AF_INET, &as<sockaddr_in>().sin_addr, text, sizeof text);
    } else if (family() == AF_INET6) {
        const in6_addr& six = as<sockaddr_in6>().sin6_addr;
        // A client of an IPv4 address on a socket for both is known by that.
        if (IN6_IS_ADDR_V4MAPPED(&six)) {
            ::inet_ntop(AF_INET, &six.s6_addr[12], text, sizeof text);
        } else {
            ::inet_ntop(AF_INET6, &six, text, sizeof text);
        }
    } else if (is_unix() && size_ > offsetof(sockaddr_un, sun_path)) {
        const char* path = as<sockaddr_un>().sun_path;
        return std::string(path, ::strnlen(path, size_ - offsetof(sockaddr_un, sun_path)));
    }
    return text;
}

// Host and port apart: "[::1]:80", "name:80", ":80". The host is "" for every interface.
struct host_port {
    std::string_view host;
    std::uint16_t port;
};
inline result<host_port> split_host_port(std::string_view text) noexcept {
    std::string_view host, port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find("]:");
        if (end == text.npos) return errc::bad_address;
        host = text.substr(1, end - 1);
        port = text.substr(end + 2);
    } else {
        const std::size_t colon = text.rfind(':');
        if (colon == text.npos || text.find(':') != colon) return errc::bad_address;
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    const auto number = parse_decimal<std::uint16_t>(port);
    if (!number) return errc::bad_port;
    return host_port{host, *number};
}

// The addresses to listen on for a host (a name, a number, or "" for every interface) and port.
inline result<std::vector<address>> resolve(std::string_view host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    const std::string name(host);
    addrinfo* found = nullptr;
    const int failed = ::getaddrinfo(name.empty() ? nullptr : name.c_str(),
                                     std::to_string(port).c_str(), &hints, &found);
    if (failed != 0) return errc::bad_address;
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
    std::vector<address> out;
    for (const addrinfo* a = found; a; a = a->ai_next) out.emplace_back(a->ai_addr, a->ai_addrlen);
    if (out.empty()) return errc::bad_address;
    return out;
}

inline result<std::vector<address>> resolve(std::string_view text) {
    if (text.starts_with("unix:")) {
        const auto one = address::unix_path(text.substr(5));
        if (!one) return one.error();
        return std::vector<address>{*one};
    }
    const auto parts = split_host_port(text);
    if (!parts) return parts.error();
    return resolve(parts->host, parts->port);
}

}  // namespace cruet::net
