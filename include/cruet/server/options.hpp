// What a worker can be told. Defaults are those of the command `cruet run`; each member says its
// unit. Not changed once a worker runs.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/limits.hpp"
#include "cruet/net/address_set.hpp"
#include "cruet/net/proxy_protocol.hpp"
#include "cruet/server/forwarding.hpp"

namespace cruet::server {

struct server_options {
    cruet::limits limits{};

    // From the first byte of a request to the end of its head: 408 beyond. Also how long a new
    // connection may stay silent. 0: for ever.
    std::chrono::milliseconds header_timeout{30000};
    // Between two arrivals of content: 408 beyond. 0: for ever, at any rate.
    std::chrono::milliseconds body_timeout{30000};
    // Content must also keep up this many bytes a second on average, after the first
    // body_timeout: 408 below. 0: any rate will do.
    std::uint64_t body_min_rate = 500;
    // How long a kept connection may wait for its next request. 0: connections are not kept.
    std::chrono::milliseconds keep_alive_timeout{5000};
    // How long a client may take no byte of an answer that waits for it. 0: for ever.
    std::chrono::milliseconds write_timeout{30000};
    // A graceful stop lets requests in flight run so long, then cuts them.
    std::chrono::milliseconds graceful_timeout{30000};
    // A graceful stop leaves idle connections open so long for a request already on its way.
    std::chrono::milliseconds drain_linger{500};
    // After a last answer input is thrown away, so that closing with unread input does not destroy
    // the answer (RFC 9112 section 9.6): until none has come for so long, or so long altogether,
    // or so many bytes.
    std::chrono::milliseconds close_linger{2000};
    std::chrono::milliseconds close_linger_limit{30000};
    std::size_t close_linger_bytes = 64 << 20;

    // Bytes of an answer waiting for the client beyond which a handler is asked to pause.
    std::size_t high_water = 65536;
    // Content beyond this many bytes goes to a temporary file.
    std::size_t body_memory = 524288;
    // Thread mode: handlers start at the head and read content while it arrives, of which nothing
    // is stored; a client then keeps its thread for as long as it likes to send.
    bool stream_bodies = false;
    // And so many bytes of it are kept for the reader before the socket is left unread.
    std::size_t body_window = 65536;
    // Where temporary files are made. Empty: $TMPDIR, else /tmp.
    std::string temp_dir;

    // Which proxies are believed, and what of their fields. Nobody, as it stands.
    forwarding_options forwarding;
    // From whom a connection must begin with a header of the PROXY protocol, which is believed, and
    // of which version; those of others must not. It comes before TLS.
    net::proxy_version proxy_protocol = net::proxy_version::off;
    net::address_set proxies;

    // Field names with underscores: 400, for a CGI-like environment takes them for dashes. The
    // handler sees them otherwise.
    bool refuse_underscores = false;

    // Do handlers start before the content is complete?
    bool streams() const noexcept { return threaded && stream_bodies; }

    // Names of fields of answers to keep for their reports, in lower case.
    std::vector<std::string> kept_fields;

    // Is told, in a line, of each connection that its stream or its preamble has ended: a handshake
    // that failed, plain HTTP to a port of TLS. On the loop's thread. Empty: nobody is.
    std::function<void(std::string_view)> tell;

    // Connections open at once; more wait in the kernel's queue.
    std::size_t max_connections = 10000;
    // True: handlers run in other threads (exchange_queue.hpp). False: on the loop's thread.
    bool threaded = false;
    // Thread mode: requests that wait for a thread (exchange_queue.hpp); more are answered 503. 0:
    // any number.
    std::size_t max_request_queue_size = 2048;
    // The Server field. Empty: none is sent.
    std::string server_name = "cruet";
};

}  // namespace cruet::server
