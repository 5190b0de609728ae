// Reads the subset of regular expressions that expression.hpp describes. Not for direct use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cruet/core/charset.hpp"
#include "cruet/routing/element.hpp"
#include "cruet/routing/unicode.hpp"

namespace cruet::routing::detail {

inline constexpr code_class any_but_newline{~charset("\n") & charset::span(0, 127),
                                            code_class::rest::all};

// The class that an escape such as \d names, if it names one.
inline std::optional<code_class> named_class(char letter) {
    using rest = code_class::rest;
    const charset ascii = charset::span(0, 127);
    // Python's \s also has the four separators of ASCII.
    const charset space = charset(" \t\n\r\f\v") | charset::span(0x1c, 0x1f);
    const charset word = charset::alnum() | charset("_");
    switch (letter) {
    case 'd': return code_class{charset::digit(), rest::decimal};
    case 'D': return code_class{ascii - charset::digit(), rest::unknown};
    case 'w': return code_class{word, rest::unknown};
    case 'W': return code_class{ascii - word, rest::unknown};
    case 's': return code_class{space, rest::unknown};
    case 'S': return code_class{ascii - space, rest::unknown};
    default: return std::nullopt;
    }
}

// The character that an escape such as \n or \. stands for, if it is one.
inline std::optional<char> escaped_char(char letter) {
    switch (letter) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'f': return '\f';
    case 'v': return '\v';
    default: break;
    }
    const bool plain = (charset::alnum() | charset::span(0x80, 0xff))(letter);
    return plain ? std::nullopt : std::optional<char>(letter);
}

class expression_reader {
public:
    explicit expression_reader(std::string_view text) : text_(text) {}

    std::optional<fragment> read() {
        while (at_ < text_.size()) {
            if (!read_piece()) return std::nullopt;
        }
        return std::move(out_);
    }

private:
    bool at(char c) const noexcept { return at_ < text_.size() && text_[at_] == c; }

    bool read_piece() {
        if (at('(')) return read_choice();
        code_class set;
        std::string literal;
        if (!read_atom(set, literal)) return false;
        element next;
        bool quantified = false;
        if (!read_quantifier(next, quantified)) return false;
        if (!literal.empty() && !quantified) return add_literal(literal);
        if (!literal.empty()) {
            if (literal.size() != 1) return false;
            set = code_class{charset(literal), code_class::rest::none};
        }
        next.kind = element::type::run;
        next.set = set;
        out_.push_back(std::move(next));
        return true;
    }

    // A class into `set`, or one character into `literal`.
    bool read_atom(code_class& set, std::string& literal) {
        const char c = text_[at_];
        if (c == '[') return read_set(set);
        if (c == '.') {
            ++at_;
            set = any_but_newline;
            return true;
        }
        if (c == '\\') {
            if (at_ + 1 >= text_.size()) return false;
            const char letter = text_[at_ + 1];
            at_ += 2;
            if (const auto named = named_class(letter)) {
                set = *named;
                return true;
            }
            const auto plain = escaped_char(letter);
            if (plain) literal.assign(1, *plain);
            return plain.has_value();
        }
        if (charset("^$*+?{}|)")(c)) return false;
        const std::size_t size = decode_at(text_, at_).size;
        literal.assign(text_.substr(at_, size));
        at_ += size;
        return true;
    }

    bool read_set(code_class& set) {
        ++at_;
        const bool negated = at('^');
        if (negated) ++at_;
        bool first = true;
        for (; at_ < text_.size() && (first || !at(']')); first = false) {
            if (!read_set_member(set)) return false;
        }
        if (!at(']')) return false;
        ++at_;
        if (negated) {
            using rest = code_class::rest;
            set.ascii = charset::span(0, 127) - set.ascii;
            set.beyond = set.beyond == rest::none ? rest::all : rest::unknown;
        }
        return true;
    }

