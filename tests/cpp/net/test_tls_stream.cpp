#include "cruet/net/tls_stream.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "tls_fixture.hpp"

using namespace cruet;
using namespace cruet::net;
using namespace cruet::test;

static_assert(Stream<tls_stream>);
static_assert(tls_stream::secure());

namespace {

std::string pattern(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>('a' + i * 7 % 23 + i / 977 % 3);
    return text;
}

std::string read_all(tls_stream& from, io_state* end = nullptr, std::size_t at_once = 65536) {
    std::string all, part(at_once, '\0');
    for (;;) {
        const io_result r = from.read(part);
        if (end) *end = r.state;
        if (r.state != io_state::ok) return all;
        all.append(part, 0, r.bytes);
    }
}

struct connected {
    certificate_folder folder;
    tls_context context = context_of({.certificates = {folder.make("a", "").files()}});
    std::optional<tls_stream> server;
    std::optional<tls_peer> client;

    explicit connected(bool small = false, const identity* me = nullptr) { open(small, me); }
    void open(bool small = false, const identity* me = nullptr) {
        auto [a, b] = socket_pair(small);
        server.emplace(std::move(a), context);
        client.emplace(std::move(b), nullptr, me);
    }
};

}  // namespace

TEST_CASE("tls_stream: bytes go both ways, in order, in parts and at once") {
    connected c;
    REQUIRE(shake_hands(*c.server, *c.client));
    CHECK(c.client->write("GET /") == 5);
    CHECK(read_all(*c.server) == "GET /");
    CHECK(c.server->write("head", "body").bytes == 8);
    CHECK(c.server->write("", "second").bytes == 6);
    CHECK(c.client->read() == "headbodysecond");
    char part[16];
    CHECK(c.server->read(part).state == io_state::want_read);
    CHECK(c.server->complaint().empty());
}

TEST_CASE("tls_stream: what was read ahead is told of, and waited for by a socket that is ready") {
    connected c;
    REQUIRE(shake_hands(*c.server, *c.client));
    const std::string much = pattern(40000);
    REQUIRE(c.client->write(std::string_view(much).substr(0, 10000)) == 10000);
    REQUIRE(c.client->write(std::string_view(much).substr(10000, 100)) == 100);
    CHECK(c.server->unread());
    char part[600];
    std::string got;
    io_result r = c.server->read(part);
    REQUIRE(r.state == io_state::ok);
    got.append(part, r.bytes);
    CHECK(c.server->pending());
    CHECK(c.server->unread());
    CHECK(c.server->waiting(interest::read) == interest::both);
    CHECK(c.server->waiting(interest::write) == interest::write);
    CHECK(c.server->waiting(interest::none) == interest::none);
    CHECK(c.server->moved(ready::write) == ready::both);
    got += read_all(*c.server, nullptr, 600);
    CHECK(got == much.substr(0, 10100));
    CHECK_FALSE(c.server->pending());
    CHECK_FALSE(c.server->unread());
    CHECK(c.server->waiting(interest::read) == interest::read);
    CHECK(c.server->moved(ready::write) == ready::write);
}

TEST_CASE("tls_stream: records that come a byte at a time") {
    connected c;
    REQUIRE(shake_hands(*c.server, *c.client));
    // What the client sends, taken from another connection of sockets in between.
    auto [outer, inner] = socket_pair();
    const net::handle own(::dup(c.client->fd()));
    c.client->use(inner.get());
    REQUIRE(c.client->write("piecemeal") == 9);
    char record[256];
    const ssize_t size = ::recv(outer.get(), record, sizeof record, 0);
    REQUIRE(size > 20);
    char part[64];
    for (ssize_t i = 0; i < size; ++i) {
        const io_result r = c.server->read(part);
        REQUIRE(r.state == io_state::want_read);
        CHECK_FALSE(c.server->pending());
        REQUIRE(::send(own.get(), record + i, 1, 0) == 1);
    }
    const io_result r = c.server->read(part);
    REQUIRE(r.state == io_state::ok);
    CHECK(std::string(part, r.bytes) == "piecemeal");
}

