// http/serializer.hpp, http/field.hpp, http/fields.hpp, http/status.hpp, http/method.hpp,
// core/buffer.hpp: what is written is one response, whatever the fields and the reason hold.
#include <algorithm>
#include <string>
#include <vector>

#include "cruet/http/fields.hpp"
#include "cruet/http/method.hpp"
#include "cruet/http/serializer.hpp"
#include "target.hpp"

namespace {
using namespace cruet::http;

std::vector<std::string_view> split(std::string_view text, std::string_view by) {
    std::vector<std::string_view> out;
    for (;;) {
        const std::size_t end = text.find(by);
        out.push_back(text.substr(0, end));
        if (end == text.npos) return out;
        text.remove_prefix(end + by.size());
    }
}

// The content as a client reads it; aborts where the framing is broken.
std::string content(std::string_view body, bool chunked) {
    if (!chunked) return std::string(body);
    std::string out;
    for (;;) {
        const std::size_t line = body.find("\r\n");
        fuzz::require(line != body.npos && line > 0);
        const std::size_t size = std::stoul(std::string(body.substr(0, line)), nullptr, 16);
        body.remove_prefix(line + 2);
        if (size == 0) {
            fuzz::require(body == "\r\n");
            return out;
        }
        fuzz::require(body.size() >= size + 2 && body.substr(size, 2) == "\r\n");
        out.append(body.substr(0, size));
        body.remove_prefix(size + 2);
    }
}

void check(std::string_view sent, std::string_view body, bool head_request) {
    const std::size_t end = sent.find("\r\n\r\n");
    fuzz::require(end != sent.npos);
    const auto lines = split(sent.substr(0, end), "\r\n");
    fuzz::require(lines[0].starts_with("HTTP/1.1 "));
    bool chunked = false;
    bool bodiless = head_request;
    std::optional<std::size_t> length;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        fuzz::require(!breaks_line(lines[i]));
        if (i == 0) continue;
        const std::size_t colon = lines[i].find(": ");
        fuzz::require(colon != std::string_view::npos);
        const std::string_view name = lines[i].substr(0, colon);
        const std::string value(lines[i].substr(colon + 2));
        fuzz::require(is_token(name));
        if (cruet::iequals(name, "content-length")) {
            fuzz::require(!length);
            length = std::stoul(value);
        }
        if (cruet::iequals(name, "transfer-encoding")) chunked = true;
    }
    fuzz::require(!(chunked && length));
    const int status = std::stoi(std::string(lines[0].substr(9, 3)));
    bodiless = bodiless || status < 200 || status == 204 || status == 304;
    const std::string_view rest = sent.substr(end + 4);
    if (bodiless) return fuzz::require(rest.empty());
    const std::string read = content(rest, chunked);
    fuzz::require(read == body.substr(0, length.value_or(body.size())));
}
}  // namespace

CRUET_FUZZ_TARGET(response) {
    const auto lines = split(input, "\n");
    if (const auto known = parse_method(lines[0])) fuzz::require(to_string(*known) == lines[0]);
    std::vector<field> plain;
    fields owned;
    for (std::size_t i = 1; i < lines.size() && i < 8; ++i) {
        const std::size_t colon = std::min(lines[i].find(':'), lines[i].size());
        const field f{lines[i].substr(0, colon),
                      lines[i].substr(std::min(colon + 1, lines[i].size()))};
        plain.push_back(f);
        fuzz::require(owned.add(f.name, f.value).has_value() == check(f).has_value());
        if (check(f)) fuzz::require(owned.find(f.name).has_value());
    }
    const std::string_view body = lines.back();
    const int status = lines[0].empty() ? 200 : 100 + static_cast<unsigned char>(lines[0][0]) * 3;
    for (const bool head_request : {false, true}) {
        for (const bool sized : {false, true}) {
            response_writer writer;
            writer.prepare({.head_request = head_request});
            cruet::buffer out;
            const auto length = sized ? std::optional<std::uint64_t>(body.size()) : std::nullopt;
            if (!writer.start(out, status,
                              lines[0].substr(std::min<std::size_t>(1, lines[0].size())), plain,
                              length)) {
                fuzz::require(out.size() == 0);
                continue;
            }
            writer.write(out, body.substr(0, body.size() / 2));
            writer.write(out, body.substr(body.size() / 2));
            // Where bytes are missing the connection is cut; nothing else can be said of it.
            if (writer.finish(out)) check(out.view(), body, head_request);
        }
    }
}
