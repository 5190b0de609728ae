// Converters: what a variable of a rule matches, and its value.
//
// A converter has traits for the matcher (rule.hpp), turns matched text into a value and a value
// back into text. The built-in ones, with their arguments:
//
//     string(minlength=1, maxlength=, length=)   text without slashes; the default
//     any(a, b, "c d")                           one of the words
//     path                                       text with slashes; not at the start
//     int(fixed_digits=0, min=, max=, signed=False), float(min=, max=, signed=False)
//     uuid
//
// Own converters: model Converter, and give basic_router a factory that models ConverterFactory.
// Values of matched text are views into the path. A value that the text spells but the converter
// refuses (out of range, too many digits) is no match: to_value gives nothing.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

#include "cruet/core/result.hpp"
#include "cruet/routing/pattern.hpp"
#include "cruet/routing/rule.hpp"
#include "cruet/routing/unicode.hpp"
#include "cruet/url/percent.hpp"

namespace cruet::routing {

template <class C>
concept Converter = requires(const C& c, std::string_view text, std::string& out,
                             const typename C::value_type& value) {
    { c.traits() } -> std::convertible_to<converter_traits>;
    // Nothing: the text is not a value of this converter, and the path does not match.
    { c.to_value(text) } -> std::same_as<std::optional<typename C::value_type>>;
    // Appends the value as it stands in a URL (percent-encoded); false: it does not fit.
    { c.to_url(value, out) } -> std::same_as<bool>;
};

// Makes converters by name. errc::unknown_converter, errc::bad_converter_argument.
template <class F>
concept ConverterFactory = Converter<typename F::converter_type> &&
    requires(const F& f, std::string_view name, std::span<const argument> arguments) {
    { f.make(name, arguments) } -> std::same_as<result<typename F::converter_type>>;
};

struct uuid {
    std::array<std::uint8_t, 16> bytes{};
    friend bool operator==(const uuid&, const uuid&) = default;
};

// What the built-in converters give.
using value = std::variant<std::string_view, std::int64_t, double, uuid>;

namespace detail {

// Decimal digits of any script, as ASCII, with a sign and a point kept.
inline std::string ascii_number(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const code_point c = decode_at(text, at);
        const int digit = digit_value(c.value);
        out.push_back(digit >= 0 ? static_cast<char>('0' + digit) : text[at]);
        at += c.size;
    }
    return out;
}

template <class Number>
std::optional<Number> read_number(std::string_view text) {
    const std::string digits = is_ascii(text) ? std::string() : ascii_number(text);
    if (!digits.empty()) text = digits;
    Number number{};
    const auto done = std::from_chars(text.data(), text.data() + text.size(), number);
    if (done.ec != std::errc{} || done.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

inline std::string_view number_text(std::span<char> room, std::int64_t number) {
    const auto done = std::to_chars(room.data(), room.data() + room.size(), number);
    return {room.data(), static_cast<std::size_t>(done.ptr - room.data())};
}
// Never in the form 1e+30, which the float converter does not match.
inline std::string number_text(double number) {
    std::array<char, 1100> room;
    const auto done =
        std::to_chars(room.data(), room.data() + room.size(), number, std::chars_format::fixed);
    std::string text(room.data(), done.ptr);
    if (text.find('.') == std::string::npos) text += ".0";
    return text;
}

}  // namespace detail

// What percent-encoding leaves alone in a path (WHATWG URL, path segments), slashes included.
inline constexpr charset path_safe = url::charsets::path;

class builtin_converter {
public:
    using value_type = value;
    enum class type : std::uint8_t { string, any, path, integer, real, uuid };

    type kind = type::string;
    std::optional<double> least;  // integer, real
    std::optional<double> most;
    std::optional<std::int64_t> least_integer;
    std::optional<std::int64_t> most_integer;
    std::size_t fixed_digits = 0;
    bool is_signed = false;
    std::vector<std::string> words;  // any
    std::string expression = "[^/]{1,}";

    converter_traits traits() const {
        switch (kind) {
        case type::integer:
        case type::real: return converter_traits::of(expression, 50, true);
        case type::path: return converter_traits::of(expression, 200, false);
        default: return converter_traits::of(expression, 100, true);
        }
    }

    std::optional<value> to_value(std::string_view text) const {
        switch (kind) {
        case type::integer: return to_integer(text);
        case type::real: return to_real(text);
        case type::uuid: return to_uuid(text);
        default: return text;
        }
    }

    bool to_url(const value& v, std::string& out) const {
        if (kind == type::uuid && std::holds_alternative<uuid>(v)) {
            append_uuid(std::get<uuid>(v), out);
            return true;
        }
        if (kind == type::integer || kind == type::real) return number_to_url(v, out);
        return text_to_url(v, out);
    }

private:
    std::optional<value> to_integer(std::string_view text) const {
        if (fixed_digits != 0 && detail::count_code_points(text) != fixed_digits) return {};
        const auto number = detail::read_number<std::int64_t>(text);
        if (!number || (least_integer && *number < *least_integer) ||
            (most_integer && *number > *most_integer)) {
            return {};
        }
        return *number;
    }

    std::optional<value> to_real(std::string_view text) const {
        const auto number = detail::read_number<double>(text);
        if (!number || (least && *number < *least) || (most && *number > *most)) return {};
        return *number;
    }

    static std::optional<value> to_uuid(std::string_view text) {
        uuid out;
        std::size_t nibble = 0;
        for (char c : text) {
            if (c == '-') continue;
            const int digit = hex_value(c);
            if (digit < 0 || nibble == 32) return {};
            auto& byte = out.bytes[nibble / 2];
            byte = static_cast<std::uint8_t>((byte << 4) | digit);
            ++nibble;
        }
        if (nibble != 32) return {};
        return out;
    }

    static void append_uuid(const uuid& id, std::string& out) {
        static constexpr std::string_view digits = "0123456789abcdef";
        for (std::size_t i = 0; i < id.bytes.size(); ++i) {
            if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
            out.push_back(digits[id.bytes[i] >> 4]);
            out.push_back(digits[id.bytes[i] & 15]);
        }
    }

    bool number_to_url(const value& v, std::string& out) const {
        std::array<char, 24> room;
        const auto* integer = std::get_if<std::int64_t>(&v);
        const auto* real = std::get_if<double>(&v);
        if (integer == nullptr && real == nullptr) return false;
        if (kind == type::real) {
            out += detail::number_text(real ? *real : static_cast<double>(*integer));
            return true;
        }
        if (integer == nullptr) return false;
        std::string_view digits = detail::number_text(room, *integer);
        if (digits[0] == '-') {
            out.push_back('-');
            digits.remove_prefix(1);
        }
        const std::size_t width = fixed_digits - (*integer < 0 && fixed_digits > 0 ? 1 : 0);
        if (digits.size() < width) out.append(width - digits.size(), '0');
        out.append(digits);
        return true;
    }

    bool text_to_url(const value& v, std::string& out) const {
        std::array<char, 24> room;
        std::string_view text;
        std::string real;
        if (const auto* plain = std::get_if<std::string_view>(&v)) {
            text = *plain;
        } else if (const auto* integer = std::get_if<std::int64_t>(&v)) {
            text = detail::number_text(room, *integer);
        } else if (const auto* number = std::get_if<double>(&v)) {
            text = real = detail::number_text(*number);
        } else {
            append_uuid(std::get<uuid>(v), out);
            return true;
        }
        if (kind == type::any && std::find(words.begin(), words.end(), text) == words.end()) {
            return false;
        }
        url::append_quoted(out, text, path_safe);
        return true;
    }
};

namespace detail {

// Reads a converter's arguments by place or by name, each at most once.
class argument_reader {
public:
    argument_reader(std::span<const argument> all, std::span<const std::string_view> names)
        : slots_(names.size()) {
        std::size_t place = 0;
        for (const argument& a : all) {
            std::size_t slot = place;
            if (!a.name.empty()) {
                const auto* found = std::find(names.data(), names.data() + names.size(), a.name);
                slot = static_cast<std::size_t>(found - names.data());
            } else {
                ++place;
            }
            if (slot >= slots_.size() || slots_[slot] != nullptr) {
                good_ = false;
                return;
            }
            slots_[slot] = &a;
        }
    }

    bool good() const noexcept { return good_; }
    void read(std::size_t slot, std::optional<std::int64_t>& out) {
        if (given(slot)) store(slots_[slot]->as_integer(), out);
    }
    void read(std::size_t slot, std::optional<double>& out) {
        if (given(slot)) store(slots_[slot]->as_real(), out);
    }
    void read(std::size_t slot, bool& out) {
        if (!given(slot)) return;
        good_ = good_ && slots_[slot]->kind == argument::type::boolean;
        out = slots_[slot]->as_bool();
    }

private:
    bool given(std::size_t slot) const noexcept {
        return slots_[slot] != nullptr && slots_[slot]->kind != argument::type::none;
    }
    template <class T>
    void store(const result<T>& read, std::optional<T>& out) {
        good_ = good_ && read.has_value();
        if (read) out = *read;
    }

    std::vector<const argument*> slots_;
    bool good_ = true;
};

inline std::string repetition(const std::optional<std::int64_t>& least,
                              const std::optional<std::int64_t>& most,
                              const std::optional<std::int64_t>& exact) {
    if (exact) return "{" + std::to_string(*exact) + "}";
    return "{" + std::to_string(least.value_or(1)) + "," + (most ? std::to_string(*most) : "") +
           "}";
}

}  // namespace detail

}  // namespace cruet::routing

#include "cruet/routing/impl/builtin_converters.hpp"
