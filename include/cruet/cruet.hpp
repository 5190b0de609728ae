// Everything, for those who include one header.
#pragma once

#include "cruet/core/ascii.hpp"
#include "cruet/core/charset.hpp"
#include "cruet/core/error.hpp"
#include "cruet/core/limits.hpp"
#include "cruet/core/ref.hpp"
#include "cruet/core/result.hpp"
#include "cruet/core/version.hpp"
