// Entity tags (RFC 9110 section 8.8.3) and lists of them (If-Match, If-None-Match).
//
//     const etag_list wanted = parse_etags("\"a\", W/\"b\"");
//     wanted.matches_weakly({"b"})                    // true
//     quote_etag("a", true)                           // W/"a"
//
// Reading is lenient, as servers have to be: a tag without quotes is taken as it stands. Tags are
// kept without quotes and point into the text given.
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
    text = trim(text, ascii_space);
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

namespace detail {
// Splits a list in linear time: where the next closing quote lies does not depend on where its tag
// began, so it is looked for once.
class etag_reader {
public:
    explicit etag_reader(std::string_view text) noexcept : text_(text) {}

    // `raw` is true for a tag that had no quotes.
    bool next(etag& out, bool& raw) noexcept {
        if (at_ >= text_.size()) return false;
        out.weak = text_.substr(at_).starts_with("W/") || text_.substr(at_).starts_with("w/");
        if (out.weak) at_ += 2;
        raw = !(at_ < text_.size() && text_[at_] == '"' && find_close());
        if (raw) {
            const std::size_t comma = std::min(text_.find(',', at_), text_.size());
            out.tag = text_.substr(at_, comma - at_);
            if (comma < text_.size()) out.tag = trim_right(out.tag, ascii_space);
            at_ = comma;
        } else {
            out.tag = text_.substr(at_ + 1, close_ - at_ - 1);
            at_ = find_not_in(text_, ascii_space, close_ + 1);
        }
        if (at_ < text_.size()) at_ = find_not_in(text_, ascii_space, at_ + 1);
        return true;
    }

private:
    // Finds the first quote after at_ that a comma or the end follows.
    bool find_close() noexcept {
        if (close_ != text_.npos && close_ > at_) return true;
        if (exhausted_) return false;
        for (std::size_t i = text_.find('"', at_ + 1); i != text_.npos;
             i = text_.find('"', i + 1)) {
            const std::size_t after = find_not_in(text_, ascii_space, i + 1);
            if (after == text_.size() || text_[after] == ',') {
                close_ = i;
                return true;
            }
        }
        exhausted_ = true;
        return false;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t close_ = std::string_view::npos;
    bool exhausted_ = false;
};
}  // namespace detail

inline etag_list parse_etags(std::string_view text) {
    etag_list out;
    detail::etag_reader reader(text);
    etag tag;
    bool raw = false;
    while (reader.next(tag, raw)) {
        if (raw && tag.tag == "*") return {{}, true};
        out.tags.push_back(tag);
    }
    return out;
}

}  // namespace cruet::http
