#pragma once
// What the binding's exchange and server need of C++: answers from Python objects without copies,
// the handler that enters Python, and one server over either loop.

#include <Python.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cruet/http/parser.hpp"
#include "cruet/net/listener.hpp"
#include "cruet/net/poll_loop.hpp"
#include "cruet/net/tls_context.hpp"
#include "cruet/process/scoreboard.hpp"
#include "cruet/server/access_log.hpp"
#include "cruet/server/exchange.hpp"
#include "cruet/server/exchange_queue.hpp"
#include "cruet/server/statsd.hpp"
#include "cruet/server/worker.hpp"
#include "cruet/service/monitor.hpp"
#include "cruet/service/slot_metrics.hpp"
#include "shim_options.hpp"
#ifdef CRUET_HAVE_LIBEVENT
#include "cruet/net/libevent_loop.hpp"
#endif

namespace cruet::binding {

using server::exchange;
using server::exchange_ptr;

// A str of Latin-1 text as the bytes it lies in memory as. False, without an exception, where it
// holds anything beyond U+00FF. The view is valid as long as the str.
inline bool latin1_view(PyObject* text, std::string_view& out) noexcept {
    if (!PyUnicode_Check(text) || PyUnicode_READY(text) != 0) return false;
    if (PyUnicode_KIND(text) != PyUnicode_1BYTE_KIND) return false;
    out = {reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(text)),
           static_cast<std::size_t>(PyUnicode_GET_LENGTH(text))};
    return true;
}
inline PyObject* latin1_text(std::string_view bytes) noexcept {
    return PyUnicode_DecodeLatin1(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), nullptr);
}

inline std::size_t field_count(const exchange* x) noexcept { return x->head().fields().size(); }
inline const http::field* field_at(const exchange* x, std::size_t i) noexcept {
    return &x->head().fields()[i];
}
// What stands in for the Host field: a trusted proxy's word, else the authority of a target in
// absolute form (RFC 9112 section 3.2.2). Empty: nothing does.
inline std::string_view overriding_host(const exchange* x) noexcept {
    if (!x->connection().host.empty()) return x->connection().host;
    if (x->head().form() == http::target_form::absolute) return x->head().authority();
    return {};
}
inline std::string_view version_of(const exchange* x) noexcept {
    return http::to_string(x->head().version());
}
// Content announced, or -1.
inline long long announced_length(const exchange* x) noexcept {
    const auto length = x->head().content_length();
    return length ? static_cast<long long>(*length) : -1;
}

inline exchange* make_detached(std::string_view method, std::string_view target,
                               const field_list& fields, std::string_view body,
                               std::string_view local, unsigned port, std::string_view remote,
                               bool secure) {
    auto info = make_ref<server::connection_info>();
    info->local_address = local;
    info->local_port = static_cast<std::uint16_t>(port);
    info->remote_address = remote;
    info->secure = secure;
    return exchange::detached(http::make_head(method, target, fields), body, std::move(info))
        .detach();
}

// errc as a number; 0 when the answer was taken.
inline int respond(exchange* x, int status, std::string_view reason, const field_list& fields,
                   std::string_view body) {
    return static_cast<int>(x->respond(status, reason, fields, body).error().code);
}
// length < 0: not known.
inline int start(exchange* x, int status, std::string_view reason, const field_list& fields,
                 long long length) {
    const auto known = length < 0
                           ? std::optional<std::uint64_t>()
                           : std::optional<std::uint64_t>(static_cast<std::uint64_t>(length));
    return static_cast<int>(x->start(status, reason, fields, known).error().code);
}
inline int write(exchange* x, std::string_view bytes) { return static_cast<int>(x->write(bytes)); }
inline int wait_writable(exchange* x) { return static_cast<int>(x->wait_writable()); }
inline std::string_view message_of(int code) noexcept { return message(static_cast<errc>(code)); }
inline int status_for(int code) noexcept { return http::status_of(static_cast<errc>(code)); }

