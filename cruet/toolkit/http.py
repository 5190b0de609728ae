"""HTTP's header values, read and written: lists, options, ranges, tags, dates, cookies.

``parse_`` functions take what clients send: what is malformed is left out or gives None, never an
exception. ``dump_`` and ``quote_`` functions write what RFC 9110 and RFC 6265 allow.
"""

from __future__ import annotations

import re
import typing as t
import warnings
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import Enum
from urllib.parse import quote

from . import datastructures as ds
from ._grammar import HTTP_STATUS_CODES as HTTP_STATUS_CODES
from ._grammar import dump_header as dump_header
from ._grammar import dump_options_header as dump_options_header
from ._grammar import generate_etag as generate_etag
from ._grammar import http_date as http_date
from ._grammar import is_byte_range_valid as is_byte_range_valid
from ._grammar import parse_date as parse_date
from ._grammar import parse_dict_header as parse_dict_header
from ._grammar import parse_list_header as parse_list_header
from ._grammar import parse_options_header as parse_options_header
from ._grammar import quote_etag as quote_etag
from ._grammar import quote_header_value as quote_header_value
from ._grammar import unquote_etag as unquote_etag
from ._grammar import unquote_header_value as unquote_header_value
from ._internal import _plain_int
from .sansio import http as _sansio_http

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# RFC 9110 sections 8 and 10: fields that describe the content.
_entity_headers = frozenset(
    {
        "allow",
        "content-encoding",
        "content-language",
        "content-length",
        "content-location",
        "content-md5",
        "content-range",
        "content-type",
        "expires",
        "last-modified",
    }
)
# RFC 9110 section 7.6.1: fields for the next hop alone.
_hop_by_hop_headers = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class COEP(Enum):
    """Values of Cross-Origin-Embedder-Policy."""

    UNSAFE_NONE = "unsafe-none"
    REQUIRE_CORP = "require-corp"


class COOP(Enum):
    """Values of Cross-Origin-Opener-Policy."""

    UNSAFE_NONE = "unsafe-none"
    SAME_ORIGIN_ALLOW_POPUPS = "same-origin-allow-popups"
    SAME_ORIGIN = "same-origin"


_Accept = t.TypeVar("_Accept", bound="ds.Accept")
_CacheControl = t.TypeVar("_CacheControl", bound="ds.cache_control._CacheControl")
_Policy = t.TypeVar("_Policy", bound="ds.ContentSecurityPolicy")

# RFC 9110 section 12.4.2, but out of range and negative values are recognised, to be left out.
_q_value_re = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def dump_csp_header(header: ds.ContentSecurityPolicy) -> str:
    """A policy as the value of its field."""
    return header.to_header()


@t.overload
def parse_accept_header(value: str | None, cls: None = None) -> ds.Accept: ...
@t.overload
def parse_accept_header(value: str | None, cls: type[_Accept]) -> _Accept: ...
def parse_accept_header(value: str | None, cls: type[ds.Accept] | None = None) -> ds.Accept:
    """An Accept field (RFC 9110 section 12.5) as an instance of ``cls``.

    Members whose quality is not a number from 0 to 1 are left out.
    """
    if cls is None:
        cls = ds.Accept
    if not value:
        return cls(None)
    result: list[tuple[str, float]] = []
    for member in parse_list_header(value):
        item, options = parse_options_header(member)
        quality: float = 1
        if "q" in options:
            text = options.pop("q").strip()
            if _q_value_re.fullmatch(text) is None:
                continue
            quality = float(text)
            if not 0 <= quality <= 1:
                continue
        if options:
            item = dump_options_header(item, options)
        result.append((item, quality))
    return cls(result)


