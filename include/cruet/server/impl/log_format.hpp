// Bodies of cruet/server/log_format.hpp.
#pragma once

#include "cruet/http/authorization.hpp"
#include "cruet/server/log_format.hpp"

namespace cruet::server {

inline void log_clock::make(std::time_t now) {
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm local{};
    ::localtime_r(&now, &local);
    const long minutes = local.tm_gmtoff / 60;
    const long away = minutes < 0 ? -minutes : minutes;
    const char sign = minutes < 0 ? '-' : '+';
    std::snprintf(bracketed_, sizeof bracketed_, "[%02d/%s/%04d:%02d:%02d:%02d %c%02ld%02ld]",
                  local.tm_mday, months[local.tm_mon], local.tm_year + 1900, local.tm_hour,
                  local.tm_min, local.tm_sec, sign, away / 60, away % 60);
    std::snprintf(standard_, sizeof standard_, "%04d-%02d-%02dT%02d:%02d:%02d%c%02ld:%02ld",
                  local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour,
                  local.tm_min, local.tm_sec, sign, away / 60, away % 60);
    std::snprintf(pid_, sizeof pid_, "%ld", static_cast<long>(::getpid()));
    at_ = now;
}

// ---- reading a format ----

inline void log_format::add_literal(std::string_view text) {
    if (text.empty()) return;
    if (pieces_.empty() || pieces_.back().what != kind::literal) {
        pieces_.push_back({kind::literal, {}});
    }
    pieces_.back().text += text;
}

inline bool log_format::add_atom(std::string_view atom) {
    static constexpr std::string_view letters = "hlutprmUqHsBbXTMDLfa";
    if (atom.size() == 1 && letters.find(atom[0]) != letters.npos) {
        pieces_.push_back({static_cast<kind>(atom[0]), {}});
        return true;
    }
    const bool named = atom.size() > 3 && atom[0] == '{' && atom[atom.size() - 2] == '}';
    if (!named) return false;
    const auto what = static_cast<kind>(lower(atom.back()));
    std::string name(atom.substr(1, atom.size() - 3));
    if (what != kind::request_field && what != kind::response_field && what != kind::variable) {
        return false;
    }
    if (what == kind::response_field) response_fields_.push_back(lower(name));
    pieces_.push_back({what, std::move(name)});
    return true;
}

inline result<log_format> log_format::parse(std::string_view text) {
    log_format out{std::vector<piece>{}};
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t mark = std::min(text.find('%', at), text.size());
        out.add_literal(text.substr(at, mark - at));
        at = mark;
        if (at == text.size()) break;
        if (text.substr(at, 2) == "%%") {
            out.add_literal("%");
            at += 2;
            continue;
        }
        const std::size_t end = text.find(')', at);
        const bool whole = text.substr(at, 2) == "%(" && end != text.npos &&
                           end + 1 < text.size() && (text[end + 1] == 's' || text[end + 1] == 'd');
        if (!whole || !out.add_atom(text.substr(at + 2, end - at - 2))) {
            return error{errc::syntax, at};
        }
        at = end + 2;
    }
    return out;
}

// ---- writing a line ----

namespace detail {
inline std::string basic_user(const http::request_head* head) {
    const auto field = head ? head->find("authorization") : std::nullopt;
    if (!field) return {};
    const auto credentials = http::parse_credentials(*field);
    if (!iequals(credentials.scheme, "basic")) return {};
    const auto basic = http::parse_basic(credentials.token);
    return basic ? basic->user : std::string();
}

inline void append_or_dash(std::string& out, std::string_view text) {
    append_escaped(out, text.empty() ? "-" : text);
}

// HTTP_X_A is of the field X-A, whatever its case; '_' stands for '-'.
inline bool names_variable(std::string_view field, std::string_view variable) noexcept {
    if (field.size() != variable.size()) return false;
    for (std::size_t i = 0; i < field.size(); ++i) {
        const char c = field[i] == '-' ? '_' : upper(field[i]);
        if (c != upper(variable[i])) return false;
    }
    return true;
}

inline std::string environ_variable(const request_report& r, std::string_view name) {
    const connection_info& c = r.connection;
    if (name == "REMOTE_ADDR") return c.remote_address;
    if (name == "REMOTE_PORT") return std::to_string(c.remote_port);
    if (name == "SERVER_NAME") return c.local_address;
    if (name == "SERVER_PORT") return std::to_string(c.local_port);
    if (name == "SCRIPT_NAME") return c.prefix;
    if (name == "wsgi.url_scheme") return c.secure ? "https" : "http";
    if (!r.head) return {};
    if (name == "REQUEST_METHOD") return std::string(r.head->method());
    if (name == "PATH_INFO") return std::string(r.head->path());
    if (name == "QUERY_STRING") return std::string(r.head->query());
    if (name == "RAW_URI" || name == "REQUEST_URI") return std::string(r.head->target());
    if (name == "SERVER_PROTOCOL") return std::string(http::to_string(r.head->version()));
    const bool content = name == "CONTENT_TYPE" || name == "CONTENT_LENGTH";
    if (!content && !name.starts_with("HTTP_")) return {};
    for (const http::field& f : r.head->fields()) {
        if (names_variable(f.name, content ? name : name.substr(5))) return std::string(f.value);
    }
    return {};
}

inline std::string_view request_field(const request_report& r, std::string_view name) {
    const auto found = r.head ? r.head->find(name) : std::nullopt;
    return found.value_or(std::string_view());
}

inline std::string_view response_field(const request_report& r, std::string_view name) {
    for (const kept_field& f : r.response_fields) {
        if (iequals(f.name, name)) return f.value;
    }
    return {};
}

inline void append_request_line(std::string& out, const http::request_head* head) {
    if (!head) {
        out += '-';
        return;
    }
    append_escaped(out, head->method());
    out += ' ';
    append_escaped(out, head->target());
    out += ' ';
    out += http::to_string(head->version());
}

inline void append_seconds(std::string& out, std::uint64_t micros) {
    char text[32];
    std::snprintf(text, sizeof text, "%llu.%06llu",
                  static_cast<unsigned long long>(micros / 1000000),
                  static_cast<unsigned long long>(micros % 1000000));
    out += text;
}
}  // namespace detail

