// Bodies of cruet/net/tls_context.hpp.
#pragma once

#include "cruet/net/tls_context.hpp"

#ifdef CRUET_HAVE_OPENSSL
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <new>

#include "cruet/net/handle.hpp"
#endif

namespace cruet::net {

#ifndef CRUET_HAVE_OPENSSL

inline result<tls_context> tls_context::make(const tls_options&, std::string* why) {
    if (why) *why = "cruet was built without TLS, for lack of OpenSSL";
    return errc::invalid_argument;
}

#else

// Those of TLS 1.2 that Mozilla's "intermediate" names, without finite-field Diffie-Hellman. All of
// TLS 1.3 are good.
inline constexpr char tls_default_ciphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

// Makes a tls_context, and knows what went wrong.
struct tls_context::builder {
    const tls_options& options;
    std::string why{};

    bool fail(std::string_view what, std::string_view reason) {
        why.assign(what).append(": ").append(reason);
        return false;
    }
    // What OpenSSL says of its newest error.
    static std::string complaint(std::string_view otherwise) {
        const char* text = ::ERR_reason_error_string(::ERR_peek_last_error());
        return text ? text : std::string(otherwise);
    }

    bool readable(const std::string& path) {
        const handle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (file) return true;
        std::string reason = std::strerror(errno);
        reason[0] = static_cast<char>(reason[0] | 0x20);
        return fail(path, reason);
    }

    bool load(SSL_CTX* to, const tls_certificate& files);
    bool check_dates(SSL_CTX* of, const std::string& path);
    bool check_key(SSL_CTX* to, const tls_certificate& files);
    bool set_ciphers(SSL_CTX* to);
    bool set_clients(SSL_CTX* to);
    bool set_rules(SSL_CTX* to);
};

inline bool tls_context::builder::load(SSL_CTX* to, const tls_certificate& files) {
    if (!readable(files.chain_file)) return false;
    if (::SSL_CTX_use_certificate_chain_file(to, files.chain_file.c_str()) != 1) {
        const unsigned long e = ::ERR_peek_error();
        const bool none = ERR_GET_LIB(e) == ERR_LIB_PEM && ERR_GET_REASON(e) == PEM_R_NO_START_LINE;
        return fail(files.chain_file,
                    none ? "holds no certificate in PEM form" : complaint("is no certificate"));
    }
    return check_dates(to, files.chain_file) && check_key(to, files);
}

inline bool tls_context::builder::check_dates(SSL_CTX* of, const std::string& path) {
    const X509* certificate = ::SSL_CTX_get0_certificate(of);
    const auto date = [](const ASN1_TIME* time) {
        std::tm parts{};
        char text[32] = "";
        if (::ASN1_TIME_to_tm(time, &parts) == 1) {
            std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
        }
        return std::string(text);
    };
    const ASN1_TIME* end = ::X509_get0_notAfter(certificate);
    if (::X509_cmp_current_time(end) < 0) return fail(path, "has expired on " + date(end));
    const ASN1_TIME* start = ::X509_get0_notBefore(certificate);
    if (::X509_cmp_current_time(start) > 0) return fail(path, "is not valid before " + date(start));
    return true;
}

inline bool tls_context::builder::check_key(SSL_CTX* to, const tls_certificate& files) {
    const std::string& path = files.key_file.empty() ? files.chain_file : files.key_file;
    if (!readable(path)) return false;
    // No terminal is to be asked for a password.
    bool encrypted = false;
    ::SSL_CTX_set_default_passwd_cb_userdata(to, &encrypted);
    ::SSL_CTX_set_default_passwd_cb(to, [](char*, int, int, void* asked) {
        *static_cast<bool*>(asked) = true;
        return 0;
    });
    const int used = ::SSL_CTX_use_PrivateKey_file(to, path.c_str(), SSL_FILETYPE_PEM);
    ::SSL_CTX_set_default_passwd_cb(to, nullptr);
    ::SSL_CTX_set_default_passwd_cb_userdata(to, nullptr);
    if (used == 1) return true;
    const unsigned long e = ::ERR_peek_last_error();
    if (ERR_GET_LIB(e) == ERR_LIB_X509 && (ERR_GET_REASON(e) == X509_R_KEY_VALUES_MISMATCH ||
                                           ERR_GET_REASON(e) == X509_R_KEY_TYPE_MISMATCH)) {
        return fail(path, "does not belong to " + files.chain_file);
    }
    if (encrypted) {
        return fail(path, "is encrypted; a server needs its key without a password");
    }
    return fail(path, "holds no private key in PEM form");
}

// OpenSSL has two lists; here is one.
inline bool tls_context::builder::set_ciphers(SSL_CTX* to) {
    std::string older, suites;
    std::string_view rest = options.ciphers;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        const std::string_view name = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        std::string& list = name.starts_with("TLS_") ? suites : older;
        if (!list.empty()) list += ':';
        list += name;
    }
    if (!suites.empty() && ::SSL_CTX_set_ciphersuites(to, suites.c_str()) != 1) {
        return fail(suites, complaint("no such ciphers"));
    }
    const char* list = older.empty() ? tls_default_ciphers : older.c_str();
    return ::SSL_CTX_set_cipher_list(to, list) == 1 || fail(list, complaint("no such ciphers"));
}

