// net/proxy_protocol.hpp: cut in pieces a header reads as in one, and as the slow way reads it.
#include <string>

#include "../cpp/net/proxy_oracle.hpp"
#include "cruet/net/proxy_protocol.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(proxy) {
    using namespace cruet;
    if (input.empty()) return;
    // The first byte says how; the rest is the input.
    const auto how = static_cast<unsigned char>(input[0]);
    const std::string text(input.substr(1));
    constexpr net::proxy_version versions[] = {net::proxy_version::any, net::proxy_version::v1,
                                               net::proxy_version::v2};
    const net::proxy_version wanted = versions[how % 3];
    const auto slow = test::slow_proxy(text, wanted);
    const auto whole = test::quick_proxy(text, wanted, text.size() + 1);
    const auto pieces = test::quick_proxy(text, wanted, 1 + how / 3);
    fuzz::require(whole.state == pieces.state && test::same_reading(slow, whole) &&
                  test::same_reading(slow, pieces));
}
