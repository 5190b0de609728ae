"""URLs of bytes and URLs of text: URIs (RFC 3986), IRIs (RFC 3987) and the way between them."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from .datastructures import iter_multi_items

# Control characters, the blank, the percent sign and DEL are never decoded.
_always_unsafe = frozenset(map(chr, (*range(0x21), 0x25, 0x7F)))
_escapes_re = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def _make_unquote_part(reserved: str) -> t.Callable[[str], str]:
    """A function that decodes percent escapes, but for those of ``reserved`` characters, of unsafe
    ones, and of what is not UTF-8."""
    kept = _always_unsafe | set(reserved)

    def decode(match: re.Match[str]) -> str:
        escapes = match.group()
        result = []
        run = bytearray()  # bytes that may be decoded, up to the next escape that is kept
        for start in range(0, len(escapes), 3):
            byte = int(escapes[start + 1 : start + 3], 16)
            if chr(byte) in kept:
                result.append(_decode_or_quote(run))
                result.append(escapes[start : start + 3])
                run.clear()
            else:
                run.append(byte)
        result.append(_decode_or_quote(run))
        return "".join(result)

    return lambda value: _escapes_re.sub(decode, value)


def _decode_or_quote(data: bytearray) -> str:
    text = data.decode("utf-8", "surrogateescape")
    if max(text, default="") < "\udc80":
        return text
    return "".join(
        f"%{ord(char) - 0xDC00:02X}" if "\udc80" <= char <= "\udcff" else char for char in text
    )


_unquote_fragment = _make_unquote_part("")
_unquote_query = _make_unquote_part("&=+#")
_unquote_path = _make_unquote_part("/?#")
_unquote_user = _make_unquote_part(":@/?#")

# Reserved characters and existing escapes are left alone, each where it is allowed (RFC 3986).
_user_safe = "%!$&'()*+,;="
_path_safe = "%!$&'()*+,/:;=@"
_query_safe = "%!$&'()*+,/:;=?@"
_fragment_safe = "%!#$&'()*+,/:;=?@"


def _decode_idna(domain: str) -> str:
    """The domain's labels out of punycode; those that do not decode stay as they are."""
    try:
        data = domain.encode("ascii")
    except UnicodeEncodeError:
        return domain
    try:
        return data.decode("idna")
    except UnicodeError:
        pass
    labels = []
    for label in data.split(b"."):
        try:
            labels.append(label.decode("idna"))
        except UnicodeError:
            labels.append(label.decode("ascii"))
    return ".".join(labels)


def _convert(
    url: str,
    host: t.Callable[[str], str],
    user: t.Callable[[str], str],
    path: t.Callable[[str], str],
    query: t.Callable[[str], str],
    fragment: t.Callable[[str], str],
) -> str:
    parts = urlsplit(url)
    netloc = host(parts.hostname) if parts.hostname else ""
    if ":" in netloc:
        netloc = f"[{netloc}]"
    if parts.port is not None:
        netloc = f"{netloc}:{parts.port}"
    if parts.username is not None:
        auth = user(parts.username)
        if parts.password is not None:
            auth = f"{auth}:{user(parts.password)}"
        netloc = f"{auth}@{netloc}"
    result = urlunsplit(
        (parts.scheme, netloc, path(parts.path), query(parts.query), fragment(parts.fragment))
    )
    # Before Python 3.12.2 the two slashes were lost where there is no authority and a scheme that
    # urllib does not know, such as itms-services.
    prefix = f"{parts.scheme}://"
    if parts.scheme and not netloc and url.startswith(prefix) and not result.startswith(prefix):
        result = prefix + result[len(parts.scheme) + 1 :]
    return result


def uri_to_iri(uri: str) -> str:
    """The URI as text to read: punycode and percent escapes decoded where that loses nothing.

    ``http://xn--n3h.net/p%C3%A5th`` gives ``http://☃.net/påth``. Escapes of reserved and unsafe
    characters and of what is not UTF-8 stay.
    """
    return _convert(
        uri, _decode_idna, _unquote_user, _unquote_path, _unquote_query, _unquote_fragment
    )


def iri_to_uri(iri: str) -> str:
    """The IRI in ASCII, for header fields: its host in punycode, the rest percent-encoded.

    Existing escapes are left alone.

    :raises UnicodeError: the host is no domain name (RFC 3490).
    """
    return _convert(
        iri,
        lambda host: host if host.isascii() else host.encode("idna").decode("ascii"),
        lambda user: quote(user, safe=_user_safe),
        lambda path: quote(path, safe=_path_safe),
        lambda query: quote(query, safe=_query_safe),
        lambda fragment: quote(fragment, safe=_fragment_safe),
    )


def _urlencode(query: t.Mapping[str, t.Any] | t.Iterable[tuple[str, t.Any]]) -> str:
    """The query string of pairs, or of a mapping whose lists count as several; None is left out."""
    pairs = [(key, value) for key, value in iter_multi_items(query) if value is not None]
    return urlencode(pairs, safe="!$'()*,/:;?@")
