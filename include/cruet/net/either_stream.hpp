// A stream that is one of two kinds, as accepted from a listener: a model of Stream.
//
// accepted_stream is what a server holds of its clients: plain, or TLS where cruet is built with
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "cruet/net/plain_stream.hpp"
#include "cruet/net/stream.hpp"
#include "cruet/net/tls_context.hpp"
#include "cruet/net/tls_options.hpp"
#ifdef CRUET_HAVE_OPENSSL
#include "cruet/net/tls_stream.hpp"
#endif

namespace cruet::net {

template <Stream A, Stream B>
class either_stream {
public:
    either_stream(A one) noexcept : held_(std::in_place_index<0>, std::move(one)) {}
    either_stream(B other) noexcept : held_(std::in_place_index<1>, std::move(other)) {}

    int fd() const noexcept {
        return of([](const auto& s) { return s.fd(); });
    }
    bool secure() const noexcept {
        return of([](const auto& s) { return s.secure(); });
    }
    bool pending() const noexcept {
        return of([](const auto& s) { return s.pending(); });
    }
    bool unread() const noexcept {
        return of([](const auto& s) { return s.unread(); });
    }
    interest waiting(interest wanted) const noexcept {
        return of([=](const auto& s) { return s.waiting(wanted); });
    }
    ready moved(ready what) const noexcept {
        return of([=](const auto& s) { return s.moved(what); });
    }
    io_result read(std::span<char> to) noexcept {
        return of([=](auto& s) { return s.read(to); });
    }
    io_result write(std::string_view a, std::string_view b = {}) noexcept {
        return of([=](auto& s) { return s.write(a, b); });
    }
    // Of those that can; of any other nothing is sent, or handed over.
    std::optional<io_result> send_file(int file, std::uint64_t at, std::size_t n) noexcept {
        return of([=](auto& s) -> std::optional<io_result> {
            if constexpr (requires { s.send_file(file, at, n); }) return s.send_file(file, at, n);
            return {};
        });
    }
    handle hand_over() noexcept {
        return of([](auto& s) -> handle {
            if constexpr (requires { s.hand_over(); }) return s.hand_over();
            return {};
        });
    }
    void take_back() noexcept {
        of([](auto& s) {
            if constexpr (requires { s.take_back(); }) s.take_back();
        });
    }
    void cut() noexcept {
        of([](auto& s) {
            if constexpr (requires { s.cut(); }) s.cut();
        });
    }
    void shutdown_write() noexcept {
        of([](auto& s) { s.shutdown_write(); });
    }
    void reset_on_close() noexcept {
        of([](auto& s) { s.reset_on_close(); });
    }

    // Of a tls_stream; of any other there is nothing to tell.
    std::string_view complaint() const noexcept {
        return of([](const auto& s) -> std::string_view {
            if constexpr (requires { s.complaint(); }) return s.complaint();
            return {};
        });
    }
    std::unique_ptr<tls_client> client() const {
        return of([](const auto& s) -> std::unique_ptr<tls_client> {
            if constexpr (requires { s.client(); }) return s.client();
            return nullptr;
        });
    }

private:
    template <class Use>
    decltype(auto) of(Use&& use) {
        A* one = std::get_if<0>(&held_);
        return one ? use(*one) : use(*std::get_if<1>(&held_));
    }
    template <class Use>
    decltype(auto) of(Use&& use) const {
        const A* one = std::get_if<0>(&held_);
        return one ? use(*one) : use(*std::get_if<1>(&held_));
    }

    std::variant<A, B> held_;
};

#ifdef CRUET_HAVE_OPENSSL
using accepted_stream = either_stream<plain_stream, tls_stream>;
#else
using accepted_stream = plain_stream;
#endif

// A stream over a socket that was accepted, with TLS where there is a context. Throws bad_alloc.
inline accepted_stream open_accepted(handle socket, [[maybe_unused]] const tls_context& context) {
#ifdef CRUET_HAVE_OPENSSL
    if (context) return tls_stream(std::move(socket), context);
#endif
    return plain_stream(std::move(socket));
}

static_assert(FileSender<accepted_stream>);
static_assert(HandsOver<accepted_stream>);

}  // namespace cruet::net
