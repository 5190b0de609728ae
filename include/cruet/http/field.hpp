// Field lines (RFC 9110 section 5): one field as two views, and what its name and value may hold.
//
//     is_token("Content-Type")                  // true
//     is_field_value("a\r\nSet-Cookie: x=y")    // false: no CR, LF, NUL or other control
//     check(field{"X-Name", value})             // result<void>
//
// A `field` owns nothing: it points into whatever its maker says.
#pragma once

#include <cstddef>
#include <string_view>

#include "cruet/core/ascii.hpp"
#include "cruet/core/charset.hpp"
#include "cruet/core/result.hpp"

namespace cruet::http {

struct field {
    std::string_view name;
    std::string_view value;

    friend constexpr bool operator==(const field&, const field&) noexcept = default;
};

// RFC 9110 section 5.6.2.
constexpr bool is_token(std::string_view text) noexcept {
    return !text.empty() && all_in(text, charsets::token);
}

// RFC 9110 section 5.5, without regard to white space at the ends: visible bytes, spaces, tabs and
// bytes from 0x80 up.
constexpr bool is_field_value(std::string_view text) noexcept {
    return all_in(text, charsets::field_value);
}

// What a peer would take for the end of the line, or for the end of the text: CR, LF, NUL. This
// weaker test is for values that applications made, which may hold other control bytes.
constexpr bool breaks_line(std::string_view text) noexcept {
    for (char c : text) {
        if (c == '\r' || c == '\n' || c == '\0') return true;
    }
    return false;
}

// May this field be sent? errc::bad_field_name, errc::bad_field_value, each with the offset of the
// first byte refused.
constexpr result<void> check(const field& f) noexcept {
    const std::size_t name = find_not_in(f.name, charsets::token);
    if (f.name.empty() || name != f.name.size()) return error{errc::bad_field_name, name};
    const std::size_t value = find_not_in(f.value, charsets::field_value);
    if (value != f.value.size()) return error{errc::bad_field_value, value};
    return {};
}

// Fields that concern one connection and are never passed on (RFC 9110 section 7.6.1).
constexpr bool is_hop_by_hop(std::string_view name) noexcept {
    constexpr std::string_view names[] = {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "te",         "trailer",    "transfer-encoding",  "upgrade",
    };
    for (std::string_view candidate : names) {
        if (iequals(name, candidate)) return true;
    }
    return false;
}

// Fields that describe the content (RFC 9110 section 8, with those of RFC 2616 section 7.1).
constexpr bool is_entity_field(std::string_view name) noexcept {
    constexpr std::string_view names[] = {
        "allow",       "content-encoding", "content-language", "content-length", "content-location",
        "content-md5", "content-range",    "content-type",     "expires",        "last-modified",
    };
    for (std::string_view candidate : names) {
        if (iequals(name, candidate)) return true;
    }
    return false;
}

}  // namespace cruet::http
