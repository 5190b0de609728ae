"""Some paths answered by another HTTP server, for development."""

from __future__ import annotations

import typing as t
from http import client
from urllib.parse import quote, urlsplit

from ..datastructures import EnvironHeaders
from ..exceptions import BadGateway
from ..http import is_hop_by_hop_header
from ..wsgi import get_input_stream

if t.TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Reserved characters that a path may hold (RFC 3986 section 3.3), and escapes.
_path_safe = "!$&'()*+,/:;=@%"


class ProxyMiddleware:
    """Sends requests below some paths on to other servers; all others go to the application.

    ``ProxyMiddleware(app, {"/static/": {"target": "http://127.0.0.1:5001/"}})``. A target has

    -   ``target``: the server's URL;
    -   ``remove_prefix``: whether the path is cut off, by default not;
    -   ``host``: the Host field: ``"<auto>"``, the default, for the server's own, None for the
        request's, else the field itself;
    -   ``headers``: further fields;
    -   ``ssl_context``: an :class:`ssl.SSLContext` for ``https``.

    :param targets: targets by their path.
    :param chunk_size: bytes that are read at once.
    :param timeout: seconds until the other server must have answered.
    """

    def __init__(
        self,
        app: WSGIApplication,
        targets: t.Mapping[str, dict[str, t.Any]],
        chunk_size: int = 2 << 13,
        timeout: int = 10,
    ) -> None:
        defaults = {"remove_prefix": False, "host": "<auto>", "headers": {}, "ssl_context": None}
        self.app = app
        self.targets = {
            f"/{path.strip('/')}/": {**defaults, **options} for path, options in targets.items()
        }
        self.chunk_size = chunk_size
        self.timeout = timeout

    def proxy_to(self, opts: dict[str, t.Any], path: str, prefix: str) -> WSGIApplication:
        """The application that sends a request for ``path`` on."""
        target = urlsplit(opts["target"])
        # The Host field has the name in the form that goes over the wire.
        host = (target.hostname or "").encode("idna").decode("ascii")

        def application(
            environ: WSGIEnvironment, start_response: StartResponse
        ) -> t.Iterable[bytes]:
            connection = self._connect(target.scheme, host, target.port, opts["ssl_context"])
            try:
                self._send(connection, environ, opts, host, self._remote(opts, path, prefix))
                response = connection.getresponse()
            except OSError:
                connection.close()
                return BadGateway()(environ, start_response)
            start_response(
                f"{response.status} {response.reason}",
                [
                    (name.title(), value)
                    for name, value in response.getheaders()
                    if not is_hop_by_hop_header(name)
                ],
            )
            return self._body(connection, response)

        return application

    def _remote(self, opts: dict[str, t.Any], path: str, prefix: str) -> str:
        remote = urlsplit(opts["target"]).path.rstrip("/")
        below = path[len(prefix) :] if opts["remove_prefix"] else path
        return f"{remote}/{below.lstrip('/')}"

    def _connect(
        self, scheme: str, host: str, port: int | None, ssl_context: t.Any
    ) -> client.HTTPConnection:
        if scheme == "http":
            return client.HTTPConnection(host, port or 80, timeout=self.timeout)
        if scheme == "https":
            return client.HTTPSConnection(
                host, port or 443, timeout=self.timeout, context=ssl_context
            )
        raise RuntimeError(f"Target scheme must be 'http' or 'https', got {scheme!r}.")

    def _send(
        self,
        connection: client.HTTPConnection,
        environ: WSGIEnvironment,
        opts: dict[str, t.Any],
        host: str,
        path: str,
    ) -> None:
        connection.connect()
        url = quote(path.encode("latin1"), safe=_path_safe)
        if environ.get("QUERY_STRING"):
            url = f"{url}?{environ['QUERY_STRING']}"
        connection.putrequest(environ["REQUEST_METHOD"], url, skip_host=True)
        own = {"content-length", "host", *(name.lower() for name in opts["headers"])}
        for name, value in EnvironHeaders(environ):
            if name.lower() not in own and not is_hop_by_hop_header(name):
                connection.putheader(name, value)
        for name, value in opts["headers"].items():
            connection.putheader(name, value)
        connection.putheader("Connection", "close")
        wanted = host if opts["host"] == "<auto>" else opts["host"]
        connection.putheader("Host", environ["HTTP_HOST"] if wanted is None else wanted)
        self._send_body(connection, environ)

    def _send_body(self, connection: client.HTTPConnection, environ: WSGIEnvironment) -> None:
        length = environ.get("CONTENT_LENGTH")
        chunked = not length and environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
        if length:
            connection.putheader("Content-Length", length)
        elif chunked:
            connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        if not length and not chunked:
            return
        stream = get_input_stream(environ)
        while data := stream.read(self.chunk_size):
            connection.send(b"%x\r\n%s\r\n" % (len(data), data) if chunked else data)
        if chunked:
            connection.send(b"0\r\n\r\n")

    def _body(
        self, connection: client.HTTPConnection, response: client.HTTPResponse
    ) -> t.Iterator[bytes]:
        try:
            while data := response.read(self.chunk_size):
                yield data
        except OSError:
            pass  # the head is sent already: all that can be done is to end
        finally:
            connection.close()

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> t.Iterable[bytes]:
        """Send the request on, or call the application."""
        path = environ["PATH_INFO"]
        for prefix, options in self.targets.items():
            if path.startswith(prefix) or f"{path}/" == prefix:
                return self.proxy_to(options, path, prefix)(environ, start_response)
        return self.app(environ, start_response)
