"""The native header value grammars."""

import pickle
from datetime import UTC, datetime

import pytest

import cruet._cruet as native


def test_version() -> None:
    assert native.version == native.__version__
    assert native.version.split(".")[0].isdigit()


def test_reason_phrases() -> None:
    assert native.reason_phrase(404) == "Not Found"
    assert native.reason_phrase(299) == "Unknown"


def test_dates() -> None:
    assert native.format_http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT"
    for text in (
        "Sun, 06 Nov 1994 08:49:37 GMT",
        " Sunday, 06-Nov-94 08:49:37 GMT ",
        "Sun Nov  6 08:49:37 1994",
    ):
        assert native.parse_http_date(text) == 784111777
        known = native.parse_http_datetime(text)
        assert known == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
        assert known is not None and known.tzinfo is UTC
    for text in ("", "soon", "Sun, 06 Nov 1994 08:49:37 é", "Thu, 33 Jan 1970 00:00:00 GMT"):
        assert native.parse_http_date(text) is None
        assert native.parse_http_datetime(text) is None
    for seconds in (-62135596801, 253402300800):
        with pytest.raises(ValueError, match="out of range"):
            native.format_http_date(seconds)


def test_options() -> None:
    assert native.parse_options("text/html; charset=utf-8") == ("text/html", {"charset": "utf-8"})
    assert native.parse_options("v;A*0*=UTF-8''b;a*1=c;a*2*=%C2%B5") == ("v", {"a": "bcµ"})
    assert native.parse_options('v;a="🐍.txt"; b') == ("v", {"a": "🐍.txt"})
    assert native.parse_options("") == ("", {})


def test_lists_and_dictionaries() -> None:
    assert native.parse_list('a, "b, c", ,"d\\"e"') == ["a", "b, c", 'd"e']
    assert native.parse_list('a, "b') == []
    assert native.parse_dict("max-age=0, no-cache, x*=UTF-8''%C3%A9") == {
        "max-age": "0",
        "no-cache": None,
        "x": "é",
    }
    assert native.quote_value("a b") == '"a b"'
    assert native.quote_value("a", allow_token=False) == '"a"'
    assert native.unquote_quoted('"a\\"b"') == 'a"b'


def test_accept() -> None:
    items = native.parse_accept("text/html;level=1;q=0.5, text/*, x;q=2")
    assert items == [("text/html; level=1", 0.5), ("text/*", 1)]
    assert type(items[1][1]) is int


def test_etags() -> None:
    assert native.parse_etags('"a", W/"b", c') == (["a", "c"], ["b"], False)
    assert native.parse_etags(" * ") == ([], [], True)
    assert native.parse_etags('"a", x"y, *') == (["a", "*"], [], False)
    assert native.unquote_etag('W/"a"') == ("a", True)
    assert native.quote_etag("a", weak=True) == 'W/"a"'


def test_ranges() -> None:
    assert native.parse_range("Bytes=0-499, -5") == ("bytes", [(0, 500), (-5, None)])
    assert native.parse_range("items=0-5", inclusive=False) == ("items", [(0, 5)])
    assert native.parse_range("bytes=5-1") is None
    assert native.parse_content_range("bytes 0-9/*") == ("bytes", 0, 10, None)
    assert native.parse_content_range("bytes */10") == ("bytes", None, None, 10)
    assert native.parse_content_range("bytes 9-0/10") is None


def test_an_error_says_what_and_where() -> None:
    with pytest.raises(native.InputError, match="malformed entity tag") as caught:
        native.quote_etag('a"b')
    assert caught.value.offset == 1
    assert caught.value.status == 400
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert (copy.code, copy.offset) == (caught.value.code, 1)


def test_text_with_a_lone_surrogate_is_no_value_error_in_disguise() -> None:
    with pytest.raises(UnicodeEncodeError):
        native.parse_list("\ud800")
