// url/query.hpp.
#include <string>

#include "cruet/url/query.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(query) {
    using namespace cruet::url;
    const auto pairs = parse_query(input);
    fuzz::require(pairs.has_value());
    std::string written;
    for (const auto& [name, value] : *pairs) {
        fuzz::require(cruet::is_utf8(name) && cruet::is_utf8(value));
        append_pair(written, name, value);
    }
    fuzz::require(*parse_query(written) == *pairs);
    fuzz::require(parse_query(input, 3).has_value() == (pairs->size() <= 3));
}
