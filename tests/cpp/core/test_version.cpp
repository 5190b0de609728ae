#include "cruet/core/version.hpp"

#include "../catch.hpp"

#include <algorithm>

TEST_CASE("the version is three numbers and null-terminated") {
    CHECK(std::ranges::count(cruet::version, '.') == 2);
    CHECK(cruet::version.data()[cruet::version.size()] == '\0');
    CHECK(cruet::version == CRUET_PROJECT_VERSION);
}