@t.overload
def parse_cache_control_header(
    value: str | None,
    on_update: t.Callable[[ds.cache_control._CacheControl], None] | None = None,
) -> ds.RequestCacheControl: ...
@t.overload
def parse_cache_control_header(
    value: str | None,
    on_update: t.Callable[[ds.cache_control._CacheControl], None] | None = None,
    cls: type[_CacheControl] = ...,
) -> _CacheControl: ...
def parse_cache_control_header(
    value: str | None,
    on_update: t.Callable[[ds.cache_control._CacheControl], None] | None = None,
    cls: type[t.Any] | None = None,
) -> t.Any:
    """A Cache-Control field (RFC 9111 section 5.2) as an instance of ``cls``.

    :param cls: :class:`~cruet.toolkit.datastructures.RequestCacheControl`, immutable, where None.
    """
    if cls is None:
        cls = ds.RequestCacheControl
    return cls(parse_dict_header(value) if value else (), on_update)


@t.overload
def parse_csp_header(
    value: str | None,
    on_update: t.Callable[[ds.ContentSecurityPolicy], None] | None = None,
) -> ds.ContentSecurityPolicy: ...
@t.overload
def parse_csp_header(
    value: str | None,
    on_update: t.Callable[[ds.ContentSecurityPolicy], None] | None = None,
    cls: type[_Policy] = ...,
) -> _Policy: ...
def parse_csp_header(
    value: str | None,
    on_update: t.Callable[[ds.ContentSecurityPolicy], None] | None = None,
    cls: type[t.Any] | None = None,
) -> t.Any:
    """A Content-Security-Policy field as an instance of ``cls``; directives without a value are
    left out."""
    if cls is None:
        cls = ds.ContentSecurityPolicy
    directives = []
    for policy in (value or "").split(";"):
        name, _, text = policy.strip().partition(" ")
        if text:
            directives.append((name.strip(), text.strip()))
    return cls(directives, on_update)


def parse_set_header(
    value: str | None, on_update: t.Callable[[ds.HeaderSet], None] | None = None
) -> ds.HeaderSet:
    """A list of tokens, such as Vary or Allow, as a set that compares without case."""
    return ds.HeaderSet(parse_list_header(value) if value else (), on_update)


def parse_if_range_header(value: str | None) -> ds.IfRange:
    """An If-Range field (RFC 9110 section 13.1.5), weakness of the tag dropped."""
    if not value:
        return ds.IfRange()
    date = parse_date(value)
    if date is not None:
        return ds.IfRange(date=date)
    return ds.IfRange(unquote_etag(value)[0])


def parse_range_header(value: str | None, make_inclusive: bool = True) -> ds.Range | None:
    """A Range field (RFC 9110 section 14.2); None where any of it is malformed, or ranges overlap
    or are out of order."""
    if not value or "=" not in value:
        return None
    units, _, text = value.partition("=")
    ranges: list[tuple[int, int | None]] = []
    last_end: int | None = 0
    for item in text.split(","):
        parsed = _parse_range(item.strip())
        # Nothing may follow a range that is open at its end.
        if parsed is None or last_end is None or 0 <= parsed[0] < last_end:
            return None
        ranges.append(parsed)
        last_end = parsed[1]
    return ds.Range(units.strip().lower(), ranges)


def _parse_range(item: str) -> tuple[int, int | None] | None:
    first, dash, last = item.partition("-")
    try:
        if not dash or (not first and not last):
            return None
        if not first:
            length = _plain_int(last)
            return (-length, None) if length > 0 else None
        begin = _plain_int(first)
        if not last.strip():
            return begin, None
        end = _plain_int(last) + 1
    except ValueError:
        return None
    return (begin, end) if begin < end else None


def parse_content_range_header(
    value: str | None, on_update: t.Callable[[ds.ContentRange], None] | None = None
) -> ds.ContentRange | None:
    """A Content-Range field (RFC 9110 section 14.4); None where it is malformed."""
    parts = (value or "").split(None, 1)
    if len(parts) != 2 or "/" not in parts[1]:
        return None
    units, rest = parts
    range_text, _, length_text = rest.partition("/")
    try:
        length = None if length_text == "*" else _plain_int(length_text)
        if range_text == "*":
            start = stop = None
        else:
            first, dash, last = range_text.partition("-")
            if not dash:
                return None
            start, stop = _plain_int(first), _plain_int(last) + 1
    except ValueError:
        return None
    if not is_byte_range_valid(start, stop, length):
        return None
    return ds.ContentRange(units, start, stop, length, on_update=on_update)


