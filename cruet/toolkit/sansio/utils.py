"""What a request's head says of its host, address and length, told without any I/O."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import quote

from .._elsewhere import names_from_elsewhere
from ..exceptions import SecurityError
from ..urls import uri_to_iri

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)

# RFC 3986 section 3.2.2, ASCII alone: a reg-name of letters, digits, "." and "-", or what an IP
# literal is made of in brackets, then a port between 1 and 65535 without leading zeros.
_host_re = re.compile(
    r"""
    (?: [a-z0-9.-]+ | \[ [a-f0-9]* : [a-f0-9.:]+ \] )
    (?: : (?P<port> [1-9][0-9]{0,4} ) )?
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_default_ports = {"http": "80", "ws": "80", "https": "443", "wss": "443"}


def _without_port(host: str) -> str:
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def _matched_host(host: str) -> re.Match[str] | None:
    match = _host_re.fullmatch(host)
    return match if match is not None and int(match["port"] or 0) <= 65535 else None


def _ascii_host(host: str) -> str | None:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return None


def host_is_trusted(hostname: str | None, trusted_list: t.Collection[str] | None = None) -> bool:
    """Tell whether a ``Host`` value names one of the trusted hosts; ports are not compared.

    An entry that starts with a dot stands for the domain and all that lies under it. Without any
    entry every host is trusted that fits the grammar (RFC 9110 section 7.2); others never are.
    """
    if not hostname or _matched_host(hostname) is None:
        return False
    if not trusted_list:
        return True
    if isinstance(trusted_list, str):
        trusted_list = [trusted_list]
    name = _without_port(hostname)
    for entry in trusted_list:
        suffix_match = entry.startswith(".")
        trusted = _ascii_host(_without_port(entry[1:] if suffix_match else entry))
        if trusted is None:
            return False
        if name == trusted or (suffix_match and name.endswith("." + trusted)):
            return True
    return False


def _server_host(scheme: str, server: tuple[str, int | None] | None) -> str:
    # A UNIX socket has no port, and no name that a URL could hold.
    if server is None or server[1] is None:
        return ""
    name, port = server
    if ":" in name and not name.startswith("["):
        name = f"[{name}]"
    return f"{name}:{port}"


def get_host(
    scheme: str,
    host_header: str | None,
    server: tuple[str, int | None] | None = None,
    trusted_hosts: t.Collection[str] | None = None,
) -> str:
    """The host a request was made to, without the port where it is the scheme's own.

    ``host_header`` is the ``Host`` field, ``server`` the address listened on, which stands in for
    it. A host that does not fit the grammar (RFC 9110 section 7.2) gives ``""``. Raises
    :exc:`SecurityError` where ``trusted_hosts`` are given and it is none of them.
    """
    host = host_header if host_header is not None else _server_host(scheme, server)
    told = host
    if host:
        match = _matched_host(host)
        if match is None:
            host = ""
        elif match["port"] is not None and match["port"] == _default_ports.get(scheme):
            host = told = host[: match.start("port") - 1]
    if trusted_hosts and not host_is_trusted(host, trusted_hosts):
        raise SecurityError(f"Host {told!r} is not trusted.")
    return host


def get_current_url(
    scheme: str,
    host: str,
    root_path: str | None = None,
    path: str | None = None,
    query_string: bytes | None = None,
) -> str:
    """Put a URL together, as an IRI: of the host alone, or with the root, the path and the query.

    Each further part is used only where the ones before it are given; the root ends with a slash.
    """
    url = f"{scheme}://{host}"
    if root_path is None:
        return uri_to_iri(f"{url}/")
    url += quote(root_path.rstrip("/"), safe="!$&'()*+,/:;=@%") + "/"
    if path is None:
        return uri_to_iri(url)
    url += quote(path.lstrip("/"), safe="!$&'()*+,/:;=@%")
    if query_string:
        url += "?" + quote(query_string, safe="!$&'()*+,/:;=?@%")
    return uri_to_iri(url)


def get_content_length(
    http_content_length: str | None = None, http_transfer_encoding: str | None = None
) -> int | None:
    """The body's length in bytes; None where it is chunked or not told, 0 where it is malformed."""
    if http_transfer_encoding is not None:
        codings = http_transfer_encoding.lower().split(",")
        if "chunked" in (coding.strip(" \t") for coding in codings):
            return None
    if http_content_length is None:
        return None
    digits = http_content_length.strip(" \t")
    # int() would take "+1", "1_0" and other scripts' digits too (RFC 9110 section 8.6).
    return int(digits) if digits.isascii() and digits.isdigit() else 0
