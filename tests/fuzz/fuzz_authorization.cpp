// http/authorization.hpp: what is read can be written and read again.
#include <string>

#include "cruet/http/authorization.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(authorization) {
    using namespace cruet::http;
    const credentials c = parse_credentials(input);
    fuzz::require(c.token.empty() || c.parameters.empty());
    fuzz::require(c.scheme.size() + c.token.size() <= input.size());
    fuzz::require(c.scheme.find(' ') == c.scheme.npos);

    std::string written;
    for (const dict_item& p : c.parameters) {
        // What RFC 8187 encoded is now plain text under a plain name.
        if (is_token(p.key) && !p.key.ends_with('*')) append_dict_item(written, p.key, p.value);
    }
    for (const dict_item& p : parse_dict(written)) {
        bool found = false;
        for (const dict_item& q : c.parameters) found = found || q == p;
        fuzz::require(found);
    }

    const auto basic = parse_basic(c.token);
    if (basic) {
        fuzz::require(basic->user.find(':') == basic->user.npos);
        const auto again = parse_basic(*make_basic(basic->user, basic->password));
        fuzz::require(again && again->user == basic->user && again->password == basic->password);
    }
    const std::size_t half = input.size() / 2;
    const auto made = make_basic(input.substr(0, half), input.substr(half));
    fuzz::require(made.has_value() == (input.substr(0, half).find(':') == input.npos));
    if (made && cruet::is_utf8(input.substr(0, half)) && cruet::is_utf8(input.substr(half))) {
        fuzz::require(parse_basic(*made)->password == input.substr(half));
    }
}
