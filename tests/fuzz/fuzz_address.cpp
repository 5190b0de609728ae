// net/address.hpp: what names a host and a port is read as it is written. No name is looked up.
#include <string>

#include "cruet/net/address.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(address) {
    using namespace cruet::net;
    const auto parts = split_host_port(input);
    if (parts) {
        const bool six = input.starts_with('[');
        const std::string written =
            (six ? "[" + std::string(parts->host) + "]" : std::string(parts->host)) + ":" +
            std::to_string(parts->port);
        const auto again = split_host_port(written);
        fuzz::require(again && again->host == parts->host && again->port == parts->port);
    }
    const auto path = address::unix_path(input);
    if (path) {
        fuzz::require(path->is_unix() && path->port() == 0);
        fuzz::require(input.starts_with(path->host()));
        fuzz::require(path->to_string() == "unix:" + path->host());
    }
    sockaddr_in6 six{};
    if (input.size() < sizeof six.sin6_addr + 2) return;
    six.sin6_family = AF_INET6;
    std::memcpy(&six.sin6_addr, input.data(), sizeof six.sin6_addr);
    six.sin6_port = static_cast<in_port_t>(input[16]);
    const address a(reinterpret_cast<const sockaddr*>(&six), sizeof six);
    const std::string text = a.to_string();
    const auto read = split_host_port(text);
    fuzz::require(read && read->host == a.host() && read->port == a.port());
}
