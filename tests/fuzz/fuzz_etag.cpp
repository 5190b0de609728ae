// http/etag.hpp.
#include <string>

#include "cruet/http/etag.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(etag) {
    using namespace cruet::http;
    const etag_list tags = parse_etags(input);
    std::size_t total = 0;
    for (const etag& t : tags.tags) {
        fuzz::require(tags.matches_weakly(t));
        total += t.tag.size();
    }
    fuzz::require(total <= input.size());
    const auto quoted = quote_etag(input, true);
    if (quoted) fuzz::require(unquote_etag(*quoted) == etag{input, true});
}
