// Request methods (RFC 9110 section 9, RFC 5789, and the IANA registry's WebDAV names).
//
//     parse_method("GET") == method::get        // names are case-sensitive
//     parse_method("get")                       // std::nullopt
//     is_safe(method::head)                     // true
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cruet::http {

enum class method : std::uint8_t {
    get,
    head,
    post,
    put,
    delete_,
    connect,
    options,
    trace,
    patch,
    propfind,
    proppatch,
    mkcol,
    copy,
    move,
    lock,
    unlock,
    report,
    search,
};

constexpr std::string_view to_string(method m) noexcept {
    constexpr std::string_view names[] = {
        "GET",     "HEAD",  "POST",  "PUT",      "DELETE",    "CONNECT",
        "OPTIONS", "TRACE", "PATCH", "PROPFIND", "PROPPATCH", "MKCOL",
        "COPY",    "MOVE",  "LOCK",  "UNLOCK",   "REPORT",    "SEARCH",
    };
    return names[static_cast<std::size_t>(m)];
}

constexpr std::optional<method> parse_method(std::string_view name) noexcept {
    for (int i = 0; i <= static_cast<int>(method::search); ++i) {
        const auto candidate = static_cast<method>(i);
        if (to_string(candidate) == name) return candidate;
    }
    return std::nullopt;
}

// RFC 9110 section 9.2.1: asks for nothing but an answer.
constexpr bool is_safe(method m) noexcept {
    return m == method::get || m == method::head || m == method::options || m == method::trace ||
           m == method::propfind || m == method::report || m == method::search;
}

// RFC 9110 section 9.2.2: twice is as good as once.
constexpr bool is_idempotent(method m) noexcept {
    return is_safe(m) || m == method::put || m == method::delete_ || m == method::proppatch ||
           m == method::mkcol || m == method::copy || m == method::move || m == method::unlock;
}

}  // namespace cruet::http
