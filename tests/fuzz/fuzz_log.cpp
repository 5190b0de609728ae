// server/access_log.hpp: whatever a client sent, its request is one line of printable text.
#include <string>

#include "cruet/server/access_log.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(log) {
    std::string line;
    cruet::server::append_quoted(line, input);
    fuzz::require(line.front() == '"' && line.back() == '"' && line.size() >= input.size() + 2);
    std::string read;
    for (std::size_t i = 1; i + 1 < line.size(); ++i) {
        const char c = line[i];
        fuzz::require(c >= 0x20 && c < 0x7f && c != '"');
        if (c != '\\') {
            read += c;
            continue;
        }
        fuzz::require(line[i + 1] == 'x');
        read += static_cast<char>(std::stoi(line.substr(i + 2, 2), nullptr, 16));
        i += 3;
    }
    fuzz::require(read == input);
}
