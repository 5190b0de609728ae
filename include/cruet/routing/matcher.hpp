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
//     m.add(*compiled, {.methods = ...}, &own);    // returns 0, 1, 2, ...
//     match_values values;
//     auto found = m.find("", "/user/7", "GET", false, values);
//     if (found.status == match_status::found) use(found.rule, found.owner, values);
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
    method_set methods{};
    bool any_method = true;  // `methods` do not count
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
    void* owner = nullptr;   // found: what the rule was added with
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
    matcher() : nodes_(1) {}

    // Numbers of rules run from 0. `owner` is the caller's own: outcomes with the rule bring it.
    // The parts stay with the matcher; part_at() gives them back.
    std::uint32_t add(const compiled_rule& rule, rule_settings settings, void* owner = nullptr) {
        std::uint32_t end = 0;
        for (const part& p : rule.parts)
            end = p.is_static ? static_child(end, p) : dynamic_child(end, p);
        const std::uint32_t at = room_for_rule(end);
        nodes_[at].rule = static_cast<std::uint32_t>(rules_.size());
        nodes_[at].settings = std::move(settings);
        nodes_[at].owner = owner;
        rules_.push_back(at);
        note_whole_path(rule, end);
        return nodes_[at].rule;
    }

    std::size_t size() const noexcept { return rules_.size(); }
    method_names& methods() noexcept { return methods_; }
    const method_names& methods() const noexcept { return methods_; }
    rule_settings& settings(std::uint32_t rule) noexcept { return nodes_[rules_[rule]].settings; }

    // Distinct dynamic parts, numbered in the order in which they came; for expression engines.
    const part& part_at(std::uint32_t number) const noexcept { return *parts_[number]; }
    std::size_t part_count() const noexcept { return parts_.size(); }

    // `path` is decoded and starts with a slash (an empty one asks for a redirect to "/").
    match_outcome find(std::string_view domain, std::string_view path, std::string_view method,
                       bool websocket, match_values& values, bool merge_slashes = true,
                       const expression_engine* engine = nullptr) const;

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    // A place in the tree with the first rule that ends there. One more rule that ends there has a
    // node to itself. With many rules most nodes are in no near cache and on no page that was used
    // lately; so one fills a cache line, and those of a rule lie side by side.
    struct alignas(64) node {
        std::uint32_t part = none;    // the dynamic part that leads here
        std::uint32_t sibling = 0;    // the next dynamic branch beside it, no lighter; 0: none
        std::uint32_t dynamic = 0;    // the first dynamic branch from here; 0: none
        std::uint32_t slash = 0;      // the branch after one more slash, which ends there; 0: none
        std::uint32_t rule = none;    // that ends here
        std::uint32_t next_rule = 0;  // the node of the one that was added after it; 0: none
        std::uint32_t last_rule = 0;  // the node of the last; 0: this one
        bool has_static = false;      // branches other than `slash`
        void* owner = nullptr;
        rule_settings settings{};
    };
    static_assert(sizeof(node) == 64);
    class search;

    // Rules without variables are found by their whole path too, which is where their own branches
    // would lead first: by an edge from the domain's node with this bit.
    static constexpr std::uint32_t whole_path = std::uint32_t{1} << 31;
    // One bit a length: whether there is a whole path of this length modulo 64.
    static std::uint64_t length_bit(std::string_view path) noexcept {
        return std::uint64_t{1} << (path.size() % 64);
    }

    std::uint32_t room_for_rule(std::uint32_t end) {
        if (nodes_[end].rule == none) return end;
        const std::uint32_t at = new_node();
        const std::uint32_t last = std::exchange(nodes_[end].last_rule, at);
        nodes_[last == 0 ? end : last].next_rule = at;
        return at;
    }

    void note_whole_path(const compiled_rule& rule, std::uint32_t end) {
        const auto is_static = [](const part& p) { return p.is_static; };
        if (!std::all_of(rule.parts.begin(), rule.parts.end(), is_static)) return;
        std::string path;
        for (std::size_t i = 1; i < rule.parts.size(); ++i) {
            if (i > 1) path += '/';
            path += rule.parts[i].content;
        }
        const std::uint32_t from = edges_.find(0, rule.parts[0].content) | whole_path;
        if (edges_.find(from, path) == 0) edges_.add(from, path, end);
        whole_lengths_ |= length_bit(path);
    }

    std::uint32_t static_child(std::uint32_t from, const part& p) {
        if (p.content.empty() && from != 0) {
            if (nodes_[from].slash == 0) nodes_[from].slash = new_node();
            return nodes_[from].slash;
        }
        if (const std::uint32_t known = edges_.find(from, p.content)) return known;
        const std::uint32_t to = new_node();
        edges_.add(from, p.content, to);
        nodes_[from].has_static = true;
        return to;
    }

    std::uint32_t dynamic_child(std::uint32_t from, const part& p) {
        for (std::uint32_t s = nodes_[from].dynamic; s != 0; s = nodes_[s].sibling) {
            if (parts_[nodes_[s].part]->same_as(p)) return s;
        }
        const std::uint32_t to = new_node();
        nodes_[to].part = number_of(p);
        std::uint32_t* link = &nodes_[from].dynamic;
        while (*link != 0 && !(p.weight < parts_[nodes_[*link].part]->weight)) {
            link = &nodes_[*link].sibling;
        }
        nodes_[to].sibling = std::exchange(*link, to);
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

    std::uint32_t new_node() {
        nodes_.emplace_back();
        return static_cast<std::uint32_t>(nodes_.size() - 1);
    }

    std::vector<node> nodes_;
    detail::edge_table edges_;
    std::vector<std::unique_ptr<part>> parts_;
    std::unordered_multimap<std::string_view, std::uint32_t> part_numbers_;  // by content
    std::vector<std::uint32_t> rules_;                                       // their nodes
    method_names methods_;
    std::uint64_t whole_lengths_ = 0;
};

}  // namespace cruet::routing

#include "cruet/routing/impl/search.hpp"