// The descriptor of the connection, which is the caller's from then on; -1: the answer has begun,
// -2: it is closed, -3: it is encrypted.
inline int take_connection(exchange* x, std::string& ahead) {
    auto taken = x->take_connection();
    if (taken) {
        ahead = std::move(taken->ahead);
        return taken->socket.release();
    }
    if (taken.error().code == errc::connection_closed) return -2;
    return taken.error().code == errc::not_supported ? -3 : -1;
}

// As respond(), with a part of a file, of which a duplicate is kept while it is sent; -1: there is
// no descriptor for that, and nothing is answered.
inline int respond_file(exchange* x, int status, std::string_view reason, const field_list& fields,
                        int file, unsigned long long at, unsigned long long size) {
    net::handle copy(::fcntl(file, F_DUPFD_CLOEXEC, 0));
    if (!copy) return -1;
    server::file_range part(std::move(copy), at, size);
    return static_cast<int>(x->respond_file(status, reason, fields, std::move(part)).error().code);
}

// Bytes read, or minus the errc.
inline long long read_body(exchange* x, char* to, std::size_t n) {
    const auto got = x->body().read(to, n);
    return got ? static_cast<long long>(*got) : -static_cast<long long>(got.error().code);
}

// Enters Python on the loop's thread: nothing but giving the thread its saved state back.
class gil_section {
public:
    explicit gil_section(PyThreadState*& state) noexcept : state_(state) {
        PyEval_RestoreThread(state_);
    }
    gil_section(const gil_section&) = delete;
    gil_section& operator=(const gil_section&) = delete;
    ~gil_section() { state_ = PyEval_SaveThread(); }

private:
    PyThreadState*& state_;
};

using exchange_callback = void (*)(void* owner, exchange* x);
using plain_callback = void (*)(void* owner);
using text_callback = void (*)(void* owner, const std::string& text);

struct python_calls {
    void* owner = nullptr;
    exchange_callback handle = nullptr;
    exchange_callback writable = nullptr;
    exchange_callback gone = nullptr;
    plain_callback wakeup = nullptr;
    // Null: nobody wants to know (server_options::tell).
    text_callback tell = nullptr;
};

class python_handler {
public:
    python_handler(const python_calls& calls, server::exchange_queue* queue,
                   process::slot_view slot) noexcept
        : calls_(calls), queue_(queue), slot_(slot) {}

    void handle(exchange_ptr x) {
        if (queue_) {
            const bool taken = server::queued_handler(*queue_).handle(std::move(x));
            if (!taken && slot_) slot_.stats().refused.add(1);
            return;
        }
        call(calls_.handle, x.get());
    }
    void writable(exchange_ptr x) {
        if (!queue_) call(calls_.writable, x.get());
    }
    void gone(exchange_ptr x) {
        if (!queue_) call(calls_.gone, x.get());
    }
    void wakeup() {
        const gil_section gil(state);
        calls_.wakeup(calls_.owner);
    }

    bool tells() const noexcept { return calls_.tell != nullptr; }
    void tell(std::string_view text) {
        const gil_section gil(state);
        calls_.tell(calls_.owner, std::string(text));
    }

    PyThreadState* state = nullptr;

private:
    void call(exchange_callback what, exchange* x) {
        const gil_section gil(state);
        const process::busy_lane busy(slot_, 0);
        what(calls_.owner, x);
    }

    python_calls calls_;
    server::exchange_queue* queue_;
    process::slot_view slot_;
};
static_assert(server::Handler<python_handler>);

class python_server {
public:
    explicit python_server(std::size_t queue_size)
        : queue_(queue_size == 0 ? server::exchange_queue::unlimited : queue_size) {}
    virtual ~python_server() = default;
    // Takes a duplicate of the socket. errc as a number.
    virtual int add(int fd, server::listener_use use, const net::tls_context& tls) = 0;
    virtual void watch_wakeup(int fd) = 0;
    // A worker's place: the end of its master, and connections that this hands over.
    virtual void take_place(const process::worker_context& place) = 0;
    // With the GIL, which is given away meanwhile.
    virtual void run() = 0;
    virtual void stop(bool graceful) noexcept = 0;
    // Calls the handler's writable() in the loop's next turn.
    virtual void go_on_later(exchange_ptr x) = 0;

