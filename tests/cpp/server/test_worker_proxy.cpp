// A worker whose connections begin with a header of the PROXY protocol, over both loops.
#include <algorithm>
#include <string>
#include <string_view>

#include "cruet/server/worker.hpp"
#include "loops.hpp"
#include "worker_fixture.hpp"

using namespace cruet;
using namespace cruet::server;
using namespace cruet::test;

namespace {

const std::string get = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n";

// Answers with what it is told of the connection.
struct teller {
    void handle(exchange_ptr x) {
        const connection_info& c = x->connection();
        std::string text = c.remote_address + " " + std::to_string(c.remote_port) + " " +
                           c.local_address + " " + std::to_string(c.local_port);
        if (c.proxied) text += " proxied";
        if (c.secure) text += " secure";
        if (c.trusted) text += " trusted";
        (void)x->respond(200, {}, {}, text + ".");
    }
    void writable(exchange_ptr) {}
    void gone(exchange_ptr) {}
};

}  // namespace

TEMPLATE_TEST_CASE("worker: takes addresses from the PROXY headers of listed peers", "",
                   CRUET_LOOPS) {
    server_options options;
    options.proxy_protocol = net::proxy_version::any;
    options.proxies = *net::address_set::parse("127.0.0.1");
    options.forwarding.trusted = *net::address_set::parse("192.0.2.7");
    options.forwarding.x_proto = true;
    teller handler;
    running_worker<TestType, teller> w(options, handler);
    w.start();
    const auto answer = [&](std::string_view header, std::string_view request = get) {
        client c(w.where);
        REQUIRE(c.send(header));
        REQUIRE(c.send(request));
        const std::string got = c.until(".");
        return got.substr(std::min(got.size(), got.find("\r\n\r\n") + 4));
    };
    CHECK(answer("PROXY TCP4 192.0.2.1 198.51.100.1 5 443\r\n") ==
          "192.0.2.1 5 198.51.100.1 443 proxied.");
    CHECK(answer("PROXY TCP6 2001:db8::1 2001:db8::2 5 443\r\n") ==
          "2001:db8::1 5 2001:db8::2 443 proxied.");
    // Whether a client's word counts is a matter of the client, not of who passes on its bytes.
    const std::string claims = "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-Proto: https\r\n\r\n";
    CHECK(answer("PROXY TCP4 192.0.2.7 198.51.100.1 5 443\r\n", claims) ==
          "192.0.2.7 5 198.51.100.1 443 proxied secure trusted.");
    CHECK(answer("PROXY TCP4 192.0.2.1 198.51.100.1 5 443\r\n", claims) ==
          "192.0.2.1 5 198.51.100.1 443 proxied.");
    const std::string own = answer("PROXY UNKNOWN\r\n");
    CHECK(own.starts_with("127.0.0.1 "));
    CHECK(own.find("proxied") == own.npos);
    client without(w.where);
    REQUIRE(without.send(get));
    CHECK_FALSE(without.until_closed().starts_with("HTTP"));
}

TEMPLATE_TEST_CASE("worker: overlooks no header of who is not listed", "", CRUET_LOOPS) {
    server_options options;
    options.proxy_protocol = net::proxy_version::any;
    options.proxies = *net::address_set::parse("192.0.2.1");
    teller handler;
    running_worker<TestType, teller> w(options, handler);
    w.start();
    client plain(w.where), forged(w.where), binary(w.where);
    REQUIRE(plain.send(get));
    CHECK(plain.until(".").starts_with("HTTP/1.1 200 "));
    REQUIRE(forged.send("PROXY TCP4 192.0.2.1 198.51.100.1 5 443\r\n" + get));
    CHECK(forged.until("implemented\n").starts_with("HTTP/1.1 501 "));
    REQUIRE(binary.send(std::string("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16) + get));
    CHECK(binary.until("line\n").starts_with("HTTP/1.1 400 "));
}
