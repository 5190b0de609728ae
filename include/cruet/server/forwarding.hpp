// Requests that proxies pass on: which of their fields are believed, and what the request's
// connection is taken for then.
//
//     forwarding_options o;
//     o.trusted = *net::address_set::parse("10.0.0.0/8, unix");
//     o.x_for = o.x_proto = true;
//     auto info = forwarded_info(direct, head, o);   // remote_address, secure, … as the client's
//
// Only peers in `trusted` are believed, and of their fields only those that are switched on: a
// proxy passes on untouched what it does not set itself, so a field that it does not set is the
// client's word. Of several hops the client is the last one, from the end of the list, that is not
// trusted itself; all before it is its own claim and is not looked at.
//
// Errors, each of which is to be answered 400: errc::bad_field_value (fields that tell of different
// schemes), errc::bad_host, errc::bad_path (a prefix).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/result.hpp"
#include "cruet/http/forwarded.hpp"
#include "cruet/http/head.hpp"
#include "cruet/http/list.hpp"
#include "cruet/net/address_set.hpp"
#include "cruet/server/connection_info.hpp"

namespace cruet::server {

// A field that says, by one certain value, that the client came over TLS.
struct scheme_field {
    std::string name;
    std::string secure_value;
};

struct forwarding_options {
    net::address_set trusted;
    // RFC 7239, which has precedence where it is there.
    bool forwarded = false;
    // X-Forwarded-For, -Proto, -Host, -Port, -Prefix.
    bool x_for = false;
    bool x_proto = false;
    bool x_host = false;
    bool x_port = false;
    bool x_prefix = false;
    // Read where neither Forwarded nor X-Forwarded-Proto is switched on and there.
    std::vector<scheme_field> scheme_fields;
};

namespace detail {
using hop_list = std::vector<std::string_view>;

// Fields of one name are one list.
inline void add_hops(hop_list& to, bool wanted, const http::field& f, std::string_view name) {
    if (!wanted || !iequals(f.name, name)) return;
    for (std::string_view item : http::list_items(f.value)) to.push_back(item);
}

struct forwarded_fields {
    hop_list forwarded, x_for, x_proto, x_host, x_port, x_prefix;

