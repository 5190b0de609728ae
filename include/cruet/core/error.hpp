// What can be wrong with input, for every layer, as one enumeration with constant messages.
//
// Input never throws: functions that read it return result<T> (core/result.hpp), whose error is
// an errc and the offset of the byte that was refused. Messages are English fragments without a
// final stop, safe to show to a client: they never quote the input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cruet {

enum class errc : std::uint8_t {
    ok = 0,

    // Any grammar.
    unexpected_end,
    syntax,
    number_out_of_range,
    limit_exceeded,
    invalid_utf8,
    invalid_argument,

    // Request line and head (RFC 9112 sections 2 to 5).
    bad_request_line,
    bad_method,
    unknown_method,
    bad_target,
    target_too_long,
    bad_version,
    unsupported_version,
    bad_field_name,
    bad_field_value,
    field_too_large,
    too_many_fields,
    head_too_large,
    obsolete_fold,
    missing_host,
    duplicate_host,
    bad_host,
    bad_line_end,
    unsupported_expectation,
    plain_http,

    // Framing (RFC 9112 sections 6 and 7).
    bad_content_length,
    conflicting_content_length,
    bad_transfer_encoding,
    unsupported_transfer_encoding,
    length_with_transfer_encoding,
    bad_chunk_size,
    bad_chunk,
    chunk_extension_too_large,
    trailer_too_large,
    body_too_large,
    body_incomplete,
    connection_closed,
    timed_out,

    // Response head.
    bad_status,
    bad_reason,

    // URLs and paths (RFC 3986).
    bad_percent_escape,
    bad_path,
    unsafe_path,
    bad_port,

    // Field grammars (RFC 9110, RFC 6265).
    bad_date,
    bad_cookie_name,
    bad_cookie_value,
    bad_cookie_attribute,
    bad_range,
    unsatisfiable_range,
    bad_etag,
    bad_quality,
    bad_token,
    bad_quoted_string,
    bad_parameter,
    bad_media_type,
    bad_credentials,
    bad_base64,

    // multipart/form-data (RFC 7578, RFC 2046 section 5.1).
    bad_boundary,
    bad_part_head,
    part_head_too_large,
    missing_disposition,
    too_many_parts,
    form_memory_exceeded,
    multipart_incomplete,

    // Routing.
    bad_rule,
    unknown_converter,
    bad_converter_argument,
    duplicate_variable,
    duplicate_endpoint,
    missing_value,
    bad_value,
    not_found,
    method_not_allowed,

    // The PROXY protocol.
    missing_proxy_header,
    bad_proxy_header,

    // The operating system.
    io,
    no_space,
    not_supported,
    address_in_use,
    bad_address,
    out_of_memory,
};

