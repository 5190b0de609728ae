// result<T>: a value or an error, never dropped in silence.
//
//     result<int> port = parse_port(text);
//     if (!port) return port.error();        // an error converts to any result
//     use(*port);
//
// gcc 12 has no std::expected. The class is [[nodiscard]], so a call whose result nobody looks at
// does not compile under -Werror. Reading the value of a failed result is a bug of the caller and
// asserts; it never throws.
#pragma once

#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

#include "cruet/core/error.hpp"

namespace cruet {

template <class T>
class [[nodiscard]] result {
    static_assert(!std::is_reference_v<T> && !std::is_same_v<std::remove_cv_t<T>, cruet::error>);

public:
    using value_type = T;

    template <class U = T>
        requires(std::is_constructible_v<T, U&&> &&
                 !std::is_same_v<std::remove_cvref_t<U>, result> &&
                 !std::is_same_v<std::remove_cvref_t<U>, cruet::error> &&
                 !std::is_same_v<std::remove_cvref_t<U>, errc>)
    constexpr result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}
    constexpr result(cruet::error failure) noexcept : state_(std::in_place_index<1>, failure) {}
    constexpr result(errc code) noexcept : state_(std::in_place_index<1>, cruet::error{code, 0}) {}

    constexpr bool has_value() const noexcept { return state_.index() == 0; }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    constexpr T& value() & noexcept { return *checked(); }
    constexpr const T& value() const& noexcept { return *checked(); }
    constexpr T&& value() && noexcept { return std::move(*checked()); }
    constexpr T& operator*() & noexcept { return *checked(); }
    constexpr const T& operator*() const& noexcept { return *checked(); }
    constexpr T&& operator*() && noexcept { return std::move(*checked()); }
    constexpr T* operator->() noexcept { return checked(); }
    constexpr const T* operator->() const noexcept { return checked(); }

    // The error; errc::ok when there is a value.
    constexpr cruet::error error() const noexcept {
        const auto* failure = std::get_if<1>(&state_);
        return failure ? *failure : cruet::error{};
    }

    template <class U>
    constexpr T value_or(U&& other) const& {
        return has_value() ? *checked() : static_cast<T>(std::forward<U>(other));
    }
    template <class U>
    constexpr T value_or(U&& other) && {
        return has_value() ? std::move(*checked()) : static_cast<T>(std::forward<U>(other));
    }

private:
    constexpr T* checked() noexcept {
        assert(has_value());
        return std::get_if<0>(&state_);
    }
    constexpr const T* checked() const noexcept {
        assert(has_value());
        return std::get_if<0>(&state_);
    }

    std::variant<T, cruet::error> state_;
};

template <>
class [[nodiscard]] result<void> {
public:
    using value_type = void;

    constexpr result() noexcept = default;
    constexpr result(cruet::error failure) noexcept : failure_(failure) {}
    constexpr result(errc code) noexcept : failure_{code, 0} {}

    constexpr bool has_value() const noexcept { return failure_.code == errc::ok; }
    constexpr explicit operator bool() const noexcept { return has_value(); }
    constexpr void value() const noexcept { assert(has_value()); }
    constexpr cruet::error error() const noexcept { return failure_; }

private:
    cruet::error failure_{};
};

}  // namespace cruet
