"""Header values as text: the grammars that need none of the toolkit's own classes.

:mod:`cruet.toolkit.http` is where they are public; :mod:`cruet.toolkit.datastructures` stands
between the two.
"""

from __future__ import annotations

import re
import typing as t
from calendar import timegm
from datetime import UTC, date, datetime, time
from email.utils import format_datetime, formatdate, parsedate_to_datetime
from hashlib import sha1
from http import HTTPStatus
from string import ascii_letters, digits
from time import struct_time
from urllib.parse import unquote

from ._internal import _dt_as_utc

# Reason phrases by status code: RFC 9110 section 15, the IANA registry, and what Werkzeug writes
# where it differs from them, because clients and tests compare the whole status line.
HTTP_STATUS_CODES: dict[int, str] = {status.value: status.phrase for status in HTTPStatus}
HTTP_STATUS_CODES.update(
    {
        203: "Non Authoritative Information",
        207: "Multi Status",
        306: "Switch Proxy",
        413: "Request Entity Too Large",
        414: "Request URI Too Long",
        416: "Requested Range Not Satisfiable",
        418: "I'm a teapot",
        422: "Unprocessable Entity",
        449: "Retry With",
        511: "Network Authentication Failed",
    }
)

# RFC 9110 section 5.6.2.
_token_chars = frozenset(f"!#$%&'*+-.^_`|~{digits}{ascii_letters}")


