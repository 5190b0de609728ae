#include "cruet/net/either_stream.hpp"

#include <sys/socket.h>

#include <string>
#include <utility>

#include "../catch.hpp"
#ifdef CRUET_HAVE_OPENSSL
#include "tls_fixture.hpp"
#endif

using namespace cruet;
using namespace cruet::net;

namespace {

// Tells who was asked.
struct named {
    std::string* log;
    bool is_secure;
    io_result read(std::span<char>) { return *log += 'r', io_result{io_state::end, 0}; }
    io_result write(std::string_view a, std::string_view b) {
        *log += 'w';
        return {io_state::ok, a.size() + b.size()};
    }
    void shutdown_write() { *log += 's'; }
    void reset_on_close() { *log += 'x'; }
    bool pending() const { return is_secure; }
    bool unread() const { return is_secure; }
    interest waiting(interest wanted) const { return is_secure ? interest::both : wanted; }
    ready moved(ready what) const { return is_secure ? ready::both : what; }
    bool secure() const { return is_secure; }
    int fd() const { return is_secure ? 2 : 1; }
};
struct other : named {
    std::string_view complaint() const { return "other"; }
    std::optional<io_result> send_file(int, std::uint64_t, std::size_t n) {
        return io_result{io_state::ok, n};
    }
    handle hand_over() { return handle(::dup(0)); }
    void take_back() { *log += 't'; }
    void cut() { *log += 'c'; }
};
using either = either_stream<named, other>;
static_assert(FileSender<either>);
static_assert(HandsOver<either>);
static_assert(Stream<accepted_stream>);

}  // namespace

TEST_CASE("either_stream: is whichever it was made of") {
    std::string log;
    for (const bool second : {false, true}) {
        log.clear();
        either e = second ? either(other{{&log, true}}) : either(named{&log, false});
        char part[1];
        CHECK(e.read(part).state == io_state::end);
        CHECK(e.write("a", "bc").bytes == 3);
        e.shutdown_write();
        e.reset_on_close();
        CHECK(log == "rwsx");
        // What only one of them can do.
        CHECK(e.send_file(0, 0, 5).has_value() == second);
        CHECK(static_cast<bool>(e.hand_over()) == second);
        e.take_back();
        e.cut();
        CHECK(log == (second ? "rwsxtc" : "rwsx"));
        CHECK(e.pending() == second);
        CHECK(e.unread() == second);
        CHECK(e.secure() == second);
        CHECK(e.fd() == (second ? 2 : 1));
        CHECK(e.waiting(interest::read) == (second ? interest::both : interest::read));
        CHECK(e.moved(ready::write) == (second ? ready::both : ready::write));
        CHECK(e.complaint() == (second ? "other" : ""));
        CHECK_FALSE(e.client());
        const either moved = std::move(e);
        CHECK(moved.secure() == second);
    }
}

TEST_CASE("either_stream: what is accepted is plain without a context") {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    const handle client(ends[1]);
    accepted_stream plain = open_accepted(handle(ends[0]), {});
    CHECK_FALSE(plain.secure());
    CHECK(plain.write("text").bytes == 4);
    char part[8];
    CHECK(::recv(client.get(), part, sizeof part, 0) == 4);
}

#ifdef CRUET_HAVE_OPENSSL
TEST_CASE("either_stream: what is accepted speaks TLS with a context") {
    const test::certificate_folder folder;
    const auto context = test::context_of({.certificates = {folder.make("a", "").files()}});
    auto [a, b] = test::socket_pair();
    accepted_stream server = open_accepted(std::move(a), context);
    CHECK(server.secure());
    test::tls_peer client(std::move(b));
    client.shake();
    char part[8];
    CHECK(server.read(part).state == io_state::want_read);
    CHECK(client.shake());
}
#endif
