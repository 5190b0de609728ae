// http/etag.hpp, http/range.hpp.
#include <string>

#include "cruet/http/etag.hpp"
#include "cruet/http/range.hpp"
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

    for (const bool inclusive : {true, false}) {
        const auto ranges = parse_range(input, inclusive);
        if (!ranges) continue;
        for (const range_spec& spec : ranges->ranges) {
            const auto span = resolve(spec, 1000);
            if (span) fuzz::require(0 <= span->begin && span->begin < span->end);
            if (span) fuzz::require(span->end <= 1000);
        }
    }
    const auto content = parse_content_range(input);
    if (!content) return;
    const auto again = parse_content_range(to_string(*content));
    fuzz::require(again && again->span == content->span && again->length == content->length);
}
