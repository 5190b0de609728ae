"""The native URL and form grammars against the standard library's."""

import random
import urllib.parse

import pytest

from cruet._cruet import (
    parse_qs,
    parse_qsl,
    safe_join,
    unquote,
    unquote_for_display,
    unquote_to_bytes,
    url_quote,
    url_quote_plus,
)

PIECES = ["a", "b", "&", "=", "%", "+", "4", "é", "%C3", "%A9", "%FF", ";", "\x00", "🐍", "name"]


def samples(count: int = 2000) -> list[str]:
    generator = random.Random(7)
    return [
        "".join(generator.choice(PIECES) for _ in range(generator.randrange(12)))
        for _ in range(count)
    ]


def test_parse_qs_is_the_standard_librarys() -> None:
    for text in [*samples(), "a=1&b=2&a=3", "", "&&", "a" * 5000 + "=%41" + "b" * 5000]:
        assert parse_qs(text) == urllib.parse.parse_qs(text, keep_blank_values=True)


def test_parse_qs_keeps_order_and_blank_values() -> None:
    assert list(parse_qs("b=1&a=&b=2&c").items()) == [("b", ["1", "2"]), ("a", [""]), ("c", [""])]


def test_parse_qs_with_a_lone_surrogate() -> None:
    assert parse_qs("a=\ud800") == {"a": ["\ud800"]}
    assert parse_qsl("a=\ud800") == [("a", "\ud800")]


def test_parse_qsl_takes_text_and_bytes() -> None:
    for text in samples(300):
        expected = urllib.parse.parse_qsl(text, keep_blank_values=True)
        assert parse_qsl(text) == expected
        assert parse_qsl(text.encode()) == expected
    assert parse_qsl(b"a=\xff") == [("a", "\ufffd")]


@pytest.mark.parametrize("value", [None, 1, object()])
def test_other_types_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        parse_qs(value)  # type: ignore[arg-type]


def test_quoting_is_the_standard_librarys() -> None:
    for text in samples(500):
        assert url_quote(text) == urllib.parse.quote(text)
        assert url_quote(text, safe="&=") == urllib.parse.quote(text, safe="&=")
        assert url_quote_plus(text) == urllib.parse.quote_plus(text)
        assert unquote(text) == urllib.parse.unquote(text)
        assert unquote_to_bytes(text) == urllib.parse.unquote_to_bytes(text)
    assert url_quote(bytes(range(256))) == urllib.parse.quote(bytes(range(256)))
    with pytest.raises(UnicodeEncodeError):
        url_quote("\ud800")


def test_unquoting_for_display_keeps_what_has_a_meaning() -> None:
    assert unquote_for_display("%2F%41%c3%a9%e9", "/%") == "%2FAé%E9"


def test_safe_join_stays_below_its_directory() -> None:
    assert safe_join("/srv", "a", "b.png") == "/srv/a/b.png"
    assert safe_join("", "a") == "./a"
    assert safe_join("a", "", "b/") == "a/b"
    assert safe_join("a", "\udcff") == "a/\udcff"
    for bad in ("..", "/etc/passwd", "b/../../c", "x\x00y"):
        assert safe_join("/srv", bad) is None
