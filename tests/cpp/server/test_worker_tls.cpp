// A worker whose listener speaks TLS, over both loops.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "../net/tls_fixture.hpp"
#include "cruet/server/exchange_queue.hpp"
#include "cruet/server/worker.hpp"
#include "loops.hpp"
#include "worker_fixture.hpp"

using namespace cruet;
using namespace cruet::server;
using namespace cruet::test;
using namespace std::chrono_literals;

namespace {

// Answers with the scheme, the client's certificate, and what was sent.
struct echo {
    void handle(exchange_ptr x) {
        std::string text(x->connection().secure ? "https " : "http ");
        if (x->connection().client) text += x->connection().client->subject;
        text += x->body().memory();
        if (x->head().target() == "/much") text.append(5 << 20, 'm');
        (void)x->respond(200, {}, {}, text);
    }
    void writable(exchange_ptr) {}
    void gone(exchange_ptr) {}
};

// A client that waits: TLS over a socket of its own.
class secure_client {
public:
    explicit secure_client(const net::address& to, const identity* me = nullptr)
        : plain_(to), peer_(net::handle(::dup(plain_.fd())), nullptr, me) {}
    bool shake() { return peer_.shake(); }
    bool send_plainly(std::string_view bytes) { return plain_.send(bytes); }
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const std::size_t n = peer_.write(bytes);
            if (n == 0) return false;
            bytes.remove_prefix(n);
        }
        return true;
    }
    std::string until(std::size_t size) {
        std::string all, part(65536, '\0');
        std::size_t n = 0;
        while (all.size() < size && ::SSL_read_ex(peer_.ssl(), part.data(), part.size(), &n) == 1) {
            all.append(part, 0, n);
        }
        return all;
    }
    std::string until_closed() { return until(static_cast<std::size_t>(-1)); }
    bool told_end() const { return peer_.told_end(); }

private:
    client plain_;
    tls_peer peer_;
};

struct told {
    std::mutex mutex;
    std::vector<std::string> lines;
    bool has(std::string_view part) {
        for (int i = 0; i < 500; ++i) {
            {
                const std::lock_guard guard(mutex);
                for (const std::string& line : lines) {
                    if (line.find(part) != line.npos) return true;
                }
            }
            std::this_thread::sleep_for(10ms);
        }
        return false;
    }
    auto listener() {
        return [this](std::string_view line) {
            const std::lock_guard guard(mutex);
            lines.emplace_back(line);
        };
    }
};

const std::string last = "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

std::string content(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

}  // namespace

