// A rule made ready for the matcher: domain and path cut into parts at the slashes.
//
// Each part is static (compared by hash) or dynamic (a program of expression.hpp). A converter
// that may match slashes (part_isolating false) makes its part final: it holds all the rest of the
// rule and is matched against all the rest of the path. A rule is compiled in two steps, so that
// whoever makes the converters (C++ or Python) stays outside:
//
//     auto text = parse_rule_text("", "/user/<int:id>", true);
//     for (const token& v : text->variables) ... // make a converter, note its traits
//     auto rule = compile_rule(*text, traits);
//
// Everything owns its text, but rule_text::tokens view its own `domain` and `path`: it is movable
// only through the pointer that holds it. Errors: errc::bad_rule, errc::duplicate_variable.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cruet/core/result.hpp"
#include "cruet/routing/expression.hpp"
#include "cruet/routing/pattern.hpp"

namespace cruet::routing {

// What the matcher must know of a converter. Equal expressions and weights share a branch.
struct converter_traits {
    std::string expression = "[^/]+";  // Python's syntax
    double weight = 100;               // of two that fit, the lighter is tried first
    bool part_isolating = true;        // the expression never matches a slash
    std::optional<fragment> content;   // the expression, compiled; nothing: ask the caller

    static converter_traits of(std::string expression, double weight, bool part_isolating) {
        auto content = compile_expression(expression);
        return {std::move(expression), weight, part_isolating, std::move(content)};
    }
};

struct rule_text {
    std::string domain;
    std::string path;
    std::vector<token> domain_tokens;
    std::vector<token> path_tokens;
    std::vector<token> variables;  // in order, domain first; names are unique
};

inline result<std::unique_ptr<rule_text>> parse_rule_text(std::string_view domain,
                                                          std::string_view path, bool merge) {
    auto text = std::make_unique<rule_text>();
    text->domain = domain;
    text->path = merge ? merge_slashes(path) : std::string(path);
    auto domain_tokens = parse_rule(text->domain);
    if (!domain_tokens) return domain_tokens.error();
    auto path_tokens = parse_rule(text->path);
    if (!path_tokens) return path_tokens.error();
    text->domain_tokens = std::move(*domain_tokens);
    text->path_tokens = std::move(*path_tokens);
    for (const auto* tokens : {&text->domain_tokens, &text->path_tokens}) {
        for (const token& t : *tokens) {
            if (t.kind == token::type::variable) text->variables.push_back(t);
        }
    }
    std::vector<std::string_view> names;
    for (const token& v : text->variables) names.push_back(v.text);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) return errc::duplicate_variable;
    return text;
}

// Orders the dynamic parts that compete for one place: more and longer static text first, then
// more and lighter converters.
struct weighting {
    std::vector<std::pair<std::size_t, std::uint32_t>> texts;  // index, length in code points
    std::vector<double> converters;

    friend std::partial_ordering operator<=>(const weighting& a, const weighting& b) {
        if (a.texts.size() != b.texts.size()) return b.texts.size() <=> a.texts.size();
        for (std::size_t i = 0; i < a.texts.size(); ++i) {
            if (a.texts[i].first != b.texts[i].first) return a.texts[i].first <=> b.texts[i].first;
            if (a.texts[i].second != b.texts[i].second) {
                return b.texts[i].second <=> a.texts[i].second;
            }
        }
        if (a.converters.size() != b.converters.size()) {
            return b.converters.size() <=> a.converters.size();
        }
        for (std::size_t i = 0; i < a.converters.size(); ++i) {
            if (a.converters[i] != b.converters[i]) return a.converters[i] <=> b.converters[i];
        }
        return std::partial_ordering::equivalent;
    }
    friend bool operator==(const weighting&, const weighting&) = default;
};

struct part {
    std::string content;  // static: the text; dynamic: the expression, whole
    bool is_static = true;
    bool final = false;           // takes all the rest of the path
    bool suffixed = false;        // final, and ends in a slash that the path may lack
    bool native = true;           // `matcher` decides; otherwise the caller's expression engine
    std::uint32_t variables = 0;  // how many values it gives
    weighting weight;
    program matcher;

