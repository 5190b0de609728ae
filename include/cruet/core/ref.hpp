// ref_ptr<T>: a shared owner of an object that carries its own atomic count.
//
//     class head : public ref_counted<head> { ... };
//     ref_ptr<head> a = make_ref<head>(args);      // count 1
//     ref_ptr<const head> b = a;                   // count 2
//
// The count lives in the object, so that a raw pointer handed through C (Cython, callbacks) can be
// made an owner again with ref_ptr<T>(pointer). An object allocated in a block of its own kind
// says how it dies by hiding `static void destroy(const T*) noexcept`.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace cruet {

// Base of counted objects. A new object has count 1, which adopt_ref takes over.
template <class Derived>
class ref_counted {
public:
    ref_counted() noexcept = default;
    ref_counted(const ref_counted&) = delete;
    ref_counted& operator=(const ref_counted&) = delete;

    void add_ref() const noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
    void release() const noexcept {
        // Not a fence of its own: ThreadSanitizer does not know those.
        if (count_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        Derived::destroy(static_cast<const Derived*>(this));
    }
    // Exact only while no other thread holds an owner.
    std::uint32_t use_count() const noexcept { return count_.load(std::memory_order_relaxed); }

    static void destroy(const Derived* object) noexcept { delete object; }

protected:
    ~ref_counted() = default;

private:
    mutable std::atomic<std::uint32_t> count_{1};
};

struct adopt_ref_t {
    explicit adopt_ref_t() = default;
};
inline constexpr adopt_ref_t adopt_ref{};

template <class T>
class ref_ptr {
public:
    using element_type = T;

    constexpr ref_ptr() noexcept = default;
    constexpr ref_ptr(std::nullptr_t) noexcept {}
    // Shares: adds to the count.
    explicit ref_ptr(T* object) noexcept : object_(object) {
        if (object_) object_->add_ref();
    }
    // Takes over a count that the caller holds.
    ref_ptr(T* object, adopt_ref_t) noexcept : object_(object) {}

    ref_ptr(const ref_ptr& other) noexcept : ref_ptr(other.object_) {}
    ref_ptr(ref_ptr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    template <class U>
        requires std::is_convertible_v<U*, T*> ref_ptr(const ref_ptr<U>& other)
    noexcept : ref_ptr(static_cast<T*>(other.get())) {}
    template <class U>
        requires std::is_convertible_v<U*, T*> ref_ptr(ref_ptr<U>&& other)
    noexcept : object_(other.detach()) {}

    ~ref_ptr() {
        if (object_) object_->release();
    }

    ref_ptr& operator=(ref_ptr other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }

    void reset() noexcept { *this = ref_ptr(); }
    // Gives the count to the caller, who must release() it or adopt it again.
    [[nodiscard]] T* detach() noexcept { return std::exchange(object_, nullptr); }

    T* get() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }

    friend bool operator==(const ref_ptr& a, const ref_ptr& b) noexcept {
        return a.object_ == b.object_;
    }
    friend bool operator==(const ref_ptr& a, std::nullptr_t) noexcept { return !a.object_; }

private:
    T* object_ = nullptr;
};

template <class T, class... Args>
ref_ptr<T> make_ref(Args&&... args) {
    return ref_ptr<T>(new T(std::forward<Args>(args)...), adopt_ref);
}

}  // namespace cruet
