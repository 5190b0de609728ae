#include "cruet/net/stream.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "../catch.hpp"

using namespace cruet::net;

namespace {

// The least that is a Stream: what is written can be read again.
struct echo {
    std::string bytes;

    io_result read(std::span<char> to) {
        if (bytes.empty()) return {io_state::want_read, 0};
        const std::size_t n = std::min(to.size(), bytes.size());
        std::memcpy(to.data(), bytes.data(), n);
        bytes.erase(0, n);
        return {io_state::ok, n};
    }
    io_result write(std::string_view a, std::string_view b) {
        bytes.append(a).append(b);
        return {io_state::ok, a.size() + b.size()};
    }
    void shutdown_write() {}
    void reset_on_close() {}
    bool pending() const { return !bytes.empty(); }
    bool unread() const { return !bytes.empty(); }
    interest waiting(interest wanted) const { return wanted; }
    ready moved(ready what) const { return what; }
    bool secure() const { return true; }
    int fd() const { return -1; }
};
static_assert(Stream<echo>);

struct without_pending {
    bool secure() const;
    interest waiting(interest) const;
    ready moved(ready) const;
    bool unread() const;
    io_result read(std::span<char>);
    io_result write(std::string_view, std::string_view);
    void shutdown_write();
    void reset_on_close();
    int fd() const;
};
static_assert(!Stream<without_pending>);
static_assert(!Stream<int>);

template <Stream S>
std::string pull(S& from, std::size_t at_once) {
    std::string all, part(at_once, '\0');
    for (;;) {
        const io_result r = from.read(part);
        if (r.state != io_state::ok) return all;
        all.append(part, 0, r.bytes);
    }
}

}  // namespace

TEST_CASE("stream: a model outside of this library fits") {
    echo e;
    CHECK(e.write("ab", "cde").bytes == 5);
    CHECK(e.pending());
    CHECK(pull(e, 2) == "abcde");
}

TEST_CASE("stream: a result is of nothing moved, and well, until it is filled") {
    constexpr io_result r;
    CHECK(r.state == io_state::ok);
    CHECK(r.bytes == 0);
}
