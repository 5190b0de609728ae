#include "cruet/http/status.hpp"

#include "../catch.hpp"

using namespace cruet::http;
using cruet::errc;

TEST_CASE("reason phrases") {
    CHECK(reason(200) == "OK");
    CHECK(reason(404) == "Not Found");
    CHECK(reason(418) == "I'm a teapot");
    CHECK(reason(299) == "Unknown");
    CHECK(known_reason(299).empty());
    for (int code = -1; code < 1001; ++code) {
        if (!known_reason(code).empty()) CHECK(is_status(code));
    }
}

TEST_CASE("statuses without content") {
    CHECK(forbids_body(100));
    CHECK(forbids_body(204));
    CHECK(forbids_body(304));
    CHECK_FALSE(forbids_body(200));
    CHECK_FALSE(forbids_body(205));
}

TEST_CASE("errors of input become client errors, ours server errors") {
    CHECK(status_of(errc::target_too_long) == 414);
    CHECK(status_of(errc::too_many_fields) == 431);
    CHECK(status_of(errc::body_too_large) == 413);
    CHECK(status_of(errc::unknown_method) == 501);
    CHECK(status_of(errc::unsupported_version) == 505);
    CHECK(status_of(errc::bad_chunk_size) == 400);
    CHECK(status_of(errc::io) == 500);
    for (int i = 0; i <= static_cast<int>(errc::out_of_memory); ++i) {
        CHECK_FALSE(known_reason(status_of(static_cast<errc>(i))).empty());
    }
}