TEST_CASE("tls_stream: a write goes on where the socket was full, also from another place") {
    connected c(true);
    REQUIRE(shake_hands(*c.server, *c.client));
    const std::string much = pattern(300000);
    std::size_t sent = 0;
    std::string got;
    bool full = false;
    for (int turn = 0; sent < much.size() && turn < 10000; ++turn) {
        // Moved about, with more behind it than the time before.
        const std::string rest = much.substr(sent, 20000 + static_cast<std::size_t>(turn) * 100);
        const std::size_t cut = sent % 2 == 0 ? rest.size() : rest.size() / 3;
        const io_result r = c.server->write(std::string_view(rest).substr(0, cut),
                                            std::string_view(rest).substr(cut));
        if (r.state == io_state::ok) {
            sent += r.bytes;
        } else {
            REQUIRE(r.state == io_state::want_write);
            full = true;
            got += c.client->read();
        }
    }
    CHECK(full);
    got += c.client->read();
    CHECK(sent == much.size());
    CHECK(got == much);
}

TEST_CASE("tls_stream: a handshake whose answer does not fit waits until it can write") {
    connected c(true);
    // The socket is full before the server has said anything.
    c.client->shake();
    const std::string filler(4096, 'x');
    std::size_t filled = 0;
    for (ssize_t n = 0; (n = ::send(c.server->fd(), filler.data(), filler.size(), 0)) > 0;) {
        filled += static_cast<std::size_t>(n);
    }
    char part[64];
    const io_result r = c.server->read(part);
    CHECK(r.state == io_state::want_write);
    CHECK(c.server->waiting(interest::read) == interest::write);
    CHECK(c.server->moved(ready::write) == ready::both);
    std::string drained(filled, '\0');
    std::size_t at = 0;
    while (at < filled) {
        const ssize_t n = ::recv(c.client->fd(), drained.data() + at, filled - at, 0);
        REQUIRE(n > 0);
        at += static_cast<std::size_t>(n);
    }
    CHECK(c.server->read(part).state == io_state::want_read);
    CHECK(c.server->waiting(interest::read) == interest::read);
    CHECK(shake_hands(*c.server, *c.client));
}

TEST_CASE("tls_stream: both ends tell that no more comes, and reading goes on behind it") {
    connected c;
    REQUIRE(shake_hands(*c.server, *c.client));
    c.server->shutdown_write();
    CHECK(c.client->read().empty());
    CHECK(c.client->told_end());
    CHECK(c.client->write("late") == 4);
    CHECK(::SSL_shutdown(c.client->ssl()) == 1);
    io_state end{};
    CHECK(read_all(*c.server, &end) == "late");
    CHECK(end == io_state::end);
}

TEST_CASE("tls_stream: its end is told, and not where it is to look like a break") {
    for (const bool reset : {false, true}) {
        connected c;
        REQUIRE(shake_hands(*c.server, *c.client));
        if (reset) c.server->reset_on_close();
        c.server.reset();
        CHECK(c.client->read().empty());
        CHECK(c.client->told_end() != reset);
    }
}

TEST_CASE("tls_stream: a peer that goes without a farewell is at its end, and may be answered") {
    connected c;
    REQUIRE(shake_hands(*c.server, *c.client));
    CHECK(c.client->write("request") == 7);
    ::shutdown(c.client->fd(), SHUT_WR);
    io_state end{};
    CHECK(read_all(*c.server, &end) == "request");
    CHECK(end == io_state::end);
    CHECK(c.server->write("answer").state == io_state::ok);
    CHECK(c.client->read() == "answer");
    c.client->hang_up();
    CHECK(c.server->write("nobody there").state == io_state::broken);
}

