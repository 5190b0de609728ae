// Rules made for tests and fuzz targets, with the built-in converters; they must be good.
#pragma once

#include <cstdlib>
#include <string_view>
#include <vector>

#include "cruet/routing/converter.hpp"
#include "cruet/routing/rule.hpp"

inline cruet::routing::compiled_rule compiled(std::string_view domain, std::string_view path,
                                              bool merge = true) {
    namespace routing = cruet::routing;
    const auto text = routing::parse_rule_text(domain, path, merge);
    if (!text) std::abort();
    std::vector<routing::converter_traits> traits;
    for (const routing::token& v : (*text)->variables) {
        const auto arguments = routing::parse_arguments(v.arguments);
        if (!arguments) std::abort();
        const auto converter = routing::builtin_converters().make(v.converter, *arguments);
        if (!converter) std::abort();
        traits.push_back(converter->traits());
    }
    return std::move(*routing::compile_rule(**text, traits));
}
