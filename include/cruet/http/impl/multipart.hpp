// What multipart.hpp is made of: finding delimiters, finding and reading the head of a part.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/charset.hpp"
#include "cruet/core/result.hpp"
#include "cruet/core/utf8.hpp"
#include "cruet/http/options.hpp"

namespace cruet::http {

// The header section of one part, owned.
struct multipart_head {
    struct field {
        std::string name;
        std::string value;

        friend bool operator==(const field&, const field&) = default;
    };
    std::vector<field> fields;
    std::optional<std::string> name;      // of Content-Disposition
    std::optional<std::string> filename;  // likewise; a part that has one is a file

    std::optional<std::string_view> find(std::string_view wanted) const noexcept {
        for (const field& f : fields) {
            if (iequals(f.name, wanted)) return f.value;
        }
        return std::nullopt;
    }
};

// Which last line of the data received is kept back until there is more: one that the boundary may
// still begin, or any that is not longer than a delimiter.
enum class line_hold : std::uint8_t { delimiters, short_lines };

namespace detail {
inline constexpr charset line_break("\r\n");
// RFC 2046 section 5.1.1: transport padding, what may stand between a boundary and the end of its
// line. More of it than this makes the line no delimiter.
inline constexpr charset padding(" \t\v\f");
inline constexpr std::size_t padding_max = 1024;

enum class match_kind : std::uint8_t { none, found };

// begin: where the delimiter, with its line break, begins; where there is none, how many bytes
// certainly belong to no delimiter. end: behind it.
struct delimiter_match {
    match_kind kind;
    std::size_t begin;
    std::size_t end;
    bool closing;
};

// Where a delimiter may begin: after a line break only; at the front of the text as well; anywhere.
enum class line_start : std::uint8_t { after_break, here, anywhere };

class delimiter {
public:
    explicit delimiter(std::string_view boundary) : needle_(std::string("--").append(boundary)) {}

    bool valid() const noexcept {
        return needle_.size() > 2 && find_in(needle_, line_break) == needle_.size();
    }

    // The first delimiter in `text` that begins at or after `from`, or what is known without more
    // input. `finished`: there will be none.
    delimiter_match find(std::string_view text, std::size_t from, line_start where, bool finished,
                         line_hold hold = line_hold::delimiters) const noexcept {
        std::size_t at = from;
        for (;;) {
            const std::size_t hit = search(text, at);
            if (hit == text.npos) return none(safe_size(text, where, hold));
            const std::size_t begin = start_of_break(text, hit);
            const bool anchored = begin != hit || where == line_start::anywhere ||
                                  (where == line_start::here && hit == 0);
            if (anchored) {
                const ending tail = classify(text, hit + needle_.size(), finished);
                if (tail.what == ending::incomplete) return none(begin);
                if (tail.what != ending::other) {
                    return {match_kind::found, begin, tail.end, tail.what == ending::closing};
                }
            }
            // The boundary holds no line break, so the next delimiter's break comes after this hit.
            // Going there, and not to hit + 1, is what keeps the whole linear.
            at = hit + needle_.size();
            if (where != line_start::anywhere) at = find_in(text, line_break, at);
        }
    }

private:
    struct ending {
        enum { other, part, closing, incomplete } what;
        std::size_t end;
    };

    static delimiter_match none(std::size_t safe) noexcept {
        return {match_kind::none, safe, safe, false};
    }

    std::size_t search(std::string_view text, std::size_t from) const noexcept {
        if (text.size() < from + needle_.size()) return text.npos;
        // memmem is linear (two-way) where string_view::find is not.
        const void* hit =
            ::memmem(text.data() + from, text.size() - from, needle_.data(), needle_.size());
        if (hit == nullptr) return text.npos;
        return static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
    }

    // Where the line break that ends at `at` begins; `at` if there is none.
    static std::size_t start_of_break(std::string_view text, std::size_t at) noexcept {
        if (at == 0 || !line_break(text[at - 1])) return at;
        const bool both = at > 1 && text[at - 1] == '\n' && text[at - 2] == '\r';
        return both ? at - 2 : at - 1;
    }

