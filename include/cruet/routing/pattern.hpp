// The text of a URL rule: `/user/<int(min=1):id>/<path:rest>`.
//
// A rule is a sequence of slashes, literal text and variables. A variable is
// `<name>`, `<converter:name>` or `<converter(arguments):name>`; names are ASCII identifiers.
// Arguments are separated by commas, each may be named, and each value is None, True, False, an
// integer, a real number, a quoted string, or a bare word that stands for itself:
//
//     auto tokens = parse_rule("/a/<any(x, 'y z'):kind>");       // slash text slash variable
//     auto args = parse_arguments((*tokens)[3].arguments);       // "x", "y z"
//
// Words are of any script, and so is the space around them; who knows letters from signs beyond
// ASCII says so with a WordClassifier.
//
// Tokens are views into the text given. Arguments own their text. Errors: errc::bad_rule,
// errc::bad_converter_argument, with the offset of what was not understood.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/charset.hpp"
#include "cruet/core/result.hpp"
#include "cruet/routing/unicode.hpp"

namespace cruet::routing {

struct token {
    enum class type : std::uint8_t { slash, text, variable };

    type kind = type::text;
    std::string_view text;       // literal text, "/", or the variable's name
    std::string_view converter;  // variables only; empty where the rule names none
    std::string_view arguments;  // what stands between the converter's parentheses
    std::size_t offset = 0;      // of the token in the rule
};

// One argument of a converter. `text` is the value as written, without its quotes.
struct argument {
    enum class type : std::uint8_t { none, boolean, integer, real, text };

    std::string name;  // empty: positional
    type kind = type::text;
    std::string text;

    bool as_bool() const noexcept { return text == "True"; }
    result<std::int64_t> as_integer() const {
        std::string digits;
        for (char c : text) {
            if (c != '_') digits.push_back(c);
        }
        std::int64_t value{};
        const auto done = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (kind != type::integer) return errc::bad_converter_argument;
        if (done.ec != std::errc{}) return errc::number_out_of_range;
        return value;
    }
    // Integers too.
    result<double> as_real() const {
        std::string digits;
        for (char c : text) {
            if (c != '_') digits.push_back(c);
        }
        double value{};
        const auto done = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (kind != type::integer && kind != type::real) return errc::bad_converter_argument;
        if (done.ec != std::errc{}) return errc::number_out_of_range;
        return value;
    }

