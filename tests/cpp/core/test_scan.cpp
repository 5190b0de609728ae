#include "cruet/core/scan.hpp"

#include "../catch.hpp"

#include <memory>
#include <random>
#include <string>

using cruet::byte_class;
using cruet::find_first;

namespace {
// Memory that ends where the text does, so that the sanitizers see a read behind it.
struct exact {
    explicit exact(const std::string& text)
        : size(text.size()), bytes(std::make_unique<char[]>(size + (size == 0 ? 1 : 0))) {
        text.copy(bytes.get(), size);
    }
    std::string_view view() const { return {bytes.get(), size}; }

    std::size_t size;
    std::unique_ptr<char[]> bytes;
};
}  // namespace

TEST_CASE("the first of some bytes") {
    CHECK(find_first<'&', '='>("a=b") == 1);
    CHECK(find_first<'&', '='>("") == 0);
    CHECK(find_first<'&', '='>("ab") == 2);
    CHECK(find_first<'&'>("&a&", 1) == 2);
    CHECK(find_first<'&'>("&a", 2) == 2);
    CHECK(find_first<'&'>("a", 9) == 1);
    CHECK(find_first<'\0'>(std::string_view("a\0b", 3)) == 1);
    CHECK(find_first<byte_class::blank, ';'>("name value") == 4);
    CHECK(find_first<byte_class::blank>(std::string_view("ab\x1f")) == 2);
    CHECK(find_first<byte_class::blank>("!\x7f\x80\xff") == 4);
    CHECK(find_first<byte_class::high, '%'>("caf\xc3\xa9%") == 3);
    CHECK(find_first<byte_class::high>("\x7f\x80") == 1);
}

TEST_CASE("the search agrees with one byte after the other") {
    std::mt19937 random(5);
    for (int round = 0; round < 20000; ++round) {
        std::string text(random() % 70, '\0');
        const unsigned few = round % 2 == 0 ? 256 : 40;
        for (char& c : text) c = static_cast<char>('a' + random() % few);
        const exact given(text);
        for (std::size_t from = 0; from <= text.size() + 1; from += 1 + random() % 9) {
            const auto slowly = [&](auto wanted) {
                std::size_t at = from;
                while (at < text.size() && !wanted(static_cast<unsigned char>(text[at]))) ++at;
                return at < text.size() ? at : text.size();
            };
            INFO("size " << text.size() << ", from " << from);
            REQUIRE(find_first<'a', 'x'>(given.view(), from) ==
                    slowly([](unsigned char c) { return c == 'a' || c == 'x'; }));
            REQUIRE(find_first<byte_class::blank, 'b'>(given.view(), from) ==
                    slowly([](unsigned char c) { return c <= ' ' || c == 'b'; }));
            REQUIRE(find_first<byte_class::high, 'c'>(given.view(), from) ==
                    slowly([](unsigned char c) { return c >= 0x80 || c == 'c'; }));
        }
    }
}
