"""Conditional requests and cookies, told from header values alone."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ..._cruet import parse_cookie_pairs
from .. import http as _http
from .._elsewhere import names_from_elsewhere
from .._internal import _dt_as_utc
from ..datastructures import MultiDict

if t.TYPE_CHECKING:
    from ..datastructures import IfRange

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)


def is_resource_modified(
    http_range: str | None = None,
    http_if_range: str | None = None,
    http_if_modified_since: str | None = None,
    http_if_none_match: str | None = None,
    http_if_match: str | None = None,
    etag: str | None = None,
    data: bytes | None = None,
    last_modified: datetime | str | None = None,
    ignore_if_range: bool = True,
) -> bool:
    """Tell whether what the client holds is out of date (RFC 9110 section 13).

    The first five are header values; ``etag``, or the ``data`` that one is made from, and
    ``last_modified`` describe the resource as it is. ``If-Range`` counts only where
    ``ignore_if_range`` is false and there is a ``Range``. Raises TypeError where ``etag`` and
    ``data`` are both given.
    """
    if data is not None:
        if etag is not None:
            raise TypeError("An ETag and the data to make one from exclude each other.")
        etag = _http.generate_etag(data)
    if_range = None
    if not ignore_if_range and http_range is not None:
        if_range = _http.parse_if_range_header(http_if_range)
    unmodified = _unmodified_since(if_range, http_if_modified_since, last_modified)
    if etag:
        matched = _etag_unmodified(if_range, http_if_none_match, http_if_match, etag)
        if matched is not None:
            unmodified = matched
    return not unmodified


def _unmodified_since(
    if_range: IfRange | None, if_modified_since: str | None, last_modified: datetime | str | None
) -> bool:
    if isinstance(last_modified, str):
        last_modified = _http.parse_date(last_modified)
    if last_modified is None:
        return False
    since = if_range.date if if_range is not None else None
    if since is None:
        since = _http.parse_date(if_modified_since)
    # HTTP dates know no fractions of a second.
    return since is not None and _dt_as_utc(last_modified.replace(microsecond=0)) <= since


def _etag_unmodified(
    if_range: IfRange | None, if_none_match: str | None, if_match: str | None, etag: str
) -> bool | None:
    if not etag:
        return None
    raw, _ = _http.unquote_etag(etag)
    if if_range is not None and if_range.etag is not None:
        # One tag, no list and no "*" (RFC 9110 section 13.1.5).
        return if_range.etag == raw
    unmodified = None
    none_match = _http.parse_etags(if_none_match)
    if none_match:
        unmodified = none_match.contains_weak(raw)
    match = _http.parse_etags(if_match)
    if match:
        # If-Match wants the strong comparison (RFC 9110 section 13.1.1).
        unmodified = not match.is_strong(raw)
    return unmodified


def parse_cookie(
    cookie: str | None = None, cls: type[MultiDict[str, str]] | None = None
) -> MultiDict[str, str]:
    """Parse a ``Cookie`` field's value (RFC 6265 section 4.2) into a multi-dict.

    A name may come several times; the first is the most specific. Pairs without a name are left
    out. Where ``cls`` is given the pairs are given to it instead.
    """
    if cls is None:
        cls = MultiDict
    return cls(parse_cookie_pairs(cookie) if cookie else ())
