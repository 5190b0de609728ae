// The walk through a matcher's tree, for matcher.hpp. Not for direct use.
//
// It goes depth first with a stack of its own: a rule of ten thousand parts must not need ten
// thousand calls.
#pragma once

#include "cruet/routing/matcher.hpp"

namespace cruet::routing {

class matcher::search {
public:
    search(const matcher& m, std::string_view domain, std::string_view path,
           std::string_view method, bool websocket, match_values& values,
           const expression_engine* engine) noexcept
        : m_(m),
          domain_(domain),
          path_(path),
          method_(m.methods_.find(method)),
          websocket_(websocket),
          values_(values),
          engine_(engine) {}

    // One walk; true when it settled the outcome. Methods that rules would allow add up.
    bool run(match_outcome& out) {
        out_ = &out;
        values_.resize(0);
        const std::uint32_t domain = m_.edges_.find(0, domain_);
        if (domain != 0 && take_whole_path(domain)) return true;
        stack_.push_back({0, m_.nodes_[0].dynamic, at_domain, 0, false});
        if (domain != 0) enter(domain, 0, 0);
        while (!stack_.empty()) {
            if (advance() == step::settled) return true;
        }
        return false;
    }

private:
    // Places in the path: an offset where a part begins, or one of these.
    static constexpr std::size_t at_end = ~std::size_t{0};
    static constexpr std::size_t at_domain = at_end - 1;

    struct frame {
        std::uint32_t node;
        std::uint32_t next;  // the next dynamic branch to try; 0: none
        std::size_t place;
        std::size_t values;  // how many there were on arrival
        bool fresh;          // the static branch is yet to be tried
    };
    enum class step : std::uint8_t { on, settled };

    void enter(std::uint32_t node, std::size_t place, std::size_t values) {
        stack_.push_back({node, m_.nodes_[node].dynamic, place, values, true});
    }

    // The path as one static branch. Where that does not settle it, the walk finds out again why.
    bool take_whole_path(std::uint32_t domain) {
        if ((m_.whole_lengths_ & length_bit(path_)) == 0) return false;
        const std::uint32_t end = m_.edges_.find(domain | whole_path, path_);
        return end != 0 && accept(m_.nodes_[end], false, 0);
    }

    step advance() {
        frame& f = stack_.back();
        const node& here = m_.nodes_[f.node];
        if (f.place == at_end) {
            if (accept(here, false, f.values)) return step::settled;
            if (here.slash != 0 && accept_with_slash(m_.nodes_[here.slash], f.values)) {
                return step::settled;
            }
            stack_.pop_back();
            return step::on;
        }
        const std::string_view text = part_text(f.place);
        if (f.fresh) {
            f.fresh = false;
            if (const std::uint32_t to = static_branch(f.node, here, text)) {
                enter(to, after(f.place, text), f.values);
                return step::on;
            }
        }
        if (f.next != 0) return take(std::exchange(f.next, m_.nodes_[f.next].sibling), text);
        if (f.place == path_.size() && accept(here, true, f.values)) {
            return step::settled;
        }
        stack_.pop_back();
        return step::on;
    }

    std::uint32_t static_branch(std::uint32_t number, const node& here,
                                std::string_view text) const noexcept {
        if (text.empty()) return here.slash;
        return here.has_static ? m_.edges_.find(number, text) : 0;
    }

    std::string_view part_text(std::size_t place) const noexcept {
        if (place == at_domain) return domain_;
        const std::size_t slash = path_.find('/', place);
        return path_.substr(place, slash == std::string_view::npos ? slash : slash - place);
    }

    // Where the part after this one begins.
    std::size_t after(std::size_t place, std::string_view text) const noexcept {
        if (place == at_domain) return 0;
        const std::size_t end = place + text.size();
        return end < path_.size() ? end + 1 : at_end;
    }

