# What the exchange and the server take from the headers.
from libc.stdint cimport uint64_t
from libcpp.memory cimport unique_ptr
from libcpp.string cimport string
from libcpp.string_view cimport string_view
from libcpp.vector cimport vector

cdef extern from "cruet/http/field.hpp" namespace "cruet::http" nogil:
    cdef cppclass field "cruet::http::field":
        string_view name
        string_view value

cdef extern from "cruet/http/head.hpp" namespace "cruet::http" nogil:
    cdef cppclass request_head:
        string_view method()
        string_view target()
        string_view path()
        string_view query()
        string_view authority()

cdef extern from "cruet/server/request_body.hpp" namespace "cruet::server" nogil:
    cdef cppclass request_body:
        bint complete()
        bint spooled()
        bint streamed()
        string_view memory()

cdef extern from "cruet/net/tls_options.hpp" namespace "cruet::net" nogil:
    cdef cppclass tls_certificate:
        string chain_file
        string key_file

    cdef cppclass tls_client:
        string certificate
        string subject
        string issuer

    cdef enum class tls_client_certificates:
        none "cruet::net::tls_client_certificates::none"
        optional
        required

    cdef enum class tls_version:
        v1_2
        v1_3

    cdef cppclass tls_options:
        vector[tls_certificate] certificates
        string ca_file
        tls_client_certificates clients
        tls_version least
        string ciphers

cdef extern from "<memory>" nogil:
    cdef cppclass tls_client_ptr "std::shared_ptr<const cruet::net::tls_client>":
        const tls_client* get()

cdef extern from "cruet/net/tls_context.hpp" namespace "cruet::net" nogil:
    cdef cppclass tls_context:
        pass
    bint tls_available "cruet::net::tls_context::available"

cdef extern from "cruet/server/connection_info.hpp" namespace "cruet::server" nogil:
    cdef cppclass connection_info:
        tls_client_ptr client
        string remote_address
        unsigned remote_port
        string local_address
        unsigned local_port
        bint secure
        bint unix_socket
        bint proxied
        string host
        string prefix

cdef extern from "cruet/server/exchange.hpp" namespace "cruet::server" nogil:
    cdef cppclass progress_made "cruet::server::exchange::progress_made":
        int status
        unsigned long long bytes

    cdef cppclass exchange:
        const request_head& head()
        const connection_info& connection()
        request_body& body()
        bint threaded()
        bint started()
        bint bodiless()
        bint ended()
        bint gone()
        bint handed()
        progress_made sent()
        void finish()
        void fail()
        string take_output() except +
        void add_ref()
        void release()

cdef extern from "cruet/core/limits.hpp" namespace "cruet" nogil:
    cdef cppclass limits:
        size_t request_line
        size_t field_size
        size_t field_count
        size_t head_size
        unsigned long long body_size

cdef extern from "<chrono>" namespace "std::chrono" nogil:
    cdef cppclass milliseconds:
        milliseconds()
        milliseconds(long long)

cdef extern from "cruet/server/options.hpp" namespace "cruet::server" nogil:
    cdef cppclass server_options:
        limits limits
        milliseconds header_timeout
        milliseconds body_timeout
        milliseconds keep_alive_timeout
        milliseconds write_timeout
        milliseconds graceful_timeout
        milliseconds drain_linger
        size_t body_memory
        bint stream_bodies
        string temp_dir
        size_t max_request_queue_size
        size_t max_connections
        bint threaded
        string server_name
        bint refuse_underscores

cdef extern from "cruet/server/access_log.hpp" namespace "cruet::server" nogil:
    cdef cppclass access_log_options:
        pass
    string_view common_log_format

cdef extern from "cruet/server/statsd.hpp" namespace "cruet::server" nogil:
    cdef cppclass statsd_options:
        int fd
        string prefix
        string tags

cdef extern from "cruet/process/worker_stats.hpp" namespace "cruet::process" nogil:
    cdef cppclass worker_stats:
        pass

