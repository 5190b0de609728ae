# Workers and the master, as Python starts them.

import os as _os
import signal as _signal
import socket as _socket
import threading as _threading
from time import monotonic as _monotonic

from cython.operator cimport dereference
from libc.math cimport ceil as _ceil
from libcpp.memory cimport unique_ptr

from lib_server cimport (
    access_log_options, build_versions, common_log_format, default_loop, exchange_callback, make_server, milliseconds, plain_callback,
    monotonic_now, python_calls, python_server, server_add, server_go_on_later, server_options, server_run, server_take_place,
    server_watch_wakeup, set_access_log, set_forwarding, set_proxies, statsd_line as native_statsd_line, statsd_options,
    text_callback, tls_context, worker_context,
)

cdef extern from "Python.h":
    int PyErr_CheckSignals() except -1

include "tls.pyx"
include "server_hooks.pyx"

default_loop_name = default_loop().decode("ascii")


#: How requests are logged where nobody says how.
common_access_log_format = common_log_format.data()[:common_log_format.size()].decode("ascii")


def check_access_log_format(str text not None):
    """Raise ValueError where a format of the access log cannot be read."""
    cdef server_options options
    cdef access_log_options log
    cdef bytes form = text.encode()
    cdef long wrong = set_access_log(log, options, -1, form, b"")
    if wrong >= 0:
        raise ValueError(f"has no atom at {form[wrong:wrong + 12].decode(errors='replace')!r}")


def statsd_line(str name not None, str value not None, str kind not None, str prefix="", str tags=""):
    """Return a line of statsd's as bytes, without an end: ``kind`` is c, g or ms."""
    cdef statsd_options options
    options.prefix = prefix.encode()
    options.tags = tags.encode()
    cdef bytes encoded_name = name.encode(), encoded_value = value.encode(), encoded_kind = kind.encode()
    cdef string line = native_statsd_line(options, _bytes_view(encoded_name), _bytes_view(encoded_value),
                                            _bytes_view(encoded_kind))
    return <bytes>line


def versions():
    """What the core was built with, by name: llhttp, and the loops that there are."""
    cdef string text = build_versions()
    return dict([line.split(" ", 1) for line in text.decode("ascii").splitlines()])


class ApplicationHangs(BaseException):
    """Raised in a view that has run for longer than the server's timeout, where that can be."""


