// A value with parameters (RFC 9110 section 5.6.6; RFC 2231, RFC 8187): Content-Type,
// Content-Disposition and their kin.
//
//     const auto type = parse_options("text/html; charset=utf-8");
//     type.value                  // "text/html"
//     type.find("charset")        // optional "utf-8"
//     for (const raw_parameter& p : parameter_view("a=b; c=d")) ...   // nothing is allocated
//
// Reading never fails: a parameter that is not well formed is skipped; a quote that nothing closes
// takes all that follows. Names come out in lower
// case. Extended parameters (name*=UTF-8''%e2%82%ac) and continuations (name*0=a; name*1=b) are
// decoded and joined; what is not UTF-8 becomes U+FFFD. %22 stands for a double quote, as browsers
// write it in form-data. `value` points into the text, parameters are owned.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/charset.hpp"
#include "cruet/core/element_view.hpp"
#include "cruet/core/utf8.hpp"
#include "cruet/http/field.hpp"
#include "cruet/url/percent.hpp"

namespace cruet::http {

struct parameter {
    std::string name;
    std::string value;

    friend bool operator==(const parameter&, const parameter&) = default;
};

struct options {
    std::string_view value;
    std::vector<parameter> parameters;

    std::optional<std::string_view> find(std::string_view name) const noexcept {
        for (const parameter& p : parameters) {
            if (p.name == name) return p.value;
        }
        return std::nullopt;
    }
};

// One parameter as it stands: the name token, and the value, without its quotes but with escapes.
struct raw_parameter {
    std::string_view name;
    std::string_view value;
    bool quoted = false;
};

namespace detail {
// The index of the quote that closes the one at text[0], or npos.
inline std::size_t closing_quote(std::string_view text) noexcept {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            return i;
        }
    }
    return text.npos;
}

// "charset'language'value" with a value: RFC 8187 section 3.2.
struct extended_value {
    std::string_view charset;
    std::string_view value;
};

inline std::optional<extended_value> split_extended(std::string_view text) noexcept {
    constexpr cruet::charset charset_chars = cruet::charsets::token - cruet::charset("'");
    const std::size_t first = find_not_in(text, charset_chars);
    if (first >= text.size() || text[first] != '\'') return std::nullopt;
    const std::size_t second = find_not_in(text, charset_chars, first + 1);
    if (second >= text.size() || text[second] != '\'') return std::nullopt;
    const std::size_t end = find_not_in(text, cruet::charsets::token, second + 1);
    if (end == second + 1) return std::nullopt;
    return extended_value{text.substr(0, first), text.substr(second + 1, end - second - 1)};
}

enum class text_charset { unknown, ascii, latin1, utf8 };

inline text_charset charset_named(std::string_view name) noexcept {
    if (iequals(name, "utf-8")) return text_charset::utf8;
    if (iequals(name, "iso-8859-1")) return text_charset::latin1;
    if (iequals(name, "ascii") || iequals(name, "us-ascii")) return text_charset::ascii;
    return text_charset::unknown;
}

// Percent-decodes to UTF-8. The escapes stay where the charset is not known.
inline std::string decode_extended(std::string_view text, text_charset from) {
    if (from == text_charset::unknown) return std::string(text);
    if (from == text_charset::utf8) return url::unquote_text(text);
    std::string out;
    for (char c : url::unquote(text)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            out += c;
        } else if (from == text_charset::latin1) {
            out += static_cast<char>(0xc0 | (byte >> 6));
            out += static_cast<char>(0x80 | (byte & 0x3f));
        } else {
            out += replacement_character;
        }
    }
    return out;
}

// Drops the backslash of each escape (RFC 9110 section 5.6.4), and turns %22 into a double quote.
inline std::string unescape_quoted(std::string_view inner) {
    std::string out;
    out.reserve(inner.size());
    for (std::size_t i = 0; i < inner.size(); ++i) {
        if (inner[i] == '\\' && i + 1 < inner.size()) {
            ++i;
        } else if (inner.substr(i, 3) == "%22") {
            out += '"';
            i += 2;
            continue;
        }
        out += inner[i];
    }
    return out;
}

// The value with the quotes that stand around it.
inline std::string as_written(const raw_parameter& raw) {
    std::string out(raw.value);
    return raw.quoted ? '"' + out + '"' : out;
}

// "name*7" is a continuation of "name"; others are returned unchanged.
inline std::string_view without_section(std::string_view name, bool& continued) noexcept {
    const std::size_t star = name.rfind('*');
    continued = star != name.npos && star + 1 < name.size() &&
                all_in(name.substr(star + 1), cruet::charset::digit());
    return continued ? name.substr(0, star) : name;
}

// Parameters in the order in which their names came first. Where there are many they are found by a
// tree, which no choice of names makes slow.
class parameter_list {
public:
    struct slot {
        parameter what;
        text_charset charset = text_charset::unknown;  // that a section named last
        bool there = true;
    };

