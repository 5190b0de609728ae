#include "cruet/core/result.hpp"

#include "../catch.hpp"

#include <memory>
#include <string>

using cruet::errc;
using cruet::result;

namespace {
result<int> half(int n) {
    if (n % 2 != 0) return cruet::error{errc::bad_value, 7};
    return n / 2;
}
result<void> check(bool good) {
    if (!good) return errc::syntax;
    return {};
}
result<std::string> name(bool good) {
    if (!good) return errc::bad_token;
    return "name";
}
}  // namespace

TEST_CASE("a result holds a value or an error") {
    const auto good = half(4);
    REQUIRE(good);
    CHECK(good.has_value());
    CHECK(*good == 2);
    CHECK(good.value() == 2);
    CHECK(good.error().code == errc::ok);
    CHECK(good.value_or(9) == 2);

    const auto bad = half(3);
    CHECK_FALSE(bad);
    CHECK(bad.error() == cruet::error{errc::bad_value, 7});
    CHECK(bad.value_or(9) == 9);
}

TEST_CASE("a result converts from what its value is made of") {
    CHECK(name(true)->size() == 4);
    CHECK(name(false).error().code == errc::bad_token);
    CHECK(name(false).value_or("other") == "other");
}

TEST_CASE("a result of a move-only value gives it away") {
    result<std::unique_ptr<int>> owner(std::make_unique<int>(3));
    auto taken = std::move(owner).value();
    CHECK(*taken == 3);
}

TEST_CASE("result<void> tells success and failure") {
    CHECK(check(true));
    CHECK_FALSE(check(false));
    CHECK(check(false).error().code == errc::syntax);
    static_assert(result<void>().has_value());
}
