// Matches text against elements, for expression.hpp. Not for direct use.
//
// A match runs forward as long as each step is decided, which almost always takes it to the end.
// Where it is not, one bit row an element, filled from the end, tells the positions from which the
// rest can still match; the forward walk then takes the preferred step among those.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/routing/element.hpp"
#include "cruet/routing/unicode.hpp"

namespace cruet::routing::detail {

inline bool may_start(const element& next, const code_class& set) noexcept {
    using rest = code_class::rest;
    const auto literal_may = [&](const std::string& text) {
        if (text.empty()) return true;
        if (static_cast<unsigned char>(text[0]) >= 0x80) return set.beyond != rest::none;
        return set.ascii(text[0]);
    };
    if (next.kind != element::type::run) {
        return std::any_of(next.texts.begin(), next.texts.end(), literal_may);
    }
    if (next.least == 0) return true;
    if (set.beyond != rest::none && next.set.beyond != rest::none) return true;
    return !((set.ascii & next.set.ascii) == charset());
}

// Whether an element needs no look at what follows: what it takes first is all it can ever take.
inline bool is_decided(const element& e, const element* next) noexcept {
    switch (e.kind) {
    case element::type::literal: return true;
    case element::type::run:
        return e.least == e.most || next == nullptr || !may_start(*next, e.set);
    case element::type::choice:
        for (const std::string& a : e.texts) {
            for (const std::string& b : e.texts) {
                if (&a != &b && b.starts_with(a)) return false;
            }
        }
        return true;
    }
    return false;
}

// Text whose every byte is a code point.
class ascii_text {
public:
    static constexpr bool plain = true;
    explicit ascii_text(std::string_view text) noexcept : text_(text) {}
    std::size_t size() const noexcept { return text_.size(); }
    bool in(std::size_t i, const code_class& set) const noexcept { return set.ascii(text_[i]); }
    bool starts(std::size_t i, const std::string& literal) const noexcept {
        return text_.substr(i).starts_with(literal);
    }
    std::string_view view(std::size_t from, std::size_t to) const noexcept {
        return text_.substr(from, to - from);
    }

private:
    std::string_view text_;
};

class unicode_text {
public:
    static constexpr bool plain = false;
    explicit unicode_text(std::string_view text) : text_(text) {
        starts_.reserve(text.size() + 1);
        for (std::size_t at = 0; at < text.size(); at += decode_at(text, at).size) {
            starts_.push_back(at);
        }
        starts_.push_back(text.size());
    }
    std::size_t size() const noexcept { return starts_.size() - 1; }
    bool in(std::size_t i, const code_class& set) const noexcept {
        const code_point c = decode_at(text_, starts_[i]);
        if (c.value < 0x80) return set.ascii(static_cast<char>(c.value));
        if (set.beyond == code_class::rest::decimal) return digit_value(c.value) >= 0;
        return set.beyond == code_class::rest::all;
    }
    bool starts(std::size_t i, const std::string& literal) const noexcept {
        return text_.substr(starts_[i]).starts_with(literal);
    }
    std::string_view view(std::size_t from, std::size_t to) const noexcept {
        return text_.substr(starts_[from], starts_[to] - starts_[from]);
    }

private:
    std::string_view text_;
    std::vector<std::size_t> starts_;
};

// Rows of bits, one a position; small ones need no heap.
class bit_rows {
public:
    bit_rows(std::size_t rows, std::size_t bits) : words_((bits + 63) / 64) {
        const std::size_t total = rows * words_;
        if (total > inline_.size()) heap_.resize(total);
        data_ = total > inline_.size() ? heap_.data() : inline_.data();
    }
    bit_rows(const bit_rows&) = delete;
    bit_rows& operator=(const bit_rows&) = delete;

