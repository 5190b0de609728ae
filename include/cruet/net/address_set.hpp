// A set of IP networks, to ask whether an address lies in one of them (RFC 4632, RFC 4291).
//
//     auto trusted = address_set::parse("10.0.0.0/8, 2001:db8::/32, 192.0.2.7, unix");
//     trusted->contains("10.1.2.3")        // true
//     trusted->contains(peer)              // a net::address; "unix" stands for UNIX sockets
//
// "*" is every address. An IPv4 address and the same one mapped into IPv6 are one. Asking costs
// time in proportion to the number of networks; sets are short. The set owns what it holds.
//
// Errors: errc::bad_address, with the offset of the entry, for what is no address, for a length
// beyond the address's, and for bits set behind the length, which somebody must have meant.
#pragma once

#include <arpa/inet.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/result.hpp"
#include "cruet/net/address.hpp"

namespace cruet::net {

// In network order; IPv4 mapped into IPv6.
using ip_bytes = std::array<std::uint8_t, 16>;

// Numeric text without brackets or a zone; nothing where it is something else.
inline std::optional<ip_bytes> parse_ip(std::string_view text) noexcept {
    char copy[INET6_ADDRSTRLEN];
    if (text.empty() || text.size() >= sizeof copy) return std::nullopt;
    std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    ip_bytes out{};
    if (text.find(':') != text.npos) {
        if (::inet_pton(AF_INET6, copy, out.data()) != 1) return std::nullopt;
        return out;
    }
    if (::inet_pton(AF_INET, copy, out.data() + 12) != 1) return std::nullopt;
    out[10] = out[11] = 0xff;
    return out;
}

class address_set {
public:
    // Entries are separated by commas, and white space is left aside; "" is the empty set.
    static result<address_set> parse(std::string_view text);

    bool empty() const noexcept { return networks_.empty() && !unix_ && !all_; }
    bool contains(const ip_bytes& ip) const noexcept {
        if (all_) return true;
        for (const network& n : networks_) {
            if (n.holds(ip)) return true;
        }
        return false;
    }
    // Of what is no address nothing is known: it is in no set.
    bool contains(std::string_view numeric) const noexcept {
        const auto ip = parse_ip(numeric);
        return ip && contains(*ip);
    }
    bool contains(const address& a) const noexcept {
        if (a.is_unix() || a.family() == AF_UNSPEC) return a.is_unix() && (unix_ || all_);
        ip_bytes ip{};
        if (a.family() == AF_INET6) {
            std::memcpy(ip.data(), &reinterpret_cast<const sockaddr_in6*>(a.data())->sin6_addr, 16);
        } else {
            std::memcpy(ip.data() + 12, &reinterpret_cast<const sockaddr_in*>(a.data())->sin_addr,
                        4);
            ip[10] = ip[11] = 0xff;
        }
        return contains(ip);
    }

private:
    struct network {
        ip_bytes ip;
        unsigned bits;  // of 128

        bool holds(const ip_bytes& other) const noexcept {
            const std::size_t whole = bits / 8;
            if (std::memcmp(ip.data(), other.data(), whole) != 0) return false;
            if (bits % 8 == 0) return true;
            const auto mask = static_cast<std::uint8_t>(0xffU << (8 - bits % 8));
            return (ip[whole] & mask) == (other[whole] & mask);
        }
        bool has_host_bits() const noexcept {
            for (unsigned i = bits; i < 128; ++i) {
                if (((ip[i / 8] >> (7 - i % 8)) & 1U) != 0) return true;
            }
            return false;
        }
    };

    bool add(std::string_view entry);

    std::vector<network> networks_;
    bool unix_ = false;
    bool all_ = false;
};

inline bool address_set::add(std::string_view entry) {
    if (entry == "*") return all_ = true;
    if (iequals(entry, "unix")) return unix_ = true;
    const std::size_t slash = entry.find('/');
    const auto ip = parse_ip(entry.substr(0, slash));
    if (!ip) return false;
    const bool six = entry.find(':') != entry.npos;
    unsigned bits = 128;
    if (slash != entry.npos) {
        const auto given = parse_decimal<std::uint8_t>(entry.substr(slash + 1));
        if (!given || *given > (six ? 128 : 32)) return false;
        bits = six ? *given : 96U + *given;
    }
    const network n{*ip, bits};
    if (n.has_host_bits()) return false;
    networks_.push_back(n);
    return true;
}

inline result<address_set> address_set::parse(std::string_view text) {
    address_set out;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        const std::string_view entry = trim(text.substr(at, end - at), ascii_space);
        if (!entry.empty() && !out.add(entry)) return error{errc::bad_address, at};
        at = end + 1;
    }
    return out;
}

}  // namespace cruet::net
