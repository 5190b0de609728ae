"""One request over both ways into an application: through WSGI, and as a server hands it on.

No socket is involved; what the server itself does to an answer is not seen here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cruet import Flask, _cruet
from cruet.toolkit.datastructures import Headers
from cruet.toolkit.test import run_wsgi_app


@dataclass
class Answer:
    status: int
    headers: Headers
    body: bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and (
            (self.status, self.headers.to_wsgi_list(), self.body)
            == (other.status, other.headers.to_wsgi_list(), other.body)
        )


Way = Callable[..., Answer]


def wsgi(app: Flask, path: str, method: str = "GET", **kwargs: Any) -> Answer:
    """Ask through the test client."""
    with app.test_client(use_cookies=False).open(path, method=method, **kwargs) as response:
        return Answer(response.status_code, response.headers, response.data)


def wire(
    app: Flask,
    path: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    data: bytes = b"",
) -> Answer:
    """Ask as a server does, with the request's parts as they were read."""
    exchange = exchange_of(path, method, headers, data)
    answer = _cruet._dispatch(app, exchange)
    # What is no response is the application itself: then the server calls it.
    body, status, sent = run_wsgi_app(answer, _cruet._environ_of(exchange), buffered=True)
    return Answer(int(status[:3]), sent, b"".join(body))


def sent(
    app: Any,
    path: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    data: bytes = b"",
    native: bool = True,
    without_environ: bool = False,
) -> bytes:
    """The very bytes that the server sends, natively or by calling the application as WSGI's.

    Date, the time in Expires and what a session is signed with are taken out. With
    ``without_environ`` a request of which an environ was made is an AssertionError.
    """
    exchange = exchange_of(path, method, headers, data)
    out = _cruet._serve(app if native else lambda *args: app(*args), exchange)
    assert not (without_environ and _cruet._has_environ(exchange)), "an environ was made"
    out = re.sub(rb"(?m)^Date: [^\r]*", b"Date: now", out)
    out = re.sub(rb"(?m)(Expires=[^;]*)\d\d:\d\d:\d\d", rb"\1time", out)
    return re.sub(rb"(?m)^(Set-Cookie: session=[^.]*)[^;]*", rb"\1", out)


def exchange_of(
    path: str, method: str, headers: dict[str, str] | None, data: bytes
) -> _cruet.Exchange:
    """A request as the server has read it."""
    fields = [*{"Host": "localhost", **(headers or {})}.items()]
    if data:
        fields.append(("Content-Length", str(len(data))))
    raw_path, _, query = path.partition("?")
    return _cruet.Exchange.from_parts(
        method, raw_path.encode(), query.encode(), fields, data, remote_addr="127.0.0.1"
    )