inline bool tls_context::builder::set_clients(SSL_CTX* to) {
    if (options.clients == tls_client_certificates::none) return true;
    if (options.ca_file.empty()) {
        return fail("certificates of clients", "no authorities are named to check them by");
    }
    if (!readable(options.ca_file)) return false;
    STACK_OF(X509_NAME)* names = ::SSL_load_client_CA_file(options.ca_file.c_str());
    if (!names || ::SSL_CTX_load_verify_locations(to, options.ca_file.c_str(), nullptr) != 1) {
        sk_X509_NAME_pop_free(names, ::X509_NAME_free);
        return fail(options.ca_file, "holds no certificate in PEM form");
    }
    ::SSL_CTX_set_client_CA_list(to, names);
    const bool required = options.clients == tls_client_certificates::required;
    ::SSL_CTX_set_verify(to, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                         nullptr);
    return true;
}

inline bool tls_context::builder::set_rules(SSL_CTX* to) {
    const int least = options.least == tls_version::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    ::SSL_CTX_set_min_proto_version(to, least);
    // HTTP says itself where a message ends: a client that leaves without a farewell is no error.
    ::SSL_CTX_set_options(
        to, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // A record at a time, from wherever it lies by then; no buffers while nothing moves.
    ::SSL_CTX_set_mode(to, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                               SSL_MODE_RELEASE_BUFFERS);
    ::SSL_CTX_set_read_ahead(to, 1);
    // What a worker remembered, the next one would not know.
    ::SSL_CTX_set_session_cache_mode(to, SSL_SESS_CACHE_OFF);
    static constexpr unsigned char us[] = "cruet";
    ::SSL_CTX_set_session_id_context(to, us, sizeof us - 1);
    ::SSL_CTX_set_alpn_select_cb(
        to,
        [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
           unsigned int offered_size, void*) {
            static constexpr unsigned char known[] = "\x08http/1.1";
            const int found = ::SSL_select_next_proto(const_cast<unsigned char**>(out), size, known,
                                                      sizeof known - 1, offered, offered_size);
            // A client that speaks HTTP/2 alone learns it here (RFC 7301 section 3.2).
            return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
        },
        nullptr);
    return set_ciphers(to) && set_clients(to);
}

inline int tls_context::contexts::choose(SSL* connection, int*, void* self) noexcept {
    const char* name = ::SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
    if (!name) return SSL_TLSEXT_ERR_NOACK;
    for (const context_ptr& one : static_cast<const contexts*>(self)->all) {
        X509* certificate = ::SSL_CTX_get0_certificate(one.get());
        const int fits = ::X509_check_host(certificate, name, std::strlen(name),
                                           X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr);
        if (fits != 1) continue;
        ::SSL_set_SSL_CTX(connection, one.get());
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
}

inline result<tls_context> tls_context::make(const tls_options& options, std::string* why) {
    builder build{options};
    tls_context made;
    made.shared_ = std::make_shared<contexts>();
    bool good = !options.certificates.empty() || build.fail("TLS", "no certificate is named");
    for (const tls_certificate& files : options.certificates) {
        if (!good) break;
        ::ERR_clear_error();
        context_ptr& one = made.shared_->all.emplace_back(::SSL_CTX_new(::TLS_server_method()));
        if (!one) throw std::bad_alloc();
        good = build.set_rules(one.get()) && build.load(one.get(), files);
    }
    ::ERR_clear_error();
    if (!good) {
        if (why) *why = std::move(build.why);
        return errc::invalid_argument;
    }
    SSL_CTX* first = made.shared_->first();
    ::SSL_CTX_set_tlsext_servername_callback(first, contexts::choose);
    ::SSL_CTX_set_tlsext_servername_arg(first, made.shared_.get());
    return made;
}

#endif

}  // namespace cruet::net
