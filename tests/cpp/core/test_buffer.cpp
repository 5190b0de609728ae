#include "cruet/core/buffer.hpp"

#include <random>
#include <string>

#include "../catch.hpp"

using cruet::buffer;

TEST_CASE("a new buffer is empty and owns nothing") {
    buffer b;
    CHECK(b.empty());
    CHECK(b.view().empty());
    CHECK(b.capacity() == 0);
    b.append("");
    CHECK(b.capacity() == 0);
}

TEST_CASE("bytes come out in the order in which they went in") {
    buffer b;
    b.append("hello");
    b.append(' ');
    b.append("world");
    CHECK(b.view() == "hello world");
    b.consume(6);
    CHECK(b.view() == "world");
    b.append("!");
    CHECK(b.view() == "world!");
    b.truncate(2);
    CHECK(b.view() == "wo");
    b.clear();
    CHECK(b.empty());
}

TEST_CASE("prepare gives room that commit makes part of the buffer") {
    buffer b;
    b.append("ab");
    char* room = b.prepare(3000);
    room[0] = 'c';
    room[2999] = 'z';
    CHECK(b.view() == "ab");
    b.commit(1);
    CHECK(b.view() == "abc");
}

TEST_CASE("memory in front is used again once half of the block is consumed") {
    buffer b;
    b.append(std::string(1024, 'x'));
    const std::size_t before = b.capacity();
    b.consume(900);
    b.append(std::string(800, 'y'));
    CHECK(b.capacity() == before);
    CHECK(b.view() == std::string(124, 'x') + std::string(800, 'y'));
}

TEST_CASE("a moved buffer takes its bytes along, release gives memory back") {
    buffer a;
    a.append("bytes");
    buffer b(std::move(a));
    CHECK(b.view() == "bytes");
    buffer c;
    c.append("other");
    c = std::move(b);
    CHECK(c.view() == "bytes");
    c.release();
    CHECK(c.empty());
    CHECK(c.capacity() == 0);
}

TEST_CASE("a buffer is a string from which the front is taken, whatever is done to it") {
    std::mt19937 random(7);
    buffer b;
    std::string oracle;
    for (int i = 0; i < 4000; ++i) {
        if (random() % 3 != 0) {
            const std::string piece(random() % 300, static_cast<char>('a' + i % 26));
            b.append(piece);
            oracle += piece;
        } else if (!oracle.empty()) {
            const std::size_t n = random() % (oracle.size() + 1);
            b.consume(n);
            oracle.erase(0, n);
        }
        REQUIRE(b.view() == oracle);
    }
}
