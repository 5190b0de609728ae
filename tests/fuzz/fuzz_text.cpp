// core/utf8.hpp, core/base64.hpp, core/scan.hpp, url/percent.hpp.
#include <algorithm>
#include <cstddef>
#include <string>

#include "cruet/core/base64.hpp"
#include "cruet/core/charset.hpp"
#include "cruet/core/scan.hpp"
#include "cruet/core/utf8.hpp"
#include "cruet/url/percent.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(text) {
    using namespace cruet;
    const std::string replaced = replace_invalid_utf8(input);
    fuzz::require(is_utf8(replaced));
    fuzz::require(is_utf8(input) == (replaced == input));
    fuzz::require(replace_invalid_utf8(replaced) == replaced);

    constexpr charset blank_or_equals = charset::span(0, 0x20) | charset("=");
    const std::size_t equals = find_first<byte_class::blank, '='>(input);
    fuzz::require(equals == find_in(input, blank_or_equals));
    fuzz::require((find_first<byte_class::high>(input) == input.size()) ==
                  all_in(input, charset::span(0, 0x7f)));
    fuzz::require(find_first<'&'>(input, equals) ==
                  std::min(input.find('&', equals), input.size()));

    fuzz::require(*decode_base64(encode_base64(input)) == input);
    const auto decoded = decode_base64(input);
    if (decoded) fuzz::require(decode_base64(encode_base64(*decoded)).has_value());

    fuzz::require(url::unquote(url::quote(input)) == input);
    fuzz::require(url::unquote_plus(url::quote_plus(input)) == input);
    fuzz::require(url::unquote(input).size() <= input.size());
    fuzz::require(is_utf8(url::unquote_text(input)));
    const auto strict = url::unquote_strict(input);
    if (strict) fuzz::require(*strict == url::unquote_text(input));
    std::string escaped;
    url::append_escaping_invalid(escaped, input);
    fuzz::require(is_utf8(escaped) && is_utf8(input) == (escaped == input));
    if (input.find('%') == input.npos) fuzz::require(url::unquote(escaped) == input);
    constexpr charset keep = charset("%/?#") | charset::span(0, 0x20);
    const std::string shown = url::unquote_partial(input, keep);
    fuzz::require(is_utf8(shown));
    // A "%" that begins no escape may come to stand before decoded digits and then begin one.
    const bool well_formed = strict.error().code != errc::bad_percent_escape;
    if (is_utf8(input) && well_formed) {
        fuzz::require(url::unquote(shown) == url::unquote(input));
    }
}
