"""One connection of the development server, where Python has to speak HTTP itself.

That is without threads, where handlers are overridden, and with TLS: all else the native server
answers.
"""

from __future__ import annotations

import io
import ssl
import sys
import traceback
import typing as t
from collections.abc import Callable, Iterable
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote, urlsplit

from .. import _cruet
from ._internal import _log
from .exceptions import ClientDisconnected, InternalServerError
from .wsgi import LimitedStream

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

    from .serving import BaseWSGIServer

#: What a client that goes away is noticed by.
connection_dropped_errors: tuple[type[Exception], ...] = (
    ConnectionError,
    TimeoutError,
    ssl.SSLEOFError,
)
#: Characters of a line that gives the length of a chunk.
MOST_CHUNK_LINE = 1024

#: Bytes of a body that are read for nobody, so that the connection can go on.
MOST_UNREAD = 1 << 20

_CONTROLS = {code: rf"\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_CONTROLS[ord("\\")] = r"\\"


class DechunkedInput(io.RawIOBase):
    """Reads a body that comes in chunks (RFC 9112, section 7.1); extensions are ignored.

    :raises OSError: while reading, where the chunks are not well formed.
    """

    # Where it is public, and where pickles look for it.
    __module__ = "cruet.toolkit.serving"

    def __init__(self, rfile: t.IO[bytes]) -> None:
        self._rfile = rfile
        self._left = 0
        self._done = False

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read_chunk_len(self) -> int:
        """Read the line before a chunk."""
        line = self._rfile.readline(MOST_CHUNK_LINE)
        digits = line.partition(b";")[0].strip()
        if not line.endswith(b"\n") or not digits or digits.strip(b"0123456789abcdefABCDEF"):
            raise OSError("Invalid chunk header")
        return int(digits, 16)

    def readinto(self, buf: t.Any) -> int:
        """Read what there is of one chunk."""
        if self._done:
            return 0
        if not self._left:
            self._left = self.read_chunk_len()
            if not self._left:
                self._done = True
                self._skip_trailers()
                return 0
        data = self._rfile.read(min(len(buf), self._left))
        if not data:
            raise OSError("The body ended within a chunk")
        buf[: len(data)] = data
        self._left -= len(data)
        if not self._left and self._rfile.readline(3) not in (b"\r\n", b"\n"):
            raise OSError("Missing chunk terminating newline")
        return len(data)

    def _skip_trailers(self) -> None:
        for _ in range(100):
            if self._rfile.readline(8192) in (b"\r\n", b"\n", b""):
                return
        raise OSError("Too many trailers")


class WSGIRequestHandler(BaseHTTPRequestHandler):
    """What ``request_handler`` arguments are subclasses of.

    Where nothing is overridden a server with threads is native, and no handler is ever made.
    """

    # Where it is public, and where pickles look for it.
    __module__ = "cruet.toolkit.serving"

    server: BaseWSGIServer
    environ: WSGIEnvironment
    #: Seconds that a client may take for the next bytes.
    timeout = 60

    def setup(self) -> None:
        """Prepare for the connection, which speaks HTTP/1.1 where it holds nobody else up."""
        super().setup()
        own = type(self).__mro__[: type(self).__mro__.index(WSGIRequestHandler)]
        if not any("protocol_version" in vars(cls) for cls in own):
            others_served = self.server.multithread or self.server.multiprocess
            self.protocol_version = "HTTP/1.1" if others_served else "HTTP/1.0"

    @property
    def server_version(self) -> str:  # type: ignore[override]
        """What the ``Server`` header says."""
        return f"cruet/{_cruet.version}"

    def version_string(self) -> str:
        """Return what the ``Server`` header says."""
        return self.server_version

    def make_environ(self) -> WSGIEnvironment:
        """Make the request's WSGI environment."""
        url = urlsplit(self.path)
        # A path of two slashes looks like a host.
        path = f"/{url.netloc}{url.path}" if not url.scheme and url.netloc else url.path
        address = self.server.server_address
        host, port = ("unix", 0) if isinstance(address, str) else address[:2]
        environ: WSGIEnvironment = {
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http" if self.server.ssl_context is None else "https",
            "wsgi.input": self.rfile,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": self.server.multithread,
            "wsgi.multiprocess": self.server.multiprocess,
            "wsgi.run_once": False,
            "wsgi.file_wrapper": _cruet.FileWrapper,
            "werkzeug.socket": self.connection,
            "SERVER_SOFTWARE": self.server_version,
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": url.query,
            "REQUEST_URI": self.path,
            "RAW_URI": self.path,
            "REMOTE_ADDR": self.address_string(),
            "REMOTE_PORT": str(self.port_integer()),
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
        }
        for name, value in self.headers.items():
            # Underscores would be taken for dashes, which others may have checked.
            if "_" not in name:
                _add_field(environ, name, value)
        if url.scheme and url.netloc:
            environ["HTTP_HOST"] = url.netloc
        self._limit_input(environ)
        certificate = getattr(self.connection, "getpeercert", lambda binary: None)(True)
        if certificate:
            environ["SSL_CLIENT_CERT"] = ssl.DER_cert_to_PEM_cert(certificate)
        return environ

    def _limit_input(self, environ: WSGIEnvironment) -> None:
        """Have the body end where the message does."""
        if environ.get("HTTP_TRANSFER_ENCODING", "").strip().lower() == "chunked":
            self._body: t.Any = DechunkedInput(t.cast("t.IO[bytes]", self.rfile))
            environ["wsgi.input"] = io.BufferedReader(self._body)
            environ["wsgi.input_terminated"] = True
            return
        length = environ.get("CONTENT_LENGTH", "0")
        size = int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0
        self._body = LimitedStream(t.cast("t.IO[bytes]", self.rfile), size)
        environ["wsgi.input"] = io.BufferedReader(self._body)

    def _read_to_the_end(self) -> bool:
        """Read what the application left of the body, unless it is much: tell whether it is done.

        To close a connection with unread input takes the response away from the client.
        """
        body = getattr(self, "_body", None)  # an own make_environ may make none
        left = MOST_UNREAD
        try:
            while body is not None and left > 0:
                data = body.read(65536)
                if not data:
                    return True
                left -= len(data)
        except (OSError, ClientDisconnected):
            pass
        return False

    def run_wsgi(self) -> None:
        """Answer one request by the application."""
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # A process is one of few: it does not wait for what its client may want next.
        self.close_connection |= self.server.multiprocess or self.server._one_request
        self.environ = environ = self.make_environ()
        answer = _Answer(self)
        try:
            self.server.in_turn(lambda: answer.run(self.server.app, environ))
        except connection_dropped_errors as error:
            self.close_connection = True
            self.connection_dropped(error, environ)
        except Exception as error:
            if self.server.passthrough_errors:
                self.close_connection = True
                raise
            self._log_failure(error)
            # A response that has begun is not finished, so that the client sees that it is broken.
            self.close_connection = True
            if not answer.sent:
                answer = _Answer(self)
                answer.run(InternalServerError(), environ)
        if not self.close_connection and not self._read_to_the_end():
            self.close_connection = True

    def _log_failure(self, error: Exception) -> None:
        text = "".join(traceback.format_exception(error))
        self.server.log("error", f"Error on request:\n{text}")

    def connection_dropped(
        self, error: BaseException, environ: WSGIEnvironment | None = None
    ) -> None:
        """Be told that the client went away."""

    def handle(self) -> None:
        """Answer the requests of the connection."""
        try:
            super().handle()
        except connection_dropped_errors as error:
            self.connection_dropped(error, getattr(self, "environ", None))
        except Exception as error:
            if self.server.ssl_context is None or not isinstance(error, ssl.SSLError):
                raise
            self.log_error("SSL error occurred: %s", error)

    def __getattr__(self, name: str) -> t.Any:
        # Whatever the method is, the application answers it.
        if name.startswith("do_"):
            return self.run_wsgi
        raise AttributeError(name)

    def address_string(self) -> str:
        """Return the client's address."""
        return str(self.client_address[0]) if self.client_address else "<local>"

    def port_integer(self) -> int:
        """Return the client's port."""
        return int(self.client_address[1]) if len(self.client_address) > 1 else 0

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log one request."""
        line = getattr(self, "requestline", "").translate(_CONTROLS)
        self.log("info", '"%s" %s %s', line, int(code) if isinstance(code, int) else code, size)

    def log_error(self, format: str, *args: t.Any) -> None:
        """Log an error."""
        self.log("error", format, *args)

    def log_message(self, format: str, *args: t.Any) -> None:
        """Log a message."""
        self.log("info", format, *args)

    def log(self, type: str, message: str, *args: t.Any) -> None:
        """Log a message with the client's address and the time, at the level ``type``."""
        # An address may hold a per cent sign: IPv6 scopes do.
        now = datetime.now().strftime("%d/%b/%Y %H:%M:%S")
        _log(type, f"%s - - [%s] {message}\n", self.address_string(), now, *args)


def _add_field(environ: WSGIEnvironment, name: str, value: str) -> None:
    key = name.upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
        if key in environ:
            value = f"{environ[key]},{value}"
    environ[key] = value.replace("\r\n", "")


class _Answer:
    """One run of an application on a handler, from ``start_response`` to the last chunk."""

    def __init__(self, handler: WSGIRequestHandler) -> None:
        self.handler = handler
        self.status: str | None = None
        self.headers: list[tuple[str, str]] = []
        self.sent = False
        self.chunked = False
        self.bodyless = False

    def run(self, app: WSGIApplication, environ: WSGIEnvironment) -> None:
        """Run the application to its end, and close what it gave."""
        body: Iterable[bytes] = app(environ, t.cast(t.Any, self.start))
        try:
            for data in body:
                self.write(data)
            if not self.sent:
                self.write(b"")
            if self.chunked and not self.bodyless:
                self.handler.wfile.write(b"0\r\n\r\n")
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: t.Any = None
    ) -> Callable[[bytes], None]:
        """Be the application's ``start_response`` (PEP 3333)."""
        if exc_info:
            try:
                if self.sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self.status is not None:
            raise AssertionError("Headers already set")
        if any(set("\r\n\0") & set(text) for pair in headers for text in pair):
            raise ValueError("a header holds a line break or a NUL")
        self.status = status
        self.headers = headers
        return self.write

    def write(self, data: bytes) -> None:
        """Send data, before the first of it the head."""
        if self.status is None:
            raise AssertionError("write() before start_response")
        if not self.sent:
            self._send_head()
        if data and not self.bodyless:
            if self.chunked:
                data = b"%x\r\n%b\r\n" % (len(data), data)
            self.handler.wfile.write(data)
            self.handler.wfile.flush()

    def _send_head(self) -> None:
        handler = self.handler
        self.sent = True
        code_text, _, reason = (self.status or "").partition(" ")
        code = int(code_text)
        handler.send_response(code, reason)
        for name, value in self.headers:
            handler.send_header(name, value)
        names = {name.lower() for name, _ in self.headers}
        self.bodyless = handler.command == "HEAD" or code < 200 or code in (204, 304)
        if "content-length" not in names and not self.bodyless:
            # HTTP/1.0 knows the end of a body by the end of the connection alone.
            self.chunked = (
                handler.request_version != "HTTP/1.0" and handler.protocol_version != "HTTP/1.0"
            )
            if self.chunked:
                handler.send_header("Transfer-Encoding", "chunked")
            else:
                handler.close_connection = True
        if handler.close_connection and "connection" not in names:
            handler.send_header("Connection", "close")
        handler.end_headers()