cdef class Server:
    """Serves a WSGI or cruet application on sockets that listen, in the thread that calls run().

    ``sockets`` are sockets or descriptors; they stay the caller's. With ``threads`` above 1 views
    run in so many threads, else on the loop's own. ``loop`` is ``libevent``, ``poll``, or empty
    for the better one. Times are seconds, sizes bytes; 0 is no limit where
    :class:`cruet.server.options.ServerOptions` says so. ``monitors`` are sockets on which those who
    watch are answered natively, where there is a ``place`` (service/monitor.hpp). ``place`` is a worker's own
    :class:`WorkerPlace`. ``pre_request`` and ``post_request`` are called before and after each
    request with a :class:`HookedRequest`. With ``tls`` the sockets, but not the monitors, speak HTTPS.
    Connections of peers in ``proxy_allow_ips`` begin with a header of the PROXY protocol, of the
    version that ``proxy_protocol`` names: ``v1``, ``v2`` or ``auto``. ``tell`` is called with a line about
    each connection that ends before there is a request: no such header, a handshake that failed,
    plain HTTP to a port of TLS. Raises ValueError for an unknown loop, OSError for what
    is no listening socket.
    """

    cdef unique_ptr[python_server] native
    cdef object app
    cdef _Site site
    cdef unsigned threads
    # Streams that wait for their clients, by the address of their exchanges.
    cdef dict waiting
    cdef object error
    cdef object _tell
    cdef object _place
    cdef double graceful
    cdef double timeout
    # What each of the application's threads has in hand, by lane.
    cdef vector[exchange*] in_hand

    def __init__(self, app, sockets, *, unsigned threads=1, str loop="", double keep_alive=75,
                 double header_timeout=10, double body_timeout=30, double write_timeout=60,
                 double graceful_timeout=30, double timeout=0, double drain_linger=0.5,
                 size_t worker_connections=10000, size_t limit_request_line=8190,
                 size_t limit_request_fields=100, size_t limit_request_field_size=8190,
                 size_t limit_request_head=65536, unsigned long long limit_request_body=0,
                 size_t body_memory=524288, bint stream_bodies=False, tmp_upload_dir=None,
                 size_t max_request_queue_size=2048, int access_log=-1, str access_log_format=common_access_log_format,
                 str syslog_prefix="", int statsd=-1, str statsd_prefix="", str statsd_tags="",
                 bint multiprocess=False,
                 forwarded_allow_ips=(), forwarded_headers=(), dict secure_scheme_headers=None,
                 str header_map="drop", bint one_slash=False, WorkerPlace place=None, pre_request=None,
                 post_request=None, monitors=(), TlsContext tls=None, tell=None,
                 str proxy_protocol="off", proxy_allow_ips=()):
        cdef server_options options
        cdef access_log_options log
        cdef statsd_options told
        cdef python_calls calls
        cdef worker_context* context = NULL
        cdef string wrong
        self.app = app
        self.threads = threads
        self.waiting = {}
        self.graceful = graceful_timeout
        self.timeout = timeout
        self.in_hand.resize(threads + 1, NULL)
        self._place = place
        self.site = _Site.__new__(_Site)
        self.site.template = _environ_template(threads > 1, multiprocess)
        self.site.one_slash = one_slash
        self.site.pre_request = pre_request
        self.site.post_request = post_request
        if place is not None:
            self.site.slot = place.slot()
            context = place.context
        options.threaded = threads > 1
        options.keep_alive_timeout = _milliseconds(keep_alive)
        options.header_timeout = _milliseconds(header_timeout)
        options.body_timeout = _milliseconds(body_timeout)
        options.write_timeout = _milliseconds(write_timeout)
        options.graceful_timeout = _milliseconds(graceful_timeout)
        options.drain_linger = _milliseconds(drain_linger)
        options.max_connections = worker_connections
        options.limits.request_line = limit_request_line
        options.limits.field_count = limit_request_fields
        options.limits.field_size = limit_request_field_size
        options.limits.head_size = limit_request_head
        options.limits.body_size = limit_request_body
        options.body_memory = body_memory
        options.stream_bodies = stream_bodies
        options.temp_dir = _os.fsencode(tmp_upload_dir or "")
        options.max_request_queue_size = max_request_queue_size
        options.refuse_underscores = header_map == "refuse"
        self.site.underscores = header_map == "dangerous"
        check_access_log_format(access_log_format)
        set_access_log(log, options, access_log, access_log_format.encode(), syslog_prefix.encode())
        told.fd = statsd
        told.prefix = statsd_prefix.encode()
        told.tags = statsd_tags.encode()
        _set_forwarding(options, ",".join(forwarded_allow_ips), forwarded_headers, secure_scheme_headers or {})
        wrong = set_proxies(options, proxy_protocol.encode(), ",".join(proxy_allow_ips).encode())
        if not wrong.empty():
            raise ValueError(f"proxy_protocol: {wrong.decode()}")
        calls.owner = <void*>self
        calls.handle = _on_handle
        calls.writable = _on_writable
        calls.gone = _on_gone
        calls.wakeup = _on_wakeup
        calls.tell = NULL
        if tell is not None:
            calls.tell = _on_tell
        self._tell = tell
        self.native = make_server(loop.encode(), options, calls, context, log, told)
        if self.native.get() == NULL:
            raise ValueError(f"there is no loop named {loop!r}")
        self.site.native = self.native.get()
        self._listen(sockets, False, tls)
        self._listen(monitors, True, None)

    def _listen(self, sockets, bint monitor, TlsContext tls):
        cdef tls_context context
        if tls is not None:
            context = tls.native
        for listening in sockets:
            fd = listening if isinstance(listening, int) else listening.fileno()
            if server_add(self.native.get(), fd, monitor, context):
                raise OSError(f"descriptor {fd} is not a listening socket")

    def __dealloc__(self):
        # Exchanges that are kept may outlive the server.
        if self.site is not None:
            self.site.native = NULL

    def run(self):
        """Serve until stopped. What an application raises beyond Exception ends it and is raised.

        In the main thread Python's signal handlers run meanwhile.
        """
        cdef list threads = []
        for lane in range(1, self.threads + 1 if self.threads > 1 else 1):
            thread = _threading.Thread(target=self._serve_thread, args=(lane,), name=f"cruet-{lane}", daemon=True)
            thread.start()
            threads.append(thread)
        if self._place is not None:
            server_take_place(self.native.get(), (<WorkerPlace>self._place).context)
        try:
            if _threading.current_thread() is _threading.main_thread():
                self._run_with_signals()
            else:
                server_run(self.native.get())
        finally:
            self.native.get().close_queue()
            # Requests in flight have had their time; what a view does beyond an end at once is its own affair.
            deadline = _monotonic() + (self.graceful if self.error is None else 0)
            for lane, thread in enumerate(threads, 1):
                if not (self.site.slot and self.site.slot.is_given_up(lane)):
                    thread.join(max(0, deadline - _monotonic()))
            self._release_streams()
        if self.error is not None:
            error = self.error
            self.error = None
            raise error

    def _run_with_signals(self):
        read_end, write_end = _socket.socketpair()
        read_end.setblocking(False)
        write_end.setblocking(False)
        before = _signal.set_wakeup_fd(write_end.fileno(), warn_on_full_buffer=False)
        try:
            # One that came just before has woken nobody.
            PyErr_CheckSignals()
            server_watch_wakeup(self.native.get(), read_end.fileno())
            server_run(self.native.get())
        finally:
            _signal.set_wakeup_fd(before)
            read_end.close()
            write_end.close()

    def stop(self, bint graceful=True):
        """End run(), from any thread. Gracefully: what is in hand is answered first."""
        self.native.get().stop(graceful)

    def end_hangs(self):
        """Give up every request whose view has run for longer than ``timeout``, and stop gracefully.

        It is answered with 500, or cut where its answer has begun. To be called in the thread that
        runs the server, where a view that hangs on it is left by :exc:`ApplicationHangs`.
        """
        cdef unsigned lane
        cdef unsigned hanging = 0
        if self.threads == 1 and self._hangs(0):
            self.stop()
            # keep_error() tells the master once the view is left.
            raise ApplicationHangs("the view has run for too long")
        for lane in range(1, self.threads + 1):
            if self.in_hand[lane] != NULL and self._hangs(lane):
                self.in_hand[lane].fail()
                self.site.slot.give_up(lane)
            hanging += self.site.slot.is_given_up(lane)
        if self.threads > 1 and hanging == self.threads:
            self.native.get().refuse_queue()
        self.stop()
        self._tell_stopping()

    cdef bint _hangs(self, unsigned lane):
        return self.timeout > 0 and self.site.slot.busy_for(lane, monotonic_now()) >= self.timeout * 1e9

    cdef int _tell_stopping(self) except -1:
        if self._place is not None:
            (<WorkerPlace>self._place).stopping()
        return 0

    # -- on the loop's thread

    cdef int answer(self, exchange* x, unsigned lane) except -1:
        cdef Exchange ex = Exchange.__new__(Exchange)
        cdef _Answer waiting
        x.add_ref()
        ex.x = x
        ex.site = self.site
        ex.lane = lane
        ex.resumable = True
        context = PyContext_CopyCurrent()
        PyContext_Enter(context)
        try:
            if self.site.pre_request is not None and not _before_request(ex):
                return 0
            waiting = _start_answer(self.app, ex, context)
        finally:
            PyContext_Exit(context)
            if x.handed():
                # Whatever was answered on top of another protocol.
                x.finish()
        if waiting is not None:
            self.keep(waiting)
        elif self.site.post_request is not None:
            _after_request(ex, context)
        return 0

    cdef int keep(self, _Answer answer) except -1:
        # For writable() or gone(), or for the loop's next turn.
        self.waiting[<size_t>answer.ex.x] = answer
        if answer.paused:
            server_go_on_later(self.native.get(), answer.ex.x)
        return 0

    cdef int go_on(self, exchange* x) except -1:
        answer = self.waiting.get(<size_t>x)
        if answer is not None:
            # Taken out first: whatever happens, it is not gone on with twice.
            del self.waiting[<size_t>x]
            if not _continue_answer(<_Answer>answer):
                self.keep(<_Answer>answer)
            elif self.site.post_request is not None:
                _after_request((<_Answer>answer).ex, (<_Answer>answer).context)
        return 0

    cdef int vanished(self, exchange* x) except -1:
        answer = self.waiting.pop(<size_t>x, None)
        if answer is not None:
            PyContext_Enter((<_Answer>answer).context)
            try:
                _close_answer(<_Answer>answer)
            finally:
                PyContext_Exit((<_Answer>answer).context)
            if self.site.post_request is not None:
                _after_request((<_Answer>answer).ex, (<_Answer>answer).context)
        return 0

    def _release_streams(self):
        for answer in list(self.waiting.values()):
            self.vanished((<_Answer>answer).ex.x)

    cdef int keep_error(self, error) except -1:
        if isinstance(error, ApplicationHangs):
            return self._tell_stopping()
        if self.error is None:
            self.error = error
        self.native.get().stop(False)
        return 0

    # -- in a thread of the application's

    def _serve_thread(self, unsigned lane):
        cdef exchange* x
        while True:
            with nogil:
                x = self.native.get().pop()
            if x == NULL:
                self.native.get().drop_returned()
                if self.native.get().queue_closed():
                    return
                continue
            self.in_hand[lane] = x
            self.site.slot.enter(lane)
            try:
                self.answer(x, lane)
            except BaseException as error:
                x.fail()
                self.keep_error(error)
            finally:
                self.site.slot.leave(lane)
                self.in_hand[lane] = NULL
                x.release()


