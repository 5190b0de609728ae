#include "cruet/net/tls_options.hpp"

#include "../catch.hpp"

using namespace cruet::net;

TEST_CASE("tls_options: as they stand they ask for no client's certificate and for TLS 1.2") {
    const tls_options options;
    CHECK(options.certificates.empty());
    CHECK(options.clients == tls_client_certificates::none);
    CHECK(options.least == tls_version::v1_2);
    CHECK(options.ciphers.empty());
}
