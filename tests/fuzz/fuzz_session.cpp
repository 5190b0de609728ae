// server/http1_session.hpp: what a client gets does not depend on how its bytes arrive, nothing is
// kept of a connection that has ended, and the handler hears of each exchange's end once.
#include <string>

#include "../cpp/server/session_fixture.hpp"
#include "target.hpp"

namespace {

using namespace cruet;

// Whole answers, streams, failures and bad fields, as the target asks.
void answer(server::exchange& x) {
    const std::string_view target = x.head().target();
    const std::string body = std::to_string(x.body().size()) + std::string(target);
    if (target.ends_with('s')) {
        if (!x.start(200, {}, {}, std::nullopt)) return;
        (void)x.write(body);
        (void)x.write(body);
        return x.finish();
    }
    if (target.ends_with('f')) return x.fail();
    // Any value the parser lets in can be sent out again.
    const http::field echo{"Echo", x.head().find("a").value_or("")};
    fuzz::require(x.respond(200, {}, {&echo, 1}, body).has_value());
}

std::string without_continue(std::string text) {
    constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
    for (std::size_t at = 0; (at = text.find(interim)) != text.npos;)
        text.erase(at, interim.size());
    return text;
}

std::string talk(std::string_view input, std::size_t step) {
    test::session_fixture f;
    f.options.body_memory = static_cast<std::size_t>(-1);
    f.options.limits.body_size = 3000;
    f.handler.on_handle = answer;
    f.connect();
    for (std::size_t at = 0; at < input.size() && !f.done(); at += step) {
        f.send(input.substr(at, step));
    }
    if (!f.done()) f.end();
    fuzz::require(f.done());
    fuzz::require(f.handler.gone_calls == 0);
    fuzz::require(static_cast<int>(f.metrics.lines.size()) >= f.handler.handled);
    return without_continue(f.take());
}

}  // namespace

CRUET_FUZZ_TARGET(session) {
    const std::string whole = test::plain(talk(input, input.size() + 1));
    for (const std::size_t step : {1U, 7U}) fuzz::require(test::plain(talk(input, step)) == whole);
}
