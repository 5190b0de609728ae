// Bodies of cruet/net/tls_stream.hpp.
#pragma once

#include "cruet/net/tls_stream.hpp"

namespace cruet::net {

namespace detail {

// OpenSSL's own sockets are written to with write(), whose SIGPIPE ends programs.
inline int tls_socket(BIO* of) noexcept {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(::BIO_get_data(of)));
}
inline int tls_take(BIO* of, char* to, int size) noexcept {
    BIO_clear_retry_flags(of);
    ssize_t n = -1;
    do {
        n = ::recv(tls_socket(of), to, static_cast<std::size_t>(size), 0);
    } while (n < 0 && errno == EINTR);
    if (n == 0) ::BIO_set_flags(of, BIO_FLAGS_IN_EOF);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_read(of);
    return static_cast<int>(n);
}
inline int tls_give(BIO* to, const char* bytes, int size) noexcept {
    BIO_clear_retry_flags(to);
    ssize_t n = -1;
    do {
        n = ::send(tls_socket(to), bytes, static_cast<std::size_t>(size), plain_stream::no_signal);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_write(to);
    return static_cast<int>(n);
}
inline long tls_control(BIO* of, int what, long, void*) noexcept {
    if (what == BIO_CTRL_FLUSH) return 1;
    if (what == BIO_CTRL_EOF) return ::BIO_test_flags(of, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    return 0;
}
// Never freed: a connection may outlive whatever would do it.
inline const BIO_METHOD* tls_socket_method() {
    static const BIO_METHOD* const made = [] {
        BIO_METHOD* m =
            ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "cruet socket");
        if (!m) throw std::bad_alloc();
        ::BIO_meth_set_read(m, tls_take);
        ::BIO_meth_set_write(m, tls_give);
        ::BIO_meth_set_ctrl(m, tls_control);
        return m;
    }();
    return made;
}

struct free_x509 {
    void operator()(X509* c) const noexcept { ::X509_free(c); }
};
struct free_bio {
    void operator()(BIO* b) const noexcept { ::BIO_free(b); }
};
using bio_ptr = std::unique_ptr<BIO, free_bio>;

// What is written to a BIO of memory.
template <class Write>
std::string tls_text(Write&& write) {
    const bio_ptr memory(::BIO_new(::BIO_s_mem()));
    if (!memory) throw std::bad_alloc();
    write(memory.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace detail

inline tls_stream::tls_stream(handle socket, const tls_context& context)
    : socket_(std::move(socket)), connection_(::SSL_new(context.native())) {
    const BIO_METHOD* method = detail::tls_socket_method();
    BIO* bio = connection_ ? ::BIO_new(method) : nullptr;
    if (!bio) throw std::bad_alloc();
    ::BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd())));
    ::BIO_set_init(bio, 1);
    ::SSL_set_bio(connection_.get(), bio, bio);
    ::SSL_set_accept_state(connection_.get());
}

inline tls_stream::~tls_stream() {
    if (connection_) say_farewell();
}

inline interest tls_stream::waiting(interest wanted) const noexcept {
    const bool reading = wants_read(wanted), writing = wants_write(wanted);
    return make_interest((reading && !read_wants_write_) || (writing && write_wants_read_),
                         (writing && !write_wants_read_) ||
                             // A socket that can be written to wakes at once who has not read all.
                             (reading && (read_wants_write_ || ahead_)));
}

inline ready tls_stream::moved(ready what) const noexcept {
    const bool reads = wants_read(what), writes = wants_write(what);
    return make_interest(reads || (writes && (read_wants_write_ || ahead_)),
                         writes || (reads && write_wants_read_));
}

inline io_result tls_stream::read(std::span<char> to) noexcept {
    if (stage_ == stage::plain) return socket_.read(to);
    if (stage_ != stage::open) {
        const io_state done = shake();
        if (done != io_state::ok) return {done, 0};
    }
    std::size_t n = 0;
    ::ERR_clear_error();
    const int r = ::SSL_read_ex(connection_.get(), to.data(), to.size(), &n);
    if (r != 1) {
        ahead_ = false;
        return {after(r, false), 0};
    }
    read_wants_write_ = false;
    ahead_ = ::SSL_has_pending(connection_.get()) == 1;
    return {io_state::ok, n};
}

inline io_result tls_stream::write(std::string_view a, std::string_view b) noexcept {
    if (stage_ == stage::plain) return socket_.write(a, b);
    if (stage_ != stage::open) {
        const io_state done = shake();
        if (done != io_state::ok) return {done, 0};
    }
    std::size_t sent = 0;
    for (std::string_view part : {a, b}) {
        while (!part.empty()) {
            std::size_t n = 0;
            ::ERR_clear_error();
            const int r = ::SSL_write_ex(connection_.get(), part.data(), part.size(), &n);
            if (r != 1) {
                const io_state state = after(r, true);
                if (sent > 0 && state != io_state::broken) return {io_state::ok, sent};
                return {state, 0};
            }
            write_wants_read_ = false;
            sent += n;
            part.remove_prefix(n);
        }
    }
    return {io_state::ok, sent};
}

inline void tls_stream::shutdown_write() noexcept {
    say_farewell();
    socket_.shutdown_write();
}

// Who speaks plain HTTP to a port of TLS is told so, rather than that its record is malformed.
inline io_state tls_stream::look() noexcept {
    char first = 0;
    const ssize_t n = ::recv(fd(), &first, 1, MSG_PEEK);
    if (n == 0) return io_state::end;
    if (n < 0) {
        const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        return later ? io_state::want_read : io_state::broken;
    }
    const bool letter = lower(first) >= 'a' && lower(first) <= 'z';
    stage_ = letter ? stage::plain : stage::shaking;
    if (letter) complaint_ = "plain HTTP";
    return letter ? io_state::foreign : io_state::ok;
}

inline io_state tls_stream::shake() noexcept {
    if (stage_ == stage::broken) return io_state::broken;
    if (stage_ == stage::first_byte) {
        const io_state seen = look();
        if (seen != io_state::ok) return seen;
    }
    ::ERR_clear_error();
    const int r = ::SSL_do_handshake(connection_.get());
    if (r != 1) return after(r, false);
    read_wants_write_ = false;
    stage_ = stage::open;
    return io_state::ok;
}

// What became of a call that has moved nothing.
inline io_state tls_stream::after(int returned, bool writing) noexcept {
    const int why = ::SSL_get_error(connection_.get(), returned);
    (writing ? write_wants_read_ : read_wants_write_) =
        why == (writing ? SSL_ERROR_WANT_READ : SSL_ERROR_WANT_WRITE);
    if (why == SSL_ERROR_WANT_READ) return io_state::want_read;
    if (why == SSL_ERROR_WANT_WRITE) return io_state::want_write;
    if (why == SSL_ERROR_ZERO_RETURN && !writing && stage_ == stage::open) return io_state::end;
    if (why == SSL_ERROR_SSL) complaint_ = ::ERR_reason_error_string(::ERR_peek_error());
    ::ERR_clear_error();
    stage_ = stage::broken;
    return io_state::broken;
}

inline void tls_stream::say_farewell() noexcept {
    if (farewell_ || stage_ != stage::open) return;
    farewell_ = true;
    ::ERR_clear_error();
    ::SSL_shutdown(connection_.get());
    ::ERR_clear_error();
}

inline std::unique_ptr<tls_client> tls_stream::client() const {
    const std::unique_ptr<X509, detail::free_x509> shown(
        connection_ ? ::SSL_get1_peer_certificate(connection_.get()) : nullptr);
    if (!shown) return nullptr;
    const auto name = [](X509_NAME* of) {
        return detail::tls_text([&](BIO* to) {
            ::X509_NAME_print_ex(to, of, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
        });
    };
    auto out = std::make_unique<tls_client>();
    out->certificate = detail::tls_text([&](BIO* to) { ::PEM_write_bio_X509(to, shown.get()); });
    out->subject = name(::X509_get_subject_name(shown.get()));
    out->issuer = name(::X509_get_issuer_name(shown.get()));
    return out;
}

static_assert(Stream<tls_stream>);

}  // namespace cruet::net
