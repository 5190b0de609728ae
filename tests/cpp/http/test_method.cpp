#include "cruet/http/method.hpp"

#include "../catch.hpp"

using namespace cruet::http;

TEST_CASE("every method is found by its name") {
    for (int i = 0; i <= static_cast<int>(method::search); ++i) {
        const auto m = static_cast<method>(i);
        CHECK(parse_method(to_string(m)) == m);
    }
    CHECK_FALSE(parse_method("get"));
    CHECK_FALSE(parse_method(""));
    CHECK_FALSE(parse_method("GETS"));
    static_assert(parse_method("DELETE") == method::delete_);
}

TEST_CASE("safe and idempotent methods") {
    CHECK(is_safe(method::get));
    CHECK(is_safe(method::options));
    CHECK_FALSE(is_safe(method::post));
    CHECK(is_idempotent(method::put));
    CHECK(is_idempotent(method::delete_));
    CHECK(is_idempotent(method::head));
    CHECK_FALSE(is_idempotent(method::post));
    CHECK_FALSE(is_idempotent(method::patch));
    CHECK_FALSE(is_idempotent(method::connect));
}
