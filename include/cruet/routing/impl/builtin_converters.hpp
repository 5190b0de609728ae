// The factory of the built-in converters, for converter.hpp.
#pragma once

#include "cruet/routing/converter.hpp"

namespace cruet::routing {

class builtin_converters {
public:
    using converter_type = builtin_converter;

    // An empty name, or "default", is "string".
    result<builtin_converter> make(std::string_view name,
                                   std::span<const argument> arguments) const {
        if (name.empty() || name == "default" || name == "string") return make_string(arguments);
        if (name == "any") return make_any(arguments);
        if (name == "int") return make_integer(arguments);
        if (name == "float") return make_real(arguments);
        if (name != "path" && name != "uuid") return errc::unknown_converter;
        if (!arguments.empty()) return errc::bad_converter_argument;
        builtin_converter c;
        c.kind = name == "path" ? builtin_converter::type::path : builtin_converter::type::uuid;
        c.expression = name == "path" ? path_expression : uuid_expression;
        return c;
    }

    static constexpr const char* path_expression = "[^/].*?";
    static constexpr const char* uuid_expression =
        "[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}";

private:
    using arguments_view = std::span<const argument>;

    static result<builtin_converter> make_string(arguments_view arguments) {
        static constexpr std::array<std::string_view, 3> names{"minlength", "maxlength", "length"};
        detail::argument_reader reader(arguments, names);
        std::optional<std::int64_t> least;
        std::optional<std::int64_t> most;
        std::optional<std::int64_t> exact;
        if (reader.good()) {
            reader.read(0, least);
            reader.read(1, most);
            reader.read(2, exact);
        }
        if (!reader.good()) return errc::bad_converter_argument;
        builtin_converter c;
        c.expression = "[^/]" + detail::repetition(least, most, exact);
        if (!compile_expression(c.expression)) return errc::bad_converter_argument;
        return c;
    }

    static result<builtin_converter> make_any(arguments_view arguments) {
        builtin_converter c;
        c.kind = builtin_converter::type::any;
        c.expression = "(?:";
        for (const argument& a : arguments) {
            if (!a.name.empty() || a.kind != argument::type::text) {
                return errc::bad_converter_argument;
            }
            if (!c.words.empty()) c.expression += '|';
            c.expression += escape_expression(a.text);
            c.words.push_back(a.text);
        }
        c.expression += ')';
        return c;
    }

    static result<builtin_converter> make_integer(arguments_view arguments) {
        static constexpr std::array<std::string_view, 4> names{"fixed_digits", "min", "max",
                                                               "signed"};
        detail::argument_reader reader(arguments, names);
        builtin_converter c;
        std::optional<std::int64_t> digits;
        if (reader.good()) {
            reader.read(0, digits);
            reader.read(1, c.least_integer);
            reader.read(2, c.most_integer);
            reader.read(3, c.is_signed);
        }
        if (!reader.good() || digits.value_or(0) < 0) return errc::bad_converter_argument;
        c.kind = builtin_converter::type::integer;
        c.fixed_digits = static_cast<std::size_t>(digits.value_or(0));
        c.expression = c.is_signed ? "-?\\d+" : "\\d+";
        return c;
    }

    static result<builtin_converter> make_real(arguments_view arguments) {
        static constexpr std::array<std::string_view, 3> names{"min", "max", "signed"};
        detail::argument_reader reader(arguments, names);
        builtin_converter c;
        if (reader.good()) {
            reader.read(0, c.least);
            reader.read(1, c.most);
            reader.read(2, c.is_signed);
        }
        if (!reader.good()) return errc::bad_converter_argument;
        c.kind = builtin_converter::type::real;
        c.expression = c.is_signed ? "-?\\d+\\.\\d+" : "\\d+\\.\\d+";
        return c;
    }
};

}  // namespace cruet::routing
