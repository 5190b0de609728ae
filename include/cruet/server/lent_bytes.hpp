// Bytes that somebody else keeps until they are given back: a large answer is sent from where it
// lies, at the pace of its client, and never copied.
//
//     const auto back = [](void* owner) noexcept { static_cast<page*>(owner)->release(); };
//     x->respond_lent(200, "OK", fields, lent_bytes(view, owner, back));
//
// The view must be valid until the function is called, which is once, by the thread that has done
// with the bytes: the loop's, or the one that answers. It must not call back into the exchange.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace cruet::server {

class lent_bytes {
public:
    using give_back = void (*)(void* owner) noexcept;

    lent_bytes() noexcept = default;
    lent_bytes(std::string_view bytes, void* owner, give_back back) noexcept
        : bytes_(bytes), owner_(owner), back_(back) {}
    lent_bytes(lent_bytes&& other) noexcept { swap(other); }
    lent_bytes& operator=(lent_bytes&& other) noexcept {
        lent_bytes taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~lent_bytes() { reset(); }

    std::string_view view() const noexcept { return bytes_; }
    std::size_t size() const noexcept { return bytes_.size(); }
    bool empty() const noexcept { return bytes_.empty(); }

    // Only the first n are wanted.
    void truncate(std::size_t n) noexcept { bytes_ = bytes_.substr(0, n); }
    // The first n are done with; gives back with the last.
    void consume(std::size_t n) noexcept {
        bytes_.remove_prefix(n);
        if (bytes_.empty()) reset();
    }
    void reset() noexcept {
        bytes_ = {};
        if (const give_back back = std::exchange(back_, nullptr)) back(owner_);
    }

private:
    void swap(lent_bytes& other) noexcept {
        std::swap(bytes_, other.bytes_);
        std::swap(owner_, other.owner_);
        std::swap(back_, other.back_);
    }

    std::string_view bytes_;
    void* owner_ = nullptr;
    give_back back_ = nullptr;
};

}  // namespace cruet::server