TEST_CASE("tls_stream: a peer that goes in its handshake breaks it") {
    connected c;
    char part[64];
    CHECK(c.server->read(part).state == io_state::want_read);
    SECTION("before it has said anything") {
        c.client->hang_up();
        CHECK(c.server->read(part).state == io_state::end);
    }
    SECTION("behind its first words") {
        c.client->shake();
        CHECK(c.server->read(part).state == io_state::want_read);
        c.client->hang_up();
        CHECK(c.server->read(part).state == io_state::broken);
        CHECK(c.server->write("x").state == io_state::broken);
    }
}

TEST_CASE("tls_stream: who speaks plain HTTP can be told so in plain words") {
    connected c;
    const std::string_view request = "GET / HTTP/1.1\r\n\r\n";
    REQUIRE(::send(c.client->fd(), request.data(), request.size(), 0) > 0);
    char part[64];
    CHECK(c.server->read(part).state == io_state::foreign);
    CHECK(c.server->complaint() == "plain HTTP");
    CHECK(c.server->write("HTTP/1.1 400 ", "Bad Request").bytes == 24);
    const ssize_t n = ::recv(c.client->fd(), part, sizeof part, 0);
    CHECK(std::string(part, static_cast<std::size_t>(std::max<ssize_t>(n, 0))) ==
          "HTTP/1.1 400 Bad Request");
    CHECK(c.server->read(part).bytes == request.size());
    c.server->shutdown_write();
    CHECK(::recv(c.client->fd(), part, sizeof part, 0) == 0);
}

TEST_CASE("tls_stream: hostile bytes break it, and it says why") {
    const std::string hello_of_65535("\x16\x03\x01\xff\xff\x01", 6);
    for (const std::string& bytes :
         {std::string(64, '\0'), std::string(64, '\xff'), hello_of_65535 + std::string(100, 'x'),
          std::string("\x16\x03\x01\x00\x04\x01\x00\x00\x00", 9),
          std::string("\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10", 11) +
              std::string(40, '\1')}) {
        connected c;
        REQUIRE(::send(c.client->fd(), bytes.data(), bytes.size(), 0) > 0);
        char part[64];
        CHECK(c.server->read(part).state == io_state::broken);
        CHECK_FALSE(c.server->complaint().empty());
        CHECK(c.server->read(part).state == io_state::broken);
        CHECK(c.server->write("x").state == io_state::broken);
        CHECK(::ERR_peek_error() == 0);
    }
}

TEST_CASE("tls_stream: a record that was changed on its way breaks it") {
    connected c;
    REQUIRE(shake_hands(*c.server, *c.client));
    const std::string record("\x17\x03\x03\x00\x20", 5);
    const std::string junk = record + std::string(32, 'j');
    REQUIRE(::send(c.client->fd(), junk.data(), junk.size(), 0) > 0);
    char part[64];
    CHECK(c.server->read(part).state == io_state::broken);
    CHECK_FALSE(c.server->complaint().empty());
}

TEST_CASE("tls_stream: TLS 1.1 is refused, and 1.2 where 1.3 is the least") {
    connected c;
    const auto speaks = [&](int version, tls_version least) {
        c.context = context_of({.certificates = {c.folder.make("b", "").files()}, .least = least});
        c.open();
        ::SSL_set_security_level(c.client->ssl(), 0);
        ::SSL_set_min_proto_version(c.client->ssl(), version);
        ::SSL_set_max_proto_version(c.client->ssl(), version);
        return shake_hands(*c.server, *c.client);
    };
    CHECK_FALSE(speaks(TLS1_1_VERSION, tls_version::v1_2));
    CHECK(c.server->complaint() == "unsupported protocol");
    CHECK(speaks(TLS1_2_VERSION, tls_version::v1_2));
    CHECK_FALSE(speaks(TLS1_2_VERSION, tls_version::v1_3));
    CHECK(speaks(TLS1_3_VERSION, tls_version::v1_3));
}