TEMPLATE_TEST_CASE("worker: listeners with TLS and without, side by side", "", CRUET_LOOPS) {
    const certificate_folder folder;
    server_options options;
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    const auto secure = w.listen(context_of({.certificates = {folder.make("a", "").files()}}));
    w.start();
    client plain(w.where);
    REQUIRE(plain.send(last));
    CHECK(content(plain.until_closed()) == "http ");
    secure_client a(secure), b(secure);
    REQUIRE(a.shake());
    REQUIRE(b.shake());
    const std::string body(400000, 'b');
    REQUIRE(a.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n" + body));
    CHECK(a.until(400000).ends_with("https " + body));
    REQUIRE(b.send(last));
    CHECK(content(b.until_closed()) == "https ");
    CHECK(b.told_end());
    REQUIRE(a.send(last + last));
    CHECK(content(a.until_closed()) == "https ");
}

TEMPLATE_TEST_CASE("worker: more than a socket holds, to who reads late", "", CRUET_LOOPS) {
    const certificate_folder folder;
    server_options options;
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    const auto secure = w.listen(context_of({.certificates = {folder.make("a", "").files()}}));
    w.start();
    secure_client a(secure);
    REQUIRE(a.shake());
    REQUIRE(a.send("GET /much HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    std::this_thread::sleep_for(50ms);
    const std::string got = content(a.until_closed());
    CHECK(got.size() == 6 + (5U << 20U));
    CHECK(a.told_end());
}

TEMPLATE_TEST_CASE("worker: a body that comes faster than it is read", "", CRUET_LOOPS) {
    // Thread mode: what TLS has read ahead waits until there is room in the window.
    const certificate_folder folder;
    server_options options;
    options.threaded = true;
    options.body_window = 20000;
    exchange_queue queue(8);
    queued_handler handler(queue);
    running_worker<TestType, queued_handler> w(options, handler);
    const auto secure = w.listen(context_of({.certificates = {folder.make("a", "").files()}}));
    std::atomic<std::size_t> sum{0};
    std::thread reader([&] {
        while (exchange_ptr x = queue.pop()) {
            std::size_t total = 0;
            char part[1000];
            for (;;) {
                const auto n = x->body().read(part, sizeof part);
                if (!n || *n == 0) break;
                total += *n;
            }
            sum = total;
            (void)x->respond(200, {}, {}, std::to_string(total));
        }
    });
    w.start();
    {
        secure_client a(secure);
        REQUIRE(a.shake());
        const std::string body(3 << 20, 'b');
        REQUIRE(a.send("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n" + body));
        CHECK(content(a.until_closed()) == std::to_string(body.size()));
        CHECK(sum == body.size());
    }
    queue.close();
    reader.join();
}

TEMPLATE_TEST_CASE("worker: a client that does not finish its handshake is cut", "", CRUET_LOOPS) {
    const certificate_folder folder;
    server_options options;
    options.header_timeout = 100ms;
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    const auto secure = w.listen(context_of({.certificates = {folder.make("a", "").files()}}));
    w.start();
    client silent(secure), slow(secure);
    REQUIRE(slow.send("\x16\x03\x01"));
    CHECK(silent.closed());
    CHECK(slow.closed());
}

TEMPLATE_TEST_CASE("worker: tells of peers that speak no TLS", "", CRUET_LOOPS) {
    const certificate_folder folder;
    told log;
    server_options options;
    options.tell = log.listener();
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    const auto secure = w.listen(context_of({.certificates = {folder.make("a", "").files()}}));
    w.start();
    client plain(secure), hostile(secure);
    REQUIRE(plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    const std::string answer = plain.until("HTTPS\n");
    CHECK(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(content(answer) == "plain HTTP was sent to a port that speaks HTTPS\n");
    plain.end();
    CHECK(plain.closed());
    REQUIRE(hostile.send(std::string(100, '\xff')));
    hostile.end();
    CHECK(log.has("127.0.0.1 port "));
    CHECK(log.has(": TLS: plain HTTP"));
    CHECK(log.has(": TLS: wrong version number"));
}

TEMPLATE_TEST_CASE("worker: hands on the certificates of clients", "", CRUET_LOOPS) {
    const certificate_folder folder;
    const identity us = folder.make("us", ""), known = folder.make("known", "");
    server_options options;
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    const auto secure = w.listen(context_of({.certificates = {us.files()},
                                             .ca_file = known.certificate,
                                             .clients = net::tls_client_certificates::optional}));
    w.start();
    secure_client a(secure, &known), b(secure);
    REQUIRE(a.shake());
    REQUIRE(a.send(last));
    CHECK(content(a.until_closed()) == "https CN=known");
    REQUIRE(b.shake());
    REQUIRE(b.send(last));
    CHECK(content(b.until_closed()) == "https ");
}

TEMPLATE_TEST_CASE("worker: a graceful stop ends connections with TLS, too", "", CRUET_LOOPS) {
    const certificate_folder folder;
    server_options options;
    options.drain_linger = 20ms;
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    const auto secure = w.listen(context_of({.certificates = {folder.make("a", "").files()}}));
    w.start();
    secure_client a(secure);
    client in_handshake(secure);
    REQUIRE(a.shake());
    REQUIRE(a.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    CHECK(a.until(10).starts_with("HTTP/1.1"));
    w.stop(true);
    CHECK(a.until_closed().empty());
    CHECK(a.told_end());
    CHECK(in_handshake.closed());
    w.join();
}

TEMPLATE_TEST_CASE("worker: a PROXY header comes before the handshake", "", CRUET_LOOPS) {
    const certificate_folder folder;
    server_options options;
    options.proxy_protocol = net::proxy_version::v1;
    options.proxies = *net::address_set::parse("127.0.0.1");
    echo handler;
    running_worker<TestType, echo> w(options, handler);
    const auto secure = w.listen(context_of({.certificates = {folder.make("a", "").files()}}));
    w.start();
    secure_client a(secure);
    REQUIRE(a.send_plainly("PROXY TCP4 192.0.2.1 198.51.100.1 5 443\r\n"));
    REQUIRE(a.shake());
    REQUIRE(a.send(last));
    CHECK(content(a.until_closed()) == "https ");
    secure_client without(secure);
    CHECK_FALSE(without.shake());
}
