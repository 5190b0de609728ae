// What proxies tell of the request that they pass on: the Forwarded field (RFC 7239), and the nodes
// that X-Forwarded-For lists.
//
//     auto element = parse_forwarded("for=\"[2001:db8::1]:80\";proto=https");
//     element->for_node                          // "[2001:db8::1]:80"
//     split_node(element->for_node)->host        // "2001:db8::1"
//
// A field is a list (http/list.hpp: list_items) of elements, one added by each proxy at its end.
// The views point into the text; nothing is allocated. Whom to believe is not decided here: see
// server/forwarding.hpp.
//
// Errors: errc::bad_parameter (an element that is not well formed, names a parameter twice, or
// escapes characters, which no address and no host needs), errc::bad_address (a node).
#pragma once

#include <cstddef>
#include <string_view>

#include "cruet/core/ascii.hpp"
#include "cruet/core/charset.hpp"
#include "cruet/core/result.hpp"
#include "cruet/http/options.hpp"

namespace cruet::http {

// "" where a parameter is not given. Parameters of other names are left aside.
struct forwarded_element {
    std::string_view for_node;
    std::string_view by_node;
    std::string_view host;
    std::string_view proto;
};

namespace detail {
// Besides tokens: proxies are known not to quote an address with its port.
inline constexpr charset forwarded_value = charsets::token | charset(":[]");

// name=value at the front of `rest`, taken off together with the white space around it.
inline bool take_forwarded_pair(std::string_view& rest, raw_parameter& pair) noexcept {
    const std::size_t name = find_not_in(rest, charsets::token);
    if (name == 0 || name >= rest.size() || rest[name] != '=') return false;
    pair.name = rest.substr(0, name);
    rest.remove_prefix(name + 1);
    if (rest.starts_with('"')) {
        const std::size_t end = closing_quote(rest);
        if (end == rest.npos) return false;
        pair.value = rest.substr(1, end - 1);
        rest.remove_prefix(end + 1);
    } else {
        const std::size_t end = find_not_in(rest, forwarded_value);
        if (end == 0) return false;
        pair.value = rest.substr(0, end);
        rest.remove_prefix(end);
    }
    rest = trim_left(rest, charsets::ows);
    return pair.value.find('\\') == pair.value.npos;
}
}  // namespace detail

// One element of the list, trimmed, as list_items() gives it.
inline result<forwarded_element> parse_forwarded(std::string_view item) noexcept {
    forwarded_element out;
    std::string_view* const views[] = {&out.for_node, &out.by_node, &out.host, &out.proto};
    static constexpr std::string_view names[] = {"for", "by", "host", "proto"};
    for (std::string_view rest = item; !rest.empty();) {
        rest = trim_left(rest, charsets::ows);
        raw_parameter pair;
        if (!rest.starts_with(';') && !rest.empty()) {
            if (!detail::take_forwarded_pair(rest, pair)) return errc::bad_parameter;
            for (std::size_t i = 0; i < 4; ++i) {
                if (!iequals(pair.name, names[i])) continue;
                if (views[i]->data()) return errc::bad_parameter;
                *views[i] = pair.value;
            }
        }
        if (rest.empty()) break;
        if (rest.front() != ';') return errc::bad_parameter;
        rest.remove_prefix(1);
    }
    return out;
}

// Section 6: an address, with or without a port, or a name that hides one, or "unknown".
struct forwarded_node {
    // Without brackets; whether it is an address is not looked at. "" where it is not told: for
    // "unknown" and for names that begin with "_".
    std::string_view host;
    // Digits, or a name that begins with "_"; "" where none is given.
    std::string_view port;
};

// IPv6 addresses stand in brackets; X-Forwarded-For has them bare, too, without a port then.
inline result<forwarded_node> split_node(std::string_view text) noexcept {
    constexpr charset obfuscated = charset::alnum() | charset("._-");
    forwarded_node out;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == text.npos || end == 1) return errc::bad_address;
        out.host = text.substr(1, end - 1);
        text.remove_prefix(end + 1);
        if (text.empty()) return out;
        if (text.front() != ':') return errc::bad_address;
        out.port = text.substr(1);
    } else {
        const std::size_t colon = text.find(':');
        const bool bare = colon != text.npos && text.find(':', colon + 1) != text.npos;
        out.host = bare ? text : text.substr(0, colon);
        if (out.host.empty()) return errc::bad_address;
        if (bare || colon == text.npos) text = {};
        if (!text.empty()) out.port = text.substr(colon + 1);
    }
    if (!text.empty()) {
        const bool hidden =
            out.port.size() > 1 && out.port[0] == '_' && all_in(out.port, obfuscated);
        const bool number =
            !out.port.empty() && out.port.size() <= 5 && all_in(out.port, charset::digit());
        if (!hidden && !number) return errc::bad_address;
    }
    if (out.host[0] == '_') {
        if (out.host.size() == 1 || !all_in(out.host, obfuscated)) return errc::bad_address;
        out.host = {};
    } else if (iequals(out.host, "unknown")) {
        out.host = {};
    }
    return out;
}

}  // namespace cruet::http
