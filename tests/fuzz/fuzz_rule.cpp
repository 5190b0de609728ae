// routing/pattern.hpp, routing/rule.hpp, routing/converter.hpp, routing/unicode.hpp,
// routing/build.hpp, routing/router.hpp: the first line is a rule, the second a path; what matches
// is built, and matches again with the same values.
#include <string>
#include <variant>

#include "cruet/routing/router.hpp"
#include "cruet/url/percent.hpp"
#include "target.hpp"

namespace {
using namespace cruet::routing;

void check_tokens(std::string_view text) {
    const auto tokens = parse_rule(text);
    if (!tokens) return;
    std::size_t at = 0;
    for (const token& t : *tokens) {
        fuzz::require(t.offset == at);
        if (t.kind != token::type::variable) {
            fuzz::require(text.substr(at, t.text.size()) == t.text);
            at += t.text.size();
            continue;
        }
        fuzz::require(text[at] == '<' && !t.text.empty());
        const std::size_t end = text.find(std::string(t.text) + ">", at);
        fuzz::require(end != text.npos);
        at = static_cast<std::size_t>(t.text.data() - text.data()) + t.text.size() + 1;
        if (!parse_arguments(t.arguments)) continue;
        // A comma may follow the last argument.
        const auto again = parse_arguments(std::string(t.arguments) + ",");
        fuzz::require(!again || t.arguments.empty() || *again == *parse_arguments(t.arguments));
    }
    fuzz::require(at == text.size());
}

bool same(const value& a, const value& b) {
    // A NaN would not equal itself, but no URL spells one.
    return a == b;
}
}  // namespace

CRUET_FUZZ_TARGET(rule) {
    const std::size_t line = std::min(input.find('\n'), input.size());
    const std::string_view text = input.substr(0, line);
    check_tokens(text);
    if (!text.starts_with('/')) return;
    basic_router<int> routes({.strict_slashes = false, .redirect_defaults = false});
    if (!routes.add({.path = std::string(text), .endpoint = 1})) return;
    const std::string path(input.substr(std::min(line + 1, input.size())));
    const auto found = routes.match(path, "GET");
    if (found.status != match_status::found) return;
    const auto built = routes.build(1, found.values);
    fuzz::require(built.has_value());
    const std::string decoded = cruet::url::unquote(*built);
    // Runs of slashes that a path converter took, or the edges of one, are merged in the end.
    if (decoded.find("//") != decoded.npos) return;
    const auto again = routes.match(decoded, "GET");
    fuzz::require(again.status == match_status::found);
    fuzz::require(again.values.size() == found.values.size());
    for (const auto& v : found.values) fuzz::require(same(v.content, *again.find(v.name)));
}
