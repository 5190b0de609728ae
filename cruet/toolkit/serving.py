"""A server for development and tests: one process, made from any thread.

``run_simple`` is what ``app.run()`` calls; ``make_server`` gives an object to run and stop. Both
stand on the same native core as ``cruet run``.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import typing as t
from collections.abc import Iterable

from .. import _cruet
from ._addresses import Address, Listener, OptionError, open_listeners
from ._reloader import is_running_from_reloader, run_with_reloader

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = [
    "BaseWSGIServer",
    "ThreadedWSGIServer",
    "WSGIRequestHandler",
    "is_running_from_reloader",
    "make_server",
    "run_simple",
]

#: Threads that answer where a server is ``threaded``.
THREADS = 8
#: Names the descriptor of the socket that a reloader keeps open over restarts.
SERVER_FD = "WERKZEUG_SERVER_FD"

_log = logging.getLogger("werkzeug")


class BaseWSGIServer:
    """Serves one application on one socket until :meth:`shutdown` is called from another thread.

    ``port`` is the one that the system chose where 0 was asked for. ``fd`` is a socket that
    listens already; it stays the caller's.

    :raises OSError: the address cannot be had.
    """

    multithread = False
    multiprocess = False

    def __init__(
        self,
        host: str,
        port: int,
        app: WSGIApplication,
        fd: int | None = None,
        access_log: int = -1,
        **settings: t.Any,
    ) -> None:
        self.host = host
        self.app = app
        self._listener = _listen(host, port) if fd is None else _adopt(fd)
        self.socket = self._listener.socket
        self.server_address: tuple[str, int] | str = self._listener.address.path or (
            host,
            self._listener.address.port,
        )
        self.port = self._listener.address.port
        self.ssl_context = None
        self._server = _cruet.Server(
            app,
            [self.socket],
            threads=THREADS if self.multithread else 1,
            access_log=access_log,
            **settings,
        )
        self._ended = threading.Event()
        self._ended.set()

    @property
    def address_family(self) -> int:
        """The socket's family."""
        return self.socket.family

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
        messages = [f"Running on {self._listener.address}"]
        if self._listener.address.host in ("0.0.0.0", "::"):
            messages.append(f"Running on http://127.0.0.1:{self.port}")
        _info("WARNING: This is a server for development. Use 'cruet run' in production.")
        for message in messages:
            _info(" * %s", message)
        _info("Press CTRL+C to quit")


class ThreadedWSGIServer(BaseWSGIServer):
    """Answers each request in one of several threads."""

    multithread = True


def _listen(host: str, port: int) -> Listener:
    address = Address(path=host[7:]) if host.startswith("unix://") else Address(host, port)
    try:
        return open_listeners([address], 128, 0o666)[0]
    except OptionError as error:
        raise OSError(str(error)) from None


def _adopt(fd: int) -> Listener:
    return Listener(socket.socket(fileno=os.dup(fd)))


def _info(message: str, *args: t.Any) -> None:
    if not _log.handlers and not logging.getLogger().handlers:
        _log.addHandler(logging.StreamHandler())
    if _log.level == logging.NOTSET:
        _log.setLevel(logging.INFO)
    _log.info(message, *args)


class WSGIRequestHandler:
    """What ``request_handler`` arguments are subclasses of.

    Requests are parsed and logged natively, and no handler is ever made. A subclass that overrides
    one of these methods, as is done to silence the access log, turns it off.
    """

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log one request."""
        self.log("info", "%s %s", code, size)

    def log_error(self, format: str, *args: t.Any) -> None:
        """Log an error."""
        self.log("error", format, *args)

    def log_message(self, format: str, *args: t.Any) -> None:
        """Log a message."""
        self.log("info", format, *args)

    def log(self, type: str, message: str, *args: t.Any) -> None:
        """Log a message at the level that ``type`` names."""
        getattr(_log, type)(message, *args)


def _logs_as_usual(handler: type) -> bool:
    return all(
        getattr(handler, name, None) is getattr(WSGIRequestHandler, name)
        for name in ("log_request", "log_error", "log_message", "log")
    )


def make_server(
    host: str,
    port: int,
    app: WSGIApplication,
    threaded: bool = False,
    processes: int = 1,
    request_handler: type | None = None,
    passthrough_errors: bool = False,
    ssl_context: t.Any = None,
    fd: int | None = None,
    **settings: t.Any,
) -> BaseWSGIServer:
    """Make a server that is bound and not yet running.

    :param threaded: answer requests in threads; else one at a time.
    :param fd: a socket that listens already, in place of ``host`` and ``port``.
    :param request_handler: see :class:`WSGIRequestHandler`.
    :raises ValueError: several processes or TLS are asked for; ``cruet run --workers`` and a proxy
        give these.
    :raises OSError: the address cannot be had.
    """
    if processes != 1:
        raise ValueError("one process serves here; for several use 'cruet run --workers'")
    if ssl_context is not None:
        raise ValueError("TLS is not served here; put a proxy in front")
    if request_handler is not None and not _logs_as_usual(request_handler):
        settings["access_log"] = -1
    if passthrough_errors:
        app = _passing_errors(app)
    kind = ThreadedWSGIServer if threaded else BaseWSGIServer
    return kind(host, port, app, fd, **settings)


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
        _keep_socket(hostname, port)

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
        run_with_reloader(
            serve, extra_files, exclude_patterns, reloader_interval, kind=reloader_type
        )
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


def _keep_socket(hostname: str, port: int) -> None:
    """Bind once for all restarts: connections made meanwhile wait."""
    server = _make_or_exit(hostname, port, lambda environ, start_response: [])
    server.log_startup()
    server.socket.set_inheritable(True)
    os.environ[SERVER_FD] = str(server.socket.fileno())
    # Lives as long as this process.
    _kept.append(server)


_kept: list[BaseWSGIServer] = []
