#include "cruet/core/element_view.hpp"

#include <string>

#include "../catch.hpp"

using namespace cruet;

namespace {

struct word {
    std::string_view text;
};

bool next_word(std::string_view& rest, word& found) noexcept {
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    if (rest.empty()) return false;
    found.text = rest.substr(0, rest.find(' '));
    rest.remove_prefix(found.text.size());
    return true;
}

using words = element_view<word, next_word>;

std::string joined(std::string_view text) {
    std::string out;
    for (const word& w : words(text)) out += std::string(w.text) + '|';
    return out;
}

}  // namespace

static_assert(std::input_iterator<words::iterator>);
static_assert(std::sentinel_for<std::default_sentinel_t, words::iterator>);
static_assert(NextElement<decltype(&next_word), word>);

TEST_CASE("element_view: every element, once, in order") {
    CHECK(joined("one two  three ") == "one|two|three|");
    CHECK(joined("one") == "one|");
}

TEST_CASE("element_view: nothing in nothing") {
    CHECK(joined("").empty());
    CHECK(joined("   ").empty());
}

TEST_CASE("element_view: elements point into the text") {
    const std::string text = "alpha beta";
    const words view(text);
    auto at = view.begin();
    CHECK(at->text.data() == text.data());
    ++at;
    CHECK((*at).text.data() == text.data() + 6);
    ++at;
    CHECK(at == view.end());
}
