// The matcher against a slow one.
#include "../catch.hpp"

#include <random>
#include <string>
#include <vector>

#include "slow_matcher.hpp"

using namespace cruet::routing;
using slow_matcher::fast;
using slow_matcher::oracle;
using slow_matcher::slow;
using slow_matcher::slow_rule;

TEST_CASE("random rules and paths match as the slow matcher says") {
    std::mt19937 random(20240229);
    const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    const std::vector<std::string> pieces{
        "a", "b", "ab", "1", "-", "<int:@>", "<@>", "<any(a, ab):@>", "<path:@>"};
    const std::vector<std::string> words{"a", "b", "ab", "1", "12", "-", "a-1", "ab1", "", "1a"};
    for (int round = 0; round < 1500; ++round) {
        matcher m;
        std::vector<slow_rule> rules;
        const std::size_t count = 1 + pick(8);
        while (rules.size() < count) {
            std::string rule;
            int variables = 0;
            const std::size_t depth = 1 + pick(4);
            for (std::size_t d = 0; d < depth; ++d) {
                rule += '/';
                const std::size_t n = 1 + pick(3);
                for (std::size_t k = 0; k < n; ++k) {
                    std::string piece = pieces[pick(pieces.size())];
                    const auto name = piece.find('@');
                    if (name != piece.npos) {
                        piece.replace(name, 1, "v" + std::to_string(variables++));
                    }
                    rule += piece;
                }
            }
            m.add(compiled("", rule), {});
            rules.push_back(slow(rule));
        }
        for (int tries = 0; tries < 25; ++tries) {
            std::string path;
            const std::size_t depth = 1 + pick(5);
            for (std::size_t d = 0; d < depth; ++d) path += "/" + words[pick(words.size())];
            INFO("path " << path);
            REQUIRE(fast(m, path) == oracle(rules, path));
        }
    }
}
