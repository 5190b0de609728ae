// Comma-separated lists and dictionaries (RFC 9110 section 5.6.1; RFC 9111 section 5.2 and the
// authentication parameters of RFC 9110 section 11).
//
//     parse_list("a, \"b, c\"")               // {"a", "b, c"}
//     parse_dict("max-age=0, no-cache")       // {{"max-age", "0"}, {"no-cache", nullopt}}
//     for (std::string_view item : list_items(text)) ...   // as they stand; nothing is allocated
//
// Commas in double quotes do not separate. A quote that is never closed makes the whole list empty:
// no telling what was meant. Items are trimmed, empty ones skipped.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/element_view.hpp"
#include "cruet/http/options.hpp"

namespace cruet::http {

// Without its double quotes, if it has both, and without the backslashes before escaped characters.
inline std::string unquote_value(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
    text = text.substr(1, text.size() - 2);
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        out += text[i];
    }
    return out;
}

// True when every double quote that opens is closed.
inline bool quotes_balanced(std::string_view text) noexcept {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (quoted && text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            quoted = !quoted;
        }
    }
    return !quoted;
}

// Takes the next item, trimmed, quotes and escapes as they stand, off the front of `rest`, which
// must be balanced. Empty items are skipped.
inline bool next_list_item(std::string_view& rest, std::string_view& item) noexcept {
    while (!rest.empty()) {
        bool quoted = false;
        std::size_t end = 0;
        for (; end < rest.size() && (quoted || rest[end] != ','); ++end) {
            if (quoted && rest[end] == '\\') {
                ++end;
            } else if (rest[end] == '"') {
                quoted = !quoted;
            }
        }
        if (end > rest.size()) end = rest.size();
        item = trim(rest.substr(0, end), charsets::ows);
        rest.remove_prefix(end < rest.size() ? end + 1 : end);
        if (!item.empty()) return true;
    }
    return false;
}

using list_view = element_view<std::string_view, next_list_item>;

// Items as views into the text, with quotes and escapes; none where a quote is never closed.
inline list_view list_items(std::string_view text) noexcept {
    return list_view(quotes_balanced(text) ? text : std::string_view());
}

inline std::vector<std::string_view> split_list(std::string_view text) {
    std::vector<std::string_view> out;
    for (std::string_view item : list_items(text)) out.push_back(item);
    return out;
}

inline std::vector<std::string> parse_list(std::string_view text) {
    std::vector<std::string> out;
    for (std::string_view item : list_items(text)) out.push_back(unquote_value(item));
    return out;
}

struct dict_item {
    std::string key;
    std::optional<std::string> value;  // none without "="

    friend bool operator==(const dict_item&, const dict_item&) = default;
};

// Items of the form key=value or key, in order, keys as they are written and perhaps repeated. A
// key that ends in "*" has an extended value (RFC 8187), which is decoded, and loses the star.
inline std::vector<dict_item> parse_dict(std::string_view text) {
    std::vector<dict_item> out;
    for (std::string_view view : list_items(text)) {
        const bool whole = view.front() == '"' && view.back() == '"' && view.size() >= 2;
        const std::string unquoted = whole ? unquote_value(view) : std::string();
        if (whole) view = unquoted;
        const std::size_t equals = view.find('=');
        std::string_view key = trim(view.substr(0, equals), charsets::ows);
        if (key.empty()) continue;
        if (equals == view.npos) {
            out.push_back({std::string(key), std::nullopt});
            continue;
        }
        const std::string_view raw = trim(view.substr(equals + 1), charsets::ows);
        std::string value = unquote_value(raw);
        if (key.ends_with('*')) {
            key.remove_suffix(1);
            const auto extended = detail::split_extended(raw);
            // It is all of the value, or the value is what it looks like.
            if (extended && extended->value.end() == raw.end()) {
                value = detail::decode_extended(extended->value,
                                                detail::charset_named(extended->charset));
            }
        }
        out.push_back({std::string(key), std::move(value)});
    }
    return out;
}

// Appends an item, quoted where it is no token, after ", " unless it is the first.
inline void append_list_item(std::string& out, std::string_view item) {
    if (!out.empty()) out += ", ";
    append_quoted_value(out, item);
}

inline void append_dict_item(std::string& out, std::string_view key,
                             std::optional<std::string_view> value) {
    if (!out.empty()) out += ", ";
    out.append(key);
    if (!value) return;
    out += '=';
    if (key.ends_with('*')) {
        out.append(*value);
    } else {
        append_quoted_value(out, *value);
    }
}

}  // namespace cruet::http
