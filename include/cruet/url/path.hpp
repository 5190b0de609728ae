// Paths: normal form, joining that cannot leave its base, dot segments.
//
//     normalize("a//b/../c")                       // "a/c"
//     safe_join("/srv/files", {"user/pic.png"})    // "/srv/files/user/pic.png"
//     safe_join("/srv/files", {"../etc/passwd"})   // errc::unsafe_path
//     remove_dot_segments("/a/./b/../c")           // "/a/c" (RFC 3986 section 5.2.4)
//
// normalize and safe_join work on POSIX file names, by text alone: symbolic links are not looked
// at.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/result.hpp"

namespace cruet::url {

// Without empty and "." segments, with ".." resolved as far as the text allows; "" gives ".". Two
// leading slashes, and only two, are kept (POSIX.1-2017 section 4.13).
inline std::string normalize(std::string_view path) {
    std::size_t slashes = 0;
    while (slashes < path.size() && path[slashes] == '/') ++slashes;
    const std::size_t root = slashes == 2 ? 2 : slashes == 0 ? 0 : 1;
    std::vector<std::string_view> kept;
    std::size_t at = slashes;
    while (at < path.size()) {
        const std::size_t slash = path.find('/', at);
        const std::size_t end = slash == path.npos ? path.size() : slash;
        const std::string_view segment = path.substr(at, end - at);
        at = end + 1;
        if (segment.empty() || segment == ".") continue;
        if (segment != ".." || (root == 0 && (kept.empty() || kept.back() == ".."))) {
            kept.push_back(segment);
        } else if (!kept.empty()) {
            kept.pop_back();
        }
    }
    std::string out(root, '/');
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (i != 0) out += '/';
        out += kept[i];
    }
    return out.empty() ? "." : out;
}

// True when `path`, in normal form, stays below the directory it is joined to.
inline bool stays_below(std::string_view path) noexcept {
    return !path.starts_with('/') && path != ".." && !path.starts_with("../");
}

namespace detail {
// True for one or more segments with single slashes between them, none of which is "." or "..".
inline bool is_plain_path(std::string_view path) noexcept {
    std::size_t start = 0;
    for (std::size_t at = 0; at <= path.size(); ++at) {
        if (at < path.size() && path[at] != '/') continue;
        const std::size_t size = at - start;
        const bool dots = size <= 2 && path.substr(start, size) == std::string_view("..", size);
        if (dots) return false;  // an empty segment, too
        start = at + 1;
    }
    return true;
}
}  // namespace detail

// Appends a slash, unless `out` ends in one, and an untrusted part in normal form; an empty part is
// skipped. False, and nothing appended, where it is absolute, climbs out, or holds a NUL byte.
inline bool append_safely(std::string& out, std::string_view part) {
    if (part.find('\0') != part.npos) return false;
    if (part.empty()) return true;
    const bool plain = detail::is_plain_path(part);
    const std::string normal = plain ? std::string() : normalize(part);
    if (!plain && !stays_below(normal)) return false;
    if (!out.ends_with('/')) out += '/';
    out += plain ? part : std::string_view(normal);
    return true;
}

// `base` and the untrusted `parts`, each brought into normal form, joined by slashes. An empty base
// is "."; empty parts are skipped. errc::unsafe_path, its offset the number of the part, when one
// is absolute, climbs out, or holds a NUL byte.
inline result<std::string> safe_join(std::string_view base,
                                     std::span<const std::string_view> parts) {
    std::string out(base.empty() ? std::string_view(".") : base);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!append_safely(out, parts[i])) return error{errc::unsafe_path, i};
    }
    return out;
}

inline result<std::string> safe_join(std::string_view base,
                                     std::initializer_list<std::string_view> parts) {
    return safe_join(base, std::span<const std::string_view>(parts.begin(), parts.size()));
}

// RFC 3986 section 5.2.4. Empty segments are kept: they are part of a URL's path.
inline std::string remove_dot_segments(std::string_view path) {
    std::string out;
    out.reserve(path.size());
    const bool absolute = path.starts_with('/');
    std::size_t at = absolute ? 1 : 0;
    if (absolute) out = "/";
    while (at <= path.size()) {
        const std::size_t slash = path.find('/', at);
        const bool last = slash == path.npos;
        const std::string_view segment = path.substr(at, last ? path.npos : slash - at);
        at = last ? path.size() + 1 : slash + 1;
        if (segment == ".") continue;
        if (segment == "..") {
            if (out.size() > (absolute ? 1U : 0U)) out.pop_back();
            out.erase(out.rfind('/') == out.npos ? 0 : out.rfind('/') + 1);
            continue;
        }
        out += segment;
        if (!last) out += '/';
    }
    return out;
}

}  // namespace cruet::url
