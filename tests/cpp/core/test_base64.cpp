#include "cruet/core/base64.hpp"

#include "../catch.hpp"

#include <string>

using cruet::errc;

TEST_CASE("the vectors of RFC 4648 section 10") {
    const std::pair<const char*, const char*> cases[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (const auto& [plain, encoded] : cases) {
        CHECK(cruet::encode_base64(plain) == encoded);
        CHECK(*cruet::decode_base64(encoded) == plain);
    }
}

TEST_CASE("all bytes come back") {
    std::string all;
    for (int i = 0; i < 256; ++i) {
        all += static_cast<char>(i);
        CHECK(*cruet::decode_base64(cruet::encode_base64(all)) == all);
    }
}

TEST_CASE("anything else is refused") {
    for (const char* bad :
         {"Z", "Zg", "Zg=", "Zg==Zg==", "Z===", "====", "Zm9!", "Zm 9", "Zg=a", "Zm9v\n", "-_-_"}) {
        INFO(bad);
        CHECK(cruet::decode_base64(bad).error().code == errc::bad_base64);
    }
}
