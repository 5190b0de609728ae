# One request and its response as the server sees them.

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.dict cimport PyDict_Copy
from libcpp.string cimport string
from libcpp.string_view cimport string_view
from libcpp.vector cimport vector

from lib_server cimport (
    exchange, field as wire_field, field_at, field_count, latin1_text, latin1_view, make_detached,
    message_of, overriding_host, python_server, read_body, slot_view, status_for, tls_client, version_of,
)
from lib_http cimport unquote_into

import sys as _sys

include "exchange_input.pyx"
include "handover.pyx"

cdef dict _header_keys = {}
cdef object _dropped = object()
cdef tuple _wsgi_version = (1, 0)


cdef dict _environ_template(bint multithread, bint multiprocess):
    """What every environ of one server holds alike (PEP 3333)."""
    return {
        "wsgi.version": _wsgi_version,
        "wsgi.errors": _sys.stderr,
        "wsgi.multithread": multithread,
        "wsgi.multiprocess": multiprocess,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "wsgi.file_wrapper": FileWrapper,
        "SERVER_SOFTWARE": f"cruet/{version}",
        "SCRIPT_NAME": "",
    }


cdef object _header_key(string_view name, bint underscores):
    # The environ's key of a field. Without `underscores` None for a name that has one: `X_Real_IP` would be taken for
    # `X-Real-IP`, which a proxy in front may vouch for.
    cdef bytes raw = name.data()[:name.size()]
    key = _header_keys.get(raw)
    if key is None:
        key = _dropped
        if b"_" not in raw:
            key = _sys.intern(raw.decode("latin-1").upper().replace("-", "_"))
            if key != "CONTENT_TYPE" and key != "CONTENT_LENGTH":
                key = _sys.intern("HTTP_" + key)
        # Names come from clients: only so many are remembered.
        if len(_header_keys) < 512 and len(raw) <= 64:
            _header_keys[raw] = key
    if key is _dropped:
        return "HTTP_" + raw.decode("latin-1").upper().replace("-", "_") if underscores else None
    return key


cdef bint _same_name(string_view name, const char* wanted, Py_ssize_t size):
    cdef Py_ssize_t i
    cdef unsigned char a, b
    if <Py_ssize_t>name.size() != size:
        return False
    for i in range(size):
        a = name.data()[i]
        b = wanted[i]
        if 65 <= a <= 90:
            a |= 32
        if 65 <= b <= 90:
            b |= 32
        if a != b:
            return False
    return True


# What the exchanges of one worker have in common.
cdef class _Site:
    cdef dict template
    cdef slot_view slot
    # Does a path begin with one slash, however many were sent? Others may take `//a/b` for a host.
    cdef bint one_slash
    # Do names of fields with underscores reach the environ?
    cdef bint underscores
    # Keeps large bodies while they are sent; NULL where there is no server.
    cdef python_server* native
    # Hooks around each request, called with a HookedRequest, or None.
    cdef object pre_request
    cdef object post_request

    def __cinit__(self):
        self.native = NULL
        self.template = _environ_template(False, False)


cdef _Site _no_site = _Site()


