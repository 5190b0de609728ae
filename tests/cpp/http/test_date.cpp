#include "cruet/http/date.hpp"

#include "../catch.hpp"

#include <cstdint>
#include <ctime>
#include <random>
#include <string>

using namespace cruet::http;
using cruet::errc;

namespace {
constexpr std::int64_t example = 784111777;
constexpr std::int64_t in_2026 = 1780000000;

// Slow oracle: the C library.
std::string with_strftime(std::int64_t seconds) {
    const auto t = static_cast<std::time_t>(seconds);
    std::tm parts{};
    gmtime_r(&t, &parts);
    char out[64];
    const std::size_t n = std::strftime(out, sizeof out, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {out, n};
}
}  // namespace

TEST_CASE("all three forms of the RFC's example") {
    CHECK(format_date(example) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(*parse_date("Sun, 06 Nov 1994 08:49:37 GMT") == example);
    CHECK(*parse_date("Sunday, 06-Nov-94 08:49:37 GMT", in_2026) == example);
    CHECK(*parse_date("Sun Nov  6 08:49:37 1994") == example);
    CHECK(*parse_date("Wed Nov 16 08:49:37 1994") == example + 864000);
}

TEST_CASE("dates agree with the C library and are read back") {
    std::mt19937_64 random(3);
    std::uniform_int_distribution<std::int64_t> seconds(-30610224000, date_max);
    for (int i = 0; i < 5000; ++i) {
        const std::int64_t t = seconds(random);
        INFO(t);
        REQUIRE(format_date(t) == with_strftime(t));
        REQUIRE(*parse_date(format_date(t)) == t);
    }
}

TEST_CASE("every day of an era is read back") {
    for (std::int64_t day = -719162; day < -719162 + 146097 + 800; ++day) {
        if (*parse_date(format_date(day * 86400 + 86399)) != day * 86400 + 86399) FAIL(day);
    }
    CHECK(format_date(date_min) == "Mon, 01 Jan 0001 00:00:00 GMT");
    CHECK(format_date(date_min - 1) == format_date(date_min));
    CHECK(format_date(date_max) == "Fri, 31 Dec 9999 23:59:59 GMT");
    CHECK(format_date(INT64_MAX) == format_date(date_max));
}

TEST_CASE("moments between two seconds") {
    CHECK(second_of(784111777.0) == 784111777);
    CHECK(second_of(784111777.75) == 784111777);
    CHECK(second_of(0.0) == 0);
    CHECK(second_of(-1e-9) == 0);
    CHECK(second_of(-1e-6) == -1);
    CHECK(second_of(-0.75) == -1);
    CHECK(second_of(-1.0) == -1);
    // Half a microsecond goes to the even one.
    CHECK(second_of(0.9999994) == 0);
    CHECK(second_of(0.9999996) == 1);
    CHECK(second_of(-0.0000005) == 0);
    CHECK(second_of(static_cast<double>(date_min)) == date_min);
    CHECK(second_of(static_cast<double>(date_max)) == date_max);
}

TEST_CASE("dates as their parts") {
    const date_parts expected{1994, 11, 6, 8, 49, 37};
    for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                             "Sun Nov  6 08:49:37 1994"}) {
        CHECK(*parse_date_parts(text, in_2026) == expected);
    }
    CHECK(parse_date_parts("Thu, 29 Feb 1900 00:00:00 GMT").error().code == errc::bad_date);
    CHECK(parse_date_parts("").error().code == errc::bad_date);
}

TEST_CASE("two-digit years lie at most fifty years ahead") {
    CHECK(format_date(*parse_date("Sunday, 06-Nov-76 08:49:37 GMT", in_2026)).substr(12, 4) ==
          "2076");
    CHECK(format_date(*parse_date("Sunday, 06-Nov-77 08:49:37 GMT", in_2026)).substr(12, 4) ==
          "1977");
    CHECK(format_date(*parse_date("Sunday, 06-Nov-00 08:49:37 GMT", in_2026)).substr(12, 4) ==
          "2000");
}

TEST_CASE("what is no date is refused") {
    for (const char* bad :
         {"", "foo", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
          "Sun, 6 Nov 1994 08:49:37 GMT", "sun, 06 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
          "Sun, 06 Nov 1994 08:49:60 GMT", "Thu, 33 Jan 1970 00:00:00 GMT",
          "Thu, 00 Jan 1970 00:00:00 GMT", "Thu, 29 Feb 1900 00:00:00 GMT",
          "Thu, 31 Apr 2020 00:00:00 GMT", "Thu, 01 Jan 0000 00:00:00 GMT",
          "Sun, 06 Nov 199x 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", "Sun, 06-Nov-94 08:49:37 GMT",
          "Sun, 06 Nov 1994"}) {
        INFO(bad);
        CHECK(parse_date(bad, in_2026).error().code == errc::bad_date);
    }
    CHECK(parse_date("Thu, 29 Feb 2000 00:00:00 GMT"));
}
