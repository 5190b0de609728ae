// basic_router: rules with endpoints of any type, for C++ users.
//
//     basic_router<int> routes;
//     (void)routes.add({.path = "/", .endpoint = 1});
//     (void)routes.add({.path = "/user/<int:id>", .endpoint = 2, .methods = {"GET"}});
//     auto found = routes.match("/user/7", "GET");
//     if (found.status == match_status::found) {
//         int endpoint = *found.endpoint;                          // 2
//         auto id = std::get<std::int64_t>(*found.find("id"));     // 7
//     }
//     routes.build(2, {{"id", std::int64_t{7}}, {"page", "2"}});   // "/user/7?page=2"
//
// An Endpoint is copyable, comparable and hashable; several rules may share one. Paths given to
// match() are percent-decoded and begin with a slash. Values are views into the path (and the
// domain) given and into the router's defaults. match() and build() are const and safe from several
// threads as long as no rule is added meanwhile. add() fails with errc::bad_rule,
// errc::unknown_converter, errc::bad_converter_argument, errc::duplicate_variable; build() with
// errc::not_found (no rule of the endpoint fits the values).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cruet/core/result.hpp"
#include "cruet/routing/build.hpp"
#include "cruet/routing/converter.hpp"
#include "cruet/routing/matcher.hpp"
#include "cruet/routing/rule.hpp"

namespace cruet::routing {

template <class E>
concept RouteEndpoint = std::copyable<E> && std::equality_comparable<E> && requires(const E& e) {
    { std::hash<E>{}(e) } -> std::convertible_to<std::size_t>;
};

// A value with its variable's name; the name and a text value are views.
template <class Value>
struct named_value {
    std::string_view name;
    Value content;
};

struct router_options {
    bool strict_slashes = true;
    bool merge_slashes = true;
    // Paths that spell out a default of another rule are redirected to that rule.
    bool redirect_defaults = true;
};

// A rule as it is given. A default's text must outlive the router.
template <class Endpoint, class Value = value>
struct route {
    std::string path{};  // begins with a slash
    Endpoint endpoint{};
    std::vector<std::string> methods{};  // none: any; GET brings HEAD
    std::string domain{};                // matched like the path; static where it has no variable
    std::vector<named_value<Value>> defaults{};
    std::optional<bool> strict_slashes{};
    std::optional<bool> merge_slashes{};
    bool build_only = false;
    bool alias = false;  // redirects to the endpoint's rule that is no alias
    bool websocket = false;
    std::string redirect_to{};  // instead of the endpoint: a path with <variable>s of the rule
};

template <class Endpoint, class Value>
struct route_match {
    match_status status = match_status::not_found;
    const Endpoint* endpoint = nullptr;      // found
    std::vector<named_value<Value>> values;  // found: variables and defaults
    std::string location;                    // redirect: encoded path
    std::string domain;                      // redirect: the domain part, as in rules
    std::vector<std::string_view> allowed;   // method_not_allowed

    const Value* find(std::string_view name) const noexcept {
        for (const auto& v : values) {
            if (v.name == name) return &v.content;
        }
        return nullptr;
    }
};

struct build_options {
    std::string_view method{};  // only rules that take it; empty: any
    bool append_unknown = true;
    url_base base{};
    url_form form{};
};

template <RouteEndpoint Endpoint, ConverterFactory Converters = builtin_converters>
class basic_router {
public:
    using converter_type = typename Converters::converter_type;
    using value_type = typename converter_type::value_type;
    using route_type = route<Endpoint, value_type>;
    using match_type = route_match<Endpoint, value_type>;
    using values_type = std::vector<named_value<value_type>>;

    explicit basic_router(router_options options = {}, Converters converters = {})
        : options_(options), converters_(std::move(converters)) {}

    result<void> add(route_type given);
    std::size_t size() const noexcept { return rules_.size(); }

    // `domain` is the host or subdomain that the rules' domains are matched against.
    match_type match(std::string_view path, std::string_view method, std::string_view domain = {},
                     bool websocket = false) const;

    result<std::string> build(const Endpoint& endpoint, const values_type& values,
                              const build_options& options = {}) const;

private:
    struct bound_rule {
        bool may_redirect = false;  // a rule of its endpoint that is built before it has defaults
        route_type given;
        compiled_rule compiled;
        std::vector<converter_type> converters;
        method_set methods;
        build_plan plan;
    };

    result<std::unique_ptr<bound_rule>> bind(route_type given);
    void place_by_endpoint(bound_rule& rule);
    bool take_values(const bound_rule& rule, const match_values& texts, match_type& out) const;
    void redirect_to_target(const bound_rule& rule, match_type& out) const;
    bool redirect_default(const bound_rule& rule, std::size_t method, match_type& out) const;
    bool redirect_alias(const bound_rule& rule, std::size_t method, match_type& out) const;
    static bool provides_defaults_for(const bound_rule& rule, const bound_rule& other);
    static bool has_argument(const bound_rule& rule, std::string_view name);
    bool suits(const bound_rule& rule, const values_type& values,
               std::optional<std::size_t> method) const;
    bool write(const bound_rule& rule, const values_type& values, bool append_unknown,
               std::string& domain, std::string& path) const;
    bool write_steps(const bound_rule& rule, const std::vector<build_step>& steps,
                     const values_type& values, std::string& out) const;

    router_options options_;
    Converters converters_;
    matcher matcher_;
    std::vector<std::unique_ptr<bound_rule>> rules_;
    std::unordered_map<Endpoint, std::vector<bound_rule*>> by_endpoint_;
};

}  // namespace cruet::routing

#include "cruet/routing/impl/router.hpp"
