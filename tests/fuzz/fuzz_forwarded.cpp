// http/forwarded.hpp, net/address_set.hpp and server/forwarding.hpp: whatever a proxy passes on, an
// address is believed only as one, and a host and a prefix only as what can stand in a URL.
#include <string>
#include <vector>

#include "cruet/server/forwarding.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(forwarded) {
    using namespace cruet;
    const auto within = [&](std::string_view view) {
        return view.empty() || (view.data() >= input.data() &&
                                view.data() + view.size() <= input.data() + input.size());
    };
    if (const auto element = http::parse_forwarded(input)) {
        fuzz::require(within(element->for_node) && within(element->by_node));
        fuzz::require(within(element->host) && within(element->proto));
    }
    if (const auto node = http::split_node(input)) {
        fuzz::require(within(node->host) && within(node->port));
        fuzz::require(node->host.find('[') == input.npos || input.find('[', 1) != input.npos);
    }
    (void)net::address_set::parse(input);

    // Lines of the input are values of the fields in turn.
    static constexpr std::string_view names[] = {"X-Forwarded-For",    "X-Forwarded-Proto",
                                                 "X-Forwarded-Host",   "X-Forwarded-Port",
                                                 "X-Forwarded-Prefix", "Forwarded"};
    std::vector<http::field> fields;
    for (std::size_t at = 0; at < input.size() && fields.size() < 100;) {
        const std::size_t end = std::min(input.find('\n', at), input.size());
        fields.push_back({names[fields.size() % 6], input.substr(at, end - at)});
        at = end + 1;
    }
    server::forwarding_options o;
    o.trusted = *net::address_set::parse("10.0.0.0/8,::/8");
    o.x_for = o.x_proto = o.x_host = o.x_port = o.x_prefix = true;
    o.forwarded = input.size() % 2 != 0;
    o.scheme_fields = {{"X-Forwarded-Proto", "https"}};
    auto direct = make_ref<server::connection_info>();
    direct->trusted = true;
    const auto info = server::forwarded_info(direct, *http::make_head("GET", "/", fields), o);
    if (!info) return;
    const server::connection_info& told = **info;
    fuzz::require(told.remote_address.empty() || net::parse_ip(told.remote_address));
    fuzz::require(all_in(told.host, http::host_chars));
    fuzz::require(told.prefix.empty() || (told.prefix[0] == '/' && told.prefix[1] != '/'));
}
