// http/multipart.hpp: the events do not depend on where the input is cut, memory stays bounded.
#include <memory>
#include <string>

#include "cruet/http/multipart.hpp"
#include "target.hpp"

namespace {
constexpr cruet::form_limits bounds{.parts = 20, .memory = 20000, .part_head = 2000};

// Heads and joined data. The pieces, of `step` bytes, die as soon as the decoder asks for more.
std::string decode(std::string_view input, std::size_t step) {
    using namespace cruet::http;
    std::string trace;
    multipart_decoder decoder("b", bounds);
    for (std::size_t at = 0; at <= input.size(); at += step) {
        const auto piece = std::make_unique<std::string>(input.substr(at, step));
        decoder.receive(*piece);
        if (at + step > input.size()) decoder.finish();
        for (;;) {
            const auto event = decoder.next();
            if (!event) return trace.append("!").append(event.error().message());
            if (*event == multipart_event::need_data) break;
            if (*event == multipart_event::epilogue) return trace.append("E");
            if (*event == multipart_event::field) trace += 'f';
            if (*event == multipart_event::file) trace += 'F';
            if (*event == multipart_event::data) {
                trace.append(decoder.data());
                if (!decoder.more_data()) trace += '|';
            }
        }
        fuzz::require(decoder.buffered() <= bounds.part_head + 2048 + step);
    }
    return trace;
}
}  // namespace

CRUET_FUZZ_TARGET(multipart) {
    const std::string whole = decode(input, input.size() + 1);
    // What counts against the limits is told when it is known, not when it came; so errors that
    // limits make may come earlier in pieces, but nothing else may differ.
    const bool limited = whole.find("!") != whole.npos;
    for (const std::size_t step : {1U, 2U, 7U}) {
        const std::string pieces = decode(input, step);
        if (limited) {
            fuzz::require(pieces.find('!') != pieces.npos);
        } else {
            fuzz::require(pieces == whole);
        }
    }
}
