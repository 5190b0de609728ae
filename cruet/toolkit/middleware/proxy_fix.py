"""Applications behind reverse proxies: who really asked, for which host, over which scheme."""

from __future__ import annotations

import typing as t

from ..http import parse_list_header

if t.TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class ProxyFix:
    """Sets the environ from the ``X-Forwarded-`` fields that proxies in front have added.

    Each number says how many proxies that set the field are to be trusted: the value that many
    from the end is taken, and none where there are fewer. Anybody can send these fields, so a
    number that is too high lets clients lie about themselves.

    The values from before are kept in the environ under ``werkzeug.proxy_fix.orig``.

    :param x_for: X-Forwarded-For, the client's address.
    :param x_proto: X-Forwarded-Proto, the scheme.
    :param x_host: X-Forwarded-Host, the host, perhaps with a port.
    :param x_port: X-Forwarded-Port, the port.
    :param x_prefix: X-Forwarded-Prefix, the path under which the application lies.
    """

    def __init__(
        self,
        app: WSGIApplication,
        x_for: int = 1,
        x_proto: int = 1,
        x_host: int = 0,
        x_port: int = 0,
        x_prefix: int = 0,
    ) -> None:
        self.app = app
        self.x_for = x_for
        self.x_proto = x_proto
        self.x_host = x_host
        self.x_port = x_port
        self.x_prefix = x_prefix

    def _get_real_value(self, trusted: int, value: str | None) -> str | None:
        """The value that the outermost trusted proxy has added; None where there is none."""
        if not (trusted and value):
            return None
        values = parse_list_header(value)
        return values[-trusted] if len(values) >= trusted else None

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> t.Iterable[bytes]:
        """Set the environ, then call the application."""
        get = environ.get
        changed = ("REMOTE_ADDR", "wsgi.url_scheme", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT")
        environ["werkzeug.proxy_fix.orig"] = {key: get(key) for key in (*changed, "SCRIPT_NAME")}

        address = self._get_real_value(self.x_for, get("HTTP_X_FORWARDED_FOR"))
        if address:
            environ["REMOTE_ADDR"] = address
        scheme = self._get_real_value(self.x_proto, get("HTTP_X_FORWARDED_PROTO"))
        if scheme:
            environ["wsgi.url_scheme"] = scheme
        host = self._get_real_value(self.x_host, get("HTTP_X_FORWARDED_HOST"))
        if host:
            environ["HTTP_HOST"] = host
            environ["SERVER_NAME"], port = _split_port(host)
            if port:
                environ["SERVER_PORT"] = port
        port = self._get_real_value(self.x_port, get("HTTP_X_FORWARDED_PORT"))
        if port:
            host = get("HTTP_HOST")
            if host:
                environ["HTTP_HOST"] = f"{_split_port(host)[0]}:{port}"
            environ["SERVER_PORT"] = port
        prefix = self._get_real_value(self.x_prefix, get("HTTP_X_FORWARDED_PREFIX"))
        if prefix:
            environ["SCRIPT_NAME"] = prefix
        return self.app(environ, start_response)


def _split_port(host: str) -> tuple[str, str | None]:
    # An IPv6 address stands in brackets and has colons of its own.
    if ":" not in host or host.endswith("]"):
        return host, None
    name, _, port = host.rpartition(":")
    return name, port
