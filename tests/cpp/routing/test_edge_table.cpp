#include "cruet/routing/impl/edge_table.hpp"

#include "../catch.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

using cruet::routing::detail::edge_table;

TEST_CASE("an empty table finds nothing") {
    const edge_table table;
    CHECK(table.find(0, "") == 0);
    CHECK(table.find(1, "text") == 0);
}

TEST_CASE("texts of every length, short and long, lead to where they were said to lead") {
    edge_table table;
    std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> edges;
    for (std::uint32_t from = 0; from < 3; ++from) {
        for (std::size_t size = 0; size <= 100; ++size) {
            const auto to = static_cast<std::uint32_t>(edges.size() + 1);
            edges[{from, std::string(size, 'x')}] = to;
            table.add(from, std::string(size, 'x'), to);
        }
    }
    for (const auto& [edge, to] : edges) {
        CHECK(table.find(edge.first, edge.second) == to);
        CHECK(table.find(edge.first + 3, edge.second) == 0);
    }
}

TEST_CASE("texts that differ in one byte are told apart, whichever it is") {
    for (std::size_t size = 1; size <= 50; ++size) {
        const std::string text(size, 'a');
        edge_table table;
        table.add(7, text, 1);
        for (std::size_t i = 0; i < size; ++i) {
            std::string other = text;
            other[i] = 'b';
            INFO(other);
            CHECK(table.find(7, other) == 0);
            table.add(7, other, static_cast<std::uint32_t>(i + 2));
        }
        for (std::size_t i = 0; i < size; ++i) {
            std::string other = text;
            other[i] = 'b';
            CHECK(table.find(7, other) == i + 2);
        }
        CHECK(table.find(7, text) == 1);
    }
}

TEST_CASE("bytes need not be text") {
    edge_table table;
    const std::string zeros(3, '\0');
    const std::string high(41, '\xff');
    table.add(1, zeros, 5);
    table.add(1, high, 6);
    CHECK(table.find(1, zeros) == 5);
    CHECK(table.find(1, high) == 6);
    CHECK(table.find(1, "") == 0);
    CHECK(table.find(1, std::string(2, '\0')) == 0);
}
