#include "cruet/cruet.hpp"

const std::string_view* version_in_two() noexcept;

const std::string_view* version_in_two() noexcept { return &cruet::version; }
