// http/cookie.hpp.
#include <string>

#include "cruet/http/cookie.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(cookie) {
    using namespace cruet::http;
    std::size_t total = 0;
    for (const auto& c : cookie_view(input)) {
        fuzz::require(!c.name.empty());
        fuzz::require(c.text().size() <= c.value.size());
        total += c.name.size() + c.value.size();
    }
    fuzz::require(total <= input.size());

    const auto line = set_cookie({.name = "k", .value = input, .path = input});
    fuzz::require(line.has_value());
    const auto first = cookie_view(*line).begin();
    fuzz::require(first->name == "k" && first->text() == input);
    const auto named = set_cookie({.name = input, .value = "v", .domain = input});
    if (named) fuzz::require(!breaks_line(*named));
}
