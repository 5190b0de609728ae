#include "cruet/server/lent_bytes.hpp"

#include "../catch.hpp"

using namespace cruet::server;

namespace {

void count(void* owner) noexcept { ++*static_cast<int*>(owner); }

}  // namespace

TEST_CASE("lent_bytes: given back once, when they are consumed or dropped") {
    int returned = 0;
    {
        lent_bytes body("hello", &returned, count);
        body.consume(2);
        CHECK(body.view() == "llo");
        CHECK(returned == 0);
        body.consume(3);
        CHECK(body.empty());
        CHECK(returned == 1);
    }
    CHECK(returned == 1);
    { const lent_bytes dropped("hello", &returned, count); }
    CHECK(returned == 2);
    { const lent_bytes nothing; }
}

TEST_CASE("lent_bytes: moved, they are given back by the last holder") {
    int returned = 0;
    lent_bytes one("hello", &returned, count);
    lent_bytes two(std::move(one));
    one.reset();
    CHECK(returned == 0);
    CHECK(two.size() == 5);
    lent_bytes three("other", &returned, count);
    three = std::move(two);
    CHECK(returned == 1);
    CHECK(three.view() == "hello");
    three.truncate(4);
    CHECK(three.view() == "hell");
    three.truncate(0);
    CHECK(three.empty());
    CHECK(returned == 1);
    three.reset();
    CHECK(returned == 2);
}