# One member of a list of entity tags; quotes and the mark of weakness are optional.
_etag_member_re = re.compile(r'([Ww]/)?(?:"([^"]*)"|([^",]*))\s*(?:,\s*|$)')


def parse_etags(value: str | None) -> ds.ETags:
    """An If-Match or If-None-Match field (RFC 9110 section 13.1.1)."""
    strong: list[str] = []
    weak: list[str] = []
    value = (value or "").strip()
    position = 0
    while position < len(value):
        match = _etag_member_re.match(value, position)
        if match is None:  # a quote in the wrong place: go on behind the next comma
            position = value.find(",", position) + 1
            if position == 0:
                break
            continue
        position = match.end()
        is_weak, tag, raw = match.groups()
        if tag is None:
            tag = raw.strip()
            if tag == "*" and not is_weak:
                return ds.ETags(star_tag=True)
            if not tag:
                continue
        (weak if is_weak else strong).append(tag)
    return ds.ETags(strong, weak)


def parse_age(value: str | None = None) -> timedelta | None:
    """Seconds, as in an Age field (RFC 9111 section 5.1); None where they are not a number, or
    negative, or more than a timedelta holds."""
    try:
        seconds = _plain_int(value or "")
        return timedelta(seconds=seconds) if seconds >= 0 else None
    except (ValueError, OverflowError):
        return None


def dump_age(age: timedelta | int | None = None) -> str | None:
    """Seconds as the value of an Age field.

    :raises ValueError: they are negative.
    """
    if age is None:
        return None
    seconds = int(age.total_seconds()) if isinstance(age, timedelta) else int(age)
    if seconds < 0:
        raise ValueError("age cannot be negative")
    return str(seconds)


def is_resource_modified(
    environ: WSGIEnvironment,
    etag: str | None = None,
    data: bytes | None = None,
    last_modified: datetime | str | None = None,
    ignore_if_range: bool = True,
) -> bool:
    """Whether a conditional request (RFC 9110 section 13) must be answered with the content.

    :param data: what the tag is made from, where no ``etag`` is given.
    :param ignore_if_range: false where a range of the content is about to be sent.
    :raises TypeError: both ``etag`` and ``data`` are given.
    """
    return _sansio_http.is_resource_modified(
        http_range=environ.get("HTTP_RANGE"),
        http_if_range=environ.get("HTTP_IF_RANGE"),
        http_if_modified_since=environ.get("HTTP_IF_MODIFIED_SINCE"),
        http_if_none_match=environ.get("HTTP_IF_NONE_MATCH"),
        http_if_match=environ.get("HTTP_IF_MATCH"),
        etag=etag,
        data=data,
        last_modified=last_modified,
        ignore_if_range=ignore_if_range,
    )


def is_entity_header(header: str) -> bool:
    """Whether a field describes the content."""
    return header.lower() in _entity_headers


def is_hop_by_hop_header(header: str) -> bool:
    """Whether a field is for the next hop alone; WSGI applications must not send these."""
    return header.lower() in _hop_by_hop_headers


def remove_entity_headers(
    headers: ds.Headers | list[tuple[str, str]],
    allowed: t.Iterable[str] = ("expires", "content-location"),
) -> None:
    """Take the fields that describe the content away, in place, but for the allowed ones."""
    kept = {name.lower() for name in allowed}
    headers[:] = [
        (name, value)
        for name, value in headers
        if name.lower() in kept or not is_entity_header(name)
    ]


def remove_hop_by_hop_headers(headers: ds.Headers | list[tuple[str, str]]) -> None:
    """Take the fields for the next hop alone away, in place."""
    headers[:] = [(name, value) for name, value in headers if not is_hop_by_hop_header(name)]


def parse_cookie(
    header: WSGIEnvironment | str | None,
    cls: type[ds.MultiDict[str, str]] | None = None,
) -> ds.MultiDict[str, str]:
    """A Cookie field (RFC 6265 section 4.2) as a multi-dict.

    :param header: the field as WSGI gives it, UTF-8 tunnelled through latin-1, or an environ.
    """
    if isinstance(header, dict):
        header = t.cast("str | None", header.get("HTTP_COOKIE"))
    if header and not header.isascii():
        # Where it is not latin-1 it did not come through WSGI: it is text already.
        with suppress(UnicodeEncodeError):
            header = header.encode("latin1").decode(errors="replace")
    return _sansio_http.parse_cookie(header, cls)


