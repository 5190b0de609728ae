// routing/expression.hpp, routing/element.hpp: the first line is an expression, the second a text;
// the linear match against a plain backtracking one.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "cruet/routing/expression.hpp"
#include "target.hpp"

namespace {
using namespace cruet::routing;

// Code points as the matcher counts them.
std::vector<std::string_view> points(std::string_view text) {
    std::vector<std::string_view> out;
    for (std::size_t at = 0; at < text.size(); at += decode_at(text, at).size) {
        out.push_back(text.substr(at, decode_at(text, at).size));
    }
    return out;
}

class backtracker {
public:
    backtracker(const fragment& elements, std::string_view text)
        : elements_(elements), text_(text), points_(points(text)) {}

    // Where the whole matches, nothing where too many ways were tried.
    std::optional<bool> match() {
        const bool found = step(0, 0);
        if (tried_ > limit) return std::nullopt;
        return found;
    }

private:
    static constexpr int limit = 20000;

    bool in(std::size_t i, const code_class& set) const {
        const code_point c = decode_at(points_[i], 0);
        if (c.value < 0x80) return set.ascii(static_cast<char>(c.value));
        if (set.beyond == code_class::rest::decimal) return digit_value(c.value) >= 0;
        return set.beyond == code_class::rest::all;
    }
    std::string_view from(std::size_t i) const {
        if (i == points_.size()) return {};
        return text_.substr(static_cast<std::size_t>(points_[i].data() - text_.data()));
    }
    bool step(std::size_t e, std::size_t at) {
        if (++tried_ > limit) return false;
        if (e == elements_.size()) return at == points_.size();
        const element& it = elements_[e];
        if (it.kind != element::type::run) {
            for (std::size_t k = 0; k < it.texts.size(); ++k) {
                if (from(at).starts_with(it.texts[k]) && step(e + 1, at + it.lengths[k])) {
                    return true;
                }
            }
            return false;
        }
        std::size_t most = 0;
        while (at + most < points_.size() && most < it.most && in(at + most, it.set)) ++most;
        for (std::size_t n = it.least; n <= most; ++n) {
            if (step(e + 1, at + n)) return true;
        }
        return false;
    }

    const fragment& elements_;
    std::string_view text_;
    std::vector<std::string_view> points_;
    int tried_ = 0;
};
}  // namespace

CRUET_FUZZ_TARGET(expression) {
    if (input.size() > 200) return;
    const std::size_t line = std::min(input.find('\n'), input.size());
    const std::string_view text = input.substr(std::min(line + 1, input.size()));
    const auto elements = compile_expression(input.substr(0, line));
    if (!elements) return;
    program p;
    p.capture(*elements);
    p.finish();
    std::string_view span;
    const verdict said = p.match(text, {&span, 1});
    if (said == verdict::undecided) return fuzz::require(!p.decides_all());
    const auto slow = backtracker(*elements, text).match();
    if (slow) fuzz::require((said == verdict::yes) == *slow);
    if (said == verdict::yes) fuzz::require(span == text || elements->empty());

    const auto literal = compile_expression(escape_expression(text));
    fuzz::require(literal.has_value());
    program exact;
    exact.capture(*literal);
    exact.finish();
    fuzz::require(exact.match(text, {&span, 1}) == verdict::yes);
}
