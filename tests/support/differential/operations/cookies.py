"""Cookies, read and written."""

from __future__ import annotations

from typing import Any


def cookies(kit: Any, value: str) -> Any:
    return [*kit.http.parse_cookie(value).items(multi=True)]


def environ_cookies(kit: Any, value: str) -> Any:
    """As WSGI gives the field: bytes in latin-1."""
    return [*kit.http.parse_cookie({"HTTP_COOKIE": value}).items(multi=True)]


def sansio_cookies(kit: Any, value: str) -> Any:
    return [*kit.sansio.http.parse_cookie(value).items(multi=True)]


def dump_cookie(kit: Any, key: str, value: str, attributes: dict[str, Any]) -> Any:
    return kit.http.dump_cookie(key, value, sync_expires=False, **attributes)


def cookie_round_trip(kit: Any, key: str, value: str) -> Any:
    line = kit.http.dump_cookie(key, value, path=None)
    return [line, [*kit.http.parse_cookie(line).items(multi=True)]]


def set_and_delete(kit: Any, key: str, value: str, attributes: dict[str, Any]) -> Any:
    """A response's fields after it set a cookie and took it back."""
    response = kit.wrappers.Response()
    response.set_cookie(key, value, **attributes)
    kept = {name: attributes[name] for name in ("path", "domain") if name in attributes}
    response.delete_cookie(key, **kept)
    return response.headers.getlist("Set-Cookie")
