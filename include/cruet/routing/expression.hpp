// The regular expressions that converters are made of, matched in linear time.
//
// A converter says what it matches by a regular expression, such as `[^/]{1,}` or `-?\d+`. Almost
// all of them are a plain sequence: literals, classes of characters with a quantifier, and choices
// of literals. compile_expression reads that subset of Python's syntax; what it does not know
// (nested groups, look-around, back-references, flags) it declines, and the caller matches
// otherwise.
//
//     auto digits = compile_expression("\\d{4}");
//     program p;                       // one part of a rule: v<int:major>.<int:minor>
//     p.literal("v"); p.capture(*major); p.literal("."); p.capture(*minor);
//     p.finish();
//     p.match("v1.22", spans);         // verdict::yes, spans: "1", "22"
//
// The whole text must match. Which of several ways is found is the one a backtracking engine finds
// (greedy takes the longest, lazy the shortest, choices in order), but no input makes it
// backtrack: positions from which the rest can match are computed from the end, once, in
// O(elements * length). Text is UTF-8 and counted in code points; bytes that are not UTF-8 count as
// one each. Spans point into the text given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/routing/element.hpp"
#include "cruet/routing/impl/expression_compile.hpp"
#include "cruet/routing/impl/expression_match.hpp"
#include "cruet/routing/unicode.hpp"

namespace cruet::routing {

// The elements of an expression of the subset described above, or nothing.
inline std::optional<fragment> compile_expression(std::string_view expression) {
    return detail::expression_reader(expression).read();
}

// The expression that matches this text and nothing else.
inline std::string escape_expression(std::string_view text) {
    std::string out;
    for (char c : text) {
        const bool plain =
            static_cast<unsigned char>(c) >= 0x80 || (charset::alnum() | charset("_"))(c);
        if (!plain) out.push_back('\\');
        out.push_back(c);
    }
    return out;
}

// What one part of a rule matches: literals and captures in turn.
class program {
public:
    void literal(std::string_view text) {
        if (text.empty()) return;
        if (!elements_.empty() && elements_.back().group < 0) {
            elements_.back().texts[0] += text;
            elements_.back().lengths[0] += detail::count_code_points(text);
            return;
        }
        element next;
        next.texts.emplace_back(text);
        next.lengths.push_back(detail::count_code_points(text));
        elements_.push_back(std::move(next));
    }
    void capture(const fragment& content) {
        for (element next : content) {
            next.group = static_cast<std::int32_t>(groups_);
            elements_.push_back(std::move(next));
        }
        ++groups_;
    }
    // The last literal is a slash that may be missing: match() then tells whether it was there.
    void optional_slash() noexcept { optional_slash_ = true; }
    // Call once when all is added.
    void finish();

    // False where match() may be undecided about text that is not ASCII.
    bool decides_all() const noexcept {
        for (const element& e : elements_) {
            if (e.set.beyond == code_class::rest::unknown) return false;
        }
        return true;
    }
    std::size_t groups() const noexcept { return groups_; }

    // `spans` has room for groups() views. `slash` tells whether the optional slash was there.
    verdict match(std::string_view text, std::span<std::string_view> spans,
                  bool* slash = nullptr) const;

private:
    bool strip(std::string_view& text, bool* slash) const;

    std::vector<element> elements_;
    std::string tail_;  // literal text at the end, compared first
    std::size_t groups_ = 0;
    bool optional_slash_ = false;
};

inline void program::finish() {
    if (!elements_.empty() && elements_.back().kind == element::type::literal &&
        elements_.back().group < 0) {
        tail_ = elements_.back().texts[0];
        elements_.pop_back();
    }
    for (std::size_t i = 0; i < elements_.size(); ++i) {
        const element* next = i + 1 < elements_.size() ? &elements_[i + 1] : nullptr;
        elements_[i].decided = detail::is_decided(elements_[i], next);
    }
}

inline bool program::strip(std::string_view& text, bool* slash) const {
    if (optional_slash_) {
        const bool ends = !text.empty() && text.back() == '/';
        if (ends && text.size() > 1 && text[text.size() - 2] == '/') return false;
        if (ends) text.remove_suffix(1);
        if (slash) *slash = ends;
    }
    if (!text.ends_with(tail_)) return false;
    text.remove_suffix(tail_.size());
    return true;
}

inline verdict program::match(std::string_view text, std::span<std::string_view> spans,
                              bool* slash) const {
    if (!strip(text, slash)) return verdict::no;
    for (std::size_t i = 0; i < groups_; ++i) spans[i] = text.substr(0, 0);
    if (is_ascii(text)) return detail::match_elements(elements_, detail::ascii_text(text), spans);
    const detail::unicode_text decoded(text);
    return detail::match_elements(elements_, decoded, spans);
}

}  // namespace cruet::routing
