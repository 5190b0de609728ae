"""A server for development and tests: one process, made from any thread.

``run_simple`` is what ``app.run()`` calls; ``make_server`` gives an object to run and stop. With
threads, which are ``app.run()``'s default, both stand on the same native core as ``cruet run``.
Without, and where TLS, several processes or an own request handler are asked for, Python's
``http.server`` speaks HTTP instead: more slowly, and as leniently as Werkzeug's server does.
"""

from __future__ import annotations

import os
import signal
import socket
import ssl
import sys
import threading
import traceback
import typing as t
from collections.abc import Callable, Iterable
from functools import cached_property
from http.server import HTTPServer
from socketserver import BaseServer, ForkingMixIn, ThreadingMixIn

from .. import _cruet
from ._addresses import Address, Listener, OptionError, get_interface_ip, open_listeners
from ._certificates import (
    generate_adhoc_ssl_context,
    generate_adhoc_ssl_pair,
    is_ssl_error,
    load_ssl_context,
    make_ssl_devcert,
)
from ._elsewhere import names_from_elsewhere
from ._internal import _log as _log
from ._python_server import PythonServer, can_fork
from ._reloader import is_running_from_reloader, run_with_reloader
from ._wsgi_handler import DechunkedInput, WSGIRequestHandler, connection_dropped_errors

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    _TSSLContextArg = ssl.SSLContext | tuple[str, str | None] | t.Literal["adhoc"]

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)

__all__ = [
    "LISTEN_QUEUE",
    "BaseWSGIServer",
    "DechunkedInput",
    "ForkingWSGIServer",
    "ThreadedWSGIServer",
    "WSGIRequestHandler",
    "can_fork",
    "connection_dropped_errors",
    "generate_adhoc_ssl_context",
    "generate_adhoc_ssl_pair",
    "get_interface_ip",
    "get_sockaddr",
    "is_running_from_reloader",
    "is_ssl_error",
    "load_ssl_context",
    "make_server",
    "make_ssl_devcert",
    "run_simple",
    "run_with_reloader",
    "select_address_family",
]

#: Connections that the system keeps until they are accepted.
LISTEN_QUEUE = 128
#: Threads that answer where a server is ``threaded``.
THREADS = 8
#: Names the descriptor of the socket that a reloader keeps open over restarts.
SERVER_FD = "WERKZEUG_SERVER_FD"


#: What of the standard library's server a subclass may do in its own way. Python serves then.
_STEPS = (
    *("get_request", "verify_request", "process_request", "process_request_thread"),
    *("finish_request", "shutdown_request", "close_request", "service_actions"),
)


