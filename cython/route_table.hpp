#pragma once
// include/cruet/routing in the shape that Cython can name: no spans, no optionals, no templates.
// Sees no Python.h: what needs Python comes in through ask_engine.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/routing/build.hpp"
#include "cruet/routing/matcher.hpp"
#include "cruet/routing/pattern.hpp"
#include "cruet/routing/rule.hpp"

namespace cruet::shim {

// Answers for parts outside the subset of expression.hpp: 1 yes, 0 no, -1 gave up.
using ask_engine = int (*)(void* context, std::uint32_t part, std::string_view text,
                           std::string_view* values, std::size_t count, bool* slash);

// One rule on its way to the matcher: parse, give each variable its traits, compile.
class rule_draft {
public:
    errc parse(const std::string& domain, const std::string& path, bool merge) {
        auto text = routing::parse_rule_text(domain, path, merge);
        if (!text) return text.error().code;
        text_ = std::move(*text);
        traits_.resize(text_->variables.size());
        constants_.resize(traits_.size());
        return errc::ok;
    }
    std::size_t size() const { return traits_.size(); }
    std::string name(std::size_t i) const { return std::string(text_->variables[i].text); }
    std::string converter(std::size_t i) const {
        return std::string(text_->variables[i].converter);
    }
    std::string arguments(std::size_t i) const {
        return std::string(text_->variables[i].arguments);
    }

    void set_traits(std::size_t i, const std::string& expression, double weight, bool isolating) {
        traits_[i] = routing::converter_traits::of(expression, weight, isolating);
    }
    void set_constant(std::size_t i, const std::string& text) { constants_[i] = text; }

    errc compile() {
        auto compiled = routing::compile_rule(*text_, traits_);
        if (!compiled) return compiled.error().code;
        rule = std::move(*compiled);
        plan = routing::build_plan(rule, constants_);
        return errc::ok;
    }

    routing::compiled_rule rule;
    routing::build_plan plan;

private:
    std::unique_ptr<routing::rule_text> text_;
    std::vector<routing::converter_traits> traits_;
    std::vector<std::optional<std::string>> constants_;
};

class route_table {
public:
    std::uint32_t add(const rule_draft& draft, void* owner) {
        return matcher_.add(draft.rule, {}, owner);
    }

    void configure(std::uint32_t rule, bool strict, bool merge, bool websocket, bool any_method) {
        routing::rule_settings& s = matcher_.settings(rule);
        s = {.methods = {},
             .any_method = any_method,
             .strict_slashes = strict,
             .merge_slashes = merge,
             .websocket = websocket};
    }
    void allow(std::uint32_t rule, const std::string& method) {
        matcher_.settings(rule).methods.add(matcher_.methods().add(method));
    }

    routing::match_outcome find(std::string_view domain, std::string_view path,
                                std::string_view method, bool websocket, bool merge_slashes,
                                routing::match_values& values, ask_engine ask,
                                void* context) const {
        bridge both{ask, context};
        const routing::expression_engine engine{&bridge::matches, &both};
        return matcher_.find(domain, path, method, websocket, values, merge_slashes, &engine);
    }

    std::vector<std::string> allowed(const routing::match_outcome& outcome) const {
        std::vector<std::string> names;
        for (std::string_view name : matcher_.methods().list(outcome.allowed))
            names.emplace_back(name);
        return names;
    }
    std::string expression(std::uint32_t part) const { return matcher_.part_at(part).content; }
    std::uint32_t part_count() const { return static_cast<std::uint32_t>(matcher_.part_count()); }
    // Whether the part's expression, or some text for it, is beyond the C++ matcher.
    bool needs_engine(std::uint32_t part) const {
        const routing::part& p = matcher_.part_at(part);
        return !p.native || !p.matcher.decides_all();
    }
    bool suffixed(std::uint32_t part) const { return matcher_.part_at(part).suffixed; }

private:
    struct bridge {
        ask_engine ask;
        void* context;
        static routing::expression_engine::answer matches(void* self, std::uint32_t part,
                                                          std::string_view text,
                                                          std::span<std::string_view> values,
                                                          bool* slash) {
            using answer = routing::expression_engine::answer;
            const auto* b = static_cast<bridge*>(self);
            const int said = b->ask(b->context, part, text, values.data(), values.size(), slash);
            return said < 0 ? answer::failed : said > 0 ? answer::yes : answer::no;
        }
    };

    routing::matcher matcher_;
};

// What a code point beyond ASCII is: a routing::word_kind.
using ask_kind = routing::word_kind (*)(std::uint32_t code);

// False where the text is no list of arguments.
inline bool read_arguments(std::string_view text, ask_kind kind_of,
                           std::vector<routing::argument>& out) {
    auto read = routing::parse_arguments(text, kind_of);
    if (read) out = std::move(*read);
    return read.has_value();
}

// ASCII digits with an optional sign that fit 64 bits; others are the caller's business.
inline bool read_integer(std::string_view text, std::int64_t* out) {
    const auto done = std::from_chars(text.data(), text.data() + text.size(), *out);
    return done.ec == std::errc{} && done.ptr == text.data() + text.size();
}

// False, and nothing appended, where the number did not fit.
inline bool append_integer(std::string& out, std::int64_t number, int overflow) {
    if (overflow != 0) return false;
    std::array<char, 24> room;
    const auto done = std::to_chars(room.data(), room.data() + room.size(), number);
    out.append(room.data(), done.ptr);
    return true;
}

inline void append_path_text(std::string& url, const char* text, std::size_t size) {
    url::append_quoted(url, {text, size}, routing::path_safe);
}
inline void append_query_pair(std::string& url, std::string_view name, std::string_view text,
                              bool first) {
    routing::append_query(url, name, text, first);
}

}  // namespace cruet::shim