constexpr std::string_view message(errc code) noexcept {
    switch (code) {
    case errc::ok: return "no error";
    case errc::unexpected_end: return "input ends too early";
    case errc::syntax: return "malformed input";
    case errc::number_out_of_range: return "number is out of range";
    case errc::limit_exceeded: return "a limit is exceeded";
    case errc::invalid_utf8: return "text is not valid UTF-8";
    case errc::invalid_argument: return "invalid argument";
    case errc::bad_request_line: return "malformed request line";
    case errc::bad_method: return "malformed request method";
    case errc::unknown_method: return "request method is not implemented";
    case errc::bad_target: return "malformed request target";
    case errc::target_too_long: return "request target is too long";
    case errc::bad_version: return "malformed HTTP version";
    case errc::unsupported_version: return "HTTP version is not supported";
    case errc::bad_field_name: return "malformed field name";
    case errc::bad_field_value: return "malformed field value";
    case errc::field_too_large: return "a header field is too large";
    case errc::too_many_fields: return "too many header fields";
    case errc::head_too_large: return "header section is too large";
    case errc::obsolete_fold: return "obsolete line folding is refused";
    case errc::missing_host: return "Host field is missing";
    case errc::duplicate_host: return "more than one Host field";
    case errc::bad_host: return "malformed Host field";
    case errc::bad_line_end: return "a line does not end in CR LF";
    case errc::unsupported_expectation: return "expectation is not supported";
    case errc::plain_http: return "plain HTTP was sent to a port that speaks HTTPS";
    case errc::bad_content_length: return "malformed Content-Length";
    case errc::conflicting_content_length: return "more than one Content-Length";
    case errc::bad_transfer_encoding: return "malformed Transfer-Encoding";
    case errc::unsupported_transfer_encoding: return "transfer coding is not supported";
    case errc::length_with_transfer_encoding:
        return "both Content-Length and Transfer-Encoding are given";
    case errc::bad_chunk_size: return "malformed chunk size";
    case errc::bad_chunk: return "malformed chunk";
    case errc::chunk_extension_too_large: return "chunk extensions are too large";
    case errc::trailer_too_large: return "trailer section is too large";
    case errc::body_too_large: return "content is too large";
    case errc::body_incomplete: return "content ends too early";
    case errc::connection_closed: return "connection is closed";
    case errc::timed_out: return "timed out";
    case errc::bad_status: return "malformed status code";
    case errc::bad_reason: return "malformed reason phrase";
    case errc::bad_percent_escape: return "malformed percent escape";
    case errc::bad_path: return "malformed path";
    case errc::unsafe_path: return "path leaves its base directory";
    case errc::bad_port: return "malformed port number";
    case errc::bad_date: return "malformed date";
    case errc::bad_cookie_name: return "malformed cookie name";
    case errc::bad_cookie_value: return "malformed cookie value";
    case errc::bad_cookie_attribute: return "malformed cookie attribute";
    case errc::bad_range: return "malformed range";
    case errc::unsatisfiable_range: return "range is not satisfiable";
    case errc::bad_etag: return "malformed entity tag";
    case errc::bad_quality: return "malformed quality value";
    case errc::bad_token: return "malformed token";
    case errc::bad_quoted_string: return "malformed quoted string";
    case errc::bad_parameter: return "malformed parameter";
    case errc::bad_media_type: return "malformed media type";
    case errc::bad_credentials: return "malformed credentials";
    case errc::bad_base64: return "malformed base64";
    case errc::bad_boundary: return "malformed or missing boundary";
    case errc::bad_part_head: return "malformed part header";
    case errc::part_head_too_large: return "part header is too large";
    case errc::missing_disposition: return "Missing Content-Disposition header";
    case errc::too_many_parts: return "too many parts";
    case errc::form_memory_exceeded: return "form fields need too much memory";
    case errc::multipart_incomplete: return "multipart content ends too early";
    case errc::bad_rule: return "malformed rule";
    case errc::unknown_converter: return "converter is not known";
    case errc::bad_converter_argument: return "malformed converter argument";
    case errc::duplicate_variable: return "variable name is used twice";
    case errc::duplicate_endpoint: return "endpoint is used twice";
    case errc::missing_value: return "a value is missing";
    case errc::bad_value: return "value does not fit";
    case errc::not_found: return "nothing matches";
    case errc::method_not_allowed: return "method is not allowed";
    case errc::io: return "input or output error";
    case errc::no_space: return "no room to store it";
    case errc::not_supported: return "not supported here";
    case errc::address_in_use: return "address is in use";
    case errc::bad_address: return "malformed address";
    case errc::out_of_memory: return "out of memory";
    case errc::missing_proxy_header: return "no header, or one of another version";
    case errc::bad_proxy_header: return "malformed header";
    }
    return "unknown error";
}

// One refused input: what is wrong, and where. `offset` counts bytes from the start of what the
// function was given; it is 0 where a place means nothing.
struct error {
    errc code = errc::ok;
    std::size_t offset = 0;

    constexpr std::string_view message() const noexcept { return cruet::message(code); }
    friend constexpr bool operator==(const error&, const error&) noexcept = default;
};

}  // namespace cruet
