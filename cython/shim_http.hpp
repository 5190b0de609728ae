#pragma once
// One whole request out of bytes in memory, for parse_http_request; and the versions of what the
// headers stand on. Needs no Python.

#include <llhttp.h>

#include <string>
#include <string_view>
#include <utility>

#include "cruet/core/limits.hpp"
#include "cruet/core/result.hpp"
#include "cruet/http/parser.hpp"

namespace cruet::shim {

struct whole_request {
    http::head_ptr head;
    std::string body;
    error failure{};
    http::parse_status status = http::parse_status::need_more;

    result<void> on_head(http::head_ptr h) {
        head = std::move(h);
        return {};
    }
    result<void> on_body(std::string_view part) {
        body.append(part);
        return {};
    }
    void on_trailer(const http::field&) noexcept {}
    void on_complete() noexcept {}

    bool complete() const noexcept { return status == http::parse_status::complete; }
    bool failed() const noexcept { return status == http::parse_status::failed; }
    std::string_view method() const noexcept { return head->method(); }
    std::string_view path() const noexcept { return head->path(); }
    std::string_view query() const noexcept { return head->query(); }
    std::string_view version() const noexcept { return http::to_string(head->version()); }
    std::size_t field_count() const noexcept { return head->fields().size(); }
    std::string_view name(std::size_t i) const noexcept { return head->fields()[i].name; }
    std::string_view value(std::size_t i) const noexcept { return head->fields()[i].value; }
    std::string_view reason() const noexcept { return failure.message(); }
};

inline void read_request(std::string_view bytes, whole_request& into) {
    const limits bounds;
    http::request_parser<whole_request> parser(into, bounds);
    into.status = parser.feed(bytes).status;
    into.failure = parser.error();
}

inline std::string llhttp_version() {
    return std::to_string(LLHTTP_VERSION_MAJOR) + "." + std::to_string(LLHTTP_VERSION_MINOR) + "." +
           std::to_string(LLHTTP_VERSION_PATCH);
}

}  // namespace cruet::shim
