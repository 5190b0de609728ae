#include "cruet/net/address_set.hpp"

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::net;

TEST_CASE("address_set: networks hold the addresses that share their bits") {
    const auto set = address_set::parse("10.0.0.0/8, 192.0.2.7 ,2001:db8::/33,::1,172.16.0.0/12");
    REQUIRE(set);
    for (const char* inside : {"10.0.0.0", "10.255.255.255", "192.0.2.7", "2001:db8::1", "::1",
                               "2001:db8:7fff:ffff::", "172.31.255.255", "::ffff:10.1.1.1"}) {
        INFO(inside);
        CHECK(set->contains(std::string_view(inside)));
    }
    for (const char* outside : {"11.0.0.0", "192.0.2.8", "2001:db8:8000::", "::2", "172.32.0.0", "",
                                "10.0.0", "10.0.0.0.", "name", "[::1]", "::1%lo", "unix"}) {
        INFO(outside);
        CHECK_FALSE(set->contains(std::string_view(outside)));
    }
}

TEST_CASE("address_set: lengths at both ends") {
    CHECK(address_set::parse("0.0.0.0/0")->contains(std::string_view("203.0.113.9")));
    CHECK_FALSE(address_set::parse("0.0.0.0/0")->contains(std::string_view("2001:db8::1")));
    CHECK(address_set::parse("::/0")->contains(std::string_view("203.0.113.9")));
    CHECK(address_set::parse("192.0.2.1/32")->contains(std::string_view("192.0.2.1")));
    CHECK_FALSE(address_set::parse("192.0.2.1/32")->contains(std::string_view("192.0.2.0")));
    CHECK(address_set::parse("192.0.2.0/31")->contains(std::string_view("192.0.2.1")));
}

TEST_CASE("address_set: everybody, nobody and UNIX sockets") {
    const auto path = *address::unix_path("/run/a");
    const address unknown;
    CHECK(address_set::parse("")->empty());
    CHECK(address_set::parse(" , ")->empty());
    CHECK_FALSE(address_set().contains(path));
    CHECK(address_set::parse("unix")->contains(path));
    CHECK_FALSE(address_set::parse("unix")->empty());
    CHECK_FALSE(address_set::parse("0.0.0.0/0")->contains(path));
    CHECK(address_set::parse("*")->contains(path));
    CHECK(address_set::parse("*")->contains(std::string_view("192.0.2.1")));
    CHECK_FALSE(address_set::parse("*")->contains(std::string_view("hidden")));
    CHECK_FALSE(address_set::parse("*")->contains(unknown));
}

TEST_CASE("address_set: socket addresses") {
    const auto set = *address_set::parse("127.0.0.0/8,2001:db8::5");
    CHECK(set.contains(resolve("127.1.2.3", 80)->front()));
    CHECK(set.contains(resolve("2001:db8::5", 80)->front()));
    CHECK_FALSE(set.contains(resolve("2001:db8::6", 80)->front()));
    CHECK(set.contains(resolve("::ffff:127.0.0.1", 80)->front()));
}

TEST_CASE("address_set: what is no network is refused where it stands") {
    for (const char* bad : {"localhost", "10.0.0.0/33", "::/129", "10.0.0.1/8", "::1/64", "10/8",
                            "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/ 8", "[::1]", "1.2.3.4:80"}) {
        INFO(bad);
        CHECK(address_set::parse(bad).error() == error{errc::bad_address, 0});
        CHECK(address_set::parse(std::string("::1,") + bad).error().offset == 4);
    }
}
