// Percent-encoding (RFC 3986 section 2.1), of bytes and of UTF-8 text.
//
//     quote("a b/c", charsets::path)     // "a%20b/c"
//     unquote("a%20b%2")                 // "a b%2": a broken escape stays as it is
//     unquote_text("%C3%A9%FF")          // "é\xef\xbf\xbd": ill-formed UTF-8 becomes U+FFFD
//     unquote_strict("%zz")              // errc::bad_percent_escape at offset 0
//     unquote_partial("%2F%C3%A9%FF", keep_slash)   // "%2Fé%FF"
//     is_uri_path("/a%20b?c=d")          // true: nothing in it has to be escaped
//
// WSGI wants the bytes of unquote (PATH_INFO, PEP 3333); frameworks want unquote_text; IRIs for
// display (RFC 3987 section 3.2) want unquote_partial. Nothing here throws but for lack of memory.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cruet/core/ascii.hpp"
#include "cruet/core/charset.hpp"
#include "cruet/core/result.hpp"
#include "cruet/core/utf8.hpp"

namespace cruet::url {

namespace charsets {
using cruet::charsets::unreserved;
// RFC 3986 section 3.3: what stands for itself in one path segment, and in a path.
inline constexpr charset segment = unreserved | charset("!$&'()*+,;=:@");
inline constexpr charset path = segment | charset("/");
// RFC 3986 section 3.4. Names and values of a form must further escape "&", "=" and "+".
inline constexpr charset query = path | charset("?");
}  // namespace charsets

namespace detail {
inline constexpr char hex_digits[] = "0123456789ABCDEF";

inline void append_escape(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex_digits[byte >> 4];
    out += hex_digits[byte & 15];
}

// The byte that text[at] == '%' begins, or -1.
constexpr int escape_at(std::string_view text, std::size_t at) noexcept {
    if (text.size() - at < 3) return -1;
    const int high = hex_value(text[at + 1]);
    const int low = hex_value(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}
}  // namespace detail

// Appends `bytes`, all that are not in `safe` as %XX in upper case. "%" is escaped unless it is in
// `safe`.
inline void append_quoted(std::string& out, std::string_view bytes, const charset& safe) {
    while (!bytes.empty()) {
        const std::size_t run = find_not_in(bytes, safe);
        out.append(bytes.substr(0, run));
        bytes.remove_prefix(run);
        if (bytes.empty()) return;
        detail::append_escape(out, bytes.front());
        bytes.remove_prefix(1);
    }
}

inline std::string quote(std::string_view bytes, const charset& safe = charsets::unreserved) {
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 2);
    append_quoted(out, bytes, safe);
    return out;
}

// application/x-www-form-urlencoded: as quote, with "+" for a space.
inline std::string quote_plus(std::string_view bytes, const charset& safe = charsets::unreserved) {
    std::string out = quote(bytes, safe | charset(" "));
    for (char& c : out) {
        if (c == ' ') c = '+';
    }
    return out;
}

// Writes the decoded bytes to `to`, which has room for text.size(), and returns how many there are.
// `to` may be text.data(): decoding never grows. Malformed escapes are copied.
inline std::size_t unquote_into(char* to, std::string_view text, bool plus_is_space) noexcept {
    char* const begin = to;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const int byte = detail::escape_at(text, i);
            if (byte >= 0) {
                c = static_cast<char>(byte);
                i += 2;
            }
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        *to++ = c;
    }
    return static_cast<std::size_t>(to - begin);
}

inline std::string unquote(std::string_view text) {
    std::string out(text);
    out.resize(unquote_into(out.data(), text, false));
    return out;
}

inline std::string unquote_plus(std::string_view text) {
    std::string out(text);
    out.resize(unquote_into(out.data(), text, true));
    return out;
}

// Decoded text: what is not UTF-8 is replaced.
inline std::string unquote_text(std::string_view text) {
    std::string out = unquote(text);
    return is_utf8(out) ? out : replace_invalid_utf8(out);
}

// Decoded text, or the first fault: errc::bad_percent_escape (offset in `text`), or
// errc::invalid_utf8 (offset in the decoded bytes).
inline result<std::string> unquote_strict(std::string_view text) {
    for (std::size_t i = text.find('%'); i != text.npos; i = text.find('%', i + 3)) {
        if (detail::escape_at(text, i) < 0) return error{errc::bad_percent_escape, i};
    }
    std::string out = unquote(text);
    const std::size_t bad = find_invalid_utf8(out);
    if (bad != out.size()) return error{errc::invalid_utf8, bad};
    return out;
}

// Appends decoded bytes as UTF-8: those that are none become escapes again, so that nothing is
// lost.
inline void append_escaping_invalid(std::string& out, std::string_view decoded) {
    split_utf8(
        decoded, [&](std::string_view run) { out.append(run); },
        [&](std::string_view bad) {
            for (char c : bad) detail::append_escape(out, c);
        });
}

// Decodes for display: escapes of bytes in `keep` stay as they were written, and escapes that do
// not make UTF-8 become (upper case) escapes again, so that quoting the outcome gives the same URL.
inline std::string unquote_partial(std::string_view text, const charset& keep) {
    std::string out;
    std::string decoded;
    out.reserve(text.size());
    const auto flush = [&] {
        append_escaping_invalid(out, decoded);
        decoded.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int byte = text[i] == '%' ? detail::escape_at(text, i) : -1;
        if (byte < 0) {
            decoded += text[i];
        } else if (keep.has(static_cast<unsigned char>(byte))) {
            flush();
            out.append(text.substr(i, 3));
            i += 2;
        } else {
            decoded += static_cast<char>(byte);
            i += 2;
        }
    }
    flush();
    return out;
}

// True when unquote would change the text.
inline bool has_escapes(std::string_view text) noexcept { return text.find('%') != text.npos; }

// Whether a reference is a URI as it stands: an absolute path with, perhaps, a query, of nothing
// but the characters that may stand there (RFC 3986 sections 3.3, 3.4, 4.2); escapes are not looked
// into. False for all that only a parser can tell: an authority, a fragment, an empty query.
constexpr bool is_uri_path(std::string_view text) noexcept {
    constexpr charset in_path = charsets::path | charset("%");
    constexpr charset in_query = charsets::query | charset("%");
    if (!text.starts_with('/') || text.starts_with("//")) return false;
    std::size_t at = 1;
    while (at < text.size() && in_path.has(static_cast<unsigned char>(text[at]))) ++at;
    if (at == text.size()) return true;
    if (text[at] != '?' || ++at == text.size()) return false;
    while (at < text.size() && in_query.has(static_cast<unsigned char>(text[at]))) ++at;
    return at == text.size();
}

}  // namespace cruet::url