    // Two rules with equal parts go on in the same branch.
    bool same_as(const part& other) const {
        return content == other.content && is_static == other.is_static && final == other.final &&
               suffixed == other.suffixed && weight == other.weight;
    }
};

// One step of the rule as it is written; what building and comparing rules look at.
struct trace_step {
    bool variable = false;
    std::string text;  // literal text or the variable's name; "|" ends the domain

    friend bool operator==(const trace_step&, const trace_step&) = default;
};

struct compiled_rule {
    std::vector<part> parts;
    std::vector<trace_step> trace;
    std::vector<std::string> variables;
};

// Group number n of a part is called this in the expression of a part that is not native.
inline std::string group_name(std::size_t n) { return "cruet_" + std::to_string(n); }

namespace detail {

class part_builder {
public:
    part_builder(compiled_rule& out, std::span<const converter_traits> traits)
        : out_(out), traits_(traits) {}

    void add(const std::vector<token>& tokens) {
        for (const token& t : tokens) {
            switch (t.kind) {
            case token::type::slash: add_slash(); break;
            case token::type::text: add_text(t.text); break;
            case token::type::variable: add_variable(t.text); break;
            }
        }
        close_last();
    }

private:
    void add_text(std::string_view text) {
        flush_slash();
        current_.weight.texts.emplace_back(current_.weight.texts.size(), count_code_points(text));
        out_.trace.push_back({false, std::string(text)});
        current_.content += current_.is_static ? std::string(text) : escape_expression(text);
        current_.matcher.literal(text);
    }

    void add_variable(std::string_view name) {
        flush_slash();
        const converter_traits& traits = traits_[next_++];
        if (current_.is_static) current_.content = escape_expression(current_.content);
        current_.is_static = false;
        current_.final = current_.final || !traits.part_isolating;
        current_.content += "(?P<" + group_name(current_.variables) + ">" + traits.expression + ")";
        current_.variables += 1;
        current_.weight.converters.push_back(traits.weight);
        if (traits.content) current_.matcher.capture(*traits.content);
        current_.native = current_.native && traits.content.has_value();
        out_.trace.push_back({true, std::string(name)});
        out_.variables.emplace_back(name);
    }

    void add_slash() {
        flush_slash();
        out_.trace.push_back({false, "/"});
        // Whether a final part's slash is the rule's last is known only later.
        pending_slash_ = current_.final;
        if (!current_.final) close();
    }

    void flush_slash() {
        if (!pending_slash_) return;
        current_.content += '/';
        current_.matcher.literal("/");
        pending_slash_ = false;
    }

    void close_last() {
        const bool suffixed = pending_slash_;
        if (suffixed) {
            current_.suffixed = true;
            current_.content += "(?<!/)(/?)";
            current_.matcher.optional_slash();
        }
        close();
        if (suffixed) out_.parts.emplace_back();
    }

    void close() {
        if (current_.is_static) {
            current_.matcher = program();
        } else {
            current_.content += "\\Z";
            current_.matcher.finish();
        }
        out_.parts.push_back(std::move(current_));
        current_ = part();
        pending_slash_ = false;
    }

    compiled_rule& out_;
    std::span<const converter_traits> traits_;
    std::size_t next_ = 0;
    part current_;
    bool pending_slash_ = false;
};

}  // namespace detail

// `traits` holds one entry a variable, in the order of rule_text::variables.
inline result<compiled_rule> compile_rule(const rule_text& text,
                                          std::span<const converter_traits> traits) {
    if (traits.size() != text.variables.size()) return errc::invalid_argument;
    compiled_rule rule;
    detail::part_builder builder(rule, traits);
    builder.add(text.domain_tokens);
    rule.trace.push_back({false, "|"});
    builder.add(text.path_tokens);
    return rule;
}

}  // namespace cruet::routing
