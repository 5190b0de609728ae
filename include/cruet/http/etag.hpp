// Entity tags (RFC 9110 section 8.8.3) and lists of them (If-Match, If-None-Match).
//
//     const etag_list wanted = parse_etags("\"a\", W/\"b\"");
//     wanted.matches_weakly({"b"})                    // true
//     quote_etag("a", true)                           // W/"a"
//
// Reading is lenient, as servers have to be: a tag without quotes is taken as it stands, a member
// that is malformed is skipped. Tags are kept without quotes and point into the text given.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/result.hpp"

namespace cruet::http {

struct etag {
    std::string_view tag;
    bool weak = false;

    friend constexpr bool operator==(const etag&, const etag&) noexcept = default;
};

struct etag_list {
    std::vector<etag> tags;
    bool star = false;  // "*": any current representation

    // RFC 9110 section 8.8.3.2: both strong and equal.
    bool matches_strongly(const etag& other) const noexcept {
        if (star) return true;
        return !other.weak && std::any_of(tags.begin(), tags.end(), [&](const etag& t) {
            return !t.weak && t.tag == other.tag;
        });
    }
    // Equal, whether weak or strong.
    bool matches_weakly(const etag& other) const noexcept {
        if (star) return true;
        return std::any_of(tags.begin(), tags.end(),
                           [&](const etag& t) { return t.tag == other.tag; });
    }
    bool empty() const noexcept { return !star && tags.empty(); }
};

// One tag: W/"x", "x" or x.
constexpr etag unquote_etag(std::string_view text) noexcept {
    etag out;
    text = trim(text, charsets::ows);
    if (text.starts_with("W/") || text.starts_with("w/")) {
        out.weak = true;
        text.remove_prefix(2);
    }
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
    } else if (text == "\"") {
        text = {};
    }
    out.tag = text;
    return out;
}

// errc::bad_etag when the tag holds a double quote.
inline result<std::string> quote_etag(std::string_view tag, bool weak = false) {
    const std::size_t quote = tag.find('"');
    if (quote != tag.npos) return error{errc::bad_etag, quote};
    std::string out(weak ? "W/\"" : "\"");
    return out.append(tag).append("\"");
}

// Takes the tags of a list one by one, in linear time and without allocating; "*" is a tag like any
// other. A member that is malformed is skipped up to the next comma.
//
//     etag_reader tags(text);
//     for (etag tag; tags.next(tag);) ...
class etag_reader {
public:
    explicit etag_reader(std::string_view text) noexcept : text_(text) {}

    // False, with the tag unspecified, at the end.
    bool next(etag& out) noexcept {
        while ((at_ = find_not_in(text_, separators, at_)) < text_.size()) {
            out.weak = weak_mark(text_.substr(at_));
            if (out.weak) at_ += 2;
            const bool whole = text_.substr(at_).starts_with('"') ? quoted(out) : bare(out);
            at_ = std::min(text_.find(',', at_), text_.size());
            if (whole) return true;
        }
        return false;
    }

private:
    static constexpr charset separators = charsets::ows | charset(",");

    // "W/" with a tag behind it; alone it is a tag that has no quotes.
    static bool weak_mark(std::string_view rest) noexcept {
        return (rest.starts_with("W/") || rest.starts_with("w/")) && rest.size() > 2 &&
               !separators(rest[2]);
    }

    bool quoted(etag& out) noexcept {
        if (unclosed_) return false;
        const std::size_t close = text_.find('"', at_ + 1);
        if (close == text_.npos) {
            unclosed_ = true;  // nor does any quote further on: it need not be looked for again
            return false;
        }
        const std::size_t after = find_not_in(text_, charsets::ows, close + 1);
        if (after < text_.size() && text_[after] != ',') return false;
        out.tag = text_.substr(at_ + 1, close - at_ - 1);
        at_ = after;
        return true;
    }

    bool bare(etag& out) noexcept {
        const std::size_t comma = std::min(text_.find(',', at_), text_.size());
        out.tag = trim_right(text_.substr(at_, comma - at_), charsets::ows);
        constexpr charset refused = charsets::ows | charset("\"");
        return !out.tag.empty() && find_in(out.tag, refused) == out.tag.size();
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool unclosed_ = false;
};

// "*" stands alone; as a member of a list it is a tag like any other.
inline etag_list parse_etags(std::string_view text) {
    if (trim(text, charsets::ows) == "*") return {{}, true};
    etag_list out;
    etag_reader reader(text);
    etag tag;
    while (reader.next(tag)) out.tags.push_back(tag);
    return out;
}

}  // namespace cruet::http
