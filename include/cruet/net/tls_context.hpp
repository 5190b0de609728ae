// What the TLS connections of a listener have in common: certificates, keys, rules (RFC 8446,
// 5246).
//
//     std::string why;
//     auto context = tls_context::make({.certificates = {{"cert.pem", "key.pem"}}}, &why);
//     if (!context) die(why);                  // "key.pem: does not belong to cert.pem"
//
// A context is made before a server forks, while it may still read the keys: workers then share
// the keys of session tickets (RFC 5077), so that a client resumes its session with any of them.
// Session tickets are the only memory of sessions; a context made anew has new keys for them.
// TLS 1.2 and later, no renegotiation, no compression, ALPN http/1.1 (RFC 7301).
//
// Errors: errc::invalid_argument, and `why` is one line that names the file. Where cruet was built
// without OpenSSL there is that error alone, and tls_context::available is false.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "cruet/core/result.hpp"
#include "cruet/net/tls_options.hpp"

#ifdef CRUET_HAVE_OPENSSL
#include <openssl/ssl.h>

#include <memory>
#include <vector>
#endif

namespace cruet::net {

class tls_context {
public:
#ifdef CRUET_HAVE_OPENSSL
    static constexpr bool available = true;
    // "OpenSSL 3.0.19 27 Jan 2026"
    static std::string_view version() noexcept { return ::OpenSSL_version(OPENSSL_VERSION); }
    // For streams alone.
    SSL_CTX* native() const noexcept { return shared_->first(); }
#else
    static constexpr bool available = false;
    static std::string_view version() noexcept { return {}; }
#endif
    // Shares what another has; an empty one is not used for anything.
    tls_context() noexcept = default;
    explicit operator bool() const noexcept { return static_cast<bool>(shared_); }

    [[nodiscard]] static result<tls_context> make(const tls_options& options,
                                                  std::string* why = nullptr);

private:
#ifdef CRUET_HAVE_OPENSSL
    struct free_context {
        void operator()(SSL_CTX* c) const noexcept { ::SSL_CTX_free(c); }
    };
    using context_ptr = std::unique_ptr<SSL_CTX, free_context>;
    // One for each certificate. The first is every connection's at its start.
    struct contexts {
        std::vector<context_ptr> all;
        SSL_CTX* first() const noexcept { return all.front().get(); }
        static int choose(SSL* connection, int*, void* self) noexcept;
    };
    struct builder;

    std::shared_ptr<contexts> shared_;
#else
    bool shared_ = false;
#endif
};

}  // namespace cruet::net

#include "cruet/net/impl/tls_context.hpp"
