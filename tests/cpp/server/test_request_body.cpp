#include "cruet/server/request_body.hpp"

#include <sys/resource.h>

#include <csignal>
#include <string>
#include <thread>

#include "../catch.hpp"

using namespace cruet;
using cruet::server::request_body;

namespace {

std::string read_all(request_body& body, std::size_t at_once) {
    std::string all, part(at_once, '\0');
    for (;;) {
        const auto n = body.read(part.data(), part.size());
        REQUIRE(n);
        if (*n == 0) return all;
        all.append(part, 0, *n);
    }
}

void start_inline(request_body& body, std::size_t memory, const std::string* dir = nullptr) {
    body.reset(memory, dir, 0, nullptr, nullptr);
}

}  // namespace

TEST_CASE("request_body: content within the limit stays in memory") {
    request_body body;
    start_inline(body, 10);
    CHECK(body.append("hello").value());
    CHECK_FALSE(body.complete());
    CHECK(body.append("world").value());
    body.finish();
    CHECK(body.complete());
    CHECK_FALSE(body.spooled());
    CHECK(body.fd() == -1);
    CHECK(body.memory() == "helloworld");
    CHECK(body.size() == 10);
    CHECK(read_all(body, 3) == "helloworld");
}

TEST_CASE("request_body: content past the limit goes to a file without a name") {
    request_body body;
    start_inline(body, 10);
    for (int i = 0; i < 4; ++i) CHECK(body.append("0123456").value());
    body.finish();
    CHECK(body.spooled());
    CHECK(body.memory().empty());
    CHECK(body.size() == 28);
    char first[7];
    CHECK(::pread(body.fd(), first, sizeof first, 0) == 7);
    CHECK(std::string(first, 7) == "0123456");
    CHECK(read_all(body, 5) == "0123456012345601234560123456");
    start_inline(body, 10);
    CHECK_FALSE(body.spooled());
    CHECK(body.size() == 0);
}

TEST_CASE("request_body: a folder without room for a file is an error") {
    request_body body;
    const std::string nowhere = "/no/such/folder";
    start_inline(body, 2, &nowhere);
    CHECK(body.append("ab").value());
    CHECK(body.append("c").error().code == errc::io);
}

TEST_CASE("request_body: a full disk is an error of its own") {
    // As a full disk does, a limit of the size of files keeps only part of a write.
    struct rlimit before {};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const struct rlimit small { 10, before.rlim_max };
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    request_body body;
    start_inline(body, 2);
    const auto fits = body.append("12345678");
    const auto more = body.append("90ab");
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(fits);
    CHECK(more.error().code == errc::no_space);
    body.fail(errc::no_space);
    char part[20];
    CHECK(body.read(part, sizeof part).value() == 8);
    CHECK(body.read(part, sizeof part).error().code == errc::no_space);
}

TEST_CASE("request_body: an error follows what has arrived, and stays") {
    request_body body;
    start_inline(body, 100);
    CHECK(body.append("part").value());
    body.fail(errc::body_incomplete);
    body.fail(errc::timed_out);  // the first one counts
    char part[10];
    CHECK(body.read(part, sizeof part).value() == 4);
    CHECK(body.read(part, sizeof part).error().code == errc::body_incomplete);
    CHECK(body.read(part, sizeof part).error().code == errc::body_incomplete);
    CHECK(body.read(part, 0).value() == 0);
    CHECK_FALSE(body.complete());
}

TEST_CASE("request_body: a thread reads what arrives, and the window holds the sender back") {
    struct resumption {
        std::atomic<int> times{0};
    } resumed;
    request_body body;
    body.reset(
        100, nullptr, 8, [](void* owner) { ++static_cast<resumption*>(owner)->times; }, &resumed);
    CHECK(body.streamed());
    CHECK(body.append("1234").value());
    CHECK(body.has_room());
    CHECK_FALSE(body.append("56789").value());
    CHECK_FALSE(body.has_room());

    std::string got;
    std::thread reader([&] {
        char part[3];
        for (;;) {
            const auto n = body.read(part, sizeof part);
            if (!n || *n == 0) return;
            got.append(part, *n);
        }
    });
    while (resumed.times == 0) std::this_thread::yield();
    CHECK(body.append("tail").value());
    body.finish();
    reader.join();
    CHECK(got == "123456789tail");
    CHECK(resumed.times == 1);
}

TEST_CASE("request_body: an error wakes a thread that waits") {
    request_body body;
    body.reset(100, nullptr, 8, nullptr, nullptr);
    errc seen = errc::ok;
    std::thread reader([&] {
        char part[3];
        seen = body.read(part, sizeof part).error().code;
    });
    body.fail(errc::connection_closed);
    reader.join();
    CHECK(seen == errc::connection_closed);
}
