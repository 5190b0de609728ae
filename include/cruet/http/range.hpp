// Range and Content-Range (RFC 9110 section 14).
//
//     const auto r = parse_range("bytes=0-499, -500");   // {"bytes", {{0, 500}, {-500, nullopt}}}
//     resolve(r->ranges[1], 10000)                       // {9500, 10000}
//     parse_content_range("bytes 0-499/1234")            // {"bytes", 0, 500, 1234}
//
// Ends are exclusive throughout, unlike on the wire. Positions past what 63 bits hold are taken as
// the largest that they do. `units` points into the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/result.hpp"

namespace cruet::http {

// `begin` to `end`; a negative begin counts from the end of the content (a suffix), and has no end.
struct range_spec {
    std::int64_t begin = 0;
    std::optional<std::int64_t> end{};

    friend constexpr bool operator==(const range_spec&, const range_spec&) noexcept = default;
};

struct range {
    std::string_view units;
    std::vector<range_spec> ranges;
};

struct span64 {
    std::int64_t begin;
    std::int64_t end;

    friend constexpr bool operator==(const span64&, const span64&) noexcept = default;
};

namespace detail {
inline constexpr std::int64_t position_max = std::numeric_limits<std::int64_t>::max() - 1;

// Digits alone; too many of them saturate.
inline std::optional<std::int64_t> parse_position(std::string_view text) noexcept {
    text = trim(text, charsets::ows);
    const auto value = parse_decimal(text);
    if (value) {
        const auto limit = static_cast<std::uint64_t>(position_max);
        return static_cast<std::int64_t>(*value < limit ? *value : limit);
    }
    if (value.error().code == errc::number_out_of_range) return position_max;
    return std::nullopt;
}

// One range of the list. `last_end` is where the one before ended, -1 after one without an end.
inline std::optional<range_spec> parse_range_spec(std::string_view item, std::int64_t& last_end,
                                                  bool inclusive) noexcept {
    item = trim(item, charsets::ows);
    const std::size_t dash = item.find('-');
    if (dash == item.npos || last_end < 0) return std::nullopt;
    if (dash == 0) {
        // The sign and the digits are one number.
        if (item.size() > 1 && charsets::ows(item[1])) return std::nullopt;
        const auto length = parse_position(item.substr(1));
        if (!length || *length == 0) return std::nullopt;
        last_end = -1;
        return range_spec{-*length, std::nullopt};
    }
    const auto begin = parse_position(item.substr(0, dash));
    if (!begin || *begin < last_end) return std::nullopt;
    const std::string_view tail = trim(item.substr(dash + 1), charsets::ows);
    if (tail.empty()) {
        last_end = -1;
        return range_spec{*begin, std::nullopt};
    }
    const auto end = parse_position(tail);
    if (!end) return std::nullopt;
    const std::int64_t stop = *end + (inclusive ? 1 : 0);
    if (*begin >= stop) return std::nullopt;
    last_end = stop;
    return range_spec{*begin, stop};
}
}  // namespace detail

// Ranges in ascending order that do not overlap, a suffix or an open one last; others are refused,
// as a client that sends them wants more than an answer. `inclusive` is false for units whose ends
// are exclusive on the wire. errc::bad_range.
inline result<range> parse_range(std::string_view text, bool inclusive = true) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos) return error{errc::bad_range, text.size()};
    range out{trim(text.substr(0, equals), charsets::ows), {}};
    std::int64_t last_end = 0;
    for (std::size_t at = equals + 1; at <= text.size();) {
        const std::size_t comma = text.find(',', at);
        const std::size_t end = comma == text.npos ? text.size() : comma;
        const auto spec = detail::parse_range_spec(text.substr(at, end - at), last_end, inclusive);
        if (!spec) return error{errc::bad_range, at};
        out.ranges.push_back(*spec);
        at = end + 1;
    }
    return out;
}

// What of a representation of `length` bytes a range asks for. errc::unsatisfiable_range.
constexpr result<span64> resolve(const range_spec& r, std::int64_t length) noexcept {
    if (r.begin < 0) {
        if (length == 0) return errc::unsatisfiable_range;
        return span64{r.begin + length < 0 ? 0 : r.begin + length, length};
    }
    if (r.begin >= length) return errc::unsatisfiable_range;
    return span64{r.begin, r.end && *r.end < length ? *r.end : length};
}

struct content_range {
    std::string_view units;
    std::optional<span64> span;          // none: "*", the answer 416
    std::optional<std::int64_t> length;  // none: "*", not known
};

// errc::bad_range.
inline result<content_range> parse_content_range(std::string_view text) noexcept {
    text = trim(text, charsets::ows);
    const std::size_t space = find_in(text, charset(" "));
    const std::size_t slash = text.find('/', space);
    if (space == text.size() || slash == text.npos) return error{errc::bad_range, text.size()};
    content_range out{text.substr(0, space), std::nullopt, std::nullopt};
    const std::string_view length = text.substr(slash + 1);
    if (length != "*") {
        out.length = detail::parse_position(length);
        if (!out.length) return error{errc::bad_range, slash + 1};
    }
    const std::string_view span = text.substr(space + 1, slash - space - 1);
    if (span == "*") return out;
    const std::size_t dash = span.find('-');
    if (dash == span.npos) return error{errc::bad_range, space};
    const auto begin = detail::parse_position(span.substr(0, dash));
    const auto last = detail::parse_position(span.substr(dash + 1));
    if (!begin || !last || *begin > *last || (out.length && *begin >= *out.length)) {
        return error{errc::bad_range, space};
    }
    out.span = span64{*begin, *last + 1};
    return out;
}

inline std::string to_string(const content_range& r) {
    std::string out(r.units);
    out += ' ';
    if (r.span) {
        out += std::to_string(r.span->begin) + '-' + std::to_string(r.span->end - 1);
    } else {
        out += '*';
    }
    out += '/';
    return r.length ? out + std::to_string(*r.length) : out + '*';
}

}  // namespace cruet::http