    bool read_set_member(code_class& set) {
        code_class named;
        char low = 0;
        if (!read_set_char(low, named)) return false;
        if (low == 0) {
            const bool mixed = set.beyond != code_class::rest::none && set.beyond != named.beyond;
            set.ascii = set.ascii | named.ascii;
            set.beyond = mixed ? code_class::rest::unknown : named.beyond;
            return true;
        }
        char high = low;
        if (at('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
            ++at_;
            if (!read_set_char(high, named) || high == 0 || high < low) return false;
        }
        set.ascii = set.ascii | charset::span(static_cast<unsigned char>(low),
                                              static_cast<unsigned char>(high));
        return true;
    }

    // One ASCII character, or 0 and a named class. NUL and other scripts are declined.
    bool read_set_char(char& c, code_class& named) {
        c = text_[at_++];
        if (c == '\\') {
            if (at_ == text_.size()) return false;
            const char letter = text_[at_++];
            if (const auto set = named_class(letter)) {
                named = *set;
                c = 0;
                return true;
            }
            const auto plain = escaped_char(letter);
            if (!plain) return false;
            c = *plain;
        }
        return c > 0;
    }

    // Nothing, `?`, `*`, `+`, `{m}`, `{m,}`, `{,n}` or `{m,n}`, each perhaps lazy.
    bool read_quantifier(element& out, bool& quantified) {
        if (at_ == text_.size() || !charset("?*+{")(text_[at_])) return true;
        quantified = true;
        const char c = text_[at_++];
        out.least = c == '+' ? 1 : 0;
        out.most = c == '?' ? 1 : unbounded;
        if (c == '{' && !read_bounds(out)) return false;
        if (at('?')) {
            out.lazy = true;
            ++at_;
        }
        // A second quantifier, or a possessive one.
        return at_ == text_.size() || !charset("?*+{")(text_[at_]);
    }

    bool read_bounds(element& out) {
        const bool low = read_number(out.least);
        if (at('}')) {
            ++at_;
            out.most = out.least;
            return low;
        }
        if (!at(',')) return false;
        ++at_;
        const bool high = read_number(out.most);
        if (!at('}') || !(low || high) || out.most < out.least) return false;
        ++at_;
        return true;
    }

    // Leaves the number as it is where there are no digits.
    bool read_number(std::uint32_t& number) {
        const std::size_t end = find_not_in(text_, charset::digit(), at_);
        if (end == at_ || end - at_ > 9) return false;
        number = 0;
        for (; at_ < end; ++at_)
            number = number * 10 + static_cast<std::uint32_t>(text_[at_] - '0');
        return true;
    }

    bool add_literal(const std::string& text) {
        const bool extend = !out_.empty() && out_.back().kind == element::type::literal;
        if (!extend) {
            element next;
            next.texts.emplace_back();
            next.lengths.push_back(0);
            out_.push_back(std::move(next));
        }
        out_.back().texts[0] += text;
        out_.back().lengths[0] += 1;
        return true;
    }

    // (?:one|two|three): literals only, without a quantifier after it.
    bool read_choice() {
        if (!text_.substr(at_).starts_with("(?:")) return false;
        at_ += 3;
        element next;
        next.kind = element::type::choice;
        std::string text;
        while (at_ < text_.size() && !at(')')) {
            if (at('|')) {
                ++at_;
                add_choice(next, text);
                text.clear();
                continue;
            }
            code_class set;
            std::string literal;
            if (at('(') || !read_atom(set, literal) || literal.empty()) return false;
            text += literal;
        }
        if (!at(')')) return false;
        ++at_;
        add_choice(next, text);
        out_.push_back(std::move(next));
        return at_ == text_.size() || !charset("?*+{")(text_[at_]);
    }

    static void add_choice(element& choice, const std::string& text) {
        choice.texts.push_back(text);
        choice.lengths.push_back(count_code_points(text));
    }

    std::string_view text_;
    std::size_t at_ = 0;
    fragment out_;
};

}  // namespace cruet::routing::detail