cdef int _set_forwarding(server_options& options, str trusted, names, dict scheme_headers) except -1:
    cdef vector[string] believed
    cdef vector[wire_field] scheme_fields
    cdef wire_field pair
    cdef string wrong
    cdef list kept = [(str(name), str(value)) for name, value in scheme_headers.items()]
    for name in names:
        believed.push_back((<str>name).lower().encode())
    for name, value in kept:
        if not latin1_view(name, pair.name) or not latin1_view(value, pair.value):
            raise ValueError("a header field is not Latin-1")
        scheme_fields.push_back(pair)
    wrong = set_forwarding(options, trusted.encode(), believed, scheme_fields)
    if not wrong.empty():
        raise ValueError(f"forwarding: {wrong.decode()}")
    return 0


cdef milliseconds _milliseconds(double seconds):
    # Rounded up: 0 may mean no limit.
    return milliseconds(<long long>_ceil(seconds * 1000))


# Callbacks from the loop, with the GIL. BaseExceptions are kept for run().

cdef void _on_handle(void* owner, exchange* x) noexcept:
    try:
        (<Server>owner).answer(x, 0)
    except BaseException as error:
        x.fail()
        _keep(owner, error)


cdef void _on_writable(void* owner, exchange* x) noexcept:
    try:
        (<Server>owner).go_on(x)
    except BaseException as error:
        x.fail()
        _keep(owner, error)


cdef void _on_gone(void* owner, exchange* x) noexcept:
    try:
        (<Server>owner).vanished(x)
    except BaseException as error:
        _keep(owner, error)


cdef void _on_wakeup(void* owner) noexcept:
    try:
        PyErr_CheckSignals()
    except BaseException as error:
        _keep(owner, error)


cdef void _on_tell(void* owner, const string& text) noexcept:
    try:
        (<Server>owner)._tell(text.data()[:text.size()].decode(errors="replace"))
    except BaseException as error:
        _keep(owner, error)


cdef void _keep(void* owner, error) noexcept:
    (<Server>owner).keep_error(error)


include "master.pyx"
