// http/range.hpp: against a slow reading of the same grammar, and byte by byte.
#include <cctype>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "cruet/http/range.hpp"
#include "target.hpp"

namespace {
using namespace cruet::http;
constexpr std::int64_t length = 40;

// A number as RFC 9110 has it, anything above 1000 taken for 1000: all lie behind the end.
std::int64_t number(const std::string& digits) {
    std::int64_t value = 0;
    for (char c : digits) value = std::min<std::int64_t>(1000, value * 10 + (c - '0'));
    return value;
}

// One range a member, as bits over the bytes of a representation; nothing where one is malformed.
std::optional<std::vector<std::vector<bool>>> slow(const std::string& list) {
    static const std::regex grammar("[ \t]*([0-9]*)[ \t]*-[ \t]*([0-9]*)[ \t]*");
    std::vector<std::vector<bool>> out;
    for (std::size_t at = 0; at <= list.size();) {
        const std::size_t end = std::min(list.find(',', at), list.size());
        const std::string member = list.substr(at, end - at);
        at = end + 1;
        std::smatch found;
        if (!std::regex_match(member, found, grammar)) return std::nullopt;
        std::vector<bool> bits(length);
        const bool first = found[1].length() > 0;
        const bool last = found[2].length() > 0;
        if (!first && !last) return std::nullopt;
        for (std::int64_t i = 0; i < length; ++i) {
            const std::int64_t from = first ? number(found[1]) : length - number(found[2]);
            bits[static_cast<std::size_t>(i)] =
                i >= from && (!first || !last || i <= number(found[2]));
        }
        out.push_back(bits);
    }
    return out;
}

void check_span(const range_spec& spec, const std::vector<bool>& bits) {
    const auto span = resolve(spec, length);
    for (std::int64_t i = 0; i < length; ++i) {
        const bool inside = span && i >= span->begin && i < span->end;
        fuzz::require(inside == bits[static_cast<std::size_t>(i)]);
    }
}

void check_content_range(std::string_view input) {
    const auto content = parse_content_range(input);
    if (!content) return;
    if (content->span) fuzz::require(0 <= content->span->begin);
    if (content->span) fuzz::require(content->span->begin < content->span->end);
    const std::string written = to_string(*content);
    const auto again = parse_content_range(written);
    fuzz::require(again && again->units == content->units);
    fuzz::require(again->span == content->span && again->length == content->length);
}
}  // namespace

CRUET_FUZZ_TARGET(range) {
    check_content_range(input);
    if (input.size() > 300) return;
    const auto parsed = parse_range(input);
    const std::size_t equals = input.find('=');
    if (equals == input.npos) return fuzz::require(!parsed);
    const auto read = slow(std::string(input.substr(equals + 1)));
    // It refuses more than the grammar: ranges out of order, overlapping, empty.
    if (!parsed) return;
    fuzz::require(read && read->size() == parsed->ranges.size());
    for (std::size_t i = 0; i < read->size(); ++i) check_span(parsed->ranges[i], (*read)[i]);
    std::vector<int> count(length);
    for (std::size_t i = 0; i + 1 < read->size(); ++i) {
        for (std::size_t k = 0; k < length; ++k) count[k] += (*read)[i][k];
    }
    for (int n : count) fuzz::require(n <= 1);
}