    slot* find(std::string_view name) noexcept {
        const std::size_t at = place_of(name);
        return at == none ? nullptr : &slots_[at];
    }
    // The name must not be there.
    slot& add(std::string name, std::string&& value) {
        slots_.push_back({{std::move(name), std::move(value)}});
        if (slots_.size() <= few) return slots_.back();
        for (std::size_t i = slots_.size() == few + 1 ? 0 : slots_.size() - 1; i < slots_.size();
             ++i) {
            if (slots_[i].there) places_.emplace(slots_[i].what.name, i);
        }
        return slots_.back();
    }
    void take_out(std::string_view name) {
        const std::size_t at = place_of(name);
        if (at == none) return;
        slots_[at].there = false;
        if (slots_.size() > few) places_.erase(places_.find(name));
    }
    void move_to(std::vector<parameter>& out) {
        for (slot& s : slots_) {
            if (s.there) out.push_back(std::move(s.what));
        }
    }

private:
    static constexpr std::size_t few = 16;
    static constexpr auto none = static_cast<std::size_t>(-1);

    std::size_t place_of(std::string_view name) const noexcept {
        if (slots_.size() > few) {
            const auto found = places_.find(name);
            return found == places_.end() ? none : found->second;
        }
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            if (slots_[i].there && slots_[i].what.name == name) return i;
        }
        return none;
    }

    std::vector<slot> slots_;
    std::map<std::string, std::size_t, std::less<>> places_;  // empty while there are few
};

// The parameters read so far, names in lower case. Sections are joined apart from the others: of a
// name that comes both whole and in sections, the way that comes last holds.
class parameter_store {
public:
    void store(std::string_view name, std::string&& value) {
        std::string key = lower(name);
        joined_.take_out(key);
        if (auto* const found = whole_.find(key)) {
            found->what.value = std::move(value);
        } else {
            whole_.add(std::move(key), std::move(value));
        }
    }
    // Where the section names no charset, the one that another of this name did holds.
    void join(std::string_view name, std::string_view text, bool extended,
              std::optional<text_charset> charset) {
        std::string key = lower(name);
        whole_.take_out(key);
        auto* found = joined_.find(key);
        if (!found) found = &joined_.add(std::move(key), {});
        if (charset) found->charset = *charset;
        if (extended) {
            found->what.value += decode_extended(text, found->charset);
        } else {
            found->what.value += text;
        }
    }
    std::vector<parameter> take() && {
        std::vector<parameter> out;
        whole_.move_to(out);
        joined_.move_to(out);
        return out;
    }

private:
    parameter_list whole_;
    parameter_list joined_;
};
}  // namespace detail

// Takes the next well-formed parameter off the front of `rest` (what follows the first ";").
inline bool next_parameter(std::string_view& rest, raw_parameter& p) noexcept {
    while (!rest.empty()) {
        rest = trim_left(rest, charsets::ows);
        bool found = false;
        const std::size_t name = find_not_in(rest, charsets::token);
        if (name > 0 && name < rest.size() && rest[name] == '=') {
            p.name = rest.substr(0, name);
            rest.remove_prefix(name + 1);
            p.quoted = rest.starts_with('"');
            const std::size_t end =
                p.quoted ? detail::closing_quote(rest) : find_not_in(rest, charsets::token);
            if (end == rest.npos) {
                rest = {};
                return false;
            }
            found = end > 0;
            if (found) {
                p.value = p.quoted ? rest.substr(1, end - 1) : rest.substr(0, end);
                rest.remove_prefix(end);
            }
        }
        const std::size_t next = rest.find(';');
        rest.remove_prefix(next == rest.npos ? rest.size() : next + 1);
        if (found) return true;
    }
    return false;
}

// The well-formed parameters of what follows the first ";", as they stand.
using parameter_view = element_view<raw_parameter, next_parameter>;

// The part before the first ";", trimmed. Without it there are no parameters.
inline options parse_options(std::string_view text) {
    options out;
    const std::size_t semicolon = text.find(';');
    out.value = trim(text.substr(0, semicolon), charsets::ows);
    if (out.value.empty() || semicolon == text.npos) return out;
    std::string_view rest = text.substr(semicolon + 1);
    detail::parameter_store parameters;
    for (raw_parameter raw; next_parameter(rest, raw);) {
        std::string_view name = raw.name;
        const bool extended = name.ends_with('*');
        if (extended) name.remove_suffix(1);
        bool continued = false;
        name = detail::without_section(name, continued);
        std::string value = extended ? detail::as_written(raw) : detail::unescape_quoted(raw.value);
        std::optional<detail::text_charset> charset;
        if (extended && !raw.quoted) {
            if (const auto split = detail::split_extended(raw.value)) {
                if (!split->charset.empty()) charset = detail::charset_named(split->charset);
                value = split->value;
            }
        }
        if (continued) {
            parameters.join(name, value, extended, charset);
        } else if (charset) {
            parameters.store(name, detail::decode_extended(value, *charset));
        } else {
            parameters.store(name, std::move(value));
        }
    }
    out.parameters = std::move(parameters).take();
    return out;
}

// Appends a value as a token if it is one and `allow_token`, else as a quoted string; the empty
// value is quoted.
inline void append_quoted_value(std::string& out, std::string_view value, bool allow_token = true) {
    if (allow_token && is_token(value)) {
        out.append(value);
        return;
    }
    out += '"';
    for (char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

// Appends "; name=value". A name that ends in "*" says that the value is encoded already.
inline void append_parameter(std::string& out, std::string_view name, std::string_view value) {
    out.append("; ").append(name).append("=");
    if (name.ends_with('*')) {
        out.append(value);
    } else {
        append_quoted_value(out, value);
    }
}

}  // namespace cruet::http
