// http/date.hpp.
#include <cstdint>
#include <cstring>
#include <string>

#include "cruet/http/date.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(date) {
    using namespace cruet::http;
    const auto parsed = parse_date(input, 1780000000);
    const auto parts = parse_date_parts(input, 1780000000);
    fuzz::require(parts.has_value() == parsed.has_value());
    if (parsed) {
        const detail::civil_date day{parts->year, parts->month, parts->day};
        const int time = parts->hour * 3600 + parts->minute * 60 + parts->second;
        fuzz::require(detail::days_from_civil(day) * 86400 + time == *parsed);
        fuzz::require(*parsed >= date_min && *parsed <= date_max);
        fuzz::require(*parse_date(format_date(*parsed)) == *parsed);
    }
    std::int64_t seconds = 0;
    if (input.size() < sizeof seconds) return;
    std::memcpy(&seconds, input.data(), sizeof seconds);
    const std::string written = format_date(seconds);
    fuzz::require(written.size() == date_size && parse_date(written).has_value());
}
