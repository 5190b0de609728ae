// The one definition rule: this file and two.cpp both include everything, and must link together.
#include "cruet/cruet.hpp"

#include "../catch.hpp"

const std::string_view* version_in_two() noexcept;

TEST_CASE("two files that include every header link into one program") {
    CHECK(&cruet::version == version_in_two());  // one object, not one a file
}
