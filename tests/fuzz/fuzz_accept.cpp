// http/accept.hpp: the first line is the field, the others are offers; the best of them is found
// again by going through all pairs.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "cruet/http/accept.hpp"
#include "target.hpp"

namespace {
using namespace cruet::http;

std::vector<std::string_view> lines(std::string_view text) {
    std::vector<std::string_view> out;
    for (std::size_t at = 0; at <= text.size() && out.size() < 9;) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

// All pairs of a fitting item and an offer, the best first; ties keep the offers' order.
template <class M>
void check(const std::vector<accept_item>& items, const std::vector<std::string_view>& offers,
           const M& matcher) {
    struct entry {
        double quality;
        std::array<int, 4> specificity;
        std::size_t offer;
    };
    std::vector<entry> best;
    for (std::size_t i = 0; i < offers.size(); ++i) {
        std::vector<entry> fitting;
        for (const accept_item& item : items) {
            if (matcher.matches(item.value, offers[i])) {
                fitting.push_back({item.quality, matcher.specificity(item.value), i});
            }
        }
        std::stable_sort(fitting.begin(), fitting.end(), [](const entry& a, const entry& b) {
            return a.specificity != b.specificity ? a.specificity > b.specificity
                                                  : a.quality > b.quality;
        });
        if (!fitting.empty() && fitting[0].quality > 0) best.push_back(fitting[0]);
    }
    std::stable_sort(best.begin(), best.end(), [](const entry& a, const entry& b) {
        return a.quality != b.quality ? a.quality > b.quality : a.specificity > b.specificity;
    });
    const auto found = best_match(std::span<const accept_item>(items),
                                  std::span<const std::string_view>(offers), matcher);
    fuzz::require(found.has_value() == !best.empty());
    if (found) fuzz::require(*found == best[0].offer);
}
}  // namespace

CRUET_FUZZ_TARGET(accept) {
    auto offers = lines(input);
    const auto items = parse_accept(offers[0]);
    for (const accept_item& item : items) {
        fuzz::require(item.quality >= 0 && item.quality <= 1 && !std::isnan(item.quality));
    }
    offers.erase(offers.begin());
    check(items, offers, token_matcher{});
    check(items, offers, language_matcher{});
    check(items, offers, media_type_matcher{});
}
