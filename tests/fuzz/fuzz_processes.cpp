// process/pidfile.hpp, process/upgrade.hpp, process/activation.hpp: numbers that another process
// has left in a file and in the environment.
#include <string>

#include "cruet/process/activation.hpp"
#include "cruet/process/pidfile.hpp"
#include "cruet/process/upgrade.hpp"
#include "target.hpp"

CRUET_FUZZ_TARGET(processes) {
    using namespace cruet::process;
    if (const auto pid = pidfile::number_in(input)) {
        fuzz::require(*pid > 0);
        const std::string digits = std::to_string(*pid);
        const std::string_view rest = input.substr(input.find_first_not_of('0'));
        fuzz::require(rest.starts_with(digits));
        fuzz::require(pidfile::number_in(digits + "\n") == pid);
    }
    // Nothing here listens.
    fuzz::require(parse_sockets(input).empty());
    const std::size_t middle = input.find('\n');
    const std::string_view names = middle == input.npos ? "" : input.substr(middle + 1);
    const auto given = parse_activation(input.substr(0, middle), names);
    fuzz::require(given.size() <= most_given_sockets);
    int fd = first_given_socket;
    for (const given_socket& one : given) {
        fuzz::require(one.fd == fd++);
        fuzz::require(!one.name.empty() && one.name.find(':') == one.name.npos);
    }
}