    forwarded_fields(const http::request_head& head, const forwarding_options& o) {
        for (const http::field& f : head.fields()) {
            const char first = f.name.empty() ? '\0' : lower(f.name.front());
            if (first == 'f') add_hops(forwarded, o.forwarded, f, "forwarded");
            if (first != 'x' || !istarts_with(f.name, "x-forwarded-")) continue;
            add_hops(x_for, o.x_for, f, "x-forwarded-for");
            add_hops(x_proto, o.x_proto, f, "x-forwarded-proto");
            add_hops(x_host, o.x_host, f, "x-forwarded-host");
            add_hops(x_port, o.x_port, f, "x-forwarded-port");
            add_hops(x_prefix, o.x_prefix, f, "x-forwarded-prefix");
        }
    }
};

// What the proxies say of the client's own request.
struct client_claims {
    bool knows_address = false;
    std::string_view address;  // "": it is hidden
    std::string_view port;
    std::string_view proto;
    std::string_view host;
    std::string_view host_port;
    std::string_view prefix;
};

// Takes over the node's address. False where the list is not to be read further to the left.
inline bool take_hop(client_claims& claims, std::string_view text,
                     const net::address_set& trusted) {
    const auto node = http::split_node(text);
    if (!node || (!node->host.empty() && !net::parse_ip(node->host))) return false;
    claims.knows_address = true;
    claims.address = node->host;
    claims.port = node->port.starts_with('_') ? std::string_view() : node->port;
    return trusted.contains(node->host);
}

inline client_claims read_forwarded(const hop_list& elements, const net::address_set& trusted) {
    client_claims claims;
    for (std::size_t i = elements.size(); i-- > 0;) {
        const auto element = http::parse_forwarded(elements[i]);
        if (!element) break;
        claims.proto = element->proto;
        claims.host = element->host;
        if (!take_hop(claims, element->for_node, trusted)) break;
    }
    return claims;
}

inline client_claims read_x_forwarded(const forwarded_fields& fields,
                                      const net::address_set& trusted) {
    client_claims claims;
    std::size_t hops = 0;
    for (std::size_t i = fields.x_for.size(); i-- > 0;) {
        if (!take_hop(claims, fields.x_for[i], trusted)) break;
        if (i > 0) ++hops;
    }
    // The other fields have a value for each hop, or one that all proxies have let be.
    const auto of_hop = [hops](const hop_list& list) {
        if (list.empty()) return std::string_view();
        return list[list.size() > hops ? list.size() - 1 - hops : 0];
    };
    claims.proto = of_hop(fields.x_proto);
    claims.host = of_hop(fields.x_host);
    claims.host_port = of_hop(fields.x_port);
    claims.prefix = of_hop(fields.x_prefix);
    return claims;
}

inline bool names_secure_scheme(std::string_view proto) noexcept {
    return iequals(proto, "https") || iequals(proto, "wss");
}
inline bool names_scheme(std::string_view proto) noexcept {
    return names_secure_scheme(proto) || iequals(proto, "http") || iequals(proto, "ws");
}

// "https", "http", or "" where no field tells.
inline result<std::string_view> read_scheme_fields(const http::request_head& head,
                                                   const std::vector<scheme_field>& wanted) {
    std::string_view found;
    for (const http::field& f : head.fields()) {
        for (const scheme_field& w : wanted) {
            if (f.name.size() != w.name.size() || !iequals(f.name, w.name)) continue;
            const std::string_view says = iequals(f.value, w.secure_value) ? "https" : "http";
            if (!found.empty() && found != says) return errc::bad_field_value;
            found = says;
        }
    }
    return found;
}

// A host with a port of its own in place of what it has.
inline std::string with_port(std::string_view host, std::string_view port) {
    const std::size_t bracket = host.rfind(']');
    const std::size_t colon = host.find(':', bracket == host.npos ? 0 : bracket);
    return std::string(host.substr(0, colon)).append(":").append(port);
}

inline result<void> apply_claims(connection_info& info, const client_claims& claims,
                                 const http::request_head& head) {
    if (claims.knows_address) {
        info.remote_address = claims.address;
        info.remote_port = parse_decimal<std::uint16_t>(claims.port).value_or(std::uint16_t{0});
    }
    if (names_scheme(claims.proto)) info.secure = names_secure_scheme(claims.proto);
    if (!claims.host.empty()) {
        if (!all_in(claims.host, http::host_chars)) return errc::bad_host;
        info.host = claims.host;
    }
    if (const auto port = parse_decimal<std::uint16_t>(claims.host_port)) {
        info.local_port = *port;
        info.host = with_port(info.host.empty() ? head.authority() : info.host, claims.host_port);
    }
    std::string_view prefix = claims.prefix;
    while (prefix.ends_with('/')) prefix.remove_suffix(1);
    if (!prefix.empty()) {
        constexpr charset allowed = charsets::unreserved | charset("!$&'()*+,;=:@/%");
        // Two slashes at the start would make what follows them a host in links and redirects.
        if (prefix[0] != '/' || prefix.starts_with("//") || !all_in(prefix, allowed)) {
            return errc::bad_path;
        }
        info.prefix = prefix;
    }
    return {};
}
}  // namespace detail

// Whether any field's name has an underscore in it.
inline bool has_underscores(const http::request_head& head) noexcept {
    for (const http::field& f : head.fields()) {
        if (f.name.find('_') != f.name.npos) return true;
    }
    return false;
}

// `direct` itself where its peer is not trusted or says nothing, else a new one.
inline result<connection_info_ptr> forwarded_info(const connection_info_ptr& direct,
                                                  const http::request_head& head,
                                                  const forwarding_options& options) {
    if (!direct->trusted) return direct;
    const detail::forwarded_fields fields(head, options);
    const bool standard = !fields.forwarded.empty();
    auto claims = standard ? detail::read_forwarded(fields.forwarded, options.trusted)
                           : detail::read_x_forwarded(fields, options.trusted);
    if (!standard && fields.x_proto.empty()) {
        const auto scheme = detail::read_scheme_fields(head, options.scheme_fields);
        if (!scheme) return scheme.error();
        claims.proto = *scheme;
    }
    const bool silent = !claims.knows_address && claims.proto.empty() && claims.host.empty() &&
                        claims.host_port.empty() && claims.prefix.empty();
    if (silent) return direct;
    auto info = make_ref<connection_info>(static_cast<const connection_facts&>(*direct));
    if (auto done = detail::apply_claims(*info, claims, head); !done) return done.error();
    return connection_info_ptr(std::move(info));
}

}  // namespace cruet::server