    friend bool operator==(const argument&, const argument&) = default;
};

// What a character may be part of in a list of arguments.
enum class word_kind : std::uint8_t { word, space, other };

// Tells the kind of a code point beyond ASCII; a byte that is no UTF-8 comes as 0x110000 + byte.
template <class C>
concept WordClassifier = requires(const C& kind_of, std::uint32_t code) {
    { kind_of(code) } -> std::same_as<word_kind>;
};

// Takes all that is no space for letters.
struct any_letter {
    constexpr word_kind operator()(std::uint32_t code) const noexcept {
        return is_space(code) ? word_kind::space : word_kind::word;
    }
};

namespace detail {

inline constexpr charset identifier_start = charset::alpha() | charset("_");
inline constexpr charset identifier_rest = charset::alnum() | charset("_");
inline constexpr charset value_word = identifier_rest | charset(".");
inline constexpr charset word_space = charset(" \t\r\n\f\v") | charset::span(0x1c, 0x1f);

// Length of the identifier at the start of the text, 0 if there is none.
constexpr std::size_t identifier_length(std::string_view text) noexcept {
    if (text.empty() || !identifier_start(text[0])) return 0;
    return find_not_in(text, identifier_rest, 1);
}

// `<name>` at the start of the text, as its length with both brackets, or 0.
constexpr std::size_t closed_name(std::string_view text, char open) noexcept {
    if (text.empty() || text[0] != open) return 0;
    const std::size_t n = identifier_length(text.substr(1));
    return n != 0 && n + 1 < text.size() && text[n + 1] == '>' ? n + 2 : 0;
}

// A variable at the start of the text (which begins with '<'); returns its length or 0.
inline std::size_t scan_variable(std::string_view text, token& out) {
    const std::size_t first = identifier_length(text.substr(1));
    if (first == 0) return 0;
    out.kind = token::type::variable;
    if (const std::size_t plain = closed_name(text, '<')) {
        out.text = text.substr(1, first);
        return plain;
    }
    std::size_t after = first + 1;
    out.converter = text.substr(1, first);
    if (after < text.size() && text[after] == '(') {
        // The arguments end at the first parenthesis that `:name>` follows, so that they may
        // hold parentheses and colons themselves.
        std::size_t close = after;
        std::size_t name = 0;
        do {
            close = text.find_first_of(")\n", close + 1);
            if (close == std::string_view::npos || text[close] == '\n') return 0;
            name = closed_name(text.substr(close + 1), ':');
        } while (name == 0);
        out.arguments = text.substr(after + 1, close - after - 1);
        after = close + 1;
    }
    const std::size_t name = closed_name(text.substr(after), ':');
    if (name == 0) return 0;
    out.text = text.substr(after + 1, name - 2);
    return after + name;
}

// Digits with single underscores between them; returns where they end.
constexpr std::size_t scan_digits(std::string_view text, std::size_t at) noexcept {
    const charset digits = charset::digit();
    while (at < text.size() && digits(text[at])) {
        ++at;
        if (at + 1 < text.size() && text[at] == '_' && digits(text[at + 1])) ++at;
    }
    return at;
}

// What kind of value a bare word is.
inline argument::type classify_word(std::string_view text) noexcept {
    using type = argument::type;
    if (text == "None") return type::none;
    if (text == "True" || text == "False") return type::boolean;
    for (std::string_view special : {"nan", "inf", "infinity"}) {
        if (iequals(text, special)) return type::real;
    }
    std::size_t at = scan_digits(text, 0);
    std::size_t digits = at;
    if (at == text.size()) return type::integer;
    if (text[at] == '.') {
        const std::size_t end = scan_digits(text, at + 1);
        digits += end - at - 1;
        at = end;
    }
    if (digits == 0) return type::text;
    if (at + 1 < text.size() && lower(text[at]) == 'e') {
        const std::size_t end = scan_digits(text, at + 1);
        if (end > at + 1) at = end;
    }
    return at == text.size() ? type::real : type::text;
}

// A quoted string at `at`, with an optional prefix letter; returns its end or `at`.
inline std::size_t scan_quoted(std::string_view text, std::size_t at, argument& out) {
    std::size_t open = at;
    if (charset("urUR")(text[open]) && open + 1 < text.size()) ++open;
    if (text[open] != '"' && text[open] != '\'') return at;
    const std::size_t close = text.find(text[open], open + 1);
    if (close == std::string_view::npos) return at;
    out.kind = argument::type::text;
    out.text = text.substr(open + 1, close - open - 1);
    return close + 1;
}

// Where the characters from `at` on end that are of `kind`; `ascii` are those of them in ASCII.
template <WordClassifier C>
constexpr std::size_t scan_kind(std::string_view text, std::size_t at, const charset& ascii,
                                word_kind kind, const C& kind_of) {
    while (at < text.size()) {
        const code_point next = decode_at(text, at);
        if (next.value < 0x80 ? !ascii(text[at]) : kind_of(next.value) != kind) break;
        at += next.size;
    }
    return at;
}

template <WordClassifier C>
std::size_t scan_value(std::string_view text, std::size_t at, argument& out, const C& kind_of) {
    if (at == text.size()) return at;
    const std::size_t end = scan_quoted(text, at, out);
    if (end != at) return end;
    const std::size_t stop = scan_kind(text, at, value_word, word_kind::word, kind_of);
    out.text = text.substr(at, stop - at);
    out.kind = out.text.empty() ? argument::type::text : classify_word(out.text);
    return stop;
}

}  // namespace detail

// Cuts a rule (or the domain part of one) into tokens. errc::bad_rule where a '<' begins no
// variable.
inline result<std::vector<token>> parse_rule(std::string_view rule) {
    std::vector<token> tokens;
    for (std::size_t at = 0; at < rule.size();) {
        token next;
        next.offset = at;
        std::size_t length = 1;
        if (rule[at] == '/') {
            next.kind = token::type::slash;
            next.text = rule.substr(at, 1);
        } else if (rule[at] == '<') {
            length = detail::scan_variable(rule.substr(at), next);
            if (length == 0) return error{errc::bad_rule, at};
        } else {
            length = find_in(rule, charset("</"), at) - at;
            next.text = rule.substr(at, length);
        }
        tokens.push_back(next);
        at += length;
    }
    return tokens;
}

// The arguments of a converter, in order. A comma may follow the last.
template <WordClassifier C = any_letter>
result<std::vector<argument>> parse_arguments(std::string_view text, const C& kind_of = {}) {
    const auto past_space = [&](std::size_t from) {
        return detail::scan_kind(text, from, detail::word_space, word_kind::space, kind_of);
    };
    std::vector<argument> arguments;
    std::size_t at = past_space(0);
    while (at < text.size()) {
        const std::size_t start = at;
        argument next;
        const std::size_t word =
            detail::scan_kind(text, at, detail::identifier_rest, word_kind::word, kind_of);
        const std::size_t equals = past_space(word);
        if (word > at && equals < text.size() && text[equals] == '=') {
            next.name = text.substr(at, word - at);
            at = past_space(equals + 1);
        }
        const std::size_t end = detail::scan_value(text, at, next, kind_of);
        const std::size_t comma = past_space(end);
        if (end == at || (comma < text.size() && text[comma] != ',')) {
            return error{errc::bad_converter_argument, start};
        }
        arguments.push_back(std::move(next));
        at = comma < text.size() ? past_space(comma + 1) : comma;
    }
    return arguments;
}

// The rule with each run of slashes made one.
inline std::string merge_slashes(std::string_view path) {
    std::string merged;
    merged.reserve(path.size());
    for (char c : path) {
        if (c != '/' || merged.empty() || merged.back() != '/') merged.push_back(c);
    }
    return merged;
}

}  // namespace cruet::routing
