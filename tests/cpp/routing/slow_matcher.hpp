// A slow matcher, for tests and fuzz targets: every rule is tried on its own with backtracking, and
// the branches that competing rules take are compared by their definition. It knows int, any(a,
// ab), path and the default converter.
//
//     slow_matcher::oracle({slow_matcher::slow("/a/<int:x>")}, "/a/7")       // "0[7]"
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/routing/matcher.hpp"
#include "rules.hpp"

namespace slow_matcher {

using namespace cruet::routing;

using texts = std::vector<std::string>;

// Items of a part: literal text, or an expression of the tests below, by name.
struct item {
    std::string literal;
    std::string converter;
};

inline bool fits(const std::string& converter, std::string_view text) {
    const auto all = [&](auto&& test) { return std::all_of(text.begin(), text.end(), test); };
    if (converter == "int") {
        return !text.empty() && all([](char c) { return c >= '0' && c <= '9'; });
    }
    if (converter == "any") return text == "a" || text == "ab";
    if (converter == "path") return !text.empty() && text[0] != '/';
    return !text.empty() && all([](char c) { return c != '/'; });
}

// Longest first for plain converters, shortest first for paths, in order for choices.
inline bool backtrack(const std::vector<item>& items, std::size_t i, std::string_view text,
                      texts& out) {
    if (i == items.size()) return text.empty();
    const item& it = items[i];
    if (it.converter.empty()) {
        return text.starts_with(it.literal) &&
               backtrack(items, i + 1, text.substr(it.literal.size()), out);
    }
    const bool lazy = it.converter == "path" || it.converter == "any";
    for (std::size_t k = 0; k <= text.size(); ++k) {
        const std::size_t n = lazy ? k : text.size() - k;
        if (!fits(it.converter, text.substr(0, n))) continue;
        out.emplace_back(text.substr(0, n));
        if (backtrack(items, i + 1, text.substr(n), out)) return true;
        out.pop_back();
    }
    return false;
}

struct slow_part {
    std::vector<item> items;
    bool is_static = true;
    bool final = false;
    std::string content;
    weighting weight;
};

struct slow_rule {
    std::vector<slow_part> parts;
};

inline slow_rule slow(const std::string& path) {
    const compiled_rule rule = compiled("", path);
    const auto tokens = parse_rule(path);
    slow_rule out;
    slow_part current;
    const auto close = [&] {
        const part& p = rule.parts[out.parts.size() + 1];
        current.content = p.content;
        current.weight = p.weight;
        out.parts.push_back(current);
        current = {};
    };
    for (const token& t : *tokens) {
        if (t.kind == token::type::slash && !current.final)
            close();
        else if (t.kind == token::type::variable) {
            const std::string name(t.converter.empty() ? "string" : t.converter);
            current.is_static = false;
            current.final = current.final || name == "path";
            current.items.push_back({"", name});
        } else {
            current.items.push_back({std::string(t.text), ""});
        }
    }
    close();
    return out;
}

inline bool match_one(const slow_rule& rule, std::string_view path, texts& out) {
    for (std::size_t i = 0; i < rule.parts.size(); ++i) {
        const slow_part& p = rule.parts[i];
        const bool last = i + 1 == rule.parts.size();
        const std::size_t slash = p.final ? path.npos : path.find('/');
        if (!backtrack(p.items, 0, path.substr(0, slash), out)) return false;
        if (last) return slash == path.npos;
        if (slash == path.npos) return false;
        path.remove_prefix(slash + 1);
    }
    return false;
}

inline bool same_branch(const slow_part& a, const slow_part& b) {
    return a.is_static == b.is_static && a.content == b.content && a.weight == b.weight;
}

// Where rule `i` first needed its branch at this depth: the order of equal weights.
inline std::size_t first_with(const std::vector<slow_rule>& rules, std::size_t i,
                              std::size_t depth) {
    for (std::size_t k = 0; k < i; ++k) {
        bool same = rules[k].parts.size() > depth;
        for (std::size_t d = 0; same && d <= depth; ++d) {
            same = same_branch(rules[k].parts[d], rules[i].parts[d]);
        }
        if (same) return k;
    }
    return i;
}

inline bool goes_before(const std::vector<slow_rule>& rules, std::size_t a, std::size_t b) {
    for (std::size_t d = 0; d < rules[a].parts.size() && d < rules[b].parts.size(); ++d) {
        const slow_part& p = rules[a].parts[d];
        const slow_part& q = rules[b].parts[d];
        if (same_branch(p, q)) continue;
        if (p.is_static != q.is_static) return p.is_static;
        if (p.weight != q.weight) return p.weight < q.weight;
        return first_with(rules, a, d) < first_with(rules, b, d);
    }
    return a < b;
}

inline std::string oracle(const std::vector<slow_rule>& rules, std::string_view path) {
    std::size_t best = rules.size();
    texts best_values;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        texts values;
        if (!match_one(rules[i], path, values)) continue;
        if (best < rules.size() && !goes_before(rules, i, best)) continue;
        best = i;
        best_values = values;
    }
    if (best == rules.size()) return "404";
    std::string out = std::to_string(best);
    for (const auto& v : best_values) out += "[" + v + "]";
    return out;
}

// What the matcher says, in the oracle's form.
inline std::string fast(const matcher& m, std::string_view path) {
    match_values values;
    const match_outcome found = m.find("", path, "GET", false, values, false);
    if (found.status != match_status::found) return "404";
    std::string out = std::to_string(found.rule);
    for (std::string_view v : values) out += "[" + std::string(v) + "]";
    return out;
}

}  // namespace slow_matcher