    void set(std::size_t row, std::size_t bit) noexcept {
        data_[row * words_ + bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
    bool get(std::size_t row, std::size_t bit) const noexcept {
        return (data_[row * words_ + bit / 64] >> (bit % 64)) & 1U;
    }
    // The first set bit from `low` to `high`, both included, or npos.
    std::size_t first(std::size_t row, std::size_t low, std::size_t high) const noexcept {
        if (low > high) return npos;
        for (std::size_t w = low / 64; w <= high / 64; ++w) {
            std::uint64_t word = data_[row * words_ + w];
            if (w == low / 64) word &= ~std::uint64_t{0} << (low % 64);
            if (word == 0) continue;
            const std::size_t bit = w * 64 + static_cast<std::size_t>(std::countr_zero(word));
            return bit <= high ? bit : npos;
        }
        return npos;
    }
    std::size_t last(std::size_t row, std::size_t low, std::size_t high) const noexcept {
        if (low > high) return npos;
        for (std::size_t w = high / 64 + 1; w-- > low / 64;) {
            std::uint64_t word = data_[row * words_ + w];
            if (w == high / 64) word &= ~std::uint64_t{0} >> (63 - high % 64);
            if (word == 0) continue;
            const std::size_t bit = w * 64 + 63 - static_cast<std::size_t>(std::countl_zero(word));
            return bit >= low ? bit : npos;
        }
        return npos;
    }
    static constexpr std::size_t npos = ~std::size_t{0};

private:
    std::size_t words_;
    std::array<std::uint64_t, 32> inline_{};
    std::vector<std::uint64_t> heap_;
    std::uint64_t* data_;
};

template <class Text>
std::size_t run_end(const Text& text, std::size_t from, const element& e) noexcept {
    const std::size_t room = text.size() - from;
    const std::size_t stop = from + std::min<std::size_t>(room, e.most);
    std::size_t at = from;
    while (at < stop && text.in(at, e.set)) ++at;
    return at;
}

template <class Text>
void fill_row(const std::vector<element>& elements, const Text& text, std::size_t from,
              std::size_t i, std::size_t row, bit_rows& rows) {
    const element& e = elements[i];
    const std::size_t last = text.size() - from;
    std::size_t stop = last;
    for (std::size_t p = last + 1; p-- > 0;) {
        if (e.kind == element::type::run) {
            if (p < last && !text.in(from + p, e.set)) stop = p;
            const std::size_t high = std::min<std::size_t>(stop, p + std::size_t{e.most});
            if (rows.first(row + 1, p + e.least, high) != bit_rows::npos) rows.set(row, p);
            continue;
        }
        for (std::size_t k = 0; k < e.texts.size(); ++k) {
            const std::size_t end = p + e.lengths[k];
            if (end <= last && rows.get(row + 1, end) && text.starts(from + p, e.texts[k])) {
                rows.set(row, p);
                break;
            }
        }
    }
}

// The end of the step that a backtracking engine settles on, or npos.
template <class Text>
std::size_t take_step(const element& e, const Text& text, std::size_t from, std::size_t p,
                      std::size_t row, const bit_rows& rows) {
    if (e.kind == element::type::run) {
        const std::size_t high = run_end(text, from + p, e) - from;
        return e.lazy ? rows.first(row + 1, p + e.least, high)
                      : rows.last(row + 1, p + e.least, high);
    }
    for (std::size_t k = 0; k < e.texts.size(); ++k) {
        const std::size_t end = p + e.lengths[k];
        if (from + end <= text.size() && rows.get(row + 1, end) &&
            text.starts(from + p, e.texts[k])) {
            return end;
        }
    }
    return bit_rows::npos;
}

// Captures join the elements of one group.
class span_writer {
public:
    explicit span_writer(std::span<std::string_view> spans) noexcept : spans_(spans) {}
    template <class Text>
    void take(const element& e, const Text& text, std::size_t from, std::size_t to) {
        if (e.group < 0) return;
        if (e.group != group_) start_ = from;
        group_ = e.group;
        spans_[static_cast<std::size_t>(group_)] = text.view(start_, to);
    }

private:
    std::span<std::string_view> spans_;
    std::int32_t group_ = -1;
    std::size_t start_ = 0;
};

// The end of a decided element, or npos.
template <class Text>
std::size_t decided_end(const element& e, const Text& text, std::size_t at) {
    if (e.kind == element::type::run) {
        const std::size_t end = run_end(text, at, e);
        return end - at < e.least ? bit_rows::npos : end;
    }
    for (std::size_t k = 0; k < e.texts.size(); ++k) {
        if (text.starts(at, e.texts[k])) return at + e.lengths[k];
    }
    return bit_rows::npos;
}

template <class Text>
bool match_rest(const std::vector<element>& elements, const Text& text, std::size_t i,
                std::size_t at, span_writer& spans) {
    const std::size_t count = elements.size() - i;
    bit_rows rows(count + 1, text.size() - at + 1);
    rows.set(count, text.size() - at);
    for (std::size_t row = count; row-- > 0;) fill_row(elements, text, at, i + row, row, rows);
    if (!rows.get(0, 0)) return false;
    std::size_t p = 0;
    for (std::size_t row = 0; row < count; ++row) {
        const std::size_t end = take_step(elements[i + row], text, at, p, row, rows);
        if (end == bit_rows::npos) return false;
        spans.take(elements[i + row], text, at + p, at + end);
        p = end;
    }
    return true;
}

template <class Text>
verdict match_elements(const std::vector<element>& elements, const Text& text,
                       std::span<std::string_view> spans) {
    if constexpr (!Text::plain) {
        for (const element& e : elements) {
            if (e.set.beyond == code_class::rest::unknown) return verdict::undecided;
        }
    }
    span_writer writer(spans);
    std::size_t at = 0;
    for (std::size_t i = 0; i < elements.size(); ++i) {
        const element& e = elements[i];
        if (!e.decided) {
            return match_rest(elements, text, i, at, writer) ? verdict::yes : verdict::no;
        }
        const std::size_t end = decided_end(e, text, at);
        if (end == bit_rows::npos) return verdict::no;
        writer.take(e, text, at, end);
        at = end;
    }
    return at == text.size() ? verdict::yes : verdict::no;
}

}  // namespace cruet::routing::detail
