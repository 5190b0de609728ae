// http/parser.hpp, http/head.hpp: the outcome does not depend on where the input is cut.
#include <string>
#include <utility>

#include "cruet/core/limits.hpp"
#include "cruet/http/parser.hpp"
#include "target.hpp"

namespace {
struct sink {
    std::string trace;

    cruet::result<void> on_head(cruet::http::head_ptr head) {
        trace.append(head->method()).append(" ").append(head->target()).append("\n");
        for (const auto& f : head->fields()) {
            fuzz::require(cruet::http::check(f).has_value());
            trace.append(f.name).append(": ").append(f.value).append("\n");
        }
        return {};
    }
    cruet::result<void> on_body(std::string_view part) {
        trace.append(part);
        return {};
    }
    void on_trailer(const cruet::http::field& f) { trace.append(f.name).append(f.value); }
    void on_complete() { trace += '|'; }
};

std::string parse(std::string_view input, std::size_t step) {
    using cruet::http::parse_status;
    cruet::limits bounds;
    bounds.body_size = 5000;
    sink seen;
    cruet::http::request_parser<sink> parser(seen, bounds);
    std::size_t at = 0;
    while (at < input.size()) {
        const auto fed = parser.feed(input.substr(at, step));
        at += fed.consumed;
        if (fed.status == parse_status::failed) {
            return seen.trace.append("!").append(parser.error().message());
        }
        // Only behind a whole message may it take less than it was given.
        if (fed.status == parse_status::need_more && fed.consumed == 0) break;
    }
    return seen.trace;
}
}  // namespace

CRUET_FUZZ_TARGET(request) {
    const std::string whole = parse(input, input.size() + 1);
    for (const std::size_t step : {1U, 3U, 16U}) fuzz::require(parse(input, step) == whole);
}
