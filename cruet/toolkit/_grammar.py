"""Header values as text: the grammars that need none of the toolkit's own classes.

:mod:`cruet.toolkit.http` is where they are public; :mod:`cruet.toolkit.datastructures` stands
between the two.
"""

from __future__ import annotations

import typing as t
from calendar import timegm
from datetime import UTC, date, datetime, timedelta
from hashlib import sha1
from time import struct_time, time

from .. import _cruet
from .._cruet import (
    format_http_date,
    format_http_moment,
    parse_dict,
    parse_http_datetime,
    parse_list,
    parse_options,
    quote_value,
    reason_phrase,
    unquote_quoted,
)
from ._internal import _dt_as_utc

_epoch = datetime(1970, 1, 1, tzinfo=UTC)
_second = timedelta(seconds=1)

# Reason phrases by status code: RFC 9110 section 15, the IANA registry, and what Werkzeug writes
# where it differs from them, because clients and tests compare the whole status line.
HTTP_STATUS_CODES: dict[int, str] = {
    code: phrase for code in range(100, 600) if (phrase := reason_phrase(code)) != "Unknown"
}


def quote_header_value(value: t.Any, allow_token: bool = True) -> str:
    """The value as a quoted-string (RFC 9110 section 5.6.4); a token stays as it is unless
    ``allow_token`` is false."""
    return quote_value(value if isinstance(value, str) else str(value), allow_token)


def unquote_header_value(value: str) -> str:
    """The text that a quoted-string stands for; a value without quotes stays as it is."""
    return unquote_quoted(value)


def dump_options_header(header: str | None, options: t.Mapping[str, t.Any]) -> str:
    """``value; key=value; ...`` (RFC 9110 section 5.6.6); options that are None are left out.

    A key that ends in ``*`` is written as it is, its value is already encoded (RFC 8187).
    """
    parts = [] if header is None else [header]
    for key, value in options.items():
        if value is None:
            continue
        if key.endswith("*"):
            parts.append(f"{key}={value}")
        else:
            parts.append(f"{key}={quote_header_value(value)}")
    return "; ".join(parts)


def dump_header(iterable: dict[str, t.Any] | t.Iterable[t.Any]) -> str:
    """A comma-separated list (RFC 9110 section 5.6.1) of values, or of ``key=value`` for a dict,
    where a value of None gives the key alone."""
    if not isinstance(iterable, dict):
        return ", ".join([quote_header_value(item) for item in iterable])
    items = []
    for key, value in iterable.items():
        if value is None:
            items.append(key)
        elif key.endswith("*"):
            items.append(f"{key}={value}")
        else:
            items.append(f"{key}={quote_header_value(value)}")
    return ", ".join(items)


def parse_list_header(value: str) -> list[str]:
    """The members of a comma-separated list, quoted ones unquoted, empty ones left out; [] where a
    quote is not closed (RFC 9110 section 5.6.1)."""
    return parse_list(value)


def parse_dict_header(value: str) -> dict[str, str | None]:
    """The ``key=value`` members of a list; a key alone gives None, a missing key nothing."""
    return parse_dict(value)


def parse_options_header(value: str | None) -> tuple[str, dict[str, str]]:
    """``value; key=value; ...`` as (value, options), keys in lower case, invalid ones left out.

    Continuations (``key*0``, RFC 2231 section 3) are joined, ``key*`` is decoded (RFC 8187), and
    ``%22`` inside quotes is a quote, as browsers write it in multipart bodies.
    """
    return parse_options(value) if value else ("", {})


def parse_date(value: str | None) -> datetime | None:
    """An HTTP date in any of its three forms (RFC 9110 section 5.6.7), or as mail has it (RFC 5322
    section 3.3), as an aware datetime; None where it is neither, or in no year that there is."""
    if not value:
        return None
    known = parse_http_datetime(value)
    if known is not None:
        return known
    # Few clients write such dates, and the module takes longer to import than the rest of this one.
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        moment.astimezone(UTC)  # which a zone may put before or behind all years
    except (TypeError, ValueError, OverflowError):
        return None
    return moment


def http_date(timestamp: datetime | date | float | struct_time | None = None) -> str:
    """The moment as an HTTP date in GMT (RFC 9110 section 5.6.7); now where None is given.

    Naive datetimes and ``struct_time`` are taken to be UTC; numbers are seconds since 1970.
    """
    if timestamp is None:
        return format_http_date(int(time()))
    if isinstance(timestamp, date):
        if not isinstance(timestamp, datetime):
            timestamp = datetime(timestamp.year, timestamp.month, timestamp.day)
        moment = _dt_as_utc(timestamp)
        return format_http_date((moment - _epoch) // _second)
    if isinstance(timestamp, struct_time):
        return format_http_date(timegm(timestamp))
    if isinstance(timestamp, int):
        return format_http_date(timestamp)
    return format_http_moment(timestamp)


def quote_etag(etag: str, weak: bool = False) -> str:
    """The entity tag in quotes, with ``W/`` where ``weak`` (RFC 9110 section 8.8.3).

    :raises ValueError: the tag holds a quote.
    """
    return _cruet.quote_etag(etag, weak)


@t.overload
def unquote_etag(etag: str) -> tuple[str, bool]: ...
@t.overload
def unquote_etag(etag: None) -> tuple[None, None]: ...
def unquote_etag(etag: str | None) -> tuple[str, bool] | tuple[None, None]:
    """(tag, weak) of an entity tag with or without quotes; (None, None) for none."""
    return _cruet.unquote_etag(etag) if etag else (None, None)


def generate_etag(data: bytes) -> str:
    """A strong entity tag of the data, without quotes: its SHA-1 in hexadecimal."""
    return sha1(data, usedforsecurity=False).hexdigest()


def is_byte_range_valid(start: int | None, stop: int | None, length: int | None) -> bool:
    """Whether [start, stop) lies in a body of that length; None stands for what is not known."""
    if (start is None) != (stop is None):
        return False
    if start is None or stop is None:
        return length is None or length >= 0
    if length is None:
        return 0 <= start < stop
    return 0 <= start < stop and start < length
