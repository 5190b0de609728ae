#include "cruet/core/limits.hpp"

#include "../catch.hpp"

TEST_CASE("limits have defaults that a head can reach in order") {
    constexpr cruet::limits limits;
    static_assert(limits.request_line < limits.head_size);
    static_assert(limits.field_size < limits.head_size);
    static_assert(limits.body_size == 0);
    CHECK(limits == cruet::limits{});
    CHECK_FALSE(limits == cruet::limits{.request_line = 1});
    CHECK(cruet::form_limits{}.parts == 1000);
}
