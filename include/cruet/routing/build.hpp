// Puts URLs together: a rule's path from its values, and the whole from what the request was
// bound to.
//
//     build_plan plan(rule.trace, constants);            // once a rule
//     for (const build_step& step : plan.path) ...       // text to append, or a variable's number
//     url_base base{.scheme = "http", .server_name = "example.org", .script_name = "/"};
//     assemble_url(base, "", "/user/7?page=2", {});      // "/user/7?page=2"
//     assemble_url(base, "api", "/", {.external = true}) // "http://api.example.org/"
//
// Literal text is percent-encoded once, when the plan is made. Plans own their text; url_base is
// views. Nothing here fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/routing/converter.hpp"
#include "cruet/routing/rule.hpp"
#include "cruet/url/percent.hpp"

namespace cruet::routing {

// What an appended query leaves alone; space becomes "+".
inline constexpr charset query_safe = charsets::unreserved | charset("!$'()*,/:;?@");

struct build_step {
    std::string text;            // ready for the URL; empty for a variable
    std::int32_t variable = -1;  // its place in compiled_rule::variables, or -1
};

// The steps of one rule, neighbouring texts joined.
struct build_plan {
    std::vector<build_step> domain;
    std::vector<build_step> path;

    build_plan() = default;
    // `constants` has one entry a variable: the URL text of one that its default fixes.
    build_plan(const compiled_rule& rule, std::span<const std::optional<std::string>> constants) {
        std::int32_t variable = 0;
        std::vector<build_step>* steps = &domain;
        for (const trace_step& t : rule.trace) {
            if (!t.variable) {
                if (steps == &domain && t.text == "|") {
                    steps = &path;
                } else {
                    append(*steps, url::quote(t.text, path_safe));
                }
                continue;
            }
            const auto& fixed = constants[static_cast<std::size_t>(variable)];
            if (fixed) {
                append(*steps, *fixed);
            } else {
                steps->push_back({std::string(), variable});
            }
            ++variable;
        }
    }

private:
    static void append(std::vector<build_step>& steps, const std::string& text) {
        if (steps.empty() || steps.back().variable >= 0) steps.emplace_back();
        steps.back().text += text;
    }
};

// Appends `name=value` to the URL, after "?" or "&", both encoded.
inline void append_query(std::string& url, std::string_view name, std::string_view text,
                         bool first) {
    url.push_back(first ? '?' : '&');
    url += url::quote_plus(name, query_safe);
    url.push_back('=');
    url += url::quote_plus(text, query_safe);
}

// What a request, or whoever builds outside of one, is bound to.
struct url_base {
    std::string_view scheme{};       // "http", "https", "ws", "wss", or empty
    std::string_view server_name{};  // host, with its port
    std::string_view subdomain{};
    std::string_view script_name = "/";  // where the application lies; ends in a slash
    bool host_matching = false;          // rules name whole hosts, not subdomains
};

struct url_form {
    std::optional<std::string_view> scheme{};  // instead of the base's
    bool external = false;                     // with scheme and host
    bool websocket = false;                    // implies external
    std::string_view anchor{};                 // decoded; appended as the fragment
};

// The host that a rule's domain part means.
inline std::string host_of(const url_base& base, std::string_view domain) {
    if (base.host_matching) return std::string(domain);
    std::string host(domain);
    if (!host.empty()) host.push_back('.');
    return host.append(base.server_name);
}

namespace detail {

inline std::string_view scheme_for(std::string_view scheme, bool websocket) noexcept {
    const bool secure = scheme == "https" || scheme == "wss";
    if (websocket) return secure ? "wss" : "ws";
    if (scheme.empty()) return scheme;
    return secure ? "https" : "http";
}

}  // namespace detail

// `path` is encoded and may hold a query. The URL is relative to the host where the rule lies on
// the one the base is bound to and nothing asks for more. An empty scheme gives "//host/...".
inline std::string assemble_url(const url_base& base, std::string_view domain,
                                std::string_view path, const url_form& form) {
    const std::string host = host_of(base, domain);
    const bool here = base.host_matching ? host == base.server_name : domain == base.subdomain;
    std::string url;
    if (!here || form.external || form.websocket) {
        url = detail::scheme_for(form.scheme.value_or(base.scheme), form.websocket);
        if (!url.empty()) url.push_back(':');
        url.append("//").append(host);
    }
    url.append(trim_right(base.script_name, charset("/"))).push_back('/');
    url.append(trim_left(path, charset("/")));
    if (!form.anchor.empty()) url.append("#").append(url::quote(form.anchor, path_safe));
    return url;
}

}  // namespace cruet::routing
