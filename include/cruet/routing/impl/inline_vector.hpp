// A vector of trivial values whose first N need no heap. For the matcher's stacks.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

namespace cruet::routing::detail {

template <class T, std::size_t N>
class inline_vector {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    inline_vector() noexcept {}
    inline_vector(const inline_vector&) = delete;
    inline_vector& operator=(const inline_vector&) = delete;

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    T* data() noexcept { return heap_.empty() ? inline_.items.data() : heap_.data(); }
    const T* data() const noexcept { return heap_.empty() ? inline_.items.data() : heap_.data(); }
    T& operator[](std::size_t i) noexcept { return data()[i]; }
    const T& operator[](std::size_t i) const noexcept { return data()[i]; }
    T& back() noexcept { return data()[size_ - 1]; }
    const T* begin() const noexcept { return data(); }
    const T* end() const noexcept { return data() + size_; }

    void push_back(const T& value) {
        reserve(size_ + 1);
        data()[size_++] = value;
    }
    void pop_back() noexcept { --size_; }
    // New values, if any, are not set.
    void resize(std::size_t size) {
        reserve(size);
        size_ = size;
    }
    std::span<T> last(std::size_t n) noexcept { return {data() + size_ - n, n}; }

private:
    void reserve(std::size_t size) {
        if (heap_.empty() ? size <= N : size <= heap_.size()) return;
        std::vector<T> larger(size * 2);
        for (std::size_t i = 0; i < size_; ++i) larger[i] = data()[i];
        heap_ = std::move(larger);
    }

    // Not initialised: a match touches few of them.
    union storage {
        storage() noexcept {}
        std::array<T, N> items;
    } inline_;
    std::vector<T> heap_;
    std::size_t size_ = 0;
};

}  // namespace cruet::routing::detail
