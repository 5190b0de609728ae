"""HTTP's header values, read and written: lists, options, ranges, tags, dates, cookies.

``parse_`` functions take what clients send: what is malformed is left out or gives None, never an
exception. ``dump_`` and ``quote_`` functions write what RFC 9110 and RFC 6265 allow.
"""

from __future__ import annotations

import typing as t
import warnings
from contextlib import suppress
from datetime import datetime, timedelta
from enum import Enum
from time import time

from .. import _cruet
from .._cruet import set_cookie_line as _set_cookie_line
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
_same_sites = frozenset({"Strict", "Lax", "None"})


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
    return cls(_cruet.parse_accept(value)) if value else cls(None)


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
        name, _, text = policy.strip(" \t").partition(" ")
        if text:
            directives.append((name.strip(" \t"), text.strip(" \t")))
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
    parsed = _cruet.parse_range(value) if value else None
    return None if parsed is None else ds.Range(*parsed)


def parse_content_range_header(
    value: str | None, on_update: t.Callable[[ds.ContentRange], None] | None = None
) -> ds.ContentRange | None:
    """A Content-Range field (RFC 9110 section 14.4); None where it is malformed."""
    parsed = _cruet.parse_content_range(value) if value else None
    return None if parsed is None else ds.ContentRange(*parsed, on_update=on_update)


def parse_etags(value: str | None) -> ds.ETags:
    """An If-Match or If-None-Match field (RFC 9110 section 13.1.1)."""
    return ds.ETags(*_cruet.parse_etags(value)) if value else ds.ETags()


def parse_age(value: str | None = None) -> timedelta | None:
    """Seconds, as in an Age field (RFC 9111 section 5.1); None where they are no integer, or
    negative, or more than a timedelta holds."""
    try:
        seconds = int(value or "")
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
    if domain:
        domain = domain.partition(":")[0].lstrip(".").encode("idna").decode("ascii")
    if samesite is not None and samesite not in _same_sites:
        samesite = samesite.title()
        if samesite not in _same_sites:
            raise ValueError("SameSite must be 'Strict', 'Lax', or 'None'.")
    if max_age is not None and isinstance(max_age, timedelta):
        max_age = int(max_age.total_seconds())
    if expires is None:
        if max_age is not None and sync_expires:
            expires = http_date(time() + max_age)
    elif not isinstance(expires, str):
        expires = http_date(expires)
    result = _set_cookie_line(
        key,
        value,
        domain,
        expires,
        max_age,
        secure,
        httponly,
        path,
        samesite,
        partitioned,
    )
    if max_size and len(result) > max_size:
        warnings.warn(
            f"The '{key}' cookie is too large: the value was {len(value)} bytes but the header"
            f" required {len(result) - len(value)} extra bytes. The final size was {len(result)}"
            f" bytes but the limit is {max_size} bytes. Browsers may silently ignore cookies larger"
            " than this.",
            stacklevel=2,
        )
    return result
