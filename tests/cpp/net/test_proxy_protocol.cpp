#include "cruet/net/proxy_protocol.hpp"

#include <sys/socket.h>

#include <random>
#include <string>
#include <vector>

#include "../catch.hpp"
#include "cruet/net/handle.hpp"
#include "proxy_oracle.hpp"

using namespace cruet;
using namespace cruet::net;
using namespace cruet::test;

namespace {

const std::string four("\xc0\x00\x02\x01\xc6\x33\x64\x02\x00\x50\x01\xbb", 12);
const std::string six = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x01" +
                        std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x02" +
                        std::string("\xff\xff\x00\x01", 4);

std::string extension(unsigned char type, const std::string& value) {
    return std::string(1, static_cast<char>(type)) + static_cast<char>(value.size() >> 8U) +
           static_cast<char>(value.size() & 0xffU) + value;
}

// Headers that are right, and what they say.
std::vector<std::string> good() {
    const std::string tls = extension(0x20, std::string("\x01\0\0\0\0", 5)),
                      plain = extension(0x20, std::string("\x00\0\0\0\1", 5)),
                      id = extension(0x05, "an id of some request");
    return {"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n",
            "PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 0 65535\r\n",
            "PROXY UNKNOWN\r\n",
            "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n",
            binary_header(0x21, 0x11, four),
            binary_header(0x21, 0x21, six),
            binary_header(0x21, 0x31, std::string(216, 'p')),
            binary_header(0x20, 0x00, ""),
            binary_header(0x20, 0x11, "whatever"),
            binary_header(0x21, 0x00, "whatever"),
            binary_header(0x21, 0x11, four + id + tls + id),
            binary_header(0x21, 0x21, six + plain + extension(0x04, "")),
            binary_header(0x21, 0x11, four + extension(0x04, std::string(4081, '\0')))};
}

std::vector<std::string> bad() {
    return {"GET / HTTP/1.1\r\n",
            "PROXY\r\n",
            "PROXY  TCP4 192.0.2.1 198.51.100.2 56324 443\r\n",
            "PROXY TCP4\r\n",
            "PROXY TCP4 \r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 56324\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443 \r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 056324 443\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 65536 443\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 -1 443\r\n",
            "PROXY TCP4 192.0.2.01 198.51.100.2 1 443\r\n",
            "PROXY TCP4 2001:db8::1 2001:db8::2 1 443\r\n",
            "PROXY TCP6 192.0.2.1 198.51.100.2 1 443\r\n",
            "PROXY TCP6 2001:db8::1%eth0 2001:db8::2 1 443\r\n",
            std::string("PROXY TCP4 192.0.2.1\0 198.51.100.2 1 443\r\n", 42),
            "PROXY UDP4 192.0.2.1 198.51.100.2 1 443\r\n",
            "proxy TCP4 192.0.2.1 198.51.100.2 1 443\r\n",
            "PROXY UNKNOWN " + std::string(100, 'x') + "\r\n",
            std::string("\r\n\r\n\0\r\nQUIT\r", 12),
            binary_header(0x11, 0x11, four),
            binary_header(0x22, 0x11, four),
            binary_header(0x21, 0x12, four),
            binary_header(0x21, 0x41, four),
            binary_header(0x21, 0x11, four.substr(1)),
            binary_header(0x21, 0x21, four),
            binary_header(0x21, 0x31, six),
            binary_header(0x21, 0x11, four + "\x04"),
            binary_header(0x21, 0x11, four + std::string("\x04\x00", 2)),
            binary_header(0x21, 0x11, four + std::string("\x04\x00\x01", 3)),
            binary_header(0x21, 0x11, four + extension(0x20, "four")),
            binary_header(0x20, 0x00, "", 4097)};
}

}  // namespace

TEST_CASE("proxy_protocol: a line of version 1") {
    proxy_parser p;
    const std::string_view line = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\nGET /";
    CHECK_FALSE(p.begun());
    const auto fed = p.feed(line);
    CHECK(fed.state == proxy_state::done);
    CHECK(line.substr(fed.consumed) == "GET /");
    CHECK(p.begun());
    CHECK_FALSE(p.header().local);
    CHECK_FALSE(p.header().secure);
    CHECK(p.header().source.to_string() == "192.0.2.1:56324");
    CHECK(p.header().destination.to_string() == "198.51.100.2:443");
    // There is no more of it.
    CHECK(p.feed("more").consumed == 0);
}

TEST_CASE("proxy_protocol: a header of version 2, with TLS before the proxy") {
    proxy_parser p;
    const std::string tls =
        extension(0x20, std::string("\x07\0\0\0\0", 5) + extension(0x21, "TLSv1.3"));
    const std::string all = binary_header(0x21, 0x21, six + tls);
    const auto fed = p.feed(all + "GET /");
    CHECK(fed.state == proxy_state::done);
    CHECK(fed.consumed == all.size());
    CHECK(p.header().source.to_string() == "[2001:db8::1]:65535");
    CHECK(p.header().destination.to_string() == "[2001:db8::2]:1");
    CHECK(p.header().secure);
}

