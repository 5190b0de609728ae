#include "cruet/core/error.hpp"

#include "../catch.hpp"

using cruet::errc;

TEST_CASE("every error code has a message of its own") {
    const int last = static_cast<int>(errc::out_of_memory);
    for (int i = 0; i <= last; ++i) {
        const auto text = cruet::message(static_cast<errc>(i));
        INFO("code " << i);
        CHECK_FALSE(text.empty());
        CHECK(text != "unknown error");
        for (int j = 0; j < i; ++j) CHECK(text != cruet::message(static_cast<errc>(j)));
    }
    CHECK(cruet::message(static_cast<errc>(last + 1)) == "unknown error");
}

TEST_CASE("messages are constants and errors compare") {
    static_assert(cruet::message(errc::bad_date) == "malformed date");
    constexpr cruet::error refused{errc::bad_date, 4};
    static_assert(refused.message() == "malformed date");
    CHECK(refused == cruet::error{errc::bad_date, 4});
    CHECK_FALSE(refused == cruet::error{errc::bad_date, 5});
}
