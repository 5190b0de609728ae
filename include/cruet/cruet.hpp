// Everything, for those who include one header.
#pragma once

#include "cruet/core/ascii.hpp"
#include "cruet/core/charset.hpp"
#include "cruet/core/error.hpp"
#include "cruet/core/limits.hpp"
#include "cruet/core/ref.hpp"
#include "cruet/core/result.hpp"
#include "cruet/core/utf8.hpp"
#include "cruet/core/version.hpp"

#include "cruet/url/path.hpp"
#include "cruet/url/percent.hpp"
#include "cruet/url/query.hpp"

#include "cruet/http/field.hpp"
#include "cruet/http/fields.hpp"
#include "cruet/http/method.hpp"
#include "cruet/http/status.hpp"

#include "cruet/routing/build.hpp"
#include "cruet/routing/converter.hpp"
#include "cruet/routing/element.hpp"
#include "cruet/routing/expression.hpp"
#include "cruet/routing/matcher.hpp"
#include "cruet/routing/methods.hpp"
#include "cruet/routing/pattern.hpp"
#include "cruet/routing/router.hpp"
#include "cruet/routing/rule.hpp"
#include "cruet/routing/unicode.hpp"

#include "cruet/process/fork.hpp"
#include "cruet/process/master.hpp"
#include "cruet/process/pipe.hpp"
#include "cruet/process/scoreboard.hpp"
#include "cruet/process/signals.hpp"
