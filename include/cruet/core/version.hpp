#pragma once
// The version of cruet these headers belong to; the same as the package's (meson.build).
//
//   std::puts(cruet::version.data());  // "0.1.0", null-terminated
//
// Static storage; never fails.

#include <string_view>

namespace cruet {

inline constexpr std::string_view version = "0.1.0";

}  // namespace cruet
