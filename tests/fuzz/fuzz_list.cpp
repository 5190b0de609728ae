// http/list.hpp: members against a slow splitter; what is read can be written and read again.
#include <string>
#include <vector>

#include "cruet/http/list.hpp"
#include "target.hpp"

namespace {
using namespace cruet::http;

// Byte by byte: the members as they stand, or none where a quote stays open.
std::vector<std::string> slow(std::string_view text) {
    std::vector<std::string> out(1);
    enum { plain, quoted, escaped } state = plain;
    for (char c : text) {
        if (state == plain && c == ',') {
            out.emplace_back();
            continue;
        }
        out.back() += c;
        if (state == escaped) {
            state = quoted;
        } else if (state == quoted && c == '\\') {
            state = escaped;
        } else if (c == '"') {
            state = state == quoted ? plain : quoted;
        }
    }
    if (state != plain) return {};
    std::vector<std::string> kept;
    for (const std::string& member : out) {
        const std::string trimmed(cruet::trim(member));
        if (!trimmed.empty()) kept.push_back(trimmed);
    }
    return kept;
}
}  // namespace

CRUET_FUZZ_TARGET(list) {
    const auto views = split_list(input);
    fuzz::require(std::vector<std::string>(views.begin(), views.end()) == slow(input));

    std::string list;
    const auto items = parse_list(input);
    for (const auto& item : items) append_list_item(list, item);
    fuzz::require(parse_list(list) == items);

    std::string dict;
    std::vector<dict_item> plain;
    for (const dict_item& item : parse_dict(input)) {
        fuzz::require(item.key.size() <= input.size());
        if (!is_token(item.key) || item.key.ends_with('*')) continue;
        plain.push_back(item);
        append_dict_item(dict, item.key, item.value);
    }
    fuzz::require(parse_dict(dict) == plain);
    std::string quoted;
    append_quoted_value(quoted, input, false);
    fuzz::require(unquote_value(quoted) == input);
}
