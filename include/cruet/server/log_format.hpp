// How a request is written as a line of a log: Gunicorn's format atoms, or JSON.
//
//     auto format = log_format::parse(R"(%(h)s %(t)s "%(r)s" %(s)s %(b)s %(D)s)");
//     format->append(line, report, now);         // one line with its end
//
// Atoms, each written %(atom)s:
//   h client's address · l - · u user of Basic credentials · t time in brackets · p process
//   r request line · m method · U path · q query · H protocol
//   s status · B bytes of content · b the same, - for none · X "X" where the answer was cut off,
//   "+" T M D L duration in seconds, milliseconds, microseconds, and decimal seconds f Referer · a
//   User-Agent · {name}i field of the request · {name}o field of the response {name}e variable of
//   the CGI environment, of those that follow from the request's head
// %% is a per cent sign. What is not there is "-".
//
// What a client sent is shown without control characters, quotes and backslashes (\x22), in JSON by
// JSON's escapes, so that no request writes a line of its own. Times are local.
//
// Errors of parse(): errc::syntax, with the offset of the atom.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/result.hpp"
#include "cruet/server/metrics.hpp"

namespace cruet::server {

inline constexpr std::string_view common_log_format =
    R"(%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s")";

namespace detail {
// Escapes all but printable ASCII, quotes and backslashes among it, by two digits behind `mark`.
inline void append_printable(std::string& out, std::string_view text, std::string_view mark) {
    static constexpr char digits[] = "0123456789abcdef";
    std::size_t plain = 0;  // from here on nothing had to be escaped
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\') continue;
        out.append(text, plain, i - plain).append(mark);
        out += digits[byte >> 4];
        out += digits[byte & 15U];
        plain = i + 1;
    }
    out.append(text, plain);
}
}  // namespace detail

// Text of a client's, so that it stays within its line and its quotes.
inline void append_escaped(std::string& out, std::string_view text) {
    detail::append_printable(out, text, "\\x");
}

// A string of JSON (RFC 8259). Bytes beyond ASCII are taken for Latin-1, as WSGI takes them.
inline void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    detail::append_printable(out, text, "\\u00");
    out += '"';
}

// The time as text, made once a second, and with it what is asked of the system as seldom.
class log_clock {
public:
    // [27/Nov/2026:21:06:00 +0100]
    std::string_view bracketed(std::time_t now) {
        if (now != at_) make(now);
        return bracketed_;
    }
    // 2026-11-27T21:06:00+01:00 (RFC 3339)
    std::string_view standard(std::time_t now) {
        if (now != at_) make(now);
        return standard_;
    }

    // Of this process.
    std::string_view pid(std::time_t now) {
        if (now != at_) make(now);
        return pid_;
    }

private:
    void make(std::time_t now);

    std::time_t at_ = -1;
    char bracketed_[64] = "";
    char standard_[64] = "";
    char pid_[16] = "";
};

class log_format {
public:
    // Gunicorn's default, which is the combined format.
    log_format() : log_format(*parse(common_log_format)) {}
    static result<log_format> parse(std::string_view text);
    // An object a line: time remote user method target protocol status bytes micros referer
    // user_agent pid incomplete.
    static log_format json() {
        log_format out{std::vector<piece>{}};
        out.json_ = true;
        return out;
    }

    void append(std::string& out, const request_report& report, std::time_t now);
    // The fields of the response that are to be kept for it, in lower case.
    const std::vector<std::string>& response_fields() const noexcept { return response_fields_; }

private:
    enum class kind : char {
        literal = 'z',
        request_field = 'i',
        response_field = 'o',
        variable = 'e',
        // Else the atom's own letter.
    };
    struct piece {
        kind what;
        std::string text;  // of a literal; else a name
    };

    explicit log_format(std::vector<piece> pieces) : pieces_(std::move(pieces)) {}

    bool add_atom(std::string_view atom);
    void add_literal(std::string_view text);
    void append_piece(std::string& out, const piece& p, const request_report& r, std::time_t now);
    void append_json(std::string& out, const request_report& r, std::time_t now);

    std::vector<piece> pieces_;
    std::vector<std::string> response_fields_;
    log_clock clock_;
    bool json_ = false;
};

}  // namespace cruet::server

#include "cruet/server/impl/log_format.hpp"
