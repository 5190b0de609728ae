// Status codes (RFC 9110 section 15, IANA registry) and their reason phrases.
//
//     reason(404)                              // "Not Found"
//     reason(299)                              // "Unknown"
//     forbids_body(304)                        // true
//     status_of(errc::target_too_long)         // 414
//
// Phrases are those that Python's WSGI world knows; RFC 9110 lets a phrase be any text.
#pragma once

#include <string_view>

#include "cruet/core/error.hpp"

namespace cruet::http {

// "" for a code without a phrase of its own.
constexpr std::string_view known_reason(int code) noexcept {
    switch (code) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 102: return "Processing";
    case 103: return "Early Hints";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 203: return "Non Authoritative Information";
    case 204: return "No Content";
    case 205: return "Reset Content";
    case 206: return "Partial Content";
    case 207: return "Multi Status";
    case 208: return "Already Reported";
    case 226: return "IM Used";
    case 300: return "Multiple Choices";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 305: return "Use Proxy";
    case 306: return "Switch Proxy";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 407: return "Proxy Authentication Required";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Request Entity Too Large";
    case 414: return "Request URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Requested Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 418: return "I'm a teapot";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Entity";
    case 423: return "Locked";
    case 424: return "Failed Dependency";
    case 425: return "Too Early";
    case 426: return "Upgrade Required";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 449: return "Retry With";
    case 451: return "Unavailable For Legal Reasons";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 506: return "Variant Also Negotiates";
    case 507: return "Insufficient Storage";
    case 508: return "Loop Detected";
    case 510: return "Not Extended";
    case 511: return "Network Authentication Failed";
    default: return {};
    }
}

constexpr std::string_view reason(int code) noexcept {
    const std::string_view phrase = known_reason(code);
    return phrase.empty() ? "Unknown" : phrase;
}

// RFC 9110 section 15: three digits. Codes from 600 up are invalid but are seen and sent.
constexpr bool is_status(int code) noexcept { return code >= 100 && code <= 999; }
constexpr bool is_informational(int code) noexcept { return code >= 100 && code < 200; }

// Answers that never have content (RFC 9110 section 6.4.1), whatever the request was.
constexpr bool forbids_body(int code) noexcept {
    return is_informational(code) || code == 204 || code == 304;
}

// The status with which a server answers a request that failed so.
constexpr int status_of(errc code) noexcept {
    switch (code) {
    case errc::target_too_long: return 414;
    case errc::field_too_large:
    case errc::too_many_fields:
    case errc::head_too_large:
    case errc::trailer_too_large: return 431;
    case errc::body_too_large:
    case errc::too_many_parts:
    case errc::part_head_too_large:
    case errc::form_memory_exceeded: return 413;
    case errc::unknown_method:
    case errc::unsupported_transfer_encoding: return 501;
    case errc::unsupported_version: return 505;
    case errc::unsupported_expectation: return 417;
    case errc::unsatisfiable_range: return 416;
    case errc::timed_out: return 408;
    case errc::not_found: return 404;
    case errc::method_not_allowed: return 405;
    // RFC 4918 section 11.5: the log then tells a full disk from a failure of the application.
    case errc::no_space: return 507;
    case errc::ok:
    case errc::io:
    case errc::not_supported:
    case errc::out_of_memory:
    case errc::bad_status:
    case errc::bad_reason: return 500;
    default: return 400;
    }
}

}  // namespace cruet::http
