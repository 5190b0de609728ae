// Sets of request methods as bits, with the names kept once a router.
//
// The first 64 methods a router hears of cost one word; more are possible and cost a vector, which
// lies elsewhere, so that sets stay small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruet::routing {

class method_set {
public:
    method_set() = default;
    method_set(const method_set& other)
        : first_(other.first_), more_(other.more_ ? new words(*other.more_) : nullptr) {}
    method_set(method_set&& other) noexcept = default;
    method_set& operator=(method_set other) noexcept {
        first_ = other.first_;
        more_.swap(other.more_);
        return *this;
    }
    ~method_set() = default;

    void add(std::size_t id) {
        if (id < 64) {
            first_ |= std::uint64_t{1} << id;
        } else {
            more(id / 64)[id / 64 - 1] |= std::uint64_t{1} << (id % 64);
        }
    }
    void add(const method_set& other) {
        first_ |= other.first_;
        if (!other.more_) return;
        words& own = more(other.more_->size());
        for (std::size_t i = 0; i < other.more_->size(); ++i) own[i] |= (*other.more_)[i];
    }
    bool has(std::size_t id) const noexcept {
        if (id < 64) return (first_ >> id) & 1U;
        if (!more_) return false;
        const std::size_t word = id / 64 - 1;
        return word < more_->size() && (((*more_)[word] >> (id % 64)) & 1U);
    }
    bool empty() const noexcept { return first_ == 0 && !more_; }

    friend bool operator==(const method_set& a, const method_set& b) {
        if (a.first_ != b.first_ || !a.more_ != !b.more_) return false;
        return !a.more_ || *a.more_ == *b.more_;
    }

private:
    using words = std::vector<std::uint64_t>;

    words& more(std::size_t count) {
        if (!more_) more_ = std::make_unique<words>();
        if (more_->size() < count) more_->resize(count);
        return *more_;
    }

    std::uint64_t first_ = 0;
    std::unique_ptr<words> more_;  // where it is there, a bit of its last word is set
};

// The names; a method's id is its place. Methods are case-sensitive (RFC 9110 section 9.1).
class method_names {
public:
    static constexpr std::size_t unknown = ~std::size_t{0};

    std::size_t find(std::string_view name) const noexcept {
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (names_[i] == name) return i;
        }
        return unknown;
    }
    std::size_t add(std::string_view name) {
        const std::size_t found = find(name);
        if (found != unknown) return found;
        names_.emplace_back(name);
        return names_.size() - 1;
    }
    std::vector<std::string_view> list(const method_set& set) const {
        std::vector<std::string_view> out;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (set.has(i)) out.push_back(names_[i]);
        }
        return out;
    }

private:
    std::vector<std::string> names_;
};

}  // namespace cruet::routing
