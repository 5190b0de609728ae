"""The comparison of walks sees what differs, and forgives only what it says that it forgives."""

from __future__ import annotations

from email.message import Message
from http.client import HTTPMessage

import pytest
from itsdangerous import URLSafeTimedSerializer
from served import Page
from walk import Exchange, answer, differences

DATE = ("Date", "Fri, 02 Jan 2026 10:00:00 GMT")
LATER = ("Date", "Fri, 02 Jan 2026 10:05:00 GMT")


def page(*headers: tuple[str, str], body: bytes = b"text", line: str = "HTTP/1.1 200 OK") -> Page:
    message: Message = HTTPMessage()
    for name, value in headers:
        message[name] = value
    return Page(200, message, body, "/", line)  # type: ignore[arg-type]


def compared(ours: Page, theirs: Page, **secrets: str) -> list[str]:
    values = {value: name for name, value in secrets.items()}
    return differences(
        [answer(Exchange("1: GET /", ours), values)], [answer(Exchange("1: GET /", theirs), values)]
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        (page(DATE, line="HTTP/1.1 200 Fine"), page(DATE), "HTTP/1.1 200 Fine"),
        (page(DATE, ("X-A", "1")), page(DATE), "X-A: ['1'], not None"),
        (page(DATE), page(DATE, ("X-A", "1")), "X-A: None, not ['1']"),
        (page(DATE, ("x-a", "1")), page(DATE, ("X-A", "1")), "x-a"),
        (page(DATE, ("A", "1"), ("A", "2")), page(DATE, ("A", "2"), ("A", "1")), "['1', '2']"),
        (page(DATE, ("A", "1"), ("A", "1")), page(DATE, ("A", "1")), "['1', '1']"),
        (page(DATE, body=b"tent"), page(DATE), "differs at 2"),
        (page(DATE, body=b"texts"), page(DATE), "differs at 4"),
        (page(DATE, ("Content-Length", "5")), page(DATE, ("Content-Length", "4")), "'5'"),
        (page(DATE, ("Transfer-Encoding", "chunked")), page(DATE), "Transfer-Encoding"),
        (
            page(DATE, ("Expires", "Fri, 02 Jan 2026 11:00:00 GMT")),
            page(DATE, ("Expires", "Fri, 02 Jan 2026 11:00:06 GMT")),
            "3600.0 s after Date, not 3606.0",
        ),
    ],
)
def test_it_sees(ours: Page, theirs: Page, said: str) -> None:
    found = compared(ours, theirs)
    assert said in "\n".join(found)
    assert all(text.startswith("1: GET /: ") for text in found)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (page(DATE, ("Server", "a"), ("Connection", "close")), page(LATER, ("Server", "b"))),
        (page(DATE, ("Allow", "GET, HEAD")), page(LATER, ("Allow", "HEAD, GET"))),
        (
            page(DATE, ("Set-Cookie", "a=; Expires=Fri, 02 Jan 2026 11:00:00 GMT; Path=/")),
            page(LATER, ("Set-Cookie", "a=; Expires=Fri, 02 Jan 2026 11:05:01 GMT; Path=/")),
        ),
        (
            page(DATE, ("Last-Modified", "Thu, 01 Jan 2026 11:00:00 GMT")),
            page(LATER, ("Last-Modified", "Thu, 01 Jan 2026 11:00:00 GMT")),
        ),
        (
            page(DATE, ("Content-Length", "0"), body=b""),
            page(DATE, ("Transfer-Encoding", "chunked"), body=b""),
        ),
    ],
)
def test_it_forgives(ours: Page, theirs: Page) -> None:
    assert compared(ours, theirs) == []


def test_what_is_signed_is_read() -> None:
    def signed(value: object, key: str) -> Page:
        return page(DATE, ("Set-Cookie", f"s={URLSafeTimedSerializer(key).dumps(value)}; Path=/"))

    assert compared(signed({"a": "é"}, "one"), signed({"a": "é"}, "other")) == []
    assert compared(signed({"a": "x" * 999}, "one"), signed({"a": "x" * 999}, "other")) == []
    (found,) = compared(signed({"a": 1}, "one"), signed({"a": 2}, "one"))
    assert '{"a":1}' in found and '{"a":2}' in found


def test_a_secret_stands_for_itself_alone() -> None:
    body = b"token abc, and abd"
    assert compared(page(DATE, body=body), page(DATE, body=body), token="abc") == []
    assert compared(page(DATE, body=b"token abd"), page(DATE, body=b"token abc"), token="abc")


def test_an_answer_has_one_date() -> None:
    with pytest.raises(AssertionError, match="has the Dates"):
        compared(page(), page(DATE))
