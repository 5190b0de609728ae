"""Header values, URLs and paths that are made to hurt: linear time, Werkzeug's exceptions only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from bounds import assert_linear

from cruet.toolkit import http, urls
from cruet.toolkit.datastructures import Authorization, Headers, WWWAuthenticate
from cruet.toolkit.exceptions import HTTPException, NotFound
from cruet.toolkit.routing import Map, RequestRedirect, Rule
from cruet.toolkit.sansio.utils import get_host
from cruet.toolkit.security import safe_join
from cruet.toolkit.test import create_environ
from cruet.toolkit.utils import secure_filename
from cruet.toolkit.wrappers import Request

SIZE = 20_000  # bytes of the smaller input; the larger one has eight times as many

PARSERS: dict[str, Callable[[str], Any]] = {
    "accept": http.parse_accept_header,
    "age": http.parse_age,
    "authorization": Authorization.from_header,
    "cache-control": http.parse_cache_control_header,
    "content-range": http.parse_content_range_header,
    "cookie": http.parse_cookie,
    "csp": http.parse_csp_header,
    "date": http.parse_date,
    "dict": http.parse_dict_header,
    "etags": http.parse_etags,
    "if-range": http.parse_if_range_header,
    "list": http.parse_list_header,
    "options": http.parse_options_header,
    "range": http.parse_range_header,
    "set": http.parse_set_header,
    "www-authenticate": WWWAuthenticate.from_header,
    "unquote": http.unquote_header_value,
    "query": lambda text: Request(create_environ("/", query_string=text)).args,
    "to-iri": urls.uri_to_iri,
    "to-uri": urls.iri_to_uri,
    "join": lambda text: safe_join("/srv", text.replace("\0", "")),
    "filename": secure_filename,
    "host": lambda text: get_host("http", text, None, ["example.org", ".example.com"]),
}

# A beginning, and what is repeated behind it.
VALUES = {
    "quotes": ("", '"'),
    "escapes": ('"', "\\"),
    "escaped quotes": ('a="', '\\"'),
    "open quotes": ("v; ", 'a="'),
    "nested quotes": ("v", ';a="b\\"c"'),
    "commas": ("", ","),
    "items": ("", "text/html;q=0.5,"),
    "same items": ("", "a,"),
    "semicolons": ("v", ";"),
    "sections": ("form-data", ";a*0*=utf-8''%ff"),
    "extended": ("form-data", ";a*=utf-8''%ff"),
    "equals": ("", "="),
    "no name": ("", "=v; "),
    "pairs": ("", "a=b; "),
    "query": ("", "a=b&"),
    "ampersands": ("", "&"),
    "brackets": ("", "a[b]["),
    "percent": ("", "%"),
    "no utf-8": ("", "%ff%c3"),
    "surrogates": ("", "%ed%a0%80"),
    "wide": ("", "é"),
    "blanks": ("a", " "),
    "tabs": ("a=b;", "\t"),
    "dashes": ("bytes=", "-"),
    "ranges": ("bytes=", "0-1,"),
    "digits": ("bytes=", "9"),
    "digits alone": ("", "9"),
    "weak": ("", "W/"),
    "tags": ("", 'W/"a",'),
    "base64": ("Basic ", "QUFB"),
    "digest": ("Digest ", 'a="b",'),
    "up": ("", "../"),
    "down": ("", "a/"),
    "dots": ("", "."),
    "labels": ("", "a."),
    "colons": ("", ":"),
    "open brackets": ("http://", "["),
    "ats": ("http://", "@"),
}


@pytest.mark.parametrize("parser", PARSERS)
def test_values_are_read_in_linear_time(parser: str) -> None:
    def read(text: str) -> None:
        try:
            PARSERS[parser](text)
        except HTTPException as error:
            assert error.code == 400
        except ValueError:
            # Only from what takes no header of a request.
            assert parser in ("to-iri", "to-uri", "unquote")

    for name, (begin, unit) in VALUES.items():
        try:
            assert_linear(read, partial(repeated, begin, unit), SIZE)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


def repeated(begin: str, unit: str, size: int) -> str:
    return begin + unit * (size // len(unit))


def test_a_hundred_thousand_accepted_types_are_ranked() -> None:
    text = ",".join(f"text/t{number};q=0.{number % 1000:03}" for number in range(100_000))
    accepted = http.parse_accept_header(text)
    assert len(accepted) == 100_000
    assert accepted.best == "text/t999" or accepted[0][1] == 0.999


def test_cookies_without_a_name() -> None:
    assert http.parse_cookie("=; =v; ; a=b;=;").to_dict() == {"a": "b"}
    assert len(http.parse_cookie("=v; " * 100_000)) <= 1


def test_escapes_that_are_no_utf8_are_replaced() -> None:
    request = Request(create_environ("/", query_string="a=%ff&%c3=b&c=%ed%a0%80&d=%"))
    assert request.args.to_dict() == {"a": "%FF", "%C3": "b", "c": "%ED%A0%80", "d": "%"}
    assert Request(create_environ("/", query_string=b"\xff=\xc3".decode("latin1"))).args
    assert urls.uri_to_iri("/%ff/%c3%a9") == "/%FF/é"


LONG_PATHS = (
    "/" + "a/" * 50_000,
    "/" * 100_000,
    "/int/" + "9" * 100_000,
    "/int/" + "٣" * 50_000,
    "/float/" + "9" * 100_000 + ".0",
    "/any/" + "a" * 100_000,
    "/" + "%ff" * 30_000,
    "/uuid/" + "0" * 100_000,
    "/path/" + "a/" * 50_000 + "b",
    "/\udcff" * 10_000,
)


@pytest.mark.parametrize("path", LONG_PATHS, ids=lambda path: ascii(path[:9]))
def test_long_paths_match_or_are_not_found(path: str) -> None:
    rules = [
        Rule("/int/<int:x>", endpoint="int"),
        Rule("/float/<float:x>", endpoint="float"),
        Rule("/any/<any(a, aa, aaa):x>", endpoint="any"),
        Rule("/uuid/<uuid:x>", endpoint="uuid"),
        Rule("/path/<path:x>/b", endpoint="path"),
        Rule("/<a>/<b>/<c>/", endpoint="parts"),
    ]
    adapter = Map(rules).bind("example.org")
    try:
        endpoint, values = adapter.match(path)
    except (NotFound, RequestRedirect):
        return
    assert endpoint in ("float", "path") and "x" in values


def test_a_matcher_does_not_try_every_way() -> None:
    rules = [Rule(f"/<path:a>/x{number}/<path:b>/end", endpoint=str(number)) for number in range(9)]
    adapter = Map(rules).bind("example.org")

    def look(path: str) -> None:
        with pytest.raises(NotFound):
            adapter.match(path)

    assert_linear(look, lambda size: "/" + "x/" * (size // 2), 2_000)


def test_a_list_of_a_hundred_thousand_fields() -> None:
    headers = Headers([("X-A", str(number)) for number in range(100_000)])
    headers.set("Y", "z")
    assert len(headers.getlist("x-a")) == 100_000 and headers["y"] == "z"
    assert_linear(lambda many: [Headers(many).get("Missing"), str(Headers(many))], fields, 5_000)


def fields(size: int) -> list[tuple[str, str]]:
    return [(f"X-{number}", "v") for number in range(size)]