inline void log_format::append_piece(std::string& out, const piece& p, const request_report& r,
                                     std::time_t now) {
    using detail::append_or_dash;
    const http::request_head* head = r.head;
    switch (p.what) {
    case kind::literal: out += p.text; return;
    case kind::request_field: append_or_dash(out, detail::request_field(r, p.text)); return;
    case kind::response_field: append_or_dash(out, detail::response_field(r, p.text)); return;
    case kind::variable: append_or_dash(out, detail::environ_variable(r, p.text)); return;
    default: break;
    }
    switch (static_cast<char>(p.what)) {
    case 'h': append_or_dash(out, r.connection.remote_address); break;
    case 'u': append_or_dash(out, detail::basic_user(head)); break;
    case 't': out += clock_.bracketed(now); break;
    case 'p': out.append("<").append(clock_.pid(now)).append(">"); break;
    case 'r': detail::append_request_line(out, head); break;
    case 'm': append_or_dash(out, head ? head->method() : ""); break;
    case 'U': append_or_dash(out, head ? head->path() : ""); break;
    case 'q': append_escaped(out, head ? head->query() : ""); break;
    case 'H': out += head ? http::to_string(head->version()) : "-"; break;
    case 's': out += std::to_string(r.status); break;
    case 'B': out += std::to_string(r.bytes); break;
    case 'b': out += r.bytes ? std::to_string(r.bytes) : "-"; break;
    case 'X': out += r.incomplete ? 'X' : '+'; break;
    case 'T': out += std::to_string(r.micros / 1000000); break;
    case 'M': out += std::to_string(r.micros / 1000); break;
    case 'D': out += std::to_string(r.micros); break;
    case 'L': detail::append_seconds(out, r.micros); break;
    case 'f': append_or_dash(out, detail::request_field(r, "referer")); break;
    case 'a': append_or_dash(out, detail::request_field(r, "user-agent")); break;
    default: out += '-'; break;  // l
    }
}

inline void log_format::append_json(std::string& out, const request_report& r, std::time_t now) {
    const auto text = [&](std::string_view key, std::string_view value) {
        out.append(",\"").append(key).append("\":");
        if (value.empty()) {
            out += "null";
        } else {
            append_json_string(out, value);
        }
    };
    const auto number = [&](std::string_view key, std::uint64_t value) {
        out.append(",\"").append(key).append("\":").append(std::to_string(value));
    };
    out.append("{\"time\":\"").append(clock_.standard(now)).append("\"");
    text("remote", r.connection.remote_address);
    text("user", detail::basic_user(r.head));
    text("method", r.head ? r.head->method() : "");
    text("target", r.head ? r.head->target() : "");
    text("protocol", r.head ? http::to_string(r.head->version()) : "");
    number("status", static_cast<std::uint64_t>(r.status));
    number("bytes", r.bytes);
    number("micros", r.micros);
    text("referer", detail::request_field(r, "referer"));
    text("user_agent", detail::request_field(r, "user-agent"));
    out.append(",\"pid\":").append(clock_.pid(now));
    out.append(",\"incomplete\":").append(r.incomplete ? "true" : "false").append("}");
}

inline void log_format::append(std::string& out, const request_report& report, std::time_t now) {
    if (json_) {
        append_json(out, report, now);
    } else {
        for (const piece& p : pieces_) append_piece(out, p, report, now);
    }
    out += '\n';
}

}  // namespace cruet::server
