#include "cruet/net/address.hpp"

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::net;

TEST_CASE("address: host and port apart") {
    CHECK(split_host_port("127.0.0.1:80")->host == "127.0.0.1");
    CHECK(split_host_port("[::1]:8000")->host == "::1");
    CHECK(split_host_port("[::1]:8000")->port == 8000);
    CHECK(split_host_port(":0")->host.empty());
    for (const char* bad : {"", "localhost", "::1", "::1:80", "[::1]", "[::1]80", "[::1"}) {
        INFO(bad);
        CHECK(split_host_port(bad).error().code == errc::bad_address);
    }
    for (const char* bad : {"a:", "a:x", "a:-1", "a:65536", "a:80 "}) {
        INFO(bad);
        CHECK(split_host_port(bad).error().code == errc::bad_port);
    }
}

TEST_CASE("address: resolved and written") {
    CHECK(resolve("127.0.0.1:80")->front().to_string() == "127.0.0.1:80");
    CHECK(resolve("[::1]:80")->front().to_string() == "[::1]:80");
    CHECK(resolve("unix:/run/a.sock")->front().to_string() == "unix:/run/a.sock");
    CHECK(resolve("unix:/run/a.sock")->front().is_unix());
    CHECK_FALSE(resolve(":80")->empty());
    CHECK(resolve("host.invalid:80").error().code == errc::bad_address);
    CHECK(resolve("unix:").error().code == errc::bad_address);
    CHECK(resolve("unix:" + std::string(200, 'x')).error().code == errc::bad_address);
    CHECK(resolve("nonsense").error().code == errc::bad_address);
}

TEST_CASE("address: an IPv4 client on an IPv6 socket") {
    CHECK(resolve("::ffff:10.1.2.3", 5)->front().host() == "10.1.2.3");
}

TEST_CASE("address: of nothing") {
    CHECK(address().family() == AF_UNSPEC);
    CHECK(address::local_of(-1).host().empty());
    CHECK(address::peer_of(-1).port() == 0);
}
