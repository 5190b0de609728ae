// server/log_format.hpp and server/access_log.hpp: whatever a client sent, its request is one line
// of printable text, from which it can be read again; whatever the format is, it is read or
// refused.
#include <string>

#include "cruet/server/access_log.hpp"
#include "target.hpp"

namespace {
// Undoes \xNN and \u00NN.
std::string unescaped(std::string_view line, std::size_t letters) {
    std::string read;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        fuzz::require(c >= 0x20 && c < 0x7f && c != '"');
        if (c != '\\') {
            read += c;
            continue;
        }
        fuzz::require(i + letters + 2 <= line.size());
        const std::string digits(line.substr(i + letters, 2));
        read += static_cast<char>(std::stoi(digits, nullptr, 16));
        i += letters + 1;
    }
    return read;
}
}  // namespace

CRUET_FUZZ_TARGET(log) {
    using namespace cruet::server;
    std::string line;
    append_escaped(line, input);
    fuzz::require(unescaped(line, 2) == input);
    line.clear();
    append_json_string(line, input);
    fuzz::require(line.size() >= 2 && line.front() == '"' && line.back() == '"');
    fuzz::require(unescaped(std::string_view(line).substr(1, line.size() - 2), 4) == input);

    auto format = log_format::parse(input);
    if (!format) return;
    const auto head = cruet::http::make_head("GET", "/?q", {{"X-A", "\n"}});
    auto info = cruet::make_ref<connection_info>();
    std::string out;
    format->append(out, request_report{*info, head.get(), 200, 0, 0, true}, 0);
    fuzz::require(out.ends_with('\n'));
}
