// Just enough JSON (RFC 8259) to write answers with.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace native {

// Text as a JSON string. The text is taken to be UTF-8.
inline void append_json(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += digits[byte >> 4];
            out += digits[byte & 15U];
        } else {
            out += c;
        }
    }
    out += '"';
}

// An object, member by member: json_object().add("a", 1).add("b", "text").text()
class json_object {
public:
    json_object& add(std::string_view name, std::string_view value) {
        key(name);
        append_json(out_, value);
        return *this;
    }
    json_object& add(std::string_view name, std::int64_t value) {
        key(name);
        out_ += std::to_string(value);
        return *this;
    }
    json_object& add(std::string_view name, double value) {
        char digits[40];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        key(name);
        out_.append(digits, static_cast<std::size_t>(end - digits));
        return *this;
    }
    // `json` is a JSON text already.
    json_object& add_json(std::string_view name, std::string_view json) {
        key(name);
        out_ += json;
        return *this;
    }
    std::string text() const { return out_ + "}"; }

private:
    void key(std::string_view name) {
        if (out_.size() > 1) out_ += ", ";
        append_json(out_, name);
        out_ += ": ";
    }

    std::string out_ = "{";
};

}  // namespace native
