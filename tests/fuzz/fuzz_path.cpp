// url/path.hpp: joins stay below their base, whatever a file system would make of the path.
#include <string>
#include <vector>

#include "cruet/url/path.hpp"
#include "target.hpp"

namespace {
// Walks a path as a file system without links does; nothing where it leaves the folder.
bool stays_inside(std::string_view path) {
    int depth = 0;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string_view segment = path.substr(at, end - at);
        at = end + 1;
        if (segment.empty() || segment == ".") continue;
        depth += segment == ".." ? -1 : 1;
        if (depth < 0) return false;
    }
    return true;
}
}  // namespace

CRUET_FUZZ_TARGET(path) {
    using namespace cruet::url;
    const std::string normal = normalize(input);
    fuzz::require(normalize(normal) == normal);
    fuzz::require(normal.size() <= input.size() + 1);

    const std::size_t half = input.size() / 2;
    const auto joined = safe_join("/base", {input.substr(0, half), input.substr(half)});
    if (joined) {
        fuzz::require(joined->starts_with("/base") && joined->find('\0') == joined->npos);
        fuzz::require(stays_inside(joined->substr(5)));
    }
    const auto one = safe_join("/base", {input});
    const bool absolute = input.starts_with('/');
    const bool nul = input.find('\0') != input.npos;
    if (!absolute && !nul && stays_inside(input)) fuzz::require(one.has_value());
    if (one) fuzz::require(!absolute || input.empty());

    const std::string resolved = remove_dot_segments(input);
    fuzz::require(remove_dot_segments(resolved) == resolved);
    fuzz::require(resolved.starts_with('/') == absolute || !absolute);
}