    step take(std::uint32_t to, std::string_view text) {
        const frame& f = stack_.back();
        const std::uint32_t number = m_.nodes_[to].part;
        const part& p = *m_.parts_[number];
        std::size_t place = after(f.place, text);
        if (p.final) {
            text = rest_from(f.place);
            place = at_end;
        }
        const std::size_t before = f.values;
        values_.resize(before + p.variables);
        bool slash = false;
        if (!matches(number, p, text, values_.last(p.variables), slash)) {
            return failed_ ? step::settled : step::on;
        }
        if (p.suffixed && slash) place = path_.size();
        enter(to, place, before + p.variables);
        return step::on;
    }

    std::string_view rest_from(std::size_t place) {
        if (place != at_domain) return path_.substr(place);
        joined_.assign(domain_).append("/").append(path_);
        return joined_;
    }

    bool matches(std::uint32_t number, const part& p, std::string_view text,
                 std::span<std::string_view> spans, bool& slash) {
        verdict v = verdict::undecided;
        if (p.native) v = p.matcher.match(text, spans, &slash);
        if (v != verdict::undecided) return v == verdict::yes;
        if (engine_ == nullptr) return false;
        const auto answer = engine_->matches(engine_->context, number, text, spans, &slash);
        if (answer == expression_engine::answer::failed) {
            failed_ = true;
            out_->status = match_status::failed;
        }
        return answer == expression_engine::answer::yes;
    }

    const node* next_rule(const node& n) const noexcept {
        return n.next_rule == 0 ? nullptr : &m_.nodes_[n.next_rule];
    }

    // Takes the first rule that ends here and fits; `relaxed`: of those not strict about a slash.
    bool accept(const node& here, bool relaxed, std::size_t values) {
        if (here.rule == none) return false;
        for (const node* n = &here; n != nullptr; n = next_rule(*n)) {
            const rule_settings& s = n->settings;
            if (relaxed && s.strict_slashes) continue;
            if (!s.any_method && !s.methods.has(method_)) {
                out_->allowed.add(s.methods);
            } else if (s.websocket != websocket_) {
                out_->websocket_mismatch = true;
            } else {
                return settle(*n, values);
            }
        }
        return false;
    }

    // A rule that wants one more slash ends the search, whatever else might fit.
    bool accept_with_slash(const node& here, std::size_t values) {
        if (here.rule == none) return false;
        for (const node* n = &here; n != nullptr; n = next_rule(*n)) {
            const rule_settings& s = n->settings;
            if (s.websocket != websocket_ || !(s.any_method || s.methods.has(method_))) continue;
            if (!s.strict_slashes) return settle(*n, values);
            out_->status = match_status::redirect;
            out_->path.assign(path_).push_back('/');
            return true;
        }
        return false;
    }

    bool settle(const node& n, std::size_t values) {
        out_->status = match_status::found;
        out_->rule = n.rule;
        out_->owner = n.owner;
        values_.resize(values);
        return true;
    }

    const matcher& m_;
    std::string_view domain_;
    std::string_view path_;
    std::size_t method_;
    bool websocket_;
    bool failed_ = false;
    match_values& values_;
    const expression_engine* engine_;
    detail::inline_vector<frame, 24> stack_;
    match_outcome* out_ = nullptr;
    std::string joined_;
};

inline match_outcome matcher::find(std::string_view domain, std::string_view path,
                                   std::string_view method, bool websocket, match_values& values,
                                   bool merge_slashes, const expression_engine* engine) const {
    match_outcome out;
    if (search(*this, domain, path, method, websocket, values, engine).run(out)) {
        return out;
    }
    if (merge_slashes && path.find("//") != std::string_view::npos) {
        std::string merged = routing::merge_slashes(path);
        search again(*this, domain, merged, method, websocket, values, engine);
        if (again.run(out)) {
            if (out.status != match_status::found) return out;
            if (nodes_[rules_[out.rule]].settings.merge_slashes) {
                out.status = match_status::redirect;
                out.path = std::move(merged);
                return out;
            }
        }
    }
    out.status = out.without_rule();
    return out;
}

}  // namespace cruet::routing