def quote_header_value(value: t.Any, allow_token: bool = True) -> str:
    """The value as a quoted-string (RFC 9110 section 5.6.4); a token stays as it is unless
    ``allow_token`` is false."""
    text = str(value)
    if not text:
        return '""'
    if allow_token and _token_chars.issuperset(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def unquote_header_value(value: str) -> str:
    """The text that a quoted-string stands for; a value without quotes stays as it is."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return _unslash_re.sub(r"\g<1>", value[1:-1])
    return value


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


_unslash_re = re.compile(r"\\(.)", re.DOTALL)
# One member of a list: commas inside quotes belong to it. Atomic, so that it cannot backtrack.
_list_member_re = re.compile(r'(?>[^,"]+|"(?>[^"\\]+|\\.)*+")*+', re.DOTALL)


def parse_list_header(value: str) -> list[str]:
    """The members of a comma-separated list, quoted ones unquoted, empty ones left out; [] where a
    quote is not closed (RFC 9110 section 5.6.1)."""
    result = []
    position = 0
    while True:
        match = _list_member_re.match(value, position)
        assert match is not None  # it matches the empty string
        position = match.end()
        if position < len(value) and value[position] != ",":
            return []
        member = match.group().strip()
        if member:
            result.append(unquote_header_value(member))
        if position >= len(value):
            return result
        position += 1


# RFC 8187: charset'language'text. The text keeps apostrophes.
_charset_value_re = re.compile(
    r"([\w!#$%&*+\-.^`|~]*)'[\w!#$%&*+\-.^`|~]*'(.*)", re.ASCII | re.DOTALL
)
_extended_charsets = frozenset({"ascii", "us-ascii", "utf-8", "iso-8859-1"})


def _extended_value(value: str, charset: str | None = None) -> tuple[str, str | None]:
    """Decode a value of ``key*``; (text, charset found, which later continuations go on with)."""
    match = _charset_value_re.fullmatch(value)
    if match is not None:
        charset, value = match.group(1).lower(), match.group(2)
    if charset in _extended_charsets:
        value = unquote(value, encoding=charset)
    return value, charset


def parse_dict_header(value: str) -> dict[str, str | None]:
    """The ``key=value`` members of a list; a key alone gives None, a missing key nothing."""
    result: dict[str, str | None] = {}
    for member in parse_list_header(value):
        key, equals, text = member.partition("=")
        key = key.strip()
        if not key:
            continue
        if not equals:
            result[key] = None
            continue
        text = text.strip()
        if key.endswith("*"):
            key = key[:-1]
            text, _ = _extended_value(text)
        result[key] = unquote_header_value(text)
    return result


_parameter_re = re.compile(
    r"""\s*+(?P<key>[\w!#$%&'*+\-.^`|~]+)=
        (?: (?P<token>[\w!#$%&'*+\-.^`|~]++) | "(?P<quoted>(?>[^"\\]+|\\.)*+)" )?""",
    re.ASCII | re.VERBOSE | re.DOTALL,
)
_continuation_re = re.compile(r"\*(\d+)$", re.ASCII)
# Inside parameters a slash escapes a quote and itself alone: browsers of old sent Windows paths.
_parameter_escape_re = re.compile(r'\\(["\\])')


def parse_options_header(value: str | None) -> tuple[str, dict[str, str]]:
    """``value; key=value; ...`` as (value, options), keys in lower case, invalid ones left out.

    Continuations (``key*0``, RFC 2231 section 3) are joined, ``key*`` is decoded (RFC 8187), and
    ``%22`` inside quotes is a quote, as browsers write it in multipart bodies.
    """
    if value is None:
        return "", {}
    value, _, rest = value.partition(";")
    value = value.strip()
    if not value or not rest:
        return value, {}
    options: dict[str, str] = {}
    charset: str | None = None
    continued: str | None = None
    position = 0
    while position < len(rest):
        match = _parameter_re.match(rest, position)
        if match is not None:
            position = match.end()
            token, quoted = match.group("token", "quoted")
            key = match.group("key").lower()
            if token is not None or quoted is not None:
                text = token if quoted is None else quoted
                extended = key.endswith("*")
                if extended:
                    key = key[:-1]
                found = _continuation_re.search(key)
                if found is not None:
                    key = key[: found.start()]
                    if key != continued:
                        charset = None
                else:
                    charset = None
                if extended and quoted is None:
                    text, charset = _extended_value(text, charset)
                if quoted is not None:
                    text = _parameter_escape_re.sub(r"\g<1>", text).replace("%22", '"')
                options[key] = options.get(key, "") + text if found is not None else text
                continued = key if found is not None else None
        position = rest.find(";", position)
        if position < 0:
            break
        position += 1
    return value, options


def parse_date(value: str | None) -> datetime | None:
    """An HTTP date in any of its three forms (RFC 9110 section 5.6.7); None where invalid."""
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def http_date(timestamp: datetime | date | float | struct_time | None = None) -> str:
    """The moment as an HTTP date in GMT (RFC 9110 section 5.6.7); now where None is given.

    Naive datetimes and ``struct_time`` are taken to be UTC; numbers are seconds since 1970.
    """
    if isinstance(timestamp, date):
        if not isinstance(timestamp, datetime):
            timestamp = datetime.combine(timestamp, time(), tzinfo=UTC)
        return format_datetime(_dt_as_utc(timestamp), usegmt=True)
    if isinstance(timestamp, struct_time):
        timestamp = timegm(timestamp)
    return formatdate(timestamp, usegmt=True)


def quote_etag(etag: str, weak: bool = False) -> str:
    """The entity tag in quotes, with ``W/`` where ``weak`` (RFC 9110 section 8.8.3).

    :raises ValueError: the tag holds a quote.
    """
    if '"' in etag:
        raise ValueError("invalid etag")
    return f'W/"{etag}"' if weak else f'"{etag}"'


def unquote_etag(etag: str | None) -> tuple[str, bool] | tuple[None, None]:
    """(tag, weak) of an entity tag with or without quotes; (None, None) for none."""
    if not etag:
        return None, None
    etag = etag.strip()
    weak = etag[:2] in {"W/", "w/"}
    if weak:
        etag = etag[2:]
    if len(etag) >= 2 and etag[0] == etag[-1] == '"':
        etag = etag[1:-1]
    return etag, weak


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
