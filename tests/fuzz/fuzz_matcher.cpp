// routing/matcher.hpp, routing/methods.hpp: rules and paths made from the input's bytes, against
// the slow matcher of the tests.
#include <string>
#include <vector>

#include "../cpp/routing/slow_matcher.hpp"
#include "target.hpp"

namespace {

// Choices, one a byte; all the first when the input is at its end.
class choices {
public:
    explicit choices(std::string_view from) : from_(from) {}
    std::size_t pick(std::size_t n) {
        if (from_.empty()) return 0;
        const auto byte = static_cast<unsigned char>(from_[0]);
        from_.remove_prefix(1);
        return byte % n;
    }
    bool empty() const { return from_.empty(); }

private:
    std::string_view from_;
};

std::string make_rule(choices& choose) {
    static const std::vector<std::string> pieces{
        "a", "b", "ab", "1", "-", "<int:@>", "<@>", "<any(a, ab):@>", "<path:@>"};
    std::string rule;
    int variables = 0;
    for (std::size_t depth = 1 + choose.pick(4); depth-- > 0;) {
        rule += '/';
        for (std::size_t n = 1 + choose.pick(3); n-- > 0;) {
            std::string piece = pieces[choose.pick(pieces.size())];
            const auto name = piece.find('@');
            if (name != piece.npos) piece.replace(name, 1, "v" + std::to_string(variables++));
            rule += piece;
        }
    }
    return rule;
}

std::string make_path(choices& choose) {
    static const std::vector<std::string> words{"a", "b",   "ab",  "1", "12",
                                                "-", "a-1", "ab1", "",  "1a"};
    std::string path;
    for (std::size_t depth = 1 + choose.pick(5); depth-- > 0;) {
        path += "/" + words[choose.pick(words.size())];
    }
    return path;
}
}  // namespace

CRUET_FUZZ_TARGET(matcher) {
    using namespace slow_matcher;
    choices choose(input);
    matcher m;
    std::vector<slow_rule> rules;
    for (std::size_t n = 1 + choose.pick(8); n-- > 0;) {
        const std::string rule = make_rule(choose);
        m.add(compiled("", rule), {});
        rules.push_back(slow(rule));
    }
    for (int tries = 0; tries < 8 && !choose.empty(); ++tries) {
        const std::string path = make_path(choose);
        fuzz::require(fast(m, path) == oracle(rules, path));
    }
}
