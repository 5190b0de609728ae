#include "cruet/routing/methods.hpp"

#include "../catch.hpp"

#include <string>
#include <utility>

using namespace cruet::routing;

TEST_CASE("methods keep their place and their case") {
    method_names names;
    CHECK(names.add("GET") == 0);
    CHECK(names.add("POST") == 1);
    CHECK(names.add("GET") == 0);
    CHECK(names.find("get") == method_names::unknown);
    method_set set;
    CHECK(set.empty());
    set.add(1);
    CHECK(set.has(1));
    CHECK_FALSE(set.has(0));
    CHECK_FALSE(set.has(method_names::unknown));
    CHECK(names.list(set) == std::vector<std::string_view>{"POST"});
}

TEST_CASE("more than 64 methods are no limit") {
    method_names names;
    method_set even;
    for (std::size_t i = 0; i < 200; ++i) {
        const std::size_t id = names.add("M" + std::to_string(i));
        if (id % 2 == 0) even.add(id);
    }
    method_set all;
    CHECK(all.empty());
    all.add(even);
    CHECK(all == even);
    CHECK(names.list(all).size() == 100);
    CHECK(all.has(198));
    CHECK_FALSE(all.has(199));
    CHECK_FALSE(all.has(5000));
    method_set high;
    high.add(150);
    CHECK_FALSE(high.empty());
}

TEST_CASE("copies of a set are sets of their own") {
    method_set set;
    set.add(3);
    set.add(100);
    method_set copy = set;
    CHECK(copy == set);
    copy.add(101);
    copy.add(4);
    CHECK_FALSE(copy == set);
    CHECK_FALSE(set.has(101));
    CHECK_FALSE(set.has(4));
    copy = set;
    CHECK(copy == set);
    copy = method_set();
    CHECK(copy.empty());
    CHECK_FALSE(copy == set);
    CHECK(set.has(100));
    method_set low;
    low.add(3);
    CHECK_FALSE(low == set);
    const method_set moved = std::move(set);
    CHECK(moved.has(3));
    CHECK(moved.has(100));
}
