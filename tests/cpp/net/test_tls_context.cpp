#include "cruet/net/tls_context.hpp"

#include <string>
#include <utility>

#include "tls_fixture.hpp"

using namespace cruet;
using namespace cruet::test;

namespace {

std::string refusal(const net::tls_options& options) {
    std::string why;
    const auto made = net::tls_context::make(options, &why);
    CHECK_FALSE(made);
    if (!made) CHECK(made.error().code == errc::invalid_argument);
    CHECK(::ERR_peek_error() == 0);
    return why;
}

// What the server's certificate is called that a client gets who asks for a name.
std::string chosen(const net::tls_context& context, const char* name) {
    auto [a, b] = socket_pair();
    net::tls_stream server(std::move(a), context);
    tls_peer client(std::move(b), name);
    REQUIRE(shake_hands(server, client));
    return client.server_name();
}

}  // namespace

TEST_CASE("tls_context: files that cannot be used are named, with the reason") {
    const certificate_folder folder;
    const identity good = folder.make("good", ""), other = folder.make("other", "");
    const std::string missing = folder.path("missing.pem");
    const std::string junk = folder.write("junk.pem", "not a certificate\n");

    CHECK(refusal({}) == "TLS: no certificate is named");
    CHECK(refusal({.certificates = {{missing, good.key}}}) ==
          missing + ": no such file or directory");
    CHECK(refusal({.certificates = {{good.certificate, missing}}}) ==
          missing + ": no such file or directory");
    CHECK(refusal({.certificates = {{junk, good.key}}}) ==
          junk + ": holds no certificate in PEM form");
    CHECK(refusal({.certificates = {{good.certificate, junk}}}) ==
          junk + ": holds no private key in PEM form");
    CHECK(refusal({.certificates = {{good.certificate, {}}}}) ==
          good.certificate + ": holds no private key in PEM form");
    CHECK(refusal({.certificates = {{good.certificate, other.key}}}) ==
          other.key + ": does not belong to " + good.certificate);
    CHECK(refusal({.certificates = {good.files(), {junk, {}}}}).starts_with(junk));

    const identity locked = folder.make("locked", "", -60, 3600, "secret");
    CHECK(refusal({.certificates = {locked.files()}}) ==
          locked.key + ": is encrypted; a server needs its key without a password");
    const identity old = folder.make("old", "", -7200, -3600);
    CHECK(refusal({.certificates = {old.files()}})
              .starts_with(old.certificate + ": has expired on 20"));
    const identity early = folder.make("early", "", 3600, 7200);
    CHECK(refusal({.certificates = {early.files()}})
              .starts_with(early.certificate + ": is not valid before 20"));
}

TEST_CASE("tls_context: ciphers of both lists, and those that there are not") {
    const certificate_folder folder;
    const identity good = folder.make("good", "");
    const auto with = [&](const char* ciphers) {
        return net::tls_options{.certificates = {good.files()}, .ciphers = ciphers};
    };
    CHECK(refusal(with("NOTHING-OF-THE-KIND")) == "NOTHING-OF-THE-KIND: no cipher match");
    CHECK(refusal(with("TLS_NO_SUCH")).starts_with("TLS_NO_SUCH: "));
    const auto context = context_of(with("TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384"));
    auto [a, b] = socket_pair();
    net::tls_stream server(std::move(a), context);
    tls_peer client(std::move(b));
    REQUIRE(shake_hands(server, client));
    CHECK(std::string(::SSL_get_cipher(client.ssl())) == "TLS_AES_256_GCM_SHA384");
}

TEST_CASE("tls_context: the authorities that clients need") {
    const certificate_folder folder;
    const identity good = folder.make("good", "");
    net::tls_options options{.certificates = {good.files()},
                             .clients = net::tls_client_certificates::required};
    CHECK(refusal(options) == "certificates of clients: no authorities are named to check them by");
    options.ca_file = folder.path("none.pem");
    CHECK(refusal(options) == options.ca_file + ": no such file or directory");
    options.ca_file = folder.write("empty.pem", "");
    CHECK(refusal(options) == options.ca_file + ": holds no certificate in PEM form");
    options.ca_file = good.certificate;
    CHECK(context_of(options));
}

TEST_CASE("tls_context: a client gets the certificate of the name that it asks for") {
    const certificate_folder folder;
    const auto context =
        context_of({.certificates = {folder.make("first", "DNS:first.test").files(),
                                     folder.make("wild", "DNS:*.wild.test,DNS:wild.test").files(),
                                     folder.make("named", "").files()}});
    CHECK(chosen(context, "first.test") == "first");
    CHECK(chosen(context, "a.wild.test") == "wild");
    CHECK(chosen(context, "WILD.test") == "wild");
    CHECK(chosen(context, "a.b.wild.test") == "first");
    CHECK(chosen(context, "named") == "named");
    CHECK(chosen(context, "elsewhere.test") == "first");
    CHECK(chosen(context, nullptr) == "first");
}

TEST_CASE("tls_context: copies are the same; one that holds nothing is false") {
    const certificate_folder folder;
    net::tls_context kept;
    CHECK_FALSE(kept);
    {
        const auto made = context_of({.certificates = {folder.make("one", "").files()}});
        kept = made;
        CHECK(kept.native() == made.native());
    }
    CHECK(chosen(kept, nullptr) == "one");
    CHECK(net::tls_context::version().starts_with("OpenSSL "));
}
