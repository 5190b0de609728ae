"""How a request comes to an application, and how its answer goes: status, headers and body."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable
from typing import Any

Sent = tuple[str, list[tuple[str, str]], bytes]
Way = Callable[[Any, str, str, dict[str, str], bytes], Sent]


def wsgi(app: Any, path: str, method: str, headers: dict[str, str], data: bytes) -> Sent:
    """As any WSGI server calls an application."""
    kit = "cruet.toolkit" if "cruet" in sys.modules else "werkzeug"
    test = importlib.import_module(f"{kit}.test")
    environ = test.EnvironBuilder(
        path, method=method, headers=headers, input_stream=io.BytesIO(data)
    ).get_environ()
    environ.pop("CONTENT_LENGTH", None)
    if data:
        environ["CONTENT_LENGTH"] = str(len(data))
    environ["REMOTE_ADDR"] = "127.0.0.1"
    body, status, given = test.run_wsgi_app(app, environ, buffered=True)
    return status, list(given), b"".join(body)


def wire(app: Any, path: str, method: str, headers: dict[str, str], data: bytes) -> Sent:
    """As cruet's server hands a request on, as far as the response."""
    from two_ways import exchange_of

    from cruet import _cruet
    from cruet.toolkit.test import run_wsgi_app

    exchange = exchange_of(path, method, headers, data)
    answer = _cruet._dispatch(app, exchange)
    # What is no response is the application itself: then the server calls it.
    environ = _cruet._environ_of(exchange)
    body, status, given = run_wsgi_app(answer, environ, buffered=True)
    return status, list(given), b"".join(body)


def sent(app: Any, path: str, method: str, headers: dict[str, str], data: bytes) -> Sent:
    """As cruet's server answers, with the bytes that it sends taken apart."""
    from two_ways import exchange_of

    from cruet import _cruet

    out = _cruet._serve(app, exchange_of(path, method, headers, data))
    head, _, body = out.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [tuple(line.split(": ", 1)) for line in lines]
    if ("Transfer-Encoding", "chunked") in pairs:
        body = unchunked(body)
    return first.partition(" ")[2], pairs, body  # type: ignore[return-value]


def unchunked(body: bytes) -> bytes:
    """A body sent in chunks (RFC 9112, section 7.1), put together."""
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        whole, body = whole + body[: int(size, 16)], body[int(size, 16) + 2 :]
    return whole


WAYS: dict[str, Way] = {"wsgi": wsgi, "wire": wire, "sent": sent}
