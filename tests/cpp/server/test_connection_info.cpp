#include "cruet/server/connection_info.hpp"

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::server;

TEST_CASE("connection_info: a copy is a count of its own") {
    auto first = make_ref<connection_info>();
    first->remote_address = "192.0.2.1";
    first->trusted = true;
    const auto second = make_ref<connection_info>(static_cast<const connection_facts&>(*first));
    first->remote_address = "192.0.2.2";
    CHECK(second->remote_address == "192.0.2.1");
    CHECK(second->trusted);
    CHECK(second->use_count() == 1);
}
