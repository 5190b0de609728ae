// HTTP dates (RFC 9110 section 5.6.7): writing IMF-fixdate, reading all three forms.
//
//     format_date(784111777)                              // "Sun, 06 Nov 1994 08:49:37 GMT"
//     parse_date("Sunday, 06-Nov-94 08:49:37 GMT")        // 784111777
//     parse_date("Sun Nov  6 08:49:37 1994")              // 784111777
//     parse_date_parts("Sun Nov  6 08:49:37 1994")        // {1994, 11, 6, 8, 49, 37}
//
// Times are seconds since 1970-01-01T00:00:00Z, without leap seconds. Reading is exact: case,
// spaces and digits as the grammar has them. The day's name must be one but is not compared with
// the date.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "cruet/core/result.hpp"

namespace cruet::http {

inline constexpr std::size_t date_size = 29;
// The years 0001 to 9999, which is what four digits can say.
inline constexpr std::int64_t date_min = -62135596800;
inline constexpr std::int64_t date_max = 253402300799;

namespace detail {
inline constexpr std::array<std::string_view, 7> day_names = {"Sun", "Mon", "Tue", "Wed",
                                                              "Thu", "Fri", "Sat"};
inline constexpr std::array<std::string_view, 7> long_day_names = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
inline constexpr std::array<std::string_view, 12> month_names = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct civil_date {
    int year;
    int month;  // 1 to 12
    int day;    // 1 to 31
};

// Days since 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so that
// the leap day is a year's last; an era is 400 years.
constexpr std::int64_t days_from_civil(civil_date d) noexcept {
    const std::int64_t year = d.year - (d.month <= 2 ? 1 : 0);
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t day_of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    const std::int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

constexpr civil_date civil_from_days(std::int64_t days) noexcept {
    days += 719468;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const std::int64_t day_of_era = days - era * 146097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted = (5 * day_of_year + 2) / 153;
    const auto day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1);
    const auto month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
    return {static_cast<int>(year_of_era + era * 400 + (month <= 2 ? 1 : 0)), month, day};
}

constexpr int days_in_month(int year, int month) noexcept {
    if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// Reads a date's pieces from front to back; any mismatch makes the whole false.
class date_reader {
public:
    constexpr explicit date_reader(std::string_view text) noexcept : text_(text) {}

    constexpr bool literal(std::string_view expected) noexcept {
        if (!text_.substr(at_).starts_with(expected)) return false;
        at_ += expected.size();
        return true;
    }
    template <std::size_t N>
    constexpr bool name(const std::array<std::string_view, N>& names, int& index) noexcept {
        for (std::size_t i = 0; i < N; ++i) {
            if (literal(names[i])) {
                index = static_cast<int>(i);
                return true;
            }
        }
        return false;
    }
    constexpr bool digits(int count, int& value) noexcept {
        value = 0;
        for (; count > 0; --count, ++at_) {
            if (at_ >= text_.size() || text_[at_] < '0' || text_[at_] > '9') return false;
            value = value * 10 + (text_[at_] - '0');
        }
        return true;
    }
    constexpr bool time(int& hour, int& minute, int& second) noexcept {
        return digits(2, hour) && literal(":") && digits(2, minute) && literal(":") &&
               digits(2, second);
    }
    constexpr std::size_t at() const noexcept { return at_; }
    constexpr bool done() const noexcept { return at_ == text_.size(); }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

struct broken_down {
    civil_date date{};
    int hour = 0;
    int minute = 0;
    int second = 0;

    constexpr bool valid() const noexcept {
        return date.year >= 1 && date.day >= 1 &&
               date.day <= days_in_month(date.year, date.month) && hour <= 23 && minute <= 59 &&
               second <= 59;
    }
    constexpr std::int64_t seconds() const noexcept {
        return days_from_civil(date) * 86400 + hour * 3600 + minute * 60 + second;
    }
};

// "Sun, 06 Nov 1994 08:49:37 GMT"
constexpr bool read_fixdate(date_reader& in, broken_down& t) noexcept {
    int day = 0;
    int month = 0;
    const bool good = in.name(day_names, day) && in.literal(", ") && in.digits(2, t.date.day) &&
                      in.literal(" ") && in.name(month_names, month) && in.literal(" ") &&
                      in.digits(4, t.date.year) && in.literal(" ") &&
                      in.time(t.hour, t.minute, t.second) && in.literal(" GMT") && in.done();
    t.date.month = month + 1;
    return good;
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
constexpr bool read_rfc850(date_reader& in, broken_down& t) noexcept {
    int day = 0;
    int month = 0;
    const bool good = in.name(long_day_names, day) && in.literal(", ") &&
                      in.digits(2, t.date.day) && in.literal("-") && in.name(month_names, month) &&
                      in.literal("-") && in.digits(2, t.date.year) && in.literal(" ") &&
                      in.time(t.hour, t.minute, t.second) && in.literal(" GMT") && in.done();
    t.date.month = month + 1;
    return good;
}

// "Sun Nov  6 08:49:37 1994"
constexpr bool read_asctime(date_reader& in, broken_down& t) noexcept {
    int day = 0;
    int month = 0;
    const bool good = in.name(day_names, day) && in.literal(" ") && in.name(month_names, month) &&
                      in.literal(" ") &&
                      (in.literal(" ") ? in.digits(1, t.date.day) : in.digits(2, t.date.day)) &&
                      in.literal(" ") && in.time(t.hour, t.minute, t.second) && in.literal(" ") &&
                      in.digits(4, t.date.year) && in.done();
    t.date.month = month + 1;
    return good;
}
}  // namespace detail

// The second that a moment falls into, rounded to the nearest microsecond first (half to even), as
// Python's datetime keeps it: -1e-9 is no second before 1970. `seconds` fits into an integer.
inline std::int64_t second_of(double seconds) noexcept {
    double whole = 0;
    const double microseconds = std::nearbyint(std::modf(seconds, &whole) * 1e6);
    const auto truncated = static_cast<std::int64_t>(whole);
    return microseconds >= 1e6 ? truncated + 1 : microseconds < 0 ? truncated - 1 : truncated;
}

// Writes the 29 characters of `seconds` to `to`, without a terminating NUL. Times before the year 1
// or after 9999 become the first or last that can be written.
constexpr void format_date_into(char* to, std::int64_t seconds) noexcept {
    seconds = seconds < date_min ? date_min : seconds > date_max ? date_max : seconds;
    std::int64_t days = seconds / 86400;
    std::int64_t rest = seconds % 86400;
    if (rest < 0) {
        rest += 86400;
        --days;
    }
    const detail::civil_date date = detail::civil_from_days(days);
    // 1970-01-01 was a Thursday.
    const std::int64_t weekday = ((days + 4) % 7 + 7) % 7;
    const auto text = [&to](std::string_view s) {
        for (char c : s) *to++ = c;
    };
    const auto two = [&to](std::int64_t n) {
        *to++ = static_cast<char>('0' + n / 10);
        *to++ = static_cast<char>('0' + n % 10);
    };
    text(detail::day_names[static_cast<std::size_t>(weekday)]);
    text(", ");
    two(date.day);
    text(" ");
    text(detail::month_names[static_cast<std::size_t>(date.month - 1)]);
    text(" ");
    two(date.year / 100);
    two(date.year % 100);
    text(" ");
    two(rest / 3600);
    text(":");
    two(rest / 60 % 60);
    text(":");
    two(rest % 60);
    text(" GMT");
}

inline std::string format_date(std::int64_t seconds) {
    std::string out(date_size, '\0');
    format_date_into(out.data(), seconds);
    return out;
}

namespace detail {
inline result<broken_down> read_date(std::string_view text, std::int64_t now) noexcept {
    for (auto* form : {read_fixdate, read_rfc850, read_asctime}) {
        date_reader in(text);
        broken_down t;
        if (!form(in, t)) continue;
        if (form == read_rfc850) {
            const int this_year = civil_from_days(now / 86400).year;
            t.date.year += this_year - this_year % 100;
            if (t.date.year > this_year + 50) t.date.year -= 100;
        }
        if (!t.valid()) return error{errc::bad_date, 0};
        return t;
    }
    return error{errc::bad_date, 0};
}
}  // namespace detail

// Any of the three forms, to seconds. errc::bad_date. `now` decides the century of a two-digit
// year: one that would lie more than 50 years ahead is taken to be past.
inline result<std::int64_t> parse_date(std::string_view text,
                                       std::int64_t now = std::time(nullptr)) noexcept {
    const auto t = detail::read_date(text, now);
    if (!t) return t.error();
    return t->seconds();
}

// A moment in UTC, as calendars and clocks show it: months and days from 1.
struct date_parts {
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;

    friend constexpr bool operator==(const date_parts&, const date_parts&) noexcept = default;
};

// As parse_date, for who wants no seconds. The years are 1 to 9999.
inline result<date_parts> parse_date_parts(std::string_view text,
                                           std::int64_t now = std::time(nullptr)) noexcept {
    const auto t = detail::read_date(text, now);
    if (!t) return t.error();
    const detail::civil_date& date = t->date;
    return date_parts{date.year, date.month, date.day, t->hour, t->minute, t->second};
}

}  // namespace cruet::http