class BaseWSGIServer(HTTPServer):
    """Serves one application on one socket until :meth:`shutdown` is called from another thread.

    ``port`` is the one that the system chose where 0 was asked for. ``fd`` is a socket that
    listens already; it stays the caller's. ``settings`` are those of the native server. The steps
    of ``socketserver`` may be overridden, and :meth:`handle_request` serves without a loop.

    :raises OSError: the address cannot be had.
    """

    multithread = False
    multiprocess = False
    request_queue_size = LISTEN_QUEUE
    allow_reuse_address = True
    server_address: t.Any
    # Connections end with their first request.
    _one_request = False

    def __init__(
        self,
        host: str,
        port: int,
        app: WSGIApplication,
        handler: type[WSGIRequestHandler] | None = None,
        passthrough_errors: bool = False,
        ssl_context: _TSSLContextArg | None = None,
        fd: int | None = None,
        **settings: t.Any,
    ) -> None:
        BaseServer.__init__(self, (host, port), handler or WSGIRequestHandler)
        self.host = host
        self.app = app
        self.passthrough_errors = passthrough_errors
        self.ssl_context = _context_of(ssl_context)
        self._listener = self._open(host, port) if fd is None else _adopt(fd)
        self.socket = self._listener.socket
        self.address_family = self.socket.family
        self.port = self.server_port = self._listener.address.port
        self.server_address = self._listener.address.path or (host, self.port)
        self._ended = threading.Event()
        self._ended.set()
        self._server: _cruet.Server | PythonServer
        self._server = self._make_engine(handler or WSGIRequestHandler, settings)

    def _open(self, host: str, port: int) -> Listener:
        if not _has_own(type(self), "server_bind", "server_activate"):
            return _listen(host, port)
        self.address_family = select_address_family(host, port)
        self.server_address = get_sockaddr(host, port, self.address_family)
        self.socket = socket.socket(self.address_family, self.socket_type)
        try:
            self.server_bind()
            self.server_activate()
            self.socket.setblocking(False)
        except BaseException:
            self.socket.close()
            raise
        return Listener(self.socket)

    @cached_property
    def server_name(self) -> str:  # type: ignore[override]
        """The host's name, as the system knows it."""
        return socket.getfqdn(self.host)

    def _make_engine(
        self, handler: type[WSGIRequestHandler], settings: dict[str, t.Any]
    ) -> _cruet.Server | PythonServer:
        in_python = _overrides(handler) or _has_own(type(self), *_STEPS)
        if self.ssl_context is not None or not self.multithread or in_python:
            return self._in_python()
        app = _passing_errors(self.app) if self.passthrough_errors else self.app
        settings = {"one_slash": True, **settings}
        return _cruet.Server(app, [self.socket], threads=THREADS, **settings)

    def _in_python(self, processes: int = 1) -> PythonServer:
        shares = _has_own(type(self), "process_request", "process_request_thread")
        return PythonServer(self, processes, shares, _has_own(type(self), "service_actions"))

    def handle_request(self) -> None:
        """Wait for one connection and answer its request, or return after ``timeout`` seconds."""
        self._one_request = True
        self.socket.setblocking(True)  # the base class waits as long as the socket does
        try:
            super().handle_request()
        finally:
            self.socket.setblocking(False)
            self._one_request = False

    def finish_request(self, request: t.Any, client_address: t.Any) -> None:
        """Answer the requests of a connection by a handler."""
        if self.ssl_context is not None:
            # Not while accepting: a client may take its time, or speak no TLS.
            request.settimeout(getattr(self.RequestHandlerClass, "timeout", None))
            try:
                request = self.ssl_context.wrap_socket(request, server_side=True)
            except (OSError, ssl.SSLError):
                return
        with request:
            self.RequestHandlerClass(request, client_address or (), t.cast(t.Any, self))

    def in_turn(self, function: Callable[[], None]) -> None:
        """Run a function; without threads or processes one at a time, in the thread that serves."""
        if isinstance(self._server, PythonServer) and not (self.multithread or self.multiprocess):
            self._server.in_turn(function)
        else:
            function()

    def log(self, type: str, message: str, *args: t.Any) -> None:
        """Log a message at the level that ``type`` names."""
        _log(type, message, *args)

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Log the error of a connection that is being handled."""
        if not isinstance(sys.exc_info()[1], connection_dropped_errors):
            self.log("error", f"Error on a connection:\n{traceback.format_exc()}")

    def fileno(self) -> int:
        """The listening socket's descriptor."""
        return self.socket.fileno()

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        """Serve in this thread until :meth:`shutdown`, or until KeyboardInterrupt."""
        self._ended.clear()
        try:
            self._run()
        except KeyboardInterrupt:
            pass
        finally:
            self._ended.set()
            self.server_close()

    def _run(self) -> None:
        try:
            self._server.run()
        except _ApplicationError as error:
            raise error.args[0] from None

    def shutdown(self) -> None:
        """Have :meth:`serve_forever` return, and wait until it has. From another thread."""
        self._server.stop()
        self._ended.wait()

    def server_close(self) -> None:
        """Close the listening socket."""
        self._listener.close()

    def log_startup(self) -> None:
        """Tell the log where the server is and how it is stopped."""
        address = str(self._listener.address)
        if self.ssl_context is not None:
            address = address.replace("http:", "https:")
        messages = [f"Running on {address}"]
        host = self._listener.address.host
        if host in ("0.0.0.0", "::"):
            family = socket.AF_INET if host == "0.0.0.0" else socket.AF_INET6
            local, outer = ("127.0.0.1" if host == "0.0.0.0" else "[::1]"), get_interface_ip(family)
            scheme = address.partition(":")[0]
            messages.append(f"Running on {scheme}://{local}:{self.port}")
            messages.append(f"Running on {scheme}://{outer}:{self.port}")
        _log("info", "WARNING: This is a server for development. Use 'cruet run' in production.")
        for message in messages:
            _log("info", " * %s", message)
        _log("info", "Press CTRL+C to quit")