TEST_CASE("tls_stream: a client of TLS 1.2 cannot have the handshake done again") {
    connected c;
    ::SSL_set_max_proto_version(c.client->ssl(), TLS1_2_VERSION);
    REQUIRE(shake_hands(*c.server, *c.client));
    REQUIRE(::SSL_renegotiate(c.client->ssl()) == 1);
    c.client->shake();
    char part[64];
    (void)c.server->read(part);
    c.client->shake();
    CHECK(c.client->read().empty());
    CHECK(::SSL_num_renegotiations(c.client->ssl()) <= 1);
    CHECK_FALSE(c.client->shake());
    ::ERR_clear_error();
}

TEST_CASE("tls_stream: a session is resumed by whoever has the same context, or a copy of it") {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        connected c;
        ::SSL_set_max_proto_version(c.client->ssl(), version);
        REQUIRE(shake_hands(*c.server, *c.client));
        const std::unique_ptr<SSL_SESSION, decltype(&::SSL_SESSION_free)> session(
            ::SSL_get1_session(c.client->ssl()), ::SSL_SESSION_free);
        const tls_context copy = c.context;
        c.context = tls_context();
        auto [a, b] = socket_pair();
        tls_stream server(std::move(a), copy);
        tls_peer client(std::move(b));
        ::SSL_set_max_proto_version(client.ssl(), version);
        REQUIRE(::SSL_set_session(client.ssl(), session.get()) == 1);
        REQUIRE(shake_hands(server, client));
        CHECK(::SSL_session_reused(client.ssl()) == 1);
    }
}

TEST_CASE("tls_stream: the protocol that clients offer may be HTTP/1.1 alone") {
    connected c;
    const auto offers = [&](std::string_view protocols) {
        c.open();
        ::SSL_set_alpn_protos(c.client->ssl(),
                              reinterpret_cast<const unsigned char*>(protocols.data()),
                              static_cast<unsigned>(protocols.size()));
        if (!shake_hands(*c.server, *c.client)) return std::string("refused");
        const unsigned char* name = nullptr;
        unsigned size = 0;
        ::SSL_get0_alpn_selected(c.client->ssl(), &name, &size);
        return std::string(reinterpret_cast<const char*>(name), size);
    };
    CHECK(offers("\x02h2\x08http/1.1") == "http/1.1");
    CHECK(offers("\x02h2") == "refused");
}

TEST_CASE("tls_stream: a client shows its certificate where it is asked for one") {
    const certificate_folder folder;
    const identity us = folder.make("us", ""), known = folder.make("known client", ""),
                   stranger = folder.make("stranger", "");
    connected c;
    const auto lets_in = [&](tls_client_certificates clients, const identity* who) {
        c.context = context_of(
            {.certificates = {us.files()}, .ca_file = known.certificate, .clients = clients});
        c.open(false, who);
        return shake_hands(*c.server, *c.client);
    };
    REQUIRE(lets_in(tls_client_certificates::required, &known));
    const auto shown = c.server->client();
    REQUIRE(shown);
    CHECK(shown->subject == "CN=known client");
    CHECK(shown->issuer == "CN=known client");
    CHECK(shown->certificate.starts_with("-----BEGIN CERTIFICATE-----\n"));
    CHECK_FALSE(lets_in(tls_client_certificates::required, nullptr));
    CHECK(c.server->complaint() == "peer did not return a certificate");
    CHECK_FALSE(lets_in(tls_client_certificates::required, &stranger));
    REQUIRE(lets_in(tls_client_certificates::optional, nullptr));
    CHECK_FALSE(c.server->client());
    CHECK_FALSE(lets_in(tls_client_certificates::optional, &stranger));
    // Nobody is asked.
    REQUIRE(lets_in(tls_client_certificates::none, &stranger));
    CHECK_FALSE(c.server->client());
}
