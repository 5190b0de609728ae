#include "cruet/server/forwarding.hpp"

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::server;

namespace {
using fields = std::vector<http::field>;

ref_ptr<connection_info> direct(bool trusted = true) {
    auto info = make_ref<connection_info>();
    info->remote_address = "10.0.0.1";
    info->remote_port = 1234;
    info->local_address = "10.0.0.2";
    info->local_port = 8000;
    info->trusted = trusted;
    return info;
}

forwarding_options everything() {
    forwarding_options o;
    o.trusted = *net::address_set::parse("10.0.0.0/8,2001:db8::/32");
    o.forwarded = o.x_for = o.x_proto = o.x_host = o.x_port = o.x_prefix = true;
    o.scheme_fields = {{"X-Forwarded-Ssl", "on"}, {"X-Scheme", "https"}};
    return o;
}

result<connection_info_ptr> read(fields given, const forwarding_options& o = everything(),
                                 bool trusted = true) {
    given.push_back({"Host", "inner.test"});
    return forwarded_info(direct(trusted), *http::make_head("GET", "/", given), o);
}

std::string client(fields given) {
    const auto info = read(std::move(given));
    return (*info)->remote_address + " " + std::to_string((*info)->remote_port);
}
}  // namespace

TEST_CASE("forwarding: who is not trusted is not believed") {
    const auto info = direct(false);
    const fields all = {{"X-Forwarded-For", "1.2.3.4"},
                        {"Forwarded", "for=1.2.3.4;proto=https;host=a"},
                        {"X-Forwarded-Proto", "https"},
                        {"X-Forwarded-Ssl", "on"}};
    CHECK(*forwarded_info(info, *http::make_head("GET", "/", all), everything()) == info);
}

TEST_CASE("forwarding: a peer that says nothing costs nothing") {
    const auto info = direct();
    CHECK(*forwarded_info(info, *http::make_head("GET", "/", {{"X-Other", "1"}}), everything()) ==
          info);
}

TEST_CASE("forwarding: the client is the last hop that is not trusted") {
    CHECK(client({{"X-Forwarded-For", "1.2.3.4"}}) == "1.2.3.4 0");
    CHECK(client({{"X-Forwarded-For", "6.6.6.6, 1.2.3.4"}}) == "1.2.3.4 0");
    CHECK(client({{"X-Forwarded-For", "6.6.6.6, 1.2.3.4:99, 10.9.9.9"}}) == "1.2.3.4 99");
    CHECK(client({{"X-Forwarded-For", "10.0.0.8, 10.9.9.9"}}) == "10.0.0.8 0");
    // Fields of one name are one list.
    CHECK(client({{"X-Forwarded-For", "6.6.6.6"}, {"x-forwarded-for", "2001:db8::5, ::2"}}) ==
          "::2 0");
    CHECK(client({{"Forwarded", "for=6.6.6.6, for=\"[::7]:8\";by=x, for=10.1.1.1"}}) == "::7 8");
    // The standard field has precedence.
    CHECK(client({{"X-Forwarded-For", "6.6.6.6"}, {"Forwarded", "for=1.2.3.4"}}) == "1.2.3.4 0");
}

TEST_CASE("forwarding: what cannot be read ends the list, and hidden clients are nobody") {
    CHECK(client({{"X-Forwarded-For", "1.2.3.4, junk, 10.0.0.9"}}) == "10.0.0.9 0");
    CHECK(client({{"X-Forwarded-For", "junk"}}) == "10.0.0.1 1234");
    CHECK(client({{"X-Forwarded-For", "999.1.1.1"}}) == "10.0.0.1 1234");
    CHECK(client({{"X-Forwarded-For", "unknown"}}) == " 0");
    CHECK(client({{"X-Forwarded-For", "1.2.3.4:_hidden"}}) == "1.2.3.4 0");
    CHECK(client({{"Forwarded", "for=1.2.3.4, for=_x;proto=https"}}) == " 0");
    CHECK(client({{"Forwarded", "for=1.2.3.4, for==, for=10.0.0.9"}}) == "10.0.0.9 0");
    CHECK(client({{"Forwarded", "for=\"open"}}) == "10.0.0.1 1234");
}

