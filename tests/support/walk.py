"""A walk through an application: requests in a row, their answers kept and compared with others'.

A walk is a function that is called with a `Walker`. Each request states the status that it expects,
so that two sides which fail alike do not pass for equal.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPMessage
from urllib.parse import urlencode, urljoin, urlsplit

from served import Browser, Page

#: Headers in which two servers may differ, and why.
FREE = {
    "server": "each server's own name; Gunicorn puts it in the place of what an application says",
    "date": "the time of the answer; it is checked that there is one",
    "connection": "whether the connection is kept is between server and client (RFC 9110, 7.6.1)",
}
#: How far two walks may be apart in what is from Date to a time that the application took.
NEAR = 5
_TIME = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")

#: What itsdangerous signs with a time: payload, time, signature.
_SIGNED = re.compile(r"(?<![\w.-])(\.?[\w-]+)\.[\w-]{6}\.[\w-]{27}(?![\w.-])")
_BOUNDARY = "a-boundary-that-no-file-contains"


@dataclass(frozen=True)
class Exchange:
    """A request and what came back."""

    request: str
    page: Page


@dataclass
class Walker(Browser):
    """Sends requests, follows cookies and keeps every exchange."""

    exchanges: list[Exchange] = field(default_factory=list)
    #: Values that are random in each run, by what stands for them.
    secrets: dict[str, str] = field(default_factory=dict)
    #: Whether one connection serves the whole walk, or each request has its own.
    kept: bool = True

    def request(
        self,
        method: str,
        path: str,
        status: int = 200,
        body: bytes | Iterable[bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Page:
        page = self.send(method, path, body, headers or {})
        if not self.kept:
            self.close()
        self.exchanges.append(Exchange(f"{len(self.exchanges) + 1}: {method} {path}", page))
        said = page.body[:2000].decode("utf-8", "replace")
        assert page.status == status, f"{method} {path} is {page.status}, not {status}:\n{said}"
        return page

    def get(self, path: str, status: int = 200, **headers: str) -> Page:  # type: ignore[override]
        """Headers are named as Python's arguments are, `if_none_match`."""
        return self.request("GET", path, status, None, _named(headers))

    def head(self, path: str, status: int = 200, **headers: str) -> Page:
        return self.request("HEAD", path, status, None, _named(headers))

    def post(self, path: str, status: int = 200, **fields: str) -> Page:  # type: ignore[override]
        """Send a form as browsers do."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.request("POST", path, status, urlencode(fields).encode(), form)

    def upload(
        self, path: str, status: int, files: dict[str, tuple[str, bytes]], **fields: str
    ) -> Page:
        """Send a form with files: field -> file's name and content."""
        lines = [_part(f'name="{name}"', value.encode()) for name, value in fields.items()]
        for name, (filename, content) in files.items():
            kind = b"Content-Type: application/octet-stream"
            lines.append(_part(f'name="{name}"; filename="{filename}"', content, kind))
        body = b"".join(lines) + f"--{_BOUNDARY}--\r\n".encode()
        form = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
        return self.request("POST", path, status, body, form)

    def json(self, method: str, path: str, status: int, value: object, **headers: str) -> Page:
        kind = {"Content-Type": "application/json", **_named(headers)}
        return self.request(method, path, status, json.dumps(value).encode(), kind)

    def follow(self, status: int = 200) -> Page:
        """Go where the last answer leads."""
        last = self.exchanges[-1].page
        parts = urlsplit(urljoin(last.path, last.headers["Location"]))
        return self.get(parts.path + ("?" + parts.query if parts.query else ""), status)

    def secret(self, name: str, pattern: str) -> str:
        """Take from the last answer, head or body, what is random in each run: the first group."""
        page = self.exchanges[-1].page
        text = f"{page.headers}{page.text}"
        found = re.search(pattern, text)
        assert found, f"{self.exchanges[-1].request} has no {pattern}:\n{text}"
        self.secrets[found[1]] = f"<{name}>"
        return found[1]


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-").title(): value for name, value in headers.items()}


def _part(parameters: str, content: bytes, *headers: bytes) -> bytes:
    head = [
        f"--{_BOUNDARY}".encode(),
        f"Content-Disposition: form-data; {parameters}".encode(),
        *headers,
    ]
    return b"\r\n".join([*head, b"", content, b""])


