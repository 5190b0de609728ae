// The elements of a text as a range, for range-for and algorithms: what a `next` function takes off
// the front of the text, one at a time, until it says that there is no more.
//
//   using query_view = element_view<raw_pair, next_pair>;
//   for (const raw_pair& pair : query_view("a=1&b=2")) ...
//
// The elements point into the text, which the caller keeps. Nothing is allocated and nothing fails.
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace cruet {

// Takes the next element off the front of `rest`; false, with the element unspecified, at the end.
template <class F, class Element>
concept NextElement = requires(F next, std::string_view& rest, Element& element) {
    { next(rest, element) } -> std::same_as<bool>;
};

template <std::default_initializable Element, auto Next>
    requires NextElement<decltype(Next), Element>
class element_view {
public:
    constexpr explicit element_view(std::string_view text) noexcept : text_(text) {}

    class iterator {
    public:
        using value_type = Element;
        using difference_type = std::ptrdiff_t;

        iterator() noexcept = default;
        explicit iterator(std::string_view rest) noexcept : rest_(rest) { ++*this; }
        const Element& operator*() const noexcept { return element_; }
        const Element* operator->() const noexcept { return &element_; }
        iterator& operator++() noexcept {
            done_ = !Next(rest_, element_);
            return *this;
        }
        void operator++(int) noexcept { ++*this; }
        friend bool operator==(const iterator& at, std::default_sentinel_t) noexcept {
            return at.done_;
        }

    private:
        std::string_view rest_;
        Element element_{};
        bool done_ = true;
    };

    iterator begin() const noexcept { return iterator(text_); }
    std::default_sentinel_t end() const noexcept { return {}; }

private:
    std::string_view text_;
};

}  // namespace cruet
