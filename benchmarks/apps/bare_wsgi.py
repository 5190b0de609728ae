"""The least a WSGI application can be: what the server alone costs."""

from collections.abc import Callable, Iterable
from typing import Any

BODY = b"Hello, World!"
FIELDS = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))]


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer thirteen bytes."""
    start_response("200 OK", FIELDS)
    return [BODY]
