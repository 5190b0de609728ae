// Sets of request methods as bits, with the names kept once a router.
//
// The first 64 methods a router hears of cost one word; more are possible and cost a vector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cruet::routing {

class method_set {
public:
    void add(std::size_t id) {
        if (id < 64) {
            first_ |= std::uint64_t{1} << id;
            return;
        }
        const std::size_t word = id / 64 - 1;
        if (word >= more_.size()) more_.resize(word + 1);
        more_[word] |= std::uint64_t{1} << (id % 64);
    }
    void add(const method_set& other) {
        first_ |= other.first_;
        if (other.more_.size() > more_.size()) more_.resize(other.more_.size());
        for (std::size_t i = 0; i < other.more_.size(); ++i) more_[i] |= other.more_[i];
    }
    bool has(std::size_t id) const noexcept {
        if (id < 64) return (first_ >> id) & 1U;
        const std::size_t word = id / 64 - 1;
        return word < more_.size() && ((more_[word] >> (id % 64)) & 1U);
    }
    bool empty() const noexcept {
        for (std::uint64_t word : more_) {
            if (word != 0) return false;
        }
        return first_ == 0;
    }

    friend bool operator==(const method_set&, const method_set&) = default;

private:
    std::uint64_t first_ = 0;
    std::vector<std::uint64_t> more_;
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
