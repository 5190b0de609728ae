// Bodies of cruet/http/serializer.hpp.
#pragma once

#include "cruet/http/serializer.hpp"

namespace cruet::http {

namespace detail {

// is_field_value, eight bytes at a time: a control byte or DEL sets the high bit of its own byte
// or, by a borrow, of a later one, so a clean answer is certain and any other is asked again.
inline bool is_sendable(std::string_view text) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t highs = 0x8080808080808080U;
    const char* at = text.data();
    std::size_t left = text.size();
    for (; left >= 8; at += 8, left -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        const std::uint64_t control = (word - ones * 0x20) & ~word & highs;
        const std::uint64_t flipped = word ^ (ones * 0x7f);
        const std::uint64_t del = (flipped - ones) & ~flipped & highs;
        if ((control | del) != 0) return is_field_value(text);
    }
    return is_field_value({at, left});
}

inline void append_number(buffer& out, std::uint64_t value, int base = 10) {
    char* at = out.prepare(20);
    out.commit(static_cast<std::size_t>(std::to_chars(at, at + 20, value, base).ptr - at));
}

// Does a Connection-like list hold this token?
inline bool has_token(std::string_view list, std::string_view token) noexcept {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        if (iequals(trim(list.substr(0, comma)), token)) return true;
        if (comma == list.npos) break;
        list.remove_prefix(comma + 1);
    }
    return false;
}

}  // namespace detail

inline result<void> response_writer::start(buffer& out, int status, std::string_view reason,
                                           std::span<const field> fields,
                                           std::optional<std::uint64_t> length) {
    if (status < 200 || !is_status(status)) return errc::bad_status;
    if (!detail::is_sendable(reason)) return errc::bad_reason;
    const std::size_t mark = out.size();

    if (status == 200 && (reason.empty() || reason == "OK")) {
        out.append("HTTP/1.1 200 OK\r\n");
    } else {
        out.append("HTTP/1.1 ");
        detail::append_number(out, static_cast<std::uint64_t>(status));
        out.append(' ');
        out.append(reason.empty() ? http::reason(status) : reason);
        out.append("\r\n");
    }
    own_fields own;
    const auto appended = append_fields(out, fields, own, length);
    if (!appended) {
        out.truncate(mark);
        return appended;
    }
    status_ = status;
    started_ = true;
    append_framing(out, length, own);
    return {};
}

// Is it a field that the framing replaces or drops? Content-Length and the announced length are
// kept in `length`.
inline bool response_writer::take_special(const field& f, own_fields& own, bool& has_length,
                                          std::optional<std::uint64_t>& length,
                                          result<void>& failure) {
    switch (f.name.size()) {
    case 4:
        if (!iequals(f.name, "date")) return false;
        return std::exchange(own.date, true);
    case 6:
        if (!iequals(f.name, "server")) return false;
        return std::exchange(own.server, true);
    case 7: own.upgrade = own.upgrade || iequals(f.name, "upgrade"); return false;
    case 10:
        if (iequals(f.name, "keep-alive")) return true;
        if (!iequals(f.name, "connection")) return false;
        if (detail::has_token(f.value, "close")) keep_alive_ = false;
        return true;
    case 14: {
        if (!iequals(f.name, "content-length")) return false;
        const auto parsed = parse_decimal<std::uint64_t>(trim(f.value));
        if (!parsed) failure = errc::bad_content_length;
        if (parsed && !std::exchange(has_length, true)) length = *parsed;
        return true;
    }
    case 16: return iequals(f.name, "proxy-connection");
    case 17: return iequals(f.name, "transfer-encoding");
    default: return false;
    }
}

inline result<void> response_writer::append_fields(buffer& out, std::span<const field> fields,
                                                   own_fields& own,
                                                   std::optional<std::uint64_t>& length) {
    bool has_length = false;
    for (const field& f : fields) {
        if (!is_token(f.name)) return errc::bad_field_name;
        if (!detail::is_sendable(f.value)) return errc::bad_field_value;
        result<void> failure;
        const bool dropped = take_special(f, own, has_length, length, failure);
        if (!failure) return failure;
        if (dropped) continue;
        const std::size_t n = f.name.size() + f.value.size() + 4;
        char* at = out.prepare(n);
        std::memcpy(at, f.name.data(), f.name.size());
        at += f.name.size();
        *at++ = ':';
        *at++ = ' ';
        if (!f.value.empty()) std::memcpy(at, f.value.data(), f.value.size());
        at += f.value.size();
        *at++ = '\r';
        *at = '\n';
        out.commit(n);
    }
    return {};
}

inline void response_writer::append_framing(buffer& out, std::optional<std::uint64_t> length,
                                            const own_fields& own) {
    constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();
    const bool bodiless = context_.head_request || forbids_body(status_);
    // RFC 9110 section 8.6: never in a 204; a 304 may tell what a 200 would have had.
    const bool tells_length = status_ != 204;
    if (length && tells_length) {
        // A 304 whose handler wrote an empty body knows nothing of the length a 200 would have.
        if (status_ != 304 || *length > 0) {
            out.append("Content-Length: ");
            detail::append_number(out, *length);
            out.append("\r\n");
        }
    }
    remaining_ = length.value_or(unlimited);
    body_ = length ? body_mode::sized : body_mode::chunked;
    if (!length && context_.version == version::http_1_0) body_ = body_mode::until_close;
    if (bodiless) body_ = body_mode::none;
    if (body_ == body_mode::chunked) out.append("Transfer-Encoding: chunked\r\n");
    if (body_ == body_mode::until_close) keep_alive_ = false;

    if (!own.date) {
        out.append("Date: ");
        out.append(current_date());
        out.append("\r\n");
    }
    if (!own.server && !context_.server.empty()) {
        out.append("Server: ");
        out.append(context_.server);
        out.append("\r\n");
    }
    if (own.upgrade) {
        // RFC 9110 section 7.8: a sender of Upgrade lists it in Connection.
        out.append(keep_alive_ ? "Connection: upgrade\r\n" : "Connection: upgrade, close\r\n");
    } else if (!keep_alive_) {
        out.append("Connection: close\r\n");
    } else if (context_.version == version::http_1_0) {
        out.append("Connection: keep-alive\r\n");
    }
    out.append("\r\n");
}

inline void response_writer::open_piece(buffer& out, std::size_t n) {
    body_bytes_ += n;
    if (body_ == body_mode::chunked) {
        detail::append_number(out, n, 16);
        out.append("\r\n");
    } else {
        remaining_ -= n;
    }
}

}  // namespace cruet::http
