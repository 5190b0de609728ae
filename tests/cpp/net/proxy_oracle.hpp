// The PROXY protocol read the slow way, whole and by strings, to compare net/proxy_protocol.hpp
// with.
#pragma once

#include <arpa/inet.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/net/proxy_protocol.hpp"

namespace cruet::test {

struct proxy_reading {
    net::proxy_state state = net::proxy_state::failed;
    std::size_t size = 0;
    bool local = true;
    bool secure = false;
    std::string source;  // "192.0.2.1 port 80"
    std::string destination;
};

inline std::string slow_ip(int family, std::string_view raw) {
    char text[INET6_ADDRSTRLEN] = "";
    ::inet_ntop(family, raw.data(), text, sizeof text);
    return text;
}

inline proxy_reading slow_proxy_line(const std::string& text) {
    proxy_reading out;
    const std::size_t end = text.find('\n');
    if (end == text.npos) {
        out.state = text.size() < 107 ? net::proxy_state::more : net::proxy_state::failed;
        return out;
    }
    if (end > 106 || end == 0 || text[end - 1] != '\r') return out;
    std::vector<std::string> words{""};
    for (const char c : text.substr(0, end - 1)) {
        if (c == ' ') {
            words.emplace_back();
        } else {
            words.back() += c;
        }
    }
    if (words.size() < 2 || words[0] != "PROXY") return out;
    out.size = end + 1;
    if (words[1] == "UNKNOWN") {
        out.state = net::proxy_state::done;
        return out;
    }
    if (words.size() != 6 || (words[1] != "TCP4" && words[1] != "TCP6")) return out;
    const int family = words[1] == "TCP4" ? AF_INET : AF_INET6;
    for (const int i : {2, 3}) {
        char raw[16];
        if (words[i].find('\0') != std::string::npos) return out;
        if (::inet_pton(family, words[i].c_str(), raw) != 1) return out;
        words[i] = slow_ip(family, {raw, 16});
    }
    for (const int i : {4, 5}) {
        if (words[i].empty() || words[i].size() > 5) return out;
        if (words[i].find_first_not_of("0123456789") != std::string::npos) return out;
        if (std::to_string(std::stoul(words[i])) != words[i] || std::stoul(words[i]) > 65535) {
            return out;
        }
    }
    out.state = net::proxy_state::done;
    out.local = false;
    out.source = words[2] + " port " + words[4];
    out.destination = words[3] + " port " + words[5];
    return out;
}

inline proxy_reading slow_proxy_binary(const std::string& text) {
    proxy_reading out;
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto two = [&](std::size_t i) {
        return static_cast<std::size_t>(at(i) * 256 + at(i + 1));
    };
    out.state = net::proxy_state::more;
    if (text.size() < 16) return out;
    const std::size_t size = 16 + two(14);
    out.state = net::proxy_state::failed;
    if ((at(12) != 0x20 && at(12) != 0x21) || size > net::proxy_parser::most) return out;
    const bool local = at(12) == 0x20 || at(13) == 0;
    const std::size_t addresses = at(13) == 0x11 ? 12 : at(13) == 0x21 ? 36 : 216;
    if (!local) {
        if (at(13) != 0x11 && at(13) != 0x21 && at(13) != 0x31) return out;
        if (16 + addresses > size) return out;
    }
    out.state = net::proxy_state::more;
    if (text.size() < size) return out;
    out.size = size;
    if (!local) {
        out.state = net::proxy_state::failed;
        for (std::size_t i = 16 + addresses; i < size;) {
            if (i + 3 > size || i + 3 + two(i + 1) > size) return out;
            if (at(i) == 0x20) {
                if (two(i + 1) < 5) return out;
                out.secure = at(i + 3) % 2 == 1;
            }
            i += 3 + two(i + 1);
        }
        out.local = at(13) == 0x31;
        if (!out.local) {
            const int family = at(13) == 0x11 ? AF_INET : AF_INET6;
            const std::size_t ip = family == AF_INET ? 4 : 16;
            const auto where = [&](std::size_t a, std::size_t port) {
                return slow_ip(family, text.substr(a, 16)) + " port " + std::to_string(two(port));
            };
            out.source = where(16, 16 + 2 * ip);
            out.destination = where(16 + ip, 18 + 2 * ip);
        }
    }
    out.state = net::proxy_state::done;
    return out;
}

inline proxy_reading slow_proxy(const std::string& text, net::proxy_version wanted) {
    const std::string second("\r\n\r\n\0\r\nQUIT\n", 12), first("PROXY ");
    const bool binary = !text.empty() && text[0] == '\r';
    const std::string& signature = binary ? second : first;
    proxy_reading out;
    if (text.empty()) {
        out.state = net::proxy_state::more;
        return out;
    }
    if (wanted == (binary ? net::proxy_version::v1 : net::proxy_version::v2)) return out;
    if (text.substr(0, signature.size()) != signature.substr(0, text.size())) return out;
    return binary ? slow_proxy_binary(text) : slow_proxy_line(text);
}

// The parser's reading in the same terms, fed in pieces of a size.
inline proxy_reading quick_proxy(std::string_view text, net::proxy_version wanted,
                                 std::size_t piece) {
    net::proxy_parser parser(wanted);
    proxy_reading out;
    out.state = net::proxy_state::more;
    while (!text.empty() && out.state == net::proxy_state::more) {
        const auto fed = parser.feed(text.substr(0, piece));
        out.size += fed.consumed;
        text.remove_prefix(fed.consumed);
        out.state = fed.state;
    }
    if (out.state != net::proxy_state::done) {
        out.size = 0;
        return out;
    }
    const net::proxy_header& h = parser.header();
    out.local = h.local;
    out.secure = h.secure;
    const auto where = [](const net::address& a) {
        if (a.family() == AF_UNSPEC) return std::string();
        // As it lies there: host() takes an IPv4 address out of an IPv6 one.
        const bool four = a.family() == AF_INET;
        const void* raw = four ? static_cast<const void*>(
                                     &reinterpret_cast<const sockaddr_in*>(a.data())->sin_addr)
                               : &reinterpret_cast<const sockaddr_in6*>(a.data())->sin6_addr;
        return slow_ip(a.family(), {static_cast<const char*>(raw), four ? 4U : 16U}) + " port " +
               std::to_string(a.port());
    };
    out.source = where(h.source);
    out.destination = where(h.destination);
    return out;
}

// Where either is done both are, with the same; where the slow one fails the quick one does.
inline bool same_reading(const proxy_reading& slow, const proxy_reading& quick) {
    if (slow.state == net::proxy_state::failed) return quick.state == net::proxy_state::failed;
    if (slow.state == net::proxy_state::more) return quick.state != net::proxy_state::done;
    return quick.state == net::proxy_state::done && slow.size == quick.size &&
           slow.local == quick.local && slow.secure == quick.secure &&
           slow.source == quick.source && slow.destination == quick.destination;
}

// A header of version 2.
inline std::string binary_header(unsigned char version_command, unsigned char family,
                                 const std::string& rest, int announced = -1) {
    const std::size_t size = announced < 0 ? rest.size() : static_cast<std::size_t>(announced);
    std::string out("\r\n\r\n\0\r\nQUIT\n", 12);
    out += static_cast<char>(version_command);
    out += static_cast<char>(family);
    out += static_cast<char>(size >> 8U);
    out += static_cast<char>(size & 0xffU);
    return out + rest;
}

}  // namespace cruet::test