    // What follows the boundary: "--", or padding and a line break.
    static ending classify(std::string_view text, std::size_t at, bool finished) noexcept {
        const ending starved{finished ? ending::other : ending::incomplete, at};
        const std::string_view rest = text.substr(at);
        if (rest.starts_with("--")) return {ending::closing, at + 2};
        if (rest == "-") return starved;
        const std::size_t pad = find_not_in(rest, padding);
        if (pad > padding_max) return {ending::other, at};
        if (pad == rest.size()) return starved;
        if (rest[pad] == '\n') return {ending::part, at + pad + 1};
        if (rest[pad] != '\r') return {ending::other, at};
        if (pad + 1 == rest.size()) {
            return {finished ? ending::part : ending::incomplete, at + pad + 1};
        }
        return {ending::part, at + pad + (rest[pad + 1] == '\n' ? 2 : 1)};
    }

    // How many bytes of a text without the needle can be no part of a delimiter.
    std::size_t safe_size(std::string_view text, line_start where, line_hold hold) const noexcept {
        const std::size_t reach = needle_.size() + 2;
        const std::size_t front = text.size() < reach ? 0 : text.size() - reach;
        if (where == line_start::anywhere) return front;
        if (where == line_start::here && std::string_view(needle_).starts_with(text)) return 0;
        // find_last_of is slow: it is not to see the whole of a text without line breaks.
        const std::size_t last = text.substr(front).find_last_of("\r\n");
        if (last == text.npos) return text.size();
        const std::size_t line = front + last + 1;
        const std::size_t begin = start_of_break(text, line);
        if (hold == line_hold::short_lines) return begin < front ? text.size() : begin;
        return std::string_view(needle_).starts_with(text.substr(line)) ? begin : text.size();
    }

    std::string needle_;
};

struct blank_line {
    bool found;
    std::size_t begin;  // of the first of the two line breaks; else where to look on
    std::size_t end;
};

inline blank_line find_blank_line(std::string_view text, std::size_t from) noexcept {
    std::size_t at = find_in(text, line_break, from);
    for (; at < text.size(); at = find_in(text, line_break, at + 1)) {
        const std::string_view rest = text.substr(at);
        if (rest.starts_with("\r\n\r\n")) return {true, at, at + 4};
        if (rest.starts_with("\n\n") || rest.starts_with("\r\r")) return {true, at, at + 2};
    }
    return {false, text.size() < 3 ? 0 : text.size() - 3, text.size()};
}

// The lines, each ended by "\n", with those that begin with white space put behind the one before.
inline std::string unfold(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t end = find_in(text, line_break);
        out.append(text.substr(0, end));
        text.remove_prefix(end);
        if (text.empty()) break;
        text.remove_prefix(text.starts_with("\r\n") ? 2 : 1);
        const bool continued = !text.empty() && charsets::ows(text.front());
        out += continued ? ' ' : '\n';
        if (continued) text.remove_prefix(1);
    }
    return out;
}

// Lines "name: value"; a line that begins with white space continues the one before.
inline void parse_part_fields(std::string_view text, std::vector<multipart_head::field>& out) {
    out.clear();
    const std::string lines = unfold(text);
    for (std::string_view rest = lines; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = trim(rest.substr(0, end), charsets::ows);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty()) continue;
        const std::size_t colon = std::min(line.find(':'), line.size());
        const std::string_view value = line.substr(std::min(colon + 1, line.size()));
        out.push_back({std::string(trim(line.substr(0, colon), charsets::ows)),
                       std::string(trim(value, charsets::ows))});
    }
}

// Text that is not UTF-8 is replaced by U+FFFD. errc::missing_disposition.
inline result<void> parse_part_head(std::string_view text, multipart_head& out) {
    const bool valid = is_utf8(text);
    parse_part_fields(valid ? text : std::string_view(replace_invalid_utf8(text)), out.fields);
    const auto disposition = out.find("content-disposition");
    if (!disposition) return error{errc::missing_disposition, 0};
    const options parsed = parse_options(*disposition);
    const auto owned = [&](std::string_view name) -> std::optional<std::string> {
        const auto value = parsed.find(name);
        if (!value) return std::nullopt;
        return std::string(*value);
    };
    out.name = owned("name");
    out.filename = owned("filename");
    return {};
}

// What comes after the rest of the closing delimiter's line: padding, and a line break if any.
inline std::string_view after_padded_line(std::string_view text) noexcept {
    const std::string_view rest = trim_left(text, padding);
    if (rest.starts_with("\r\n")) return rest.substr(2);
    if (rest.starts_with('\r') || rest.starts_with('\n')) return rest.substr(1);
    return text;
}
}  // namespace detail

}  // namespace cruet::http