class ThreadedWSGIServer(ThreadingMixIn, BaseWSGIServer):
    """Answers each request in one of several threads."""

    multithread = True
    daemon_threads = True


class ForkingWSGIServer(ForkingMixIn, BaseWSGIServer):
    """Answers each request in one of at most ``processes`` forks."""

    multiprocess = True

    def __init__(
        self,
        host: str,
        port: int,
        app: WSGIApplication,
        processes: int = 40,
        handler: type[WSGIRequestHandler] | None = None,
        passthrough_errors: bool = False,
        ssl_context: _TSSLContextArg | None = None,
        fd: int | None = None,
        **settings: t.Any,
    ) -> None:
        if not can_fork:
            raise ValueError("Your platform does not support forking.")
        self.max_children = processes
        super().__init__(host, port, app, handler, passthrough_errors, ssl_context, fd, **settings)

    def _make_engine(
        self, handler: type[WSGIRequestHandler], settings: dict[str, t.Any]
    ) -> PythonServer:
        return self._in_python(self.max_children)


def _context_of(argument: _TSSLContextArg | None) -> ssl.SSLContext | None:
    if isinstance(argument, tuple):
        return load_ssl_context(*argument)
    if argument == "adhoc":
        return generate_adhoc_ssl_context()
    if argument is None or isinstance(argument, ssl.SSLContext):
        return argument
    raise TypeError(f"ssl_context is a context, a pair of files or 'adhoc', not {argument!r}")


def _listen(host: str, port: int) -> Listener:
    address = Address(path=host[7:]) if host.startswith("unix://") else Address(host, port)
    try:
        return open_listeners([address], 128, 0o666)[0]
    except OptionError as error:
        raise OSError(str(error)) from None


def _adopt(fd: int) -> Listener:
    return Listener(socket.socket(fileno=os.dup(fd)))


def _overrides(handler: type) -> bool:
    """Tell whether a class does anything else than the one that requests need not be made for."""
    # What every class has of its own does not count.
    usual = {"__module__", "__doc__", "__qualname__", "__firstlineno__", "__static_attributes__"}
    between = handler.__mro__[: handler.__mro__.index(WSGIRequestHandler)]
    return any(set(vars(cls)) - usual for cls in between)


def _has_own(kind: type, *names: str) -> bool:
    """Tell whether a server's class does a step in a way of its own."""
    known = (__name__, "socketserver", "http.server", "builtins")
    own = [vars(cls) for cls in kind.__mro__ if cls.__module__ not in known]
    return any(name in members for members in own for name in names)


def make_server(
    host: str,
    port: int,
    app: WSGIApplication,
    threaded: bool = False,
    processes: int = 1,
    request_handler: type[WSGIRequestHandler] | None = None,
    passthrough_errors: bool = False,
    ssl_context: _TSSLContextArg | None = None,
    fd: int | None = None,
    **settings: t.Any,
) -> BaseWSGIServer:
    """Make a server that is bound and not yet running.

    :param threaded: answer requests in threads; else one at a time.
    :param processes: answer requests in so many processes.
    :param request_handler: a subclass of :class:`WSGIRequestHandler`.
    :param ssl_context: serve HTTPS: a context, the paths of a certificate and its key, or
        ``"adhoc"`` for a certificate made now.
    :param fd: a socket that listens already, in place of ``host`` and ``port``.
    :raises ValueError: threads and processes are both asked for.
    :raises OSError: the address cannot be had.
    """
    if threaded and processes > 1:
        raise ValueError("Cannot have a multi-thread and multi-process server.")
    common = (request_handler, passthrough_errors, ssl_context, fd)
    if processes > 1:
        return ForkingWSGIServer(host, port, app, processes, *common, **settings)
    kind = ThreadedWSGIServer if threaded else BaseWSGIServer
    return kind(host, port, app, *common, **settings)


class _ApplicationError(BaseException):
    """Carries an application's error through the server, which answers for every Exception."""


