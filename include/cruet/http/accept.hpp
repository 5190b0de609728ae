// Content negotiation (RFC 9110 section 12.5): quality lists, and which offer they like best.
//
//     const auto accepts = parse_accept("text/*;q=0.5, text/html");
//     const std::string_view offers[] = {"text/plain", "text/html"};
//     best_match(accepts, offers, media_type_matcher{})      // 1: the index of "text/html"
//
// Items whose quality is not a number from 0 to 1 are skipped. Values keep their parameters in
// normal form ("text/html; level=1"), names in lower case, quality taken out.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/http/list.hpp"
#include "cruet/http/options.hpp"

namespace cruet::http {

struct accept_item {
    std::string value;
    double quality = 1;
    bool explicit_quality = false;

    friend bool operator==(const accept_item&, const accept_item&) = default;
};

// Digits, perhaps a point and more digits, from 0 to 1 (RFC 9110 section 12.4.2 allows three
// decimals; more are read). A minus sign is read as well: "-0" is -0.
inline std::optional<double> parse_quality(std::string_view text) noexcept {
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    const std::size_t point = find_not_in(digits, charset::digit());
    if (point == 0) return std::nullopt;
    if (point < digits.size() && (digits[point] != '.' || point + 1 == digits.size() ||
                                  !all_in(digits.substr(point + 1), charset::digit()))) {
        return std::nullopt;
    }
    double value = 0;
    const auto done = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (done.ec != std::errc{} || value > 1 || (value > 0 && digits.size() != text.size())) {
        return std::nullopt;
    }
    return digits.size() == text.size() ? value : -value;
}

// In the order of the header.
inline std::vector<accept_item> parse_accept(std::string_view text) {
    std::vector<accept_item> out;
    for (std::string_view view : list_items(text)) {
        const std::string unquoted = unquote_value(view);
        const options item = parse_options(unquoted);
        accept_item entry{std::string(item.value)};
        bool good = true;
        for (const parameter& p : item.parameters) {
            if (p.name != "q") {
                append_parameter(entry.value, p.name, p.value);
                continue;
            }
            const auto quality = parse_quality(p.value);
            good = quality.has_value();
            entry.quality = quality.value_or(0);
            entry.explicit_quality = true;
        }
        if (good) out.push_back(std::move(entry));
    }
    return out;
}

// How an item of the header meets an offer: whether it does, and how special it is (tuples compared
// from the left; items that are more special go first).
template <class M>
concept Matcher = requires(const M& m, std::string_view item, std::string_view offer) {
    { m.matches(item, offer) } -> std::convertible_to<bool>;
    { m.specificity(item) } -> std::convertible_to<std::array<int, 4>>;
};

// Any value, compared without case; "*" is less special than all else. Accept-Encoding.
struct token_matcher {
    bool matches(std::string_view item, std::string_view offer) const noexcept {
        return item == "*" || iequals(item, offer);
    }
    std::array<int, 4> specificity(std::string_view item) const noexcept {
        return {item != "*" ? 1 : 0, 0, 0, 0};
    }
};

// "de_AT" and "de-at" are one. Accept-Language.
struct language_matcher {
    bool matches(std::string_view item, std::string_view offer) const noexcept {
        if (item == "*") return true;
        return std::equal(item.begin(), item.end(), offer.begin(), offer.end(),
                          [](char a, char b) { return fold(a) == fold(b); });
    }
    std::array<int, 4> specificity(std::string_view item) const noexcept {
        return token_matcher{}.specificity(item);
    }

private:
    static constexpr char fold(char c) noexcept { return c == '_' ? '-' : lower(c); }
};

// Media ranges: "*/*" < "text/*" < "text/html" < "text/html; level=1". Accept.
struct media_type_matcher {
    bool matches(std::string_view item, std::string_view offer) const {
        if (item == "*") item = "*/*";
        const options wanted = parse_options(item);
        const options offered = parse_options(offer);
        const auto [type, subtype] = halves(wanted.value);
        const auto [offered_type, offered_subtype] = halves(offered.value);
        if (offered_subtype.empty() || subtype.empty()) return false;
        if (type == "*") return subtype == "*";
        if (!iequals(type, offered_type)) return false;
        if (subtype == "*") return true;
        return iequals(subtype, offered_subtype) &&
               std::is_permutation(wanted.parameters.begin(), wanted.parameters.end(),
                                   offered.parameters.begin(), offered.parameters.end());
    }
    std::array<int, 4> specificity(std::string_view item) const {
        const options wanted = parse_options(item);
        const auto [type, subtype] = halves(wanted.value);
        return {type != "*" ? 1 : 0, subtype != "*" && !subtype.empty() ? 1 : 0,
                static_cast<int>(wanted.parameters.size()), 0};
    }

private:
    struct pair {
        std::string_view type;
        std::string_view subtype;
    };
    static pair halves(std::string_view text) noexcept {
        const std::size_t slash = text.find('/');
        if (slash == text.npos) return {text, {}};
        return {text.substr(0, slash), text.substr(slash + 1)};
    }
};

// How an offer fares: the quality that the most special item which it meets gives it, and how
// special that is.
struct offer_score {
    double quality = 0;
    std::array<int, 4> specificity{-1, 0, 0, 0};
};

template <Matcher M>
offer_score score(std::span<const accept_item> items, std::string_view offer, const M& matcher) {
    offer_score best;
    for (const accept_item& item : items) {
        if (!matcher.matches(item.value, offer)) continue;
        const std::array<int, 4> specificity = matcher.specificity(item.value);
        if (specificity > best.specificity ||
            (specificity == best.specificity && item.quality > best.quality)) {
            best = {item.quality, specificity};
        }
    }
    return best;
}

// The index of the offer that is liked best: by quality, then by how special the item is that it
// meets, then by the order of the offers. None when no offer is acceptable.
template <Matcher M>
std::optional<std::size_t> best_match(std::span<const accept_item> items,
                                      std::span<const std::string_view> offers, const M& matcher) {
    std::optional<std::size_t> best;
    offer_score best_score;
    for (std::size_t i = 0; i < offers.size(); ++i) {
        const offer_score s = score(items, offers[i], matcher);
        const bool better =
            s.quality > best_score.quality ||
            (s.quality == best_score.quality && s.specificity > best_score.specificity);
        if (s.quality > 0 && better) {
            best = i;
            best_score = s;
        }
    }
    return best;
}

}  // namespace cruet::http