cdef extern from "cruet/process/scoreboard.hpp" namespace "cruet::process" nogil:
    cdef cppclass slot_view:
        slot_view()
        int pid()
        uint64_t started()
        uint64_t busy_for(uint64_t now)
        unsigned busy()
        unsigned connections()
        worker_stats& stats()
        void enter(unsigned index)
        void leave(unsigned index)
        void give_up(unsigned index)
        bint is_given_up(unsigned index)
        unsigned long long busy_for(unsigned index, unsigned long long now)
        bint operator bool()

cdef extern from "cruet/process/scoreboard.hpp" namespace "cruet::process" nogil:
    unsigned long long monotonic_now()

cdef extern from "cruet/process/worker_context.hpp" namespace "cruet::process" nogil:
    cdef cppclass worker_context:
        pass

cdef extern from "shim_server.hpp" namespace "cruet::binding" nogil:
    size_t field_count(const exchange* x)
    const field* field_at(const exchange* x, size_t i)
    string_view overriding_host(const exchange* x)
    string_view version_of(const exchange* x)
    exchange* make_detached(string_view method, string_view target, const vector[field]& fields,
                            string_view body, string_view local, unsigned port,
                            string_view remote, bint secure) except +
    int respond(exchange* x, int status, string_view reason, const vector[field]& fields,
                string_view body) except +
    int start(exchange* x, int status, string_view reason, const vector[field]& fields,
              long long length) except +
    int write(exchange* x, string_view data) except +
    int wait_writable(exchange* x)
    string_view message_of(int code)
    int status_for(int code)
    # A descriptor, or why there is none.
    int take_connection(exchange* x, string& ahead) except? -1
    long long read_body(exchange* x, char* to, size_t n) except +

    string statsd_line(const statsd_options& options, string_view name, string_view value, string_view type) except +
    long set_access_log(access_log_options& log, server_options& options, int fd, const string& format,
                        const string& syslog_prefix) except +
    # "" or what is wrong.
    string set_forwarding(server_options& options, const string& trusted, const vector[string]& believed,
                          const vector[field]& scheme_fields) except +

    # "" or what is wrong.
    string set_proxies(server_options& options, const string& version, const string& peers) except +

    cdef cppclass python_server:
        exchange* pop() except +
        bint queue_closed()
        void drop_returned()
        void close_queue()
        void refuse_queue()
        void stop(bint graceful)

    # "" or what is wrong.
    string make_tls_context(const tls_options& options, tls_context& out) except +

    string default_loop()
    string build_versions() except +

cdef extern from "shim_server.hpp" namespace "cruet::binding":
    bint latin1_view(object text, string_view& out)
    str latin1_text(string_view data)

    ctypedef void (*exchange_callback)(void* owner, exchange* x)
    ctypedef void (*plain_callback)(void* owner)
    ctypedef void (*text_callback)(void* owner, const string& text)
    cdef cppclass python_calls:
        void* owner
        exchange_callback handle
        exchange_callback writable
        exchange_callback gone
        plain_callback wakeup
        text_callback tell

    # With the GIL, unlike their like above.
    int respond_bytes(exchange* x, python_server* server, int status, string_view reason, const vector[field]& fields,
                      object body) except +
    # -1: it cannot be sent so, and nothing is.
    int respond_file(exchange* x, int status, string_view reason, const vector[field]& fields, int file,
                     unsigned long long at, unsigned long long size) except? -2
    int server_add "cruet::binding::server_add"(python_server* s, int fd, bint monitor, const tls_context& tls) except +
    void server_watch_wakeup(python_server* s, int fd) except +
    void server_take_place(python_server* s, const worker_context* place) except +
    void server_go_on_later(python_server* s, exchange* x) except +
    void server_run(python_server* s) except +
    unique_ptr[python_server] make_server(const string& loop, const server_options& options,
                                          const python_calls& calls, const worker_context* place,
                                          const access_log_options& log, const statsd_options& statsd) except +