def _passing_errors(app: WSGIApplication) -> WSGIApplication:
    def passing(environ: t.Any, start_response: t.Any) -> t.Any:
        try:
            return app(environ, start_response)
        except Exception as error:
            raise _ApplicationError(error) from error

    return passing


def run_simple(
    hostname: str,
    port: int,
    application: WSGIApplication,
    use_reloader: bool = False,
    use_debugger: bool = False,
    use_evalex: bool = True,
    extra_files: Iterable[str] | None = None,
    exclude_patterns: Iterable[str] | None = None,
    reloader_interval: int = 1,
    reloader_type: str = "auto",
    threaded: bool = False,
    processes: int = 1,
    request_handler: type | None = None,
    static_files: dict[str, str | tuple[str, str]] | None = None,
    passthrough_errors: bool = False,
    ssl_context: t.Any = None,
) -> None:
    """Serve an application until interrupted; for development.

    :param hostname: an address, or ``unix://`` and the path of a socket.
    :param use_reloader: run in a process of its own, restarted when source files change.
    :param use_debugger: show tracebacks in the browser.
    :param ssl_context: see :func:`make_server`.
    :param static_files: folders by the path they are served under.

    An address that cannot be had ends the program with one line and exit code 1.
    """
    if not isinstance(port, int):
        raise TypeError("port must be an integer")
    if static_files:
        from .middleware.shared_data import SharedDataMiddleware

        application = SharedDataMiddleware(application, static_files)
    if use_debugger:
        application = _debugged(application, use_evalex, hostname)
    if use_reloader and not is_running_from_reloader():
        _keep_socket(hostname, port, ssl_context)

    def serve() -> None:
        server = _make_or_exit(
            hostname,
            port,
            application,
            threaded=threaded,
            processes=processes,
            request_handler=request_handler,
            passthrough_errors=passthrough_errors,
            ssl_context=ssl_context,
            fd=int(os.environ[SERVER_FD]) if is_running_from_reloader() else None,
            access_log=2,
        )
        if not is_running_from_reloader():
            server.log_startup()
        _serve_until_interrupted(server)

    if use_reloader:
        run_with_reloader(serve, extra_files, exclude_patterns, reloader_interval, reloader_type)
    serve()


def _debugged(application: WSGIApplication, evalex: bool, hostname: str) -> WSGIApplication:
    # Imported here alone: it is for development, and brings much along.
    from .debug import DebuggedApplication

    debugged = DebuggedApplication(application, evalex=evalex)
    # The name that the developer gave is one that he opens pages by.
    debugged.trusted_hosts.append(hostname)
    return debugged


def _make_or_exit(*args: t.Any, **kwargs: t.Any) -> BaseWSGIServer:
    try:
        return make_server(*args, **kwargs)
    except OSError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)


def _serve_until_interrupted(server: BaseWSGIServer) -> None:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: server._server.stop())
    try:
        server._run()
    except KeyboardInterrupt:
        # Under the reloader it may be a change of code that interrupts.
        if is_running_from_reloader():
            raise
    finally:
        server.server_close()


def _keep_socket(hostname: str, port: int, ssl_context: _TSSLContextArg | None) -> None:
    """Bind once for all restarts: connections made meanwhile wait."""
    server = _make_or_exit(
        hostname, port, lambda environ, start_response: [], ssl_context=ssl_context
    )
    server.log_startup()
    server.socket.set_inheritable(True)
    os.environ[SERVER_FD] = str(server.socket.fileno())
    # Lives as long as this process.
    _kept.append(server)


_kept: list[BaseWSGIServer] = []


def select_address_family(host: str, port: int) -> socket.AddressFamily:
    """Return the family of an address as ``run_simple`` takes it."""
    if host.startswith("unix://"):
        return socket.AF_UNIX
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def get_sockaddr(host: str, port: int, family: socket.AddressFamily) -> tuple[str, int] | str:
    """Return what a socket of that family is bound to; the host as it is where none is known."""
    if family == socket.AF_UNIX:
        return os.path.abspath(host.removeprefix("unix://"))
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except socket.gaierror:
        return host, port
    return t.cast("tuple[str, int]", found[0][4])
