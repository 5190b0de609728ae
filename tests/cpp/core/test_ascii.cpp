#include "cruet/core/ascii.hpp"

#include "../catch.hpp"

#include <cstdint>

using cruet::errc;

TEST_CASE("case is ASCII only") {
    CHECK(cruet::lower(std::string_view("Content-TYPE\xc4")) == "content-type\xc4");
    CHECK(cruet::upper(std::string_view("get\xe4")) == "GET\xe4");
    CHECK(cruet::iequals("ETag", "etAG"));
    CHECK_FALSE(cruet::iequals("a", "ab"));
    CHECK_FALSE(cruet::iequals("[", "{"));
    CHECK_FALSE(cruet::iequals("@", "`"));
    CHECK(cruet::istarts_with("Bearer x", "bearer "));
    CHECK_FALSE(cruet::istarts_with("Bear", "bearer"));
    CHECK(cruet::iless("a", "B"));
    CHECK_FALSE(cruet::iless("B", "a"));
    CHECK(cruet::iless("a", "aa"));
    CHECK_FALSE(cruet::iless("A", "a"));
    CHECK(cruet::ihash("Host") == cruet::ihash("hOST"));
    CHECK(cruet::ihash("Host") != cruet::ihash("Hosts"));
}

TEST_CASE("trimming takes optional white space alone") {
    CHECK(cruet::trim(" \ta b\t ") == "a b");
    CHECK(cruet::trim("\na") == "\na");
    CHECK(cruet::trim("\na\f", cruet::ascii_space) == "a");
    CHECK(cruet::trim("   ").empty());
    CHECK(cruet::trim_left(" a ") == "a ");
    CHECK(cruet::trim_right(" a ") == " a");
}

TEST_CASE("digits") {
    CHECK(cruet::hex_value('0') == 0);
    CHECK(cruet::hex_value('f') == 15);
    CHECK(cruet::hex_value('F') == 15);
    CHECK(cruet::hex_value('g') == -1);
    CHECK(cruet::hex_value('@') == -1);
    CHECK(*cruet::parse_decimal("0") == 0);
    CHECK(*cruet::parse_decimal("18446744073709551615") == UINT64_MAX);
    CHECK(cruet::parse_decimal("18446744073709551616").error().code == errc::number_out_of_range);
    CHECK(cruet::parse_decimal<std::uint8_t>("256").error().code == errc::number_out_of_range);
    CHECK(cruet::parse_decimal("").error().code == errc::syntax);
    CHECK(cruet::parse_decimal("+5").error().code == errc::syntax);
    CHECK(cruet::parse_decimal("12 ").error() == cruet::error{errc::syntax, 2});
    CHECK(cruet::is_ascii("abc\x7f"));
    CHECK_FALSE(cruet::is_ascii("abc\x80"));
}