TEST_CASE("forwarding: the scheme, host, port and prefix of the client's hop") {
    const auto near = *read({{"X-Forwarded-For", "1.2.3.4, 10.0.0.5"},
                             {"X-Forwarded-Proto", "https, http"},
                             {"X-Forwarded-Host", "outer.test, middle.test"},
                             {"X-Forwarded-Port", "8443"},
                             {"X-Forwarded-Prefix", "/app/"}});
    CHECK(near->secure);
    CHECK(near->host == "outer.test:8443");
    CHECK(near->local_port == 8443);
    CHECK(near->prefix == "/app");
    CHECK(near->local_address == "10.0.0.2");
    // One proxy appends, the client has sent the rest.
    const auto forged = *read({{"X-Forwarded-For", "10.0.0.5, 1.2.3.4"},
                               {"X-Forwarded-Proto", "https, http"},
                               {"X-Forwarded-Host", "evil.test, good.test:81"}});
    CHECK_FALSE(forged->secure);
    CHECK(forged->host == "good.test:81");
    const auto standard = *read({{"Forwarded",
                                  "for=10.0.0.5;proto=https;host=evil.test, "
                                  "for=1.2.3.4;proto=HTTP;host=good.test"}});
    CHECK_FALSE(standard->secure);
    CHECK(standard->host == "good.test");
    CHECK((*read({{"X-Forwarded-Port", "81"}}))->host == "inner.test:81");
    CHECK((*read({{"X-Forwarded-Host", "[::1]:80"}, {"X-Forwarded-Port", "81"}}))->host ==
          "[::1]:81");
    CHECK((*read({{"X-Forwarded-Port", "port"}}))->host.empty());
    CHECK_FALSE((*read({{"X-Forwarded-Proto", "gopher"}}))->secure);
    CHECK((*read({{"X-Forwarded-Proto", "WSS"}}))->secure);
}

TEST_CASE("forwarding: only what is switched on is read") {
    forwarding_options o;
    o.trusted = *net::address_set::parse("*");
    const fields all = {{"X-Forwarded-For", "1.2.3.4"}, {"X-Forwarded-Proto", "https"},
                        {"X-Forwarded-Host", "a.test"}, {"X-Forwarded-Port", "1"},
                        {"X-Forwarded-Prefix", "/p"},   {"Forwarded", "for=1.2.3.4"}};
    const auto info = direct();
    const auto head = http::make_head("GET", "/", all);
    CHECK(*forwarded_info(info, *head, o) == info);
    o.x_for = true;
    const auto one = *forwarded_info(info, *head, o);
    CHECK(one->remote_address == "1.2.3.4");
    CHECK((one->host + one->prefix).empty());
    CHECK_FALSE(one->secure);
}

TEST_CASE("forwarding: fields of certain values tell of TLS") {
    CHECK((*read({{"X-Forwarded-SSL", "on"}}))->secure);
    CHECK_FALSE((*read({{"X-Forwarded-SSL", "off"}}))->secure);
    CHECK((*read({{"X-Forwarded-Ssl", "on"}, {"X-Scheme", "HTTPS"}}))->secure);
    const auto contrary = read({{"X-Forwarded-Ssl", "on"}, {"X-Scheme", "http"}});
    CHECK(contrary.error().code == errc::bad_field_value);
    // A list of hops says more.
    CHECK_FALSE((*read({{"X-Forwarded-Ssl", "on"}, {"X-Forwarded-Proto", "http"}}))->secure);
}

TEST_CASE("forwarding: a host and a prefix that cannot be are refused") {
    for (const char* host : {"a b", "a/b", "a@b"}) {
        INFO(host);
        CHECK(read({{"X-Forwarded-Host", host}}).error().code == errc::bad_host);
    }
    for (const char* prefix : {"p", "//evil.test", "/a b", "/a\\b", "/a?b", "/a#"}) {
        INFO(prefix);
        CHECK(read({{"X-Forwarded-Prefix", prefix}}).error().code == errc::bad_path);
    }
    CHECK((*read({{"X-Forwarded-Prefix", "/"}, {"X-Forwarded-Port", "1"}}))->prefix.empty());
}

TEST_CASE("forwarding: underscores in names are found") {
    CHECK(has_underscores(*http::make_head("GET", "/", {{"A", "1"}, {"X_Y", "1"}})));
    CHECK_FALSE(has_underscores(*http::make_head("GET", "/", {{"A-B", "x_y"}})));
}
