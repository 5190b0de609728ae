#pragma once
// Everything in C++ that must see Python.h: instantiates the header templates once for the binding
// and maps their errors to Python's exceptions. Nothing else in the project includes Python.h.

#include <Python.h>

#include <string>

#include "cruet/core/version.hpp"

namespace cruet::shim {

inline std::string cruet_version() { return std::string(cruet::version); }

}  // namespace cruet::shim
