// Cookies (RFC 6265): reading the Cookie field, writing Set-Cookie.
//
//     for (const auto& c : cookie_view("a=1; b=\"x\\054y\"")) use(c.name, c.text());
//     set_cookie({.name = "a", .value = "1", .http_only = true, .path = "/"})
//                                                       // "a=1; HttpOnly; Path=/"
//
// Reading never fails: what has no name is skipped, and so is what holds a blank or a quote where
// none belongs; a name without "=" has an empty value. A value in double quotes may hold ";" and
// escapes: a backslash before three octal digits stands for a byte, before anything else for that.
// Views point into the field's value.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cruet/core/ascii.hpp"
#include "cruet/core/charset.hpp"
#include "cruet/core/element_view.hpp"
#include "cruet/core/result.hpp"
#include "cruet/core/scan.hpp"
#include "cruet/http/field.hpp"
#include "cruet/url/percent.hpp"

namespace cruet::http {

// Undoes the escapes of a quoted value. Writes to `to`, which has room for inner.size() and may be
// inner.data(); returns how many bytes were written.
inline std::size_t unescape_cookie_into(char* to, std::string_view inner) noexcept {
    char* const begin = to;
    const auto octal = [&](std::size_t i, char high) {
        return i < inner.size() && inner[i] >= '0' && inner[i] <= high;
    };
    for (std::size_t i = 0; i < inner.size(); ++i) {
        char c = inner[i];
        if (c == '\\' && i + 1 < inner.size()) {
            if (octal(i + 1, '3') && octal(i + 2, '7') && octal(i + 3, '7')) {
                c = static_cast<char>((inner[i + 1] - '0') * 64 + (inner[i + 2] - '0') * 8 +
                                      (inner[i + 3] - '0'));
                i += 3;
            } else {
                c = inner[++i];
            }
        }
        *to++ = c;
    }
    return static_cast<std::size_t>(to - begin);
}

struct raw_cookie {
    std::string_view name;
    std::string_view value;  // without the quotes, but with its escapes
    bool quoted = false;

