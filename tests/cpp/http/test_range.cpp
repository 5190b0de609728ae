#include "cruet/http/range.hpp"

#include "../catch.hpp"

#include <cstdint>
#include <string>
#include <vector>

using namespace cruet::http;
using cruet::errc;

namespace {
using specs = std::vector<range_spec>;
}

TEST_CASE("ranges") {
    const auto read = [](std::string_view text) { return parse_range(text)->ranges; };
    CHECK(parse_range("Bytes = 0-1")->units == "Bytes");
    CHECK(read("bytes=0-1") == specs{{0, 2}});
    CHECK(read("bytes=0-") == specs{{0, std::nullopt}});
    CHECK(read("bytes=-5") == specs{{-5, std::nullopt}});
    CHECK(read("bytes=52-99,-1000") == specs{{52, 100}, {-1000, std::nullopt}});
    CHECK(read("bytes= 0 - 1 , 2 - 3") == specs{{0, 2}, {2, 4}});
    CHECK(parse_range("x=0-1", false)->ranges == specs{{0, 1}});
    const auto huge = read("bytes=99999999999999999999-");
    CHECK(huge[0].begin > INT64_MAX / 2);
    for (const char* bad : {"",
                            "bytes",
                            "bytes=",
                            "bytes=-",
                            "bytes=1",
                            "bytes=1-0",
                            "bytes=0-1,0-1",
                            "bytes=5-6,0-1",
                            "bytes=-5,0-1",
                            "bytes=0-,5-6",
                            "bytes=a-b",
                            "bytes=0x1-2",
                            "bytes=0-1,",
                            "bytes=,0-1",
                            "bytes=--5",
                            "bytes=-5-",
                            "bytes=+1-2",
                            "bytes=0--1",
                            "bytes=-0",
                            "bytes:0-1",
                            "bytes=1-1_0",
                            "bytes=- 5",
                            "bytes=-\t5"}) {
        INFO(bad);
        CHECK(parse_range(bad).error().code == errc::bad_range);
    }
    CHECK_FALSE(parse_range("x=1-1", false));
}

TEST_CASE("a range of something") {
    CHECK(*resolve({0, 10}, 10) == span64{0, 10});
    CHECK(*resolve({0, 100}, 10) == span64{0, 10});
    CHECK(*resolve({5, std::nullopt}, 10) == span64{5, 10});
    CHECK(*resolve({-3, std::nullopt}, 10) == span64{7, 10});
    CHECK(*resolve({-100, std::nullopt}, 10) == span64{0, 10});
    CHECK(resolve({10, 11}, 10).error().code == errc::unsatisfiable_range);
    CHECK(resolve({0, std::nullopt}, 0).error().code == errc::unsatisfiable_range);
    CHECK(resolve({-1, std::nullopt}, 0).error().code == errc::unsatisfiable_range);
    CHECK(*resolve(parse_range("bytes=0-99999999999999999999")->ranges[0], 7) == span64{0, 7});
    CHECK(*resolve(parse_range("bytes=-99999999999999999999")->ranges[0], 7) == span64{0, 7});
}

TEST_CASE("content ranges") {
    const auto read = [](std::string_view text) { return *parse_content_range(text); };
    CHECK(read("bytes 0-98/*").span == span64{0, 99});
    CHECK_FALSE(read("bytes 0-98/*").length);
    CHECK(read("bytes 0-99/100").length == 100);
    CHECK_FALSE(read("bytes */100").span);
    CHECK(read(" bytes 0 - 1 / 2 ").units == "bytes");
    CHECK(read("bytes  0-1/2").span == span64{0, 2});
    for (const char* text : {"bytes 0-98/*", "bytes 0-99/100", "bytes */100", "bytes */*"}) {
        CHECK(to_string(read(text)) == text);
    }
    for (const char* bad :
         {"", "bytes", "bytes 0-1", "bytes=0-1/2", "bytes 0-98/*x", "bytes */-1", "bytes 1-0/10",
          "bytes 0-0/0", "bytes a-b/c", "bytes 0-1/2/3", "bytes -1/2", "bytes 0-/2", "bytes 1-+2/3",
          "bytes 5/6", "bytes  */*", "bytes * /*", "bytes\t0-1/2", "bytes\t*/2"}) {
        INFO(bad);
        CHECK(parse_content_range(bad).error().code == errc::bad_range);
    }
}

TEST_CASE("hostile ranges are read in linear time") {
    std::string text = "bytes=0-0";
    for (int i = 1; i < 100'000; ++i)
        text += "," + std::to_string(2 * i) + "-" + std::to_string(2 * i);
    CHECK(parse_range(text)->ranges.size() == 100'000);
    CHECK_FALSE(parse_range("bytes=" + std::string(1'000'000, ',')).has_value());
    CHECK_FALSE(parse_range("bytes=" + std::string(1'000'000, '-')).has_value());
    CHECK(parse_range("bytes=" + std::string(1'000'000, '9') + "-")->ranges.size() == 1);
}
