// Finds the rule for a domain, a path and a method.
//
// Rules form a tree: one level a part, the domain first. At each place the static branch is tried
// before the dynamic ones, those by weight, and what fails further down is gone back on. All static
// branches of a matcher live in one hash table, so that ten rules and ten thousand cost the same.
// Equal dynamic parts are kept once, wherever in the tree they stand.
// Each branch of the tree is looked at once at most, however the path looks; a path's
// slashes beyond the deepest rule are never counted.
//
//     matcher m;
//     m.add(*compiled, {.methods = ...});      // returns 0, 1, 2, ...
//     match_values values;
//     auto found = m.find("", "/user/7", "GET", false, values);
//     if (found.status == match_status::found) use(found.rule, values);
//
// Values are views into the path (or the domain) given, one a variable of the rule, unconverted.
// Matching is const and safe from several threads; add() is not. Rules may be added at any time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cruet/core/error.hpp"
#include "cruet/routing/impl/edge_table.hpp"
#include "cruet/routing/impl/inline_vector.hpp"
#include "cruet/routing/methods.hpp"
#include "cruet/routing/rule.hpp"

namespace cruet::routing {

using match_values = detail::inline_vector<std::string_view, 16>;

struct rule_settings {
    bool any_method = true;  // otherwise only `methods`
    method_set methods{};
    bool strict_slashes = true;
    bool merge_slashes = true;
    bool websocket = false;
};

enum class match_status : std::uint8_t {
    found,
    redirect,            // to `path`: a slash is missing, or slashes are to be merged
    method_not_allowed,  // `allowed` holds the methods of the rules that fit otherwise
    websocket_mismatch,  // only rules of the other kind fit
    not_found,
    failed,  // the expression engine of the caller gave up
};

struct match_outcome {
    match_status status = match_status::not_found;
    std::uint32_t rule = 0;  // found
    // What rules that were passed over would have needed, also where another one was found: whoever
    // refuses the found rule's values can then tell the right status (without_rule).
    method_set allowed;
    bool websocket_mismatch = false;
    std::string path;

    match_status without_rule() const noexcept {
        if (!allowed.empty()) return match_status::method_not_allowed;
        return websocket_mismatch ? match_status::websocket_mismatch : match_status::not_found;
    }
};

// Decides parts whose expression is not native: `matches` gets the part's number, the text and
// room for the part's values; `slash` tells whether a suffixed part's slash was there. It may
// report failure, which ends the search.
struct expression_engine {
    enum class answer : std::uint8_t { no, yes, failed };
    answer (*matches)(void* context, std::uint32_t part, std::string_view text,
                      std::span<std::string_view> values, bool* slash) = nullptr;
    void* context = nullptr;
};

class matcher {
public:
    matcher() : states_(1) {}

    // Numbers of rules run from 0. The parts stay with the matcher; part_at() gives them back.
    std::uint32_t add(const compiled_rule& rule, rule_settings settings) {
        std::uint32_t state = 0;
        for (const part& p : rule.parts)
            state = p.is_static ? static_child(state, p) : branch(state, p);
        const auto id = static_cast<std::uint32_t>(rules_.size());
        append_rule(states_[state], id);
        note_whole_path(rule, state);
        rules_.push_back({std::move(settings)});
        return id;
    }

    std::size_t size() const noexcept { return rules_.size(); }
    method_names& methods() noexcept { return methods_; }
    const method_names& methods() const noexcept { return methods_; }
    rule_settings& settings(std::uint32_t rule) noexcept { return rules_[rule].settings; }

    // Distinct dynamic parts, numbered in the order in which they came; for expression engines.
    const part& part_at(std::uint32_t number) const noexcept { return *parts_[number]; }
    std::size_t part_count() const noexcept { return parts_.size(); }

    // `path` is decoded and starts with a slash (an empty one asks for a redirect to "/").
    match_outcome find(std::string_view domain, std::string_view path, std::string_view method,
                       bool websocket, match_values& values, bool merge_slashes = true,
                       const expression_engine* engine = nullptr) const;

private:
    struct transition {
        std::uint32_t part;
        std::uint32_t state;
    };
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    struct ending_rule {
        rule_settings settings;
        std::uint32_t next = none;  // the one that was added after it for the same state
    };
    struct state {
        std::vector<transition> dynamic;
        std::uint32_t first_rule = none;  // of those that end here
        std::uint32_t last_rule = none;
        std::uint32_t slash = 0;  // the branch after one more slash, which ends there; 0: none
        bool has_static = false;
    };
    class search;

    // Rules without variables are found by their whole path too, which is where their own branches
    // would lead first.
    static constexpr std::uint32_t whole_path = std::uint32_t{1} << 31;

    void append_rule(state& s, std::uint32_t rule) {
        (s.first_rule == none ? s.first_rule : rules_[s.last_rule].next) = rule;
        s.last_rule = rule;
    }

    void note_whole_path(const compiled_rule& rule, std::uint32_t state) {
        const auto is_static = [](const part& p) { return p.is_static; };
        if (!std::all_of(rule.parts.begin(), rule.parts.end(), is_static)) return;
        std::string path;
        for (std::size_t i = 1; i < rule.parts.size(); ++i) {
            if (i > 1) path += '/';
            path += rule.parts[i].content;
        }
        const std::uint32_t from = edges_.find(0, rule.parts[0].content) | whole_path;
        if (edges_.find(from, path) == 0) edges_.add(from, path, state);
    }

    std::uint32_t static_child(std::uint32_t from, const part& p) {
        if (const std::uint32_t known = edges_.find(from, p.content)) return known;
        const std::uint32_t to = new_state();
        edges_.add(from, p.content, to);
        states_[from].has_static = true;
        if (p.content.empty()) states_[from].slash = to;
        return to;
    }

    std::uint32_t branch(std::uint32_t from, const part& p) {
        for (const transition& t : states_[from].dynamic) {
            if (parts_[t.part]->same_as(p)) return t.state;
        }
        const std::uint32_t to = new_state();
        const std::uint32_t number = number_of(p);
        auto& dynamic = states_[from].dynamic;
        const auto heavier = [&](const transition& t) { return p.weight < parts_[t.part]->weight; };
        dynamic.insert(std::find_if(dynamic.begin(), dynamic.end(), heavier), {number, to});
        return to;
    }

    // Of the equal part, which thousands of rules may share, or of this one from now on.
    std::uint32_t number_of(const part& p) {
        const auto [first, last] = part_numbers_.equal_range(p.content);
        for (auto known = first; known != last; ++known) {
            if (parts_[known->second]->same_as(p)) return known->second;
        }
        const auto number = static_cast<std::uint32_t>(parts_.size());
        parts_.push_back(std::make_unique<part>(p));
        part_numbers_.emplace(parts_.back()->content, number);
        return number;
    }

    std::uint32_t new_state() {
        states_.emplace_back();
        return static_cast<std::uint32_t>(states_.size() - 1);
    }

    std::vector<state> states_;
    detail::edge_table edges_;
    std::vector<std::unique_ptr<part>> parts_;
    std::unordered_multimap<std::string_view, std::uint32_t> part_numbers_;  // by content
    std::vector<ending_rule> rules_;
    method_names methods_;
};

}  // namespace cruet::routing

#include "cruet/routing/impl/search.hpp"