    // The value's bytes, usually but not surely UTF-8.
    std::string text() const {
        std::string out(value);
        if (quoted) out.resize(unescape_cookie_into(out.data(), value));
        return out;
    }
};

namespace detail {
// Where the value that starts at the front of `rest` ends: at a ";" or at the end. A quoted string
// that only white space follows may hold ";".
inline std::size_t cookie_value_end(std::string_view rest) noexcept {
    if (rest.starts_with('"')) {
        std::size_t i = 1;
        while (i < rest.size() && rest[i] != '"') i += rest[i] == '\\' ? 2 : 1;
        if (i < rest.size()) {
            const std::size_t after = find_not_in(rest, charsets::ows, i + 1);
            if (after >= rest.size() || rest[after] == ';') return after;
        }
    }
    const std::size_t end = rest.find(';');
    return end == rest.npos ? rest.size() : end;
}

// Whether a value is one quoted string: it begins with a quote, and the one that closes it is last.
inline bool is_quoted_cookie(std::string_view value) noexcept {
    if (value.size() < 2 || value.front() != '"') return false;
    std::size_t i = 1;
    while (i < value.size() && value[i] != '"') i += value[i] == '\\' ? 2 : 1;
    return i + 1 == value.size();
}

// Takes a cookie as browsers write it, "name=value" without blanks and quotes in either, off the
// front of `rest`. False, and nothing taken, where it is not one.
inline bool next_plain_cookie(std::string_view& rest, raw_cookie& cookie) noexcept {
    const std::size_t start = rest.starts_with(' ') ? 1 : 0;
    const std::size_t equals = find_first<byte_class::blank, '=', ';', '"'>(rest, start);
    if (equals == start || equals >= rest.size() || rest[equals] != '=') return false;
    const std::size_t end = find_first<byte_class::blank, ';', '"'>(rest, equals + 1);
    if (end < rest.size() && rest[end] != ';') return false;
    cookie = {rest.substr(start, equals - start), rest.substr(equals + 1, end - equals - 1), false};
    rest.remove_prefix(end < rest.size() ? end + 1 : end);
    return true;
}

// What neither a name nor a value without quotes may hold; browsers' own cookies never do.
inline bool has_cookie_stray(std::string_view text) noexcept {
    constexpr charset stray(" \t\"");
    return find_in(text, stray) != text.size();
}
}  // namespace detail

// Takes the next cookie with a name off the front of `rest`; false when none is left.
inline bool next_cookie(std::string_view& rest, raw_cookie& cookie) noexcept {
    while (!rest.empty()) {
        if (detail::next_plain_cookie(rest, cookie)) return true;
        const std::size_t stop = find_first<'=', ';'>(rest);
        cookie.name = trim(rest.substr(0, stop), charsets::ows);
        cookie.value = {};
        cookie.quoted = false;
        rest.remove_prefix(stop);
        if (rest.starts_with('=')) {
            rest = trim_left(rest.substr(1), charsets::ows);
            // Without a name nothing is quoted.
            const std::size_t end = cookie.name.empty() ? std::min(rest.find(';'), rest.size())
                                                        : detail::cookie_value_end(rest);
            cookie.value = trim_right(rest.substr(0, end), charsets::ows);
            rest.remove_prefix(end);
        }
        if (!rest.empty()) rest.remove_prefix(1);
        if (cookie.name.empty() || detail::has_cookie_stray(cookie.name)) continue;
        if (detail::is_quoted_cookie(cookie.value)) {
            cookie.value = cookie.value.substr(1, cookie.value.size() - 2);
            cookie.quoted = true;
        } else if (detail::has_cookie_stray(cookie.value)) {
            continue;
        }
        return true;
    }
    return false;
}

// A range of cookies, for range-for.
using cookie_view = element_view<raw_cookie, next_cookie>;

// Appends a cookie's value, in double quotes with escapes where it holds what a value may not.
inline void append_cookie_value(std::string& out, std::string_view value) {
    constexpr charset plain = charset::span(0x21, 0x7e) - charset("\",;\\");
    constexpr charset quotable = (plain | charset::span(0x1a, 0x20)) - charset("\"\\,;");
    if (all_in(value, plain)) {
        out.append(value);
        return;
    }
    out += '"';
    for (char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (quotable(c)) {
            out += c;
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else {
            out += '\\';
            out += static_cast<char>('0' + (byte >> 6));
            out += static_cast<char>('0' + ((byte >> 3) & 7));
            out += static_cast<char>('0' + (byte & 7));
        }
    }
    out += '"';
}

// What stands for itself in a Path attribute that append_set_cookie writes.
inline constexpr charset cookie_path_safe = url::charsets::unreserved | charset("%!$&'()*+,/:=@");

// A Set-Cookie line. Empty optionals leave their attribute out.
struct cookie {
    std::string_view name;
    std::string_view value;
    std::optional<std::string_view> domain{};   // a host name in ASCII
    std::optional<std::string_view> expires{};  // an HTTP date
    std::optional<std::int64_t> max_age{};      // seconds
    bool secure = false;
    bool http_only = false;
    std::optional<std::string_view> path{};       // escaped where it must be
    std::optional<std::string_view> same_site{};  // "Strict", "Lax" or "None"
    bool partitioned = false;                     // implies secure
};

// Appends the line as it is, with no other check than the escaping of value and path.
inline void append_set_cookie(std::string& out, const cookie& c) {
    out.reserve(out.size() + c.name.size() + c.value.size() + 128);
    out.append(c.name);
    out += '=';
    append_cookie_value(out, c.value);
    const auto attribute = [&](std::string_view name, std::string_view value) {
        out.append("; ").append(name).append("=").append(value);
    };
    if (c.domain) attribute("Domain", *c.domain);
    if (c.expires) attribute("Expires", *c.expires);
    if (c.max_age) {
        std::array<char, 24> room;
        const auto done = std::to_chars(room.data(), room.data() + room.size(), *c.max_age);
        attribute("Max-Age", {room.data(), done.ptr});
    }
    if (c.secure || c.partitioned) out.append("; Secure");
    if (c.http_only) out.append("; HttpOnly");
    if (c.path) {
        out.append("; Path=");
        url::append_quoted(out, *c.path, cookie_path_safe);
    }
    if (c.same_site) attribute("SameSite", *c.same_site);
    if (c.partitioned) out.append("; Partitioned");
}

// The line, if it says what it is meant to: errc::bad_cookie_name unless the name is a token
// (RFC 6265 section 4.1.1), errc::bad_cookie_attribute for an attribute that would end early.
inline result<std::string> set_cookie(const cookie& c) {
    if (!is_token(c.name)) return error{errc::bad_cookie_name, 0};
    constexpr charset attribute = charset::span(0x20, 0x7e) - charset(";");
    for (const auto& value : {c.domain, c.expires, c.same_site}) {
        if (value && !all_in(*value, attribute)) return error{errc::bad_cookie_attribute, 0};
    }
    std::string out;
    append_set_cookie(out, c);
    return out;
}

}  // namespace cruet::http
