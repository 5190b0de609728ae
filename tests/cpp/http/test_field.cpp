#include "cruet/http/field.hpp"

#include "../catch.hpp"

#include <string>

using namespace cruet::http;
using cruet::errc;

TEST_CASE("names are tokens") {
    CHECK(is_token("Content-Type"));
    CHECK(is_token("x!#$%&'*+-.^_`|~9"));
    CHECK_FALSE(is_token(""));
    for (const char* bad : {"a b", "a:", "a\t", "(a)", "a\x80", "a\n"}) CHECK_FALSE(is_token(bad));
}

TEST_CASE("values hold no line ends") {
    CHECK(is_field_value(""));
    CHECK(is_field_value("a b\tc\x80\xff"));
    CHECK_FALSE(is_field_value("a\rb"));
    CHECK_FALSE(is_field_value("a\nb"));
    CHECK_FALSE(is_field_value(std::string_view("a\0b", 3)));
    CHECK_FALSE(is_field_value("a\x7f"));
    CHECK(breaks_line("a\r"));
    CHECK(breaks_line(std::string_view("\0", 1)));
    CHECK_FALSE(breaks_line("a\x01"));
}

TEST_CASE("a field is checked whole") {
    CHECK(check({"A", "b"}));
    CHECK(check({"", "b"}).error() == cruet::error{errc::bad_field_name, 0});
    CHECK(check({"A b", "b"}).error() == cruet::error{errc::bad_field_name, 1});
    CHECK(check({"A", "b\n"}).error() == cruet::error{errc::bad_field_value, 1});
}

TEST_CASE("fields of the connection and of the content") {
    CHECK(is_hop_by_hop("Transfer-Encoding"));
    CHECK(is_hop_by_hop("TE"));
    CHECK_FALSE(is_hop_by_hop("Content-Length"));
    CHECK(is_entity_field("content-MD5"));
    CHECK(is_entity_field("Content-Location"));
    CHECK_FALSE(is_entity_field("Date"));
}
