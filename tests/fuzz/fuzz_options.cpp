// http/options.hpp: names are in lower case and unique, and what is read can be written and read.
#include <set>
#include <string>

#include "cruet/http/options.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(options) {
    using namespace cruet::http;
    const options parsed = parse_options(input);
    fuzz::require(parsed.value.size() <= input.size());
    std::string written("v");
    std::vector<parameter> plain;
    std::set<std::string> names;
    for (const parameter& p : parsed.parameters) {
        fuzz::require(p.name == cruet::lower(p.name));
        fuzz::require(names.insert(p.name).second);
        fuzz::require(parsed.find(p.name) == std::string_view(p.value));
        // "a*7" would be read as a section, and %22 as a quote.
        if (p.name.empty()) continue;  // of "*=x"
        if (p.name.find('*') != p.name.npos || p.value.find("%22") != p.value.npos) continue;
        append_parameter(written, p.name, p.value);
        plain.push_back(p);
    }
    fuzz::require(parse_options(written).parameters == plain);
}
