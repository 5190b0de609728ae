// Certificates made for a test, and a client that speaks TLS in the test's own thread.
#pragma once

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "../catch.hpp"
#include "cruet/net/handle.hpp"
#include "cruet/net/tls_context.hpp"
#include "cruet/net/tls_stream.hpp"

namespace cruet::test {

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)>;
using x509_ptr = std::unique_ptr<X509, decltype(&::X509_free)>;

struct identity {
    std::string certificate;  // paths
    std::string key;
    net::tls_certificate files() const { return {certificate, key}; }
};

// A folder of PEM files that goes with the object.
class certificate_folder {
public:
    certificate_folder() {
        std::string made = (std::filesystem::temp_directory_path() / "cruet-XXXXXX").string();
        REQUIRE(::mkdtemp(made.data()) != nullptr);
        path_ = made;
    }
    certificate_folder(const certificate_folder&) = delete;
    certificate_folder& operator=(const certificate_folder&) = delete;
    ~certificate_folder() { std::filesystem::remove_all(path_); }

    std::string path(const std::string& name) const { return (path_ / name).string(); }

    std::string write(const std::string& name, std::string_view text) const {
        std::FILE* f = std::fopen(path(name).c_str(), "wb");
        REQUIRE(f != nullptr);
        std::fwrite(text.data(), 1, text.size(), f);
        std::fclose(f);
        return path(name);
    }

    // Self-signed, for names such as "DNS:a.test,DNS:*.b.test"; valid from and to seconds from now.
    identity make(const std::string& name, const std::string& names, long from = -60,
                  long to = 3600, const char* password = nullptr) const {
        const key_ptr key(EVP_EC_gen("P-256"), ::EVP_PKEY_free);
        const x509_ptr made(::X509_new(), ::X509_free);
        X509* c = made.get();
        ::X509_set_version(c, 2);
        ::ASN1_INTEGER_set(::X509_get_serialNumber(c), 1);
        ::X509_gmtime_adj(::X509_getm_notBefore(c), from);
        ::X509_gmtime_adj(::X509_getm_notAfter(c), to);
        X509_NAME* subject = ::X509_get_subject_name(c);
        ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                     0);
        ::X509_set_issuer_name(c, subject);
        if (!names.empty()) {
            X509_EXTENSION* extension =
                ::X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
            ::X509_add_ext(c, extension, -1);
            ::X509_EXTENSION_free(extension);
        }
        ::X509_set_pubkey(c, key.get());
        REQUIRE(::X509_sign(c, key.get(), ::EVP_sha256()) > 0);
        identity out{path(name + ".pem"), path(name + ".key")};
        std::FILE* f = std::fopen(out.certificate.c_str(), "wb");
        ::PEM_write_X509(f, c);
        std::fclose(f);
        f = std::fopen(out.key.c_str(), "wb");
        ::PEM_write_PrivateKey(f, key.get(), password ? ::EVP_aes_128_cbc() : nullptr, nullptr, 0,
                               nullptr, const_cast<char*>(password));
        std::fclose(f);
        return out;
    }

private:
    std::filesystem::path path_;
};

inline net::tls_context context_of(net::tls_options options) {
    std::string why;
    auto made = net::tls_context::make(options, &why);
    INFO(why);
    REQUIRE(made);
    return *made;
}

// The other end: OpenSSL as a client over a non-blocking socket.
class tls_peer {
public:
    explicit tls_peer(net::handle socket, const char* server_name = nullptr,
                      const identity* me = nullptr)
        : context_(::SSL_CTX_new(::TLS_client_method()), ::SSL_CTX_free),
          socket_(std::move(socket)) {
        if (me) {
            ::SSL_CTX_use_certificate_chain_file(context_.get(), me->certificate.c_str());
            ::SSL_CTX_use_PrivateKey_file(context_.get(), me->key.c_str(), SSL_FILETYPE_PEM);
        }
        ::SSL_CTX_set_mode(context_.get(),
                           SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        ssl_.reset(::SSL_new(context_.get()));
        use(socket_.get());
        ::SSL_set_connect_state(ssl_.get());
        if (server_name) ::SSL_set_tlsext_host_name(ssl_.get(), server_name);
    }

    // By the stream's own way to a socket, which raises no signal.
    void use(int fd) {
        BIO* bio = ::BIO_new(net::detail::tls_socket_method());
        ::BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
        ::BIO_set_init(bio, 1);
        ::SSL_set_bio(ssl_.get(), bio, bio);
    }
    SSL* ssl() const { return ssl_.get(); }
    int fd() const { return socket_.get(); }
    bool shake() { return ::SSL_do_handshake(ssl()) == 1; }
    std::size_t write(std::string_view bytes) {
        std::size_t n = 0;
        return ::SSL_write_ex(ssl(), bytes.data(), bytes.size(), &n) == 1 ? n : 0;
    }
    std::string read() {
        std::string all;
        char part[16384];
        std::size_t n = 0;
        while (::SSL_read_ex(ssl(), part, sizeof part, &n) == 1) all.append(part, n);
        return all;
    }
    // Has the server said that no more comes?
    bool told_end() const { return (::SSL_get_shutdown(ssl()) & SSL_RECEIVED_SHUTDOWN) != 0; }
    std::string server_name() const {
        const x509_ptr shown(::SSL_get1_peer_certificate(ssl()), ::X509_free);
        char name[256] = "";
        if (shown) {
            ::X509_NAME_get_text_by_NID(::X509_get_subject_name(shown.get()), NID_commonName, name,
                                        sizeof name);
        }
        return name;
    }
    void hang_up() { socket_.reset(); }

private:
    std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_;
    net::handle socket_;
    std::unique_ptr<SSL, decltype(&::SSL_free)> ssl_{nullptr, ::SSL_free};
};

// Two ends of a connection, the sockets' buffers as small as they get where that is wanted.
inline std::pair<net::handle, net::handle> socket_pair(bool small = false) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    for (const int end : ends) {
        net::set_flags(end);
        const int size = 4096;
        if (small) ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    }
    return {net::handle(ends[0]), net::handle(ends[1])};
}

// Reads nothing but the handshake.
inline bool shake_hands(net::tls_stream& server, tls_peer& client) {
    char none[1];
    for (int i = 0; i < 20; ++i) {
        const bool done = client.shake();
        const net::io_result got = server.read(none);
        if (got.state != net::io_state::want_read && got.state != net::io_state::want_write) {
            return false;
        }
        if (done && got.state == net::io_state::want_read &&
            server.write("!").state == net::io_state::ok) {
            return client.read() == "!";
        }
    }
    return false;
}

}  // namespace cruet::test