    // Null once the queue is closed, and where drop_returned() is to be called. Without the GIL.
    // The caller owns a count.
    exchange* pop() { return queue_.pop().detach(); }
    void close_queue() { queue_.close(); }
    // Where no thread is left.
    void refuse_queue() { server::refuse_all(queue_); }
    bool queue_closed() const { return queue_.closed(); }

    // Takes back a reference to an object that was lent to an answer. Any thread.
    void take_back(PyObject* object) noexcept {
        if (PyGILState_Check()) {
            Py_DECREF(object);
        } else {
            take_back_without_gil(object);
        }
    }
    // With the GIL.
    void drop_returned() noexcept {
        std::vector<PyObject*> dropped;
        {
            const std::lock_guard guard(returned_mutex_);
            dropped.swap(returned_);
        }
        for (PyObject* object : dropped) Py_DECREF(object);
    }

protected:
    virtual void take_back_without_gil(PyObject* object) noexcept = 0;
    // For one of the application's threads, as the loop does not wait for the GIL.
    void leave_to_a_thread(PyObject* object) noexcept {
        {
            const std::lock_guard guard(returned_mutex_);
            // Without memory for it the object stays, which is the least harm.
            try {
                returned_.push_back(object);
            } catch (const std::bad_alloc&) {
            }
        }
        queue_.nudge();
    }

    server::exchange_queue queue_;

private:
    std::mutex returned_mutex_;
    std::vector<PyObject*> returned_;
};

// From this size on a body is lent rather than copied.
inline constexpr Py_ssize_t lent_size = 65536;

// As respond(), with a body of bytes, of which the server keeps a reference while it is sent.
// With the GIL. A null server, or a small body: it is copied.
inline int respond_bytes(exchange* x, python_server* server, int status, std::string_view reason,
                         const field_list& fields, PyObject* body) {
    const std::string_view view(PyBytes_AS_STRING(body),
                                static_cast<std::size_t>(PyBytes_GET_SIZE(body)));
    if (!server || PyBytes_GET_SIZE(body) < lent_size)
        return respond(x, status, reason, fields, view);
    struct loan {
        PyObject* object;
        python_server* server;
    };
    auto owner = std::make_unique<loan>(loan{Py_NewRef(body), server});
    server::lent_bytes lent(view, owner.release(), [](void* given) noexcept {
        const std::unique_ptr<loan> returned(static_cast<loan*>(given));
        returned->server->take_back(returned->object);
    });
    return static_cast<int>(x->respond_lent(status, reason, fields, std::move(lent)).error().code);
}

template <net::Loop Loop>
class server_over final : public python_server {
public:
    using logs_type = server::both_logs<server::fd_access_log, server::statsd_log>;
    using worker_type =
        server::worker<Loop, service::monitored<python_handler>, service::slot_metrics, logs_type>;

    server_over(const server::server_options& options, const python_calls& calls,
                const process::worker_context* place, const server::access_log_options& log,
                const server::statsd_options& statsd)
        : python_server(options.max_request_queue_size),
          options_(options),
          access_log_(log),
          statsd_(statsd),
          logs_(access_log_, statsd_),
          metrics_(place),
          handler_(calls, options.threaded ? &queue_ : nullptr,
                   place ? place->slot() : process::slot_view()),
          monitored_(handler_, place ? &place->board() : nullptr),
          worker_(options_, monitored_, metrics_, logs_) {}

    // With the GIL, as its objects are made and destroyed.
    ~server_over() override { drop_returned(); }

