// http/options.hpp, http/list.hpp, http/accept.hpp, http/authorization.hpp.
#include <string>

#include "cruet/http/accept.hpp"
#include "cruet/http/authorization.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(options) {
    using namespace cruet::http;
    const options parsed = parse_options(input);
    std::string written("v");
    for (const parameter& p : parsed.parameters) {
        fuzz::require(p.name == cruet::lower(p.name));
        append_parameter(written, "x", p.value);
    }
    fuzz::require(written == "v" || parse_options(written).parameters.size() == 1);

    std::string list;
    const auto items = parse_list(input);
    for (const auto& item : items) append_list_item(list, item);
    // The empty list and the list of an empty item alone are told apart.
    fuzz::require(parse_list(list) == items);
    for (const dict_item& item : parse_dict(input)) fuzz::require(item.key.size() <= input.size());
    for (const accept_item& item : parse_accept(input)) {
        fuzz::require(item.quality >= 0 && item.quality <= 1);
        fuzz::require(media_type_matcher{}.specificity(item.value)[2] >= 0);
    }
    const credentials c = parse_credentials(input);
    const auto basic = parse_basic(c.token);
    if (!basic) return;
    // Not the token itself: its last digit may hold bits that stand for nothing.
    const auto again = parse_basic(*make_basic(basic->user, basic->password));
    fuzz::require(again && again->user == basic->user && again->password == basic->password);
}