cdef class Exchange(FieldSource):
    """A request that has been read from the wire, in parts that nobody has decoded yet.

    The C-level methods are what :class:`CRequest` reads; each makes its answer anew, the environ
    alone is kept, because it is the truth once it exists.
    """

    cdef exchange* x
    cdef _Site site
    # The lane of the scoreboard on which the application answers this.
    cdef unsigned lane
    # Is there a loop that comes back to an unfinished answer?
    cdef bint resumable
    cdef InputStream _input
    # What hooks around the request know of it, a HookedRequest; None where there are none.
    cdef object hooked

    def __cinit__(self):
        self.x = NULL
        self.site = _no_site

    def __dealloc__(self):
        if self.x != NULL:
            self.x.release()

    @staticmethod
    def from_parts(str method="GET", bytes path=b"/", bytes query=b"", fields=(), bytes body=b"",
                   str scheme="http", server=("localhost", 80), remote_addr=None):
        """A request without a socket; ``path`` and ``query`` are raw bytes of the target."""
        cdef Exchange self = Exchange.__new__(Exchange)
        cdef vector[wire_field] pairs
        cdef wire_field pair
        cdef bytes verb = method.encode("latin-1")
        cdef bytes target = path + b"?" + query if query else path
        cdef bytes host = str(server[0]).encode("latin-1")
        cdef bytes remote = (remote_addr or "").encode("latin-1")
        cdef list kept = [(str(name), str(value)) for name, value in fields]
        for name, value in kept:
            if not latin1_view(name, pair.name) or not latin1_view(value, pair.value):
                raise ValueError("a header field is not Latin-1")
            pairs.push_back(pair)
        self.x = make_detached(_bytes_sv(verb), _bytes_sv(target), pairs, _bytes_sv(body), _bytes_sv(host),
                               server[1] or 0, _bytes_sv(remote), scheme == "https")
        return self

    def take_output(self):
        """Return what was answered to a request without a socket, as it would be sent."""
        return <bytes>self.x.take_output()

    cdef str method(self):
        return latin1_text(self.x.head().method())

    # Undecoded, without the query.
    cdef bytes raw_path(self):
        cdef string_view path = self._path()
        return path.data()[:path.size()]

    cdef string_view _path(self) noexcept:
        cdef string_view path = self.x.head().path()
        if self.site.one_slash:
            while path.size() > 1 and path.data()[0] == b"/" and path.data()[1] == b"/":
                path = string_view(path.data() + 1, path.size() - 1)
        return path

    cdef bytes raw_query(self):
        cdef string_view query = self.x.head().query()
        return query.data()[:query.size()]

    # A field's value as the environ would hold it, None where there is none.
    cdef object field(self, str name):
        cdef string_view wanted
        cdef const wire_field* found
        cdef size_t i
        value = None
        if not latin1_view(name, wanted):
            return None
        if _same_name(wanted, "host", 4) and not overriding_host(self.x).empty():
            return latin1_text(overriding_host(self.x))
        for i in range(field_count(self.x)):
            found = field_at(self.x, i)
            if _same_name(found.name, wanted.data(), wanted.size()):
                text = latin1_text(found.value)
                value = text if value is None else _joined(wanted, value, text)
        return value

    cdef str scheme(self):
        return "https" if self.x.connection().secure else "http"

    cdef tuple server(self):
        cdef const string* host = &self.x.connection().local_address
        if self.x.connection().unix_socket or host.empty():
            return ("localhost", 443 if self.x.connection().secure else 80)
        return (latin1_text(string_view(host.data(), host.size())), self.x.connection().local_port)

    cdef object remote_addr(self):
        cdef const string* remote = &self.x.connection().remote_address
        if remote.empty():
            return None
        return latin1_text(string_view(remote.data(), remote.size()))

    # The whole body where it is in memory, else None.
    cdef bytes body(self):
        cdef string_view memory
        if self.x.body().streamed() or self.x.body().spooled() or not self.x.body().complete():
            return None
        memory = self.x.body().memory()
        return memory.data()[:memory.size()]

    # The body as a file object that ends where the body ends.
    cdef object input(self):
        if self._input is None:
            self._input = InputStream.__new__(InputStream)
            self.x.add_ref()
            self._input.x = self.x
            self._input.site = self.site
            self._input.lane = self.lane
        return self._input

    # Status that an error of reading the body asks for; 0: there was none.
    cdef int body_error(self):
        return 0 if self._input is None else self._input.error

    cdef dict environ(self):
        cdef dict environ
        cdef string_view path
        if self._environ is not None:
            return self._environ
        self._environ = environ = PyDict_Copy(self.site.template)
        server = self.server()
        path = self._path()
        environ["REQUEST_METHOD"] = self.method()
        environ["PATH_INFO"] = _path_info(path)
        environ["QUERY_STRING"] = latin1_text(self.x.head().query())
        environ["REQUEST_URI"] = environ["RAW_URI"] = latin1_text(self.x.head().target())
        environ["SERVER_NAME"] = server[0]
        environ["SERVER_PORT"] = str(server[1])
        environ["SERVER_PROTOCOL"] = latin1_text(version_of(self.x))
        environ["wsgi.url_scheme"] = self.scheme()
        environ["wsgi.input"] = self.input()
        remote = self.remote_addr()
        if remote is not None:
            environ["REMOTE_ADDR"] = remote
            environ["REMOTE_PORT"] = str(self.x.connection().remote_port)
        if self.x.connection().proxied:
            # Gunicorn's names for what a header of the PROXY protocol says beside the client.
            environ["PROXY_PROTOCOL"] = "TCP6" if ":" in server[0] else "TCP4"
            environ["PROXY_ADDR"] = server[0]
            environ["PROXY_PORT"] = environ["SERVER_PORT"]
        if self.x.connection().client.get() != NULL:
            self._put_certificate(environ, self.x.connection().client.get())
        if self.is_mounted():
            environ["SCRIPT_NAME"] = _path_info(string_view(self.x.connection().prefix))
        self._put_fields(environ)
        if "HTTP_UPGRADE" in environ and environ["HTTP_UPGRADE"].lower() == "websocket":
            environ["gunicorn.socket"] = self._connection_socket()
        return environ

    # What mod_ssl and nginx call the parts of a client's certificate.
    cdef int _put_certificate(self, dict environ, const tls_client* client) except -1:
        environ["SSL_CLIENT_VERIFY"] = "SUCCESS"
        environ["SSL_CLIENT_CERT"] = (<bytes>client.certificate).decode("latin-1")
        environ["SSL_CLIENT_S_DN"] = (<bytes>client.subject).decode("latin-1")
        environ["SSL_CLIENT_I_DN"] = (<bytes>client.issuer).decode("latin-1")
        return 0

    # What libraries for WebSocket look for.
    cdef object _connection_socket(self):
        cdef ConnectionSocket found = ConnectionSocket.__new__(ConnectionSocket)
        self.x.add_ref()
        found.x = self.x
        found.site = self.site
        found.lane = self.lane
        return found

    # Does a proxy say that the application lies below another path than "/"?
    cdef bint is_mounted(self) noexcept:
        return not self.x.connection().prefix.empty()

    cdef int _put_fields(self, dict environ) except -1:
        cdef size_t i
        cdef const wire_field* found
        for i in range(field_count(self.x)):
            found = field_at(self.x, i)
            key = _header_key(found.name, self.site.underscores)
            if key is None:
                continue
            value = latin1_text(found.value)
            earlier = environ.get(key)
            environ[key] = value if earlier is None else _joined(found.name, earlier, value)
        if not overriding_host(self.x).empty():
            environ["HTTP_HOST"] = latin1_text(overriding_host(self.x))
        return 0


cdef inline string_view _bytes_sv(bytes text):
    return string_view(PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text))


cdef object _joined(string_view name, earlier, value):
    # Fields of one name are one list (RFC 9110 section 5.2); cookies have their own separator.
    return f"{earlier}; {value}" if _same_name(name, "cookie", 6) else f"{earlier},{value}"


cdef str _path_info(string_view path):
    # Octets as Latin-1, once decoded. A target such as "*" is no path.
    cdef string buffer
    cdef size_t size
    if path.size() == 0 or path.data()[0] != b"/":
        return latin1_text(path)
    buffer.resize(path.size())
    size = unquote_into(&buffer[0], path, False)
    return latin1_text(string_view(buffer.data(), size))
