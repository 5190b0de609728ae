"""Cookies read and written natively."""

import pytest

from cruet._cruet import (
    parse_cookie_pairs,
    parse_cookies,
    quote_cookie_value,
    set_cookie_line,
)


def test_the_first_of_a_name_wins() -> None:
    assert parse_cookies("a=1; b=2; a=3") == {"a": "1", "b": "2"}
    assert parse_cookie_pairs("a=1; b=2; a=3") == [("a", "1"), ("b", "2"), ("a", "3")]


def test_nothing_in_a_header_raises() -> None:
    assert parse_cookies("") == {}
    assert parse_cookies(";;; =x; a") == {"a": ""}
    assert parse_cookies('a="x;\\"y"; b=\\054') == {"a": 'x;"y', "b": "\\054"}
    assert parse_cookies('a="\\377"') == {"a": "\ufffd"}
    assert parse_cookies("a=\ud800") == {"a": "?"}


def test_bytes_as_characters_are_decoded() -> None:
    tunnelled = "fö=fö".encode().decode("latin-1")
    assert parse_cookies(tunnelled) == {"fö": "fö"}
    assert parse_cookies("fö=fö") == {"fö": "fö"}
    assert parse_cookies("a=€") == {"a": "€"}
    assert parse_cookie_pairs(tunnelled, latin1=True) == [("fö", "fö")]
    assert parse_cookie_pairs(tunnelled) == [("fÃ¶", "fÃ¶")]
    assert parse_cookie_pairs("a=\xff", latin1=True) == [("a", "\ufffd")]


def test_values_are_quoted_where_they_must_be() -> None:
    assert quote_cookie_value("a/b=c") == "a/b=c"
    assert quote_cookie_value("a b") == '"a b"'
    assert quote_cookie_value("☃;") == '"\\342\\230\\203\\073"'
    for value in ("", "a b", '"', "\\", "a;b,c", "é\x00\x7f", "☃"):
        assert parse_cookies(f"k={quote_cookie_value(value)}") == {"k": value}


def test_a_line_with_every_attribute() -> None:
    assert (
        set_cookie_line(
            "k",
            "v",
            domain="x.y",
            expires="Thu, 01 Jan 1970 00:00:05 GMT",
            max_age=5,
            secure=True,
            httponly=True,
            path="/p q",
            samesite="Lax",
            partitioned=True,
        )
        == "k=v; Domain=x.y; Expires=Thu, 01 Jan 1970 00:00:05 GMT; Max-Age=5; Secure; HttpOnly; "
        "Path=/p%20q; SameSite=Lax; Partitioned"
    )
    assert set_cookie_line("é", "x") == "Ã©=x"
    with pytest.raises(UnicodeEncodeError):
        set_cookie_line("k", "\ud800")