# What stands in a cookie's value without quotes: RFC 6265 section 4.1.1, without the backslash.
_cookie_no_quote_re = re.compile(r"[\w!#$%&'()*+\-./:<=>?@\[\]^`{|}~]*", re.ASCII)
_cookie_escape_re = re.compile(rb'[\x00-\x19",;\\\x7f-\xff]')


def _cookie_escape(match: re.Match[bytes]) -> bytes:
    char = match.group()
    return b"\\" + char if char in b'"\\' else b"\\%03o" % ord(char)


def dump_cookie(
    key: str,
    value: str = "",
    max_age: timedelta | int | None = None,
    expires: str | datetime | float | None = None,
    path: str | None = "/",
    domain: str | None = None,
    secure: bool = False,
    httponly: bool = False,
    sync_expires: bool = True,
    max_size: int = 4093,
    samesite: str | None = None,
    partitioned: bool = False,
) -> str:
    """The value of a Set-Cookie field (RFC 6265 section 4.1), in latin-1 as WSGI wants it.

    :param max_age: how long the cookie lives, in seconds or as a timedelta; a session where None.
    :param expires: when it ends: a moment, seconds since 1970, or the text itself.
    :param path: the part of the site that it is sent to, None for the page's own.
    :param domain: also sent to hosts below this one; written in punycode, without a leading dot.
    :param sync_expires: say ``Expires`` too where only ``max_age`` is given.
    :param max_size: browsers ignore cookies above this many bytes: a warning tells. 0 for no check.
    :param samesite: "Strict", "Lax" or "None", in any case.
    :param partitioned: kept apart for every top-level site; makes the cookie secure.
    :raises ValueError: ``samesite`` is none of the three.
    """
    if path is not None:
        path = quote(path, safe="%!$&'()*+,/:=@")
    if domain:
        domain = domain.partition(":")[0].lstrip(".").encode("idna").decode("ascii")
    if samesite is not None:
        samesite = samesite.title()
        if samesite not in {"Strict", "Lax", "None"}:
            raise ValueError("SameSite must be 'Strict', 'Lax', or 'None'.")

    attributes = [f"{key.encode().decode('latin1')}={_cookie_value(value)}"]
    if domain is not None:
        attributes.append(f"Domain={domain}")
    attributes.extend(_cookie_lifetime(max_age, expires, sync_expires))
    if secure or partitioned:
        attributes.append("Secure")
    if httponly:
        attributes.append("HttpOnly")
    if path is not None:
        attributes.append(f"Path={path}")
    if samesite is not None:
        attributes.append(f"SameSite={samesite}")
    if partitioned:
        attributes.append("Partitioned")
    result = "; ".join(attributes)
    if max_size and len(result) > max_size:
        warnings.warn(
            f"The {key!r} cookie is too large: the value was {len(value)} bytes, the header needs"
            f" {len(result)} bytes, and the limit is {max_size} bytes. Browsers may ignore it.",
            stacklevel=2,
        )
    return result


def _cookie_value(value: str) -> str:
    if _cookie_no_quote_re.fullmatch(value):
        return value
    return f'"{_cookie_escape_re.sub(_cookie_escape, value.encode()).decode("ascii")}"'


def _cookie_lifetime(
    max_age: timedelta | int | None,
    expires: str | datetime | float | None,
    sync_expires: bool,
) -> t.Iterator[str]:
    if isinstance(max_age, timedelta):
        max_age = int(max_age.total_seconds())
    if expires is not None:
        yield f"Expires={expires if isinstance(expires, str) else http_date(expires)}"
    elif max_age is not None and sync_expires:
        yield f"Expires={http_date(datetime.now(tz=UTC).timestamp() + max_age)}"
    if max_age is not None:
        yield f"Max-Age={max_age}"
