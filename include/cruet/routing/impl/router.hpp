// The bodies of basic_router. Not for direct use.
#pragma once

#include <algorithm>
#include <array>

#include "cruet/routing/router.hpp"

namespace cruet::routing {

namespace detail {

template <class Value>
const Value* find_value(const std::vector<named_value<Value>>& values, std::string_view name) {
    for (const auto& v : values) {
        if (v.name == name) return &v.content;
    }
    return nullptr;
}

// A value that no converter spells, as text for the query.
inline std::string query_text(const value& v) {
    builtin_converter plain;
    if (const auto* text = std::get_if<std::string_view>(&v)) return std::string(*text);
    std::string out;
    plain.to_url(v, out);
    return out;
}

}  // namespace detail

template <RouteEndpoint E, ConverterFactory C>
auto basic_router<E, C>::bind(route_type given) -> result<std::unique_ptr<bound_rule>> {
    if (given.path.empty() || given.path[0] != '/') return errc::bad_rule;
    auto text = parse_rule_text(given.domain, given.path,
                                given.merge_slashes.value_or(options_.merge_slashes));
    if (!text) return text.error();
    auto rule = std::make_unique<bound_rule>();
    std::vector<converter_traits> traits;
    std::vector<std::optional<std::string>> constants;
    for (const token& v : (*text)->variables) {
        const auto arguments = parse_arguments(v.arguments);
        if (!arguments) return error{arguments.error().code, v.offset};
        auto converter = converters_.make(v.converter, *arguments);
        if (!converter) return error{converter.error().code, v.offset};
        traits.push_back(converter->traits());
        constants.emplace_back();
        if (const auto* fixed = detail::find_value(given.defaults, v.text)) {
            if (!converter->to_url(*fixed, constants.back().emplace())) {
                return error{errc::bad_value, v.offset};
            }
        }
        rule->converters.push_back(std::move(*converter));
    }
    auto compiled = compile_rule(**text, traits);
    if (!compiled) return compiled.error();
    rule->compiled = std::move(*compiled);
    rule->plan = build_plan(rule->compiled, constants);
    rule->given = std::move(given);
    return rule;
}

template <RouteEndpoint E, ConverterFactory C>
result<void> basic_router<E, C>::add(route_type given) {
    auto bound = bind(std::move(given));
    if (!bound) return bound.error();
    std::unique_ptr<bound_rule> rule = std::move(*bound);
    for (const std::string& name : rule->given.methods) {
        rule->methods.add(matcher_.methods().add(name));
        if (name == "GET") rule->methods.add(matcher_.methods().add("HEAD"));
    }
    if (!rule->given.build_only) {
        matcher_.add(
            rule->compiled,
            {.methods = rule->methods,
             .any_method = rule->given.methods.empty(),
             .strict_slashes = rule->given.strict_slashes.value_or(options_.strict_slashes),
             .merge_slashes = rule->given.merge_slashes.value_or(options_.merge_slashes),
             .websocket = rule->given.websocket},
            rule.get());
    }
    place_by_endpoint(*rule);
    rules_.push_back(std::move(rule));
    return {};
}

// Rules that are no alias first, then those with more variables, then with more defaults.
template <RouteEndpoint E, ConverterFactory C>
void basic_router<E, C>::place_by_endpoint(bound_rule& rule) {
    auto& same = by_endpoint_[rule.given.endpoint];
    const auto key = [](const bound_rule& r) {
        std::size_t count = r.compiled.variables.size();
        for (const auto& d : r.given.defaults) {
            const auto& names = r.compiled.variables;
            if (std::find(names.begin(), names.end(), d.name) == names.end()) ++count;
        }
        return std::tuple(!r.given.alias, count, r.given.defaults.size());
    };
    same.insert(std::find_if(same.begin(), same.end(),
                             [&](const bound_rule* r) { return key(rule) > key(*r); }),
                &rule);
    bool defaults = false;
    for (bound_rule* r : same) {
        r->may_redirect = defaults;
        defaults = defaults || !r->given.defaults.empty();
    }
}

template <RouteEndpoint E, ConverterFactory C>
bool basic_router<E, C>::take_values(const bound_rule& rule, const match_values& texts,
                                     match_type& out) const {
    out.values.reserve(rule.converters.size() + rule.given.defaults.size());
    for (std::size_t i = 0; i < rule.converters.size(); ++i) {
        auto v = rule.converters[i].to_value(texts[i]);
        if (!v) return false;
        out.values.push_back({rule.compiled.variables[i], std::move(*v)});
    }
    for (const auto& fixed : rule.given.defaults) {
        const auto known = std::find_if(out.values.begin(), out.values.end(),
                                        [&](const auto& v) { return v.name == fixed.name; });
        if (known != out.values.end()) {
            known->content = fixed.content;
        } else {
            out.values.push_back(fixed);
        }
    }
    return true;
}

template <RouteEndpoint E, ConverterFactory C>
auto basic_router<E, C>::match(std::string_view path, std::string_view method,
                               std::string_view domain, bool websocket) const -> match_type {
    match_values texts;
    match_outcome found =
        matcher_.find(domain, path, method, websocket, texts, options_.merge_slashes);
    match_type out;
    out.status = found.status;
    if (found.status == match_status::redirect) {
        out.location = url::quote(found.path, path_safe);
        out.domain = domain;
    }
    if (found.status == match_status::method_not_allowed) {
        out.allowed = matcher_.methods().list(found.allowed);
    }
    if (found.status != match_status::found) return out;
    const auto& rule = *static_cast<const bound_rule*>(found.owner);
    if (!take_values(rule, texts, out)) {
        out.values.clear();
        out.status = found.without_rule();
        if (out.status == match_status::method_not_allowed) {
            out.allowed = matcher_.methods().list(found.allowed);
        }
        return out;
    }
    out.endpoint = &rule.given.endpoint;
    if (options_.redirect_defaults && (rule.given.alias || rule.may_redirect)) {
        const std::size_t known = matcher_.methods().find(method);
        if (rule.given.alias ? redirect_alias(rule, known, out)
                             : redirect_default(rule, known, out)) {
            return out;
        }
    }
    if (!rule.given.redirect_to.empty()) {
        out.domain = domain;
        redirect_to_target(rule, out);
    }
    return out;
}

template <RouteEndpoint E, ConverterFactory C>
void basic_router<E, C>::redirect_to_target(const bound_rule& rule, match_type& out) const {
    out.status = match_status::redirect;
    const auto target = parse_rule(rule.given.redirect_to);
    for (const token& t : target.value_or(std::vector<token>())) {
        const auto& names = rule.compiled.variables;
        const auto place = std::find(names.begin(), names.end(), t.text) - names.begin();
        const auto* v = out.find(t.text);
        if (t.kind != token::type::variable || v == nullptr) {
            out.location += t.text;
        } else if (static_cast<std::size_t>(place) < names.size()) {
            rule.converters[static_cast<std::size_t>(place)].to_url(*v, out.location);
        }
    }
}

template <RouteEndpoint E, ConverterFactory C>
bool basic_router<E, C>::has_argument(const bound_rule& rule, std::string_view name) {
    const auto& names = rule.compiled.variables;
    return std::find(names.begin(), names.end(), name) != names.end() ||
           detail::find_value(rule.given.defaults, name) != nullptr;
}

template <RouteEndpoint E, ConverterFactory C>
bool basic_router<E, C>::provides_defaults_for(const bound_rule& rule, const bound_rule& other) {
    if (rule.given.build_only || rule.given.defaults.empty()) return false;
    const auto covers = [](const bound_rule& a, const bound_rule& b) {
        return std::all_of(b.compiled.variables.begin(), b.compiled.variables.end(),
                           [&](const std::string& n) { return has_argument(a, n); }) &&
               std::all_of(b.given.defaults.begin(), b.given.defaults.end(),
                           [&](const auto& d) { return has_argument(a, d.name); });
    };
    return rule.compiled.trace != other.compiled.trace && covers(rule, other) &&
           covers(other, rule);
}

template <RouteEndpoint E, ConverterFactory C>
bool basic_router<E, C>::redirect_default(const bound_rule& rule, std::size_t method,
                                          match_type& out) const {
    for (const bound_rule* other : by_endpoint_.at(rule.given.endpoint)) {
        if (other == &rule) break;
        if (!provides_defaults_for(*other, rule) || !suits(*other, out.values, method)) continue;
        if (!write(*other, out.values, false, out.domain, out.location)) continue;
        out.status = match_status::redirect;
        return true;
    }
    return false;
}

template <RouteEndpoint E, ConverterFactory C>
bool basic_router<E, C>::redirect_alias(const bound_rule& rule, std::size_t method,
                                        match_type& out) const {
    for (const bound_rule* other : by_endpoint_.at(rule.given.endpoint)) {
        if (other->given.alias || !suits(*other, out.values, method)) continue;
        if (!write(*other, out.values, false, out.domain, out.location)) continue;
        out.status = match_status::redirect;
        return true;
    }
    return false;
}

// Every variable has a value, and values for defaults are the defaults.
template <RouteEndpoint E, ConverterFactory C>
bool basic_router<E, C>::suits(const bound_rule& rule, const values_type& values,
                               std::optional<std::size_t> method) const {
    if (method && !rule.given.methods.empty() && !rule.methods.has(*method)) return false;
    for (const std::string& name : rule.compiled.variables) {
        if (detail::find_value(values, name) == nullptr &&
            detail::find_value(rule.given.defaults, name) == nullptr) {
            return false;
        }
    }
    return std::all_of(rule.given.defaults.begin(), rule.given.defaults.end(), [&](const auto& d) {
        const auto* v = detail::find_value(values, d.name);
        return v == nullptr || *v == d.content;
    });
}

template <RouteEndpoint E, ConverterFactory C>
bool basic_router<E, C>::write_steps(const bound_rule& rule, const std::vector<build_step>& steps,
                                     const values_type& values, std::string& out) const {
    for (const build_step& step : steps) {
        if (step.variable < 0) {
            out += step.text;
            continue;
        }
        const auto i = static_cast<std::size_t>(step.variable);
        const auto* v = detail::find_value(values, rule.compiled.variables[i]);
        if (v == nullptr || !rule.converters[i].to_url(*v, out)) return false;
    }
    return true;
}

template <RouteEndpoint E, ConverterFactory C>
bool basic_router<E, C>::write(const bound_rule& rule, const values_type& values,
                               bool append_unknown, std::string& domain, std::string& path) const {
    domain.clear();
    path.clear();
    if (!write_steps(rule, rule.plan.domain, values, domain)) return false;
    if (!write_steps(rule, rule.plan.path, values, path)) return false;
    bool first = true;
    for (const auto& v : values) {
        if (!append_unknown || has_argument(rule, v.name)) continue;
        append_query(path, v.name, detail::query_text(v.content), first);
        first = false;
    }
    return true;
}

template <RouteEndpoint E, ConverterFactory C>
result<std::string> basic_router<E, C>::build(const E& endpoint, const values_type& values,
                                              const build_options& options) const {
    const auto same = by_endpoint_.find(endpoint);
    if (same == by_endpoint_.end()) return errc::not_found;
    std::optional<std::size_t> method;
    if (!options.method.empty()) method = matcher_.methods().find(options.method);
    std::string domain;
    std::string path;
    std::string elsewhere;
    for (const bound_rule* rule : same->second) {
        if (!suits(*rule, values, method)) continue;
        if (!write(*rule, values, options.append_unknown, domain, path)) continue;
        url_form form = options.form;
        form.websocket = rule->given.websocket;
        std::string url = assemble_url(options.base, domain, path, form);
        if (!options.base.host_matching || domain == options.base.server_name) return url;
        if (elsewhere.empty()) elsewhere = std::move(url);
    }
    if (!elsewhere.empty()) return elsewhere;
    return errc::not_found;
}

}  // namespace cruet::routing
