// What TLS on a listener is told. Names no library, so that options can be held without one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cruet::net {

// Paths of PEM files: a certificate and the chain above it, and its private key. "" for a key that
// lies in the first file, too.
struct tls_certificate {
    std::string chain_file;
    std::string key_file;
};

// Whether clients are asked for a certificate, and have to have one.
enum class tls_client_certificates : std::uint8_t { none, optional, required };
enum class tls_version : std::uint8_t { v1_2, v1_3 };

struct tls_options {
    // At least one. A client gets the first whose names fit what it asks for (SNI, RFC 6066
    // section 3), else the first.
    std::vector<tls_certificate> certificates{};
    // The authorities that clients' certificates must come from. Needed where they are asked for.
    std::string ca_file{};
    tls_client_certificates clients = tls_client_certificates::none;
    tls_version least = tls_version::v1_2;
    // OpenSSL's list; names that begin with TLS_ are those of TLS 1.3. "": those without known
    // weaknesses.
    std::string ciphers{};
};

// A client's certificate, which one of the authorities stands for.
struct tls_client {
    std::string certificate;  // PEM
    std::string subject;      // RFC 2253: "CN=name,O=firm"
    std::string issuer;
};

}  // namespace cruet::net
