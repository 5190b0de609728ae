// Credentials and challenges (RFC 9110 section 11), and the Basic scheme (RFC 7617).
//
//     const auto c = parse_credentials("Basic dXNlcjpwdw==");
//     c.scheme                                // "Basic"; compare with iequals
//     parse_basic(c.token)->password          // "pw"
//
// Views point into the text; what parse_basic returns is owned.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/base64.hpp"
#include "cruet/core/result.hpp"
#include "cruet/core/utf8.hpp"
#include "cruet/http/list.hpp"

namespace cruet::http {

struct credentials {
    std::string_view scheme;
    std::string_view token;             // token68, or empty
    std::vector<dict_item> parameters;  // else name=value pairs

    std::optional<std::string_view> find(std::string_view name) const noexcept {
        for (const dict_item& p : parameters) {
            if (iequals(p.key, name) && p.value) return *p.value;
        }
        return std::nullopt;
    }
};

// Reads Authorization, Proxy-Authorization and one challenge of WWW-Authenticate.
inline credentials parse_credentials(std::string_view text) {
    text = trim(text);
    const std::size_t space = text.find(' ');
    credentials out{text.substr(0, space), {}, {}};
    if (space == text.npos) return out;
    const std::string_view rest = trim(text.substr(space + 1));
    constexpr charset equals("=");
    if (trim_right(rest, equals).find('=') == rest.npos) {
        out.token = rest;
    } else {
        out.parameters = parse_dict(rest);
    }
    return out;
}

struct basic_credentials {
    std::string user;
    std::string password;
};

// The token of the Basic scheme. errc::bad_base64, errc::invalid_utf8, errc::bad_credentials
// without a colon.
inline result<basic_credentials> parse_basic(std::string_view token) {
    const auto decoded = decode_base64(token);
    if (!decoded) return decoded.error();
    const std::size_t invalid = find_invalid_utf8(*decoded);
    if (invalid != decoded->size()) return error{errc::invalid_utf8, invalid};
    const std::size_t colon = decoded->find(':');
    if (colon == decoded->npos) return error{errc::bad_credentials, decoded->size()};
    return basic_credentials{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

// The token for a user and a password. errc::bad_credentials when the user's name holds a colon.
inline result<std::string> make_basic(std::string_view user, std::string_view password) {
    const std::size_t colon = user.find(':');
    if (colon != user.npos) return error{errc::bad_credentials, colon};
    return encode_base64(std::string(user).append(":").append(password));
}

}  // namespace cruet::http
