#pragma once
// What of a server's settings the core reads from text.

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cruet/http/field.hpp"
#include "cruet/net/address_set.hpp"
#include "cruet/net/proxy_protocol.hpp"
#include "cruet/net/tls_context.hpp"
#include "cruet/server/access_log.hpp"
#include "cruet/server/options.hpp"

namespace cruet::binding {

using field_list = std::vector<http::field>;

// Sets peers as net/address_set.hpp reads them. Returns "" or what cannot be used.
inline std::string set_peers(net::address_set& to, const std::string& text) {
    auto peers = net::address_set::parse(text);
    if (!peers) return "no address or network at character " + std::to_string(peers.error().offset);
    to = std::move(*peers);
    return {};
}

// Sets which proxies are believed: peers as net/address_set.hpp reads them, fields by their names
// in lower case. Returns "" or what cannot be used.
inline std::string set_forwarding(server::server_options& options, const std::string& trusted,
                                  const std::vector<std::string>& believed,
                                  const field_list& scheme_fields) {
    server::forwarding_options& to = options.forwarding;
    if (auto wrong = set_peers(to.trusted, trusted); !wrong.empty()) return wrong;
    const std::pair<std::string_view, bool*> fields[] = {
        {"forwarded", &to.forwarded},       {"x-forwarded-for", &to.x_for},
        {"x-forwarded-proto", &to.x_proto}, {"x-forwarded-host", &to.x_host},
        {"x-forwarded-port", &to.x_port},   {"x-forwarded-prefix", &to.x_prefix}};
    for (const std::string& name : believed) {
        const auto* found = std::find_if(std::begin(fields), std::end(fields),
                                         [&](const auto& f) { return f.first == name; });
        if (found == std::end(fields)) return "no field named " + name;
        *found->second = true;
    }
    for (const http::field& f : scheme_fields) {
        to.scheme_fields.push_back({std::string(f.name), std::string(f.value)});
    }
    return {};
}

// Sets who begins with a header of the PROXY protocol, and of which version: "off", "v1", "v2" or
// "auto". Returns "" or what cannot be used.
inline std::string set_proxies(server::server_options& options, const std::string& version,
                               const std::string& peers) {
    using enum net::proxy_version;
    const std::pair<std::string_view, net::proxy_version> versions[] = {
        {"off", off}, {"v1", v1}, {"v2", v2}, {"auto", any}};
    const auto* found = std::find_if(std::begin(versions), std::end(versions),
                                     [&](const auto& v) { return v.first == version; });
    if (found == std::end(versions)) return "there is no version " + version;
    options.proxy_protocol = found->second;
    return set_peers(options.proxies, peers);
}

// Sets where requests are logged, and how: "json", or atoms. Returns -1, or where the format is
// wrong.
inline long set_access_log(server::access_log_options& log, server::server_options& options, int fd,
                           const std::string& format, const std::string& syslog_prefix) {
    log.fd = fd;
    log.syslog_prefix = syslog_prefix;
    if (format == "json") {
        log.format = server::log_format::json();
        return -1;
    }
    auto read = server::log_format::parse(format);
    if (!read) return static_cast<long>(read.error().offset);
    log.format = std::move(*read);
    options.kept_fields = log.format.response_fields();
    return -1;
}

// One line of statsd's, without an end.
inline std::string statsd_line(const server::statsd_options& options, std::string_view name,
                               std::string_view value, std::string_view type) {
    std::string out;
    server::append_statsd_line(out, options, name, value, type);
    out.pop_back();
    return out;
}

inline std::string make_tls_context(const net::tls_options& options, net::tls_context& out) {
    std::string why;
    auto made = net::tls_context::make(options, &why);
    if (made) out = std::move(*made);
    return why;
}

}  // namespace cruet::binding
