// http/date.hpp.
#include <cstdint>
#include <cstring>
#include <string>

#include "cruet/http/date.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(date) {
    using namespace cruet::http;
    const auto parsed = parse_date(input, 1780000000);
    if (parsed) {
        fuzz::require(*parsed >= date_min && *parsed <= date_max);
        fuzz::require(*parse_date(format_date(*parsed)) == *parsed);
    }
    std::int64_t seconds = 0;
    if (input.size() < sizeof seconds) return;
    std::memcpy(&seconds, input.data(), sizeof seconds);
    const std::string written = format_date(seconds);
    fuzz::require(written.size() == date_size && parse_date(written).has_value());
}
