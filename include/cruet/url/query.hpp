// Query strings and application/x-www-form-urlencoded bodies (WHATWG URL section 5.1).
//
//     for (auto [name, value] : query_view("a=1&b&a=%20")) ...     // raw, no allocation
//     for (const auto& pair : parse_query("a=1&b=x+y")) ...        // decoded, owned
//
// Pairs are separated by "&" alone. Empty ones are skipped; a pair without "=" has an empty value.
// Raw views point into the text given. Decoding follows urllib.parse.parse_qsl of Python with
// keep_blank_values=True: "+" is a space, malformed escapes stay, ill-formed UTF-8 becomes U+FFFD.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cruet/core/element_view.hpp"
#include "cruet/core/scan.hpp"
#include "cruet/core/utf8.hpp"
#include "cruet/url/percent.hpp"

namespace cruet::url {

// One pair as it stands in the text.
struct raw_pair {
    std::string_view name;
    std::string_view value;
    bool has_equals = false;
};

// Takes the next non-empty pair off the front of `rest`; false when none is left.
inline bool next_pair(std::string_view& rest, raw_pair& pair) noexcept {
    while (!rest.empty()) {
        const std::size_t equals = find_first<'&', '='>(rest);
        pair.has_equals = equals < rest.size() && rest[equals] == '=';
        const std::size_t value = equals + (pair.has_equals ? 1 : 0);
        const std::size_t end = pair.has_equals ? find_first<'&'>(rest, value) : equals;
        pair.name = rest.substr(0, equals);
        pair.value = rest.substr(value, end - value);
        rest.remove_prefix(end < rest.size() ? end + 1 : end);
        if (end > 0) return true;
    }
    return false;
}

// A range of raw pairs, for range-for.
using query_view = element_view<raw_pair, next_pair>;

// True when a raw name or value must be decoded before use.
inline bool needs_decoding(std::string_view raw) noexcept {
    return find_first<byte_class::high, '%', '+'>(raw) != raw.size();
}

// One raw name or value as text.
inline std::string decode_component(std::string_view raw) {
    std::string out = unquote_plus(raw);
    return is_utf8(out) ? out : replace_invalid_utf8(out);
}

using query_pairs = std::vector<std::pair<std::string, std::string>>;

// All pairs, decoded, in order. errc::limit_exceeded when there are more than `max_pairs`
// (0: no limit).
inline result<query_pairs> parse_query(std::string_view text, std::size_t max_pairs = 0) {
    query_pairs out;
    for (const raw_pair& pair : query_view(text)) {
        if (max_pairs != 0 && out.size() == max_pairs) {
            return error{errc::limit_exceeded,
                         static_cast<std::size_t>(pair.name.data() - text.data())};
        }
        out.emplace_back(decode_component(pair.name), decode_component(pair.value));
    }
    return out;
}

// Appends "name=value" (with "&" before it unless `out` is empty), both form-encoded.
inline void append_pair(std::string& out, std::string_view name, std::string_view value) {
    if (!out.empty()) out += '&';
    out += quote_plus(name);
    out += '=';
    out += quote_plus(value);
}

}  // namespace cruet::url
