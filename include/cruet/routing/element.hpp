// What an expression (expression.hpp) is compiled to: a sequence of elements.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "cruet/core/charset.hpp"

namespace cruet::routing {

// A set of code points: any of ASCII, and one answer for the rest.
struct code_class {
    // `unknown`: only Python's tables could tell (\w); the matcher then says undecided.
    enum class rest : std::uint8_t { none, all, decimal, unknown };

    charset ascii;
    rest beyond = rest::none;

    friend constexpr bool operator==(const code_class&, const code_class&) noexcept = default;
};

inline constexpr std::uint32_t unbounded = std::numeric_limits<std::uint32_t>::max();

struct element {
    enum class type : std::uint8_t { literal, run, choice };

    type kind = type::literal;
    bool lazy = false;        // run: shortest first
    bool decided = false;     // run: taking the longest is always right
    std::uint32_t least = 1;  // run: repetitions
    std::uint32_t most = 1;
    std::int32_t group = -1;             // which capture it belongs to
    code_class set;                      // run
    std::vector<std::string> texts;      // literal: one; choice: in order of preference
    std::vector<std::uint32_t> lengths;  // of the texts, in code points

    friend bool operator==(const element&, const element&) = default;
};

using fragment = std::vector<element>;

enum class verdict : std::uint8_t { no, yes, undecided };

}  // namespace cruet::routing
