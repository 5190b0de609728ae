// Who talks to whom, as the application is told.
//
// Made once a connection and shared by its exchanges; of a request that a trusted proxy passes on
// there is one of its own (forwarding.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cruet/core/ref.hpp"
#include "cruet/net/tls_options.hpp"

namespace cruet::server {

struct connection_facts {
    // Numeric text without brackets; "" where nobody knows it, as of peers on UNIX sockets.
    std::string remote_address;
    std::uint16_t remote_port = 0;
    // Of a UNIX socket the path, and port 0.
    std::string local_address;
    std::uint16_t local_port = 0;
    bool secure = false;
    bool unix_socket = false;
    // The addresses are those of a header of the PROXY protocol.
    bool proxied = false;
    // What the peer's fields say of its own client may be believed.
    bool trusted = false;
    // It came to a listener of those who watch the service (service/monitor.hpp).
    bool monitor = false;
    // As proxies tell it: in place of the Host field, and where the application is mounted. ""
    // where they do not.
    std::string host;
    std::string prefix;
    // The certificate that the peer has shown, where it was asked for one.
    std::shared_ptr<const net::tls_client> client;
};

struct connection_info : ref_counted<connection_info>, connection_facts {
    connection_info() = default;
    explicit connection_info(const connection_facts& facts) : connection_facts(facts) {}
};
using connection_info_ptr = ref_ptr<const connection_info>;

}  // namespace cruet::server