    int add(int fd, server::listener_use use, const net::tls_context& tls) override {
        net::handle copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
        if (!copy) return static_cast<int>(errc::io);
        auto listener = net::listener::adopt(std::move(copy));
        if (!listener) return static_cast<int>(listener.error().code);
        worker_.add(std::move(*listener), use, tls);
        return 0;
    }
    void watch_wakeup(int fd) override {
        worker_.watch(fd, [this, fd] {
            char drained[256];
            while (::read(fd, drained, sizeof drained) > 0) {
            }
            handler_.wakeup();
        });
    }
    void take_place(const process::worker_context& place) override {
        worker_.watch(place.life_line(), [this] { worker_.stop(true); });
        worker_.receive_from(place.connections().receiver(), [&place] {
            auto next = place.connections().take();
            return typename worker_type::handed{std::move(next.socket), next.listener};
        });
    }
    void run() override {
        handler_.state = PyEval_SaveThread();
        if (handler_.tells()) options_.tell = [this](std::string_view t) { handler_.tell(t); };
        const auto back = [this] {
            options_.tell = nullptr;
            PyEval_RestoreThread(handler_.state);
        };
        try {
            worker_.run();
        } catch (...) {
            back();
            throw;
        }
        back();
    }
    void stop(bool graceful) noexcept override { worker_.stop(graceful); }
    void go_on_later(exchange_ptr x) override {
        worker_.post([this, x = std::move(x)] { handler_.writable(x); });
    }

private:
    void take_back_without_gil(PyObject* object) noexcept override {
        if (options_.threaded) return leave_to_a_thread(object);
        const gil_section gil(handler_.state);
        Py_DECREF(object);
    }

    server::server_options options_;
    server::fd_access_log access_log_;
    server::statsd_log statsd_;
    logs_type logs_;
    service::slot_metrics metrics_;
    python_handler handler_;
    service::monitored<python_handler> monitored_;
    worker_type worker_;
};

// loop: "libevent", "poll", or "" for the better one there is. Null where it is not there.
inline std::unique_ptr<python_server> make_server(const std::string& loop,
                                                  const server::server_options& options,
                                                  const python_calls& calls,
                                                  const process::worker_context* place,
                                                  const server::access_log_options& log,
                                                  const server::statsd_options& statsd) {
#ifdef CRUET_HAVE_LIBEVENT
    if (loop.empty() || loop == "libevent") {
        return std::make_unique<server_over<net::libevent_loop>>(options, calls, place, log,
                                                                 statsd);
    }
#endif
    if (loop.empty() || loop == "poll") {
        return std::make_unique<server_over<net::poll_loop>>(options, calls, place, log, statsd);
    }
    return nullptr;
}

inline int server_add(python_server* s, int fd, bool monitor, const net::tls_context& tls) {
    const auto use = monitor ? server::listener_use::monitor : server::listener_use::application;
    return s->add(fd, use, tls);
}
inline void server_watch_wakeup(python_server* s, int fd) { s->watch_wakeup(fd); }
inline void server_take_place(python_server* s, const process::worker_context* place) {
    s->take_place(*place);
}
inline void server_go_on_later(python_server* s, exchange* x) { s->go_on_later(exchange_ptr(x)); }
inline void server_run(python_server* s) { s->run(); }

inline std::string default_loop() {
#ifdef CRUET_HAVE_LIBEVENT
    return std::string(net::libevent_loop::name());
#else
    return std::string(net::poll_loop::name());
#endif
}

// Lines of a name, a space and a version.
inline std::string build_versions() {
    std::string out = "llhttp " + std::string(http::llhttp_version());
#ifdef CRUET_HAVE_LIBEVENT
    out += "\n" + std::string(net::libevent_loop::name()) + " " +
           std::string(net::libevent_loop::version());
#endif
    if (net::tls_context::available) out += "\n" + std::string(net::tls_context::version());
    out +=
        "\n" + std::string(net::poll_loop::name()) + " " + std::string(net::poll_loop::version());
    return out;
}

}  // namespace cruet::binding