Walk = Callable[[Walker], None]
#: What an application makes anew in each run: a pattern, and what stands for it.
Masks = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What of an exchange has to be equal."""

    request: str
    line: str
    headers: dict[str, list[str]]
    body: bytes
    #: Times in headers: each as it came, and how many seconds it is after Date.
    times: list[tuple[str, float]]


def walked(address: str, walk: Walk, masks: Masks = (), kept: bool = True) -> list[Answer]:
    """Take a walk; give the answers with what is random replaced by what it is."""
    with Walker(address, kept=kept) as walker:
        walk(walker)
    return [answer(exchange, walker.secrets, masks) for exchange in walker.exchanges]


def answer(exchange: Exchange, secrets: dict[str, str], masks: Masks = ()) -> Answer:
    """What counts of an exchange."""
    page = exchange.page
    dates = page.headers.get_all("Date", [])
    assert len(dates) == 1, f"{exchange.request} has the Dates {dates}"
    headers: dict[str, list[str]] = {}
    times: list[tuple[str, float]] = []

    def time(found: re.Match[str]) -> str:
        times.append((found[0], _seconds(found[0]) - _seconds(dates[0])))
        return "<a time>"

    for name, value in page.headers.items():
        if name.lower() in FREE:
            continue
        if name == "Content-Length" and page.body and int(value) == len(page.body):
            value = "<the length of the body>"
        if name == "Allow":
            # Werkzeug writes a set, in an order that is another one in each process.
            value = ", ".join(sorted(value.split(", ")))
        value = _masked(_TIME.sub(time, value), secrets, masks)
        headers.setdefault(name, []).append(value)
    body = _decoded(page.body, page.headers)
    text = _masked(body.decode("latin-1"), secrets, masks).encode("latin-1")
    return Answer(exchange.request, page.line, headers, text, times)


def _seconds(date: str) -> float:
    return parsedate_to_datetime(date).timestamp()


def _decoded(body: bytes, headers: HTTPMessage) -> bytes:
    """What a compressed body holds: its bytes tell the time and the compressor."""
    coding = headers.get("Content-Encoding")
    if body and coding == "gzip":
        return gzip.decompress(body)
    if body and coding == "deflate":
        return zlib.decompress(body)
    return body


def _masked(text: str, secrets: dict[str, str], masks: Masks) -> str:
    text = _SIGNED.sub(_payload, text)
    for secret, name in secrets.items():
        text = text.replace(secret, name)
    for pattern, name in masks:
        text = re.sub(pattern, name, text)
    return text


def _payload(found: re.Match[str]) -> str:
    """What a signed value says; the time and the signature differ from run to run."""
    packed = found[1].lstrip(".")
    data = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    if found[1].startswith("."):
        data = zlib.decompress(data)
    return f"<signed {data.decode()}>"


def differences(ours: list[Answer], theirs: list[Answer]) -> list[str]:
    """Tell where two walks differ, request by request."""
    said = []
    for a, b in zip(ours, theirs, strict=True):
        found = []
        if a.line != b.line:
            found.append(f"{a.line!r}, not {b.line!r}")
        for name in sorted(a.headers.keys() | b.headers.keys()):
            if a.headers.get(name) != b.headers.get(name) and not _framed(name, a, b):
                found.append(f"{name}: {a.headers.get(name)}, not {b.headers.get(name)}")
        found += [
            f"{one[0]} is {one[1]} s after Date, not {other[1]}"
            for one, other in zip(a.times, b.times, strict=False)
            if not _near(one, other)
        ]
        if a.body != b.body:
            found.append(_where(a.body, b.body))
        said += [f"{a.request}: {text}" for text in found]
    return said


def _framed(name: str, ours: Answer, theirs: Answer) -> bool:
    """Whether cruet says Content-Length: 0 of a stream that gave nothing, and Gunicorn chunks it.

    The server frames what the application gives no length for (RFC 9112, 6).
    """
    lengths = (ours.headers.get("Content-Length"), theirs.headers.get("Content-Length"))
    codings = (ours.headers.get("Transfer-Encoding"), theirs.headers.get("Transfer-Encoding"))
    chosen = (lengths, codings) == ((["0"], None), (None, ["chunked"]))
    return chosen and name in ("Content-Length", "Transfer-Encoding")


def _near(ours: tuple[str, float], theirs: tuple[str, float]) -> bool:
    return ours[0] == theirs[0] or abs(ours[1] - theirs[1]) <= NEAR


def _where(ours: bytes, theirs: bytes) -> str:
    """The first place where two bodies differ, with what stands around it."""
    pairs = enumerate(zip(ours, theirs, strict=False))
    at = next((place for place, (a, b) in pairs if a != b), min(len(ours), len(theirs)))
    around = slice(max(0, at - 60), at + 60)
    return (
        f"the body ({len(ours)} bytes, not {len(theirs)}) differs at {at}:"
        f" {ours[around]!r}, not {theirs[around]!r}"
    )