TEST_CASE("proxy_protocol: connections that are the proxy's own, and UNIX sockets") {
    for (const std::string& header :
         {std::string("PROXY UNKNOWN\r\n"), binary_header(0x20, 0x11, four),
          binary_header(0x21, 0x00, four), binary_header(0x21, 0x31, std::string(216, 'p'))}) {
        proxy_parser p;
        CHECK(p.feed(header).state == proxy_state::done);
        CHECK(p.header().local);
        CHECK(p.header().source.family() == AF_UNSPEC);
        CHECK(p.header().destination.family() == AF_UNSPEC);
    }
}

TEST_CASE("proxy_protocol: errors") {
    const auto why = [](const std::string& text, proxy_version wanted = proxy_version::any) {
        proxy_parser p(wanted);
        CHECK(p.feed(text).state == proxy_state::failed);
        CHECK(p.feed("more").consumed == 0);
        return p.error();
    };
    CHECK(why("GET / HTTP/1.1\r\n") == errc::missing_proxy_header);
    CHECK(why("PROXY UNKNOWN\r\n", proxy_version::v2) == errc::missing_proxy_header);
    CHECK(why(binary_header(0x20, 0, ""), proxy_version::v1) == errc::missing_proxy_header);
    CHECK(why("PROXY TCP4\r\n") == errc::bad_proxy_header);
    CHECK(why("PROXY TCP4 a b 1 2\r\n") == errc::bad_address);
    CHECK(why("PROXY TCP4 1.2.3.4 1.2.3.4 1 x\r\n") == errc::bad_port);
    CHECK(why("PROXY TCP4 " + std::string(200, '1')) == errc::limit_exceeded);
    CHECK(why(binary_header(0x20, 0x00, "", 4097)) == errc::limit_exceeded);
    CHECK(why(binary_header(0x23, 0x11, four)) == errc::bad_proxy_header);
    for (const std::string& text : bad()) {
        INFO(text);
        (void)why(text);
    }
}

TEST_CASE("proxy_protocol: however it is cut, the reading is that of the slow way") {
    std::vector<std::string> all = good();
    for (const std::string& text : bad()) all.push_back(text);
    for (const std::string& text : all) {
        for (const auto wanted : {proxy_version::any, proxy_version::v1, proxy_version::v2}) {
            const auto slow = slow_proxy(text, wanted);
            for (const std::size_t piece : {1U, 2U, 3U, 7U, 16U, 5000U}) {
                INFO(text << " in pieces of " << piece);
                CHECK(same_reading(slow, quick_proxy(text, wanted, piece)));
                CHECK(same_reading(slow, quick_proxy(text + "GET / HTTP/1.1\r\n", wanted, piece)));
            }
        }
    }
    for (const std::string& text : good()) {
        CHECK(slow_proxy(text, proxy_version::any).state == proxy_state::done);
        for (std::size_t cut = 0; cut < std::min<std::size_t>(text.size(), 300); ++cut) {
            CHECK(quick_proxy(text.substr(0, cut), proxy_version::any, 9).state ==
                  proxy_state::more);
        }
    }
}

TEST_CASE("proxy_protocol: headers with bytes changed read as the slow way reads them") {
    std::mt19937 random(20);
    const auto any = [&](std::size_t below) { return random() % below; };
    const std::vector<std::string> seeds = good();
    for (int i = 0; i < 20000; ++i) {
        std::string text = seeds[any(seeds.size())] + "GET / HTTP/1.1";
        for (std::size_t n = any(4); n > 0; --n) {
            const std::size_t at = any(std::min<std::size_t>(text.size(), 80));
            switch (any(3)) {
            case 0: text[at] = static_cast<char>(any(256)); break;
            case 1: text.erase(at, 1 + any(3)); break;
            default: text.insert(at, 1, "0: \r\n"[any(5)]); break;
            }
        }
        INFO(text);
        const auto slow = slow_proxy(text, proxy_version::any);
        REQUIRE(same_reading(slow, quick_proxy(text, proxy_version::any, 1 + any(40))));
    }
}

TEST_CASE("proxy_protocol: of a socket nothing is taken but the header") {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    const handle here(ends[0]);
    handle there(ends[1]);
    set_flags(ends[0]);
    const auto send = [&](const std::string& text) {
        REQUIRE(::send(there.get(), text.data(), text.size(), 0) ==
                static_cast<ssize_t>(text.size()));
    };
    proxy_parser p;
    CHECK(p.read_from(here.get()) == io_state::want_read);
    const std::string header =
        binary_header(0x21, 0x11, four + extension(0x04, std::string(2000, '\0')));
    send(header.substr(0, 700));
    CHECK(p.read_from(here.get()) == io_state::want_read);
    char rest[64];
    CHECK(::recv(here.get(), rest, sizeof rest, 0) < 0);  // all was taken
    send(header.substr(700) + "GET /");
    CHECK(p.read_from(here.get()) == io_state::ok);
    CHECK(p.header().source.host() == "192.0.2.1");
    const ssize_t n = ::recv(here.get(), rest, sizeof rest, 0);
    CHECK(std::string(rest, static_cast<std::size_t>(std::max<ssize_t>(n, 0))) == "GET /");

    proxy_parser other;
    send("GET /");
    CHECK(other.read_from(here.get()) == io_state::foreign);
    CHECK(other.error() == errc::missing_proxy_header);
    CHECK(::recv(here.get(), rest, sizeof rest, 0) == 5);
    there.reset();
    proxy_parser third;
    CHECK(third.read_from(here.get()) == io_state::end);
}
