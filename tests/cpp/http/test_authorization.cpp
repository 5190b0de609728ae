#include "cruet/http/authorization.hpp"

#include "../catch.hpp"

#include <string>

using namespace cruet::http;
using cruet::errc;

TEST_CASE("Basic credentials") {
    const auto c = parse_credentials("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    CHECK(c.scheme == "Basic");
    const auto basic = parse_basic(c.token);
    REQUIRE(basic);
    CHECK(basic->user == "Aladdin");
    CHECK(basic->password == "open sesame");
    CHECK(*make_basic("Aladdin", "open sesame") == c.token);
    CHECK(parse_basic(*make_basic("u", "a:b"))->password == "a:b");
    CHECK(make_basic("a:b", "").error() == cruet::error{errc::bad_credentials, 1});
    CHECK(parse_basic("foo").error().code == errc::bad_base64);
    CHECK(parse_basic(cruet::encode_base64("\xff:x")).error().code == errc::invalid_utf8);
    CHECK(parse_basic(cruet::encode_base64("nocolon")).error().code == errc::bad_credentials);
    CHECK(parse_basic("").error().code == errc::bad_credentials);
}

TEST_CASE("credentials with parameters or a token") {
    const std::string text = "Digest username=\"Mufasa\", realm=\"a, b\", qop=auth";
    const auto digest = parse_credentials(text);
    CHECK(digest.scheme == "Digest");
    CHECK(digest.find("Username") == "Mufasa");
    CHECK(digest.find("realm") == "a, b");
    CHECK_FALSE(digest.find("nonce"));
    CHECK(digest.token.empty());
    CHECK(parse_credentials("Token abc==").token == "abc==");
    CHECK(parse_credentials("Bearer").scheme == "Bearer");
    CHECK(parse_credentials("Bearer").token.empty());
    CHECK(parse_credentials("").scheme.empty());
}
