"""Typed use of the toolkit's data structures and header grammars. It is not run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, assert_type

from cruet.toolkit import http
from cruet.toolkit.datastructures import (
    Accept,
    Authorization,
    CallbackDict,
    CombinedMultiDict,
    ContentRange,
    ContentSecurityPolicy,
    EnvironHeaders,
    ETags,
    FileMultiDict,
    FileStorage,
    Headers,
    HeaderSet,
    IfRange,
    ImmutableDict,
    ImmutableList,
    ImmutableMultiDict,
    LanguageAccept,
    MIMEAccept,
    MultiDict,
    Range,
    RequestCacheControl,
    ResponseCacheControl,
    TypeConversionDict,
    WWWAuthenticate,
    iter_multi_items,
)


def multi_dicts() -> None:
    several: MultiDict[str, int] = MultiDict([("a", 1), ("a", 2)])
    assert_type(several["a"], int)
    assert_type(several.get("a"), int | None)
    assert_type(several.get("a", 0), int)
    assert_type(several.get("a", "none"), int | str)
    assert_type(several.get("a", type=str), str | None)
    assert_type(several.get("a", "", type=str), str)
    assert_type(several.getlist("a"), list[int])
    assert_type(several.pop("a"), int)
    assert_type(several.pop("a", "none"), int | str)
    assert_type(several.popitem(), tuple[str, int])
    assert_type(several.poplist("a"), list[int])
    assert_type(several.popitemlist(), tuple[str, list[int]])
    assert_type(several.setdefault("a", 1), int)
    assert_type(several.setlistdefault("a", [1]), list[int])
    assert_type(several.copy(), MultiDict[str, int])
    several["b"] = 3
    several.add("b", 4)
    several.setlist("b", (1, 2))
    several.update({"a": [1, 2], "c": [3]})
    several.update([("a", 1)])
    several |= {"a": 1}
    assert_type(several | {"a": 1}, MultiDict[str, int])
    for key, value in several.items(multi=True):
        assert_type((key, value), tuple[str, int])
    for one in several.values():
        assert_type(one, int)
    for all_of_one in several.listvalues():
        assert_type(all_of_one, list[int])
    del several["a"]
    both = CombinedMultiDict([several, MultiDict({"z": 1})])
    assert_type(both["a"], int)
    assert_type(both.get("a", type=float), float | None)
    assert_type(both.getlist("a", type=str), list[str])
    assert_type(ImmutableMultiDict({"a": 1}).copy(), MultiDict[str, int])
    for pair in iter_multi_items(several):
        assert_type(pair, tuple[str, int])


def other_dicts() -> None:
    converting = TypeConversionDict({"a": "1"})
    assert_type(converting.get("a", 0, type=int), int)
    assert_type(ImmutableDict({"a": 1}).copy(), dict[str, int])
    assert_type(ImmutableList([1, 2])[0], int)

    def changed(what: CallbackDict[str, int]) -> None:
        print(what)

    told: CallbackDict[str, int] = CallbackDict({"a": 1}, changed)
    assert_type(told.pop("a"), int)
    assert_type(told.setdefault("a", 1), int)
    told.update({"a": 1}, b=2)
    told |= {"c": 3}


def headers() -> str:
    fields = Headers({"A": "1", "B": ["2", "3"]})
    fields = Headers([("A", "1")])
    assert_type(fields["a"], str)
    assert_type(fields[0], tuple[str, str])
    assert_type(fields[1:], Headers)
    assert_type(fields.get("a"), str | None)
    assert_type(fields.get("a", "b"), str)
    assert_type(fields.get("a", type=int), int | None)
    assert_type(fields.getlist("a", type=int), list[int])
    assert_type(fields.get_all("a"), list[str])
    assert_type(fields.pop("a", None), str | None)
    assert_type(fields.popitem(), tuple[str, str])
    assert_type(fields.to_wsgi_list(), list[tuple[str, str]])
    assert_type(fields.setdefault("a", "b"), str)
    assert_type(fields.setlistdefault("a", ["b"]), list[str])
    fields.add("Content-Disposition", "attachment", filename="a.txt")
    fields.set("A", 1)
    fields["B"] = 2
    fields.setlist("C", [1, 2])
    fields.extend({"D": "4"}, e="5")
    fields.update(Headers())
    fields |= {"F": "6"}
    fields.remove("A")
    del fields["B"]
    for name, value in fields:
        assert_type(name + value, str)
    print("a" in fields, len(fields), dict(fields), fields | {"a": "b"}, list(fields.keys(True)))
    return EnvironHeaders({"HTTP_A": "1"})["A"]


def negotiation() -> str | None:
    accept = MIMEAccept([("text/html", 1), ("text/plain", 0.5)])
    assert_type(accept.best, str | None)
    assert_type(accept.quality("text/html"), float)
    assert_type(accept.to_header(), str)
    assert_type(list(accept.values()), list[str])
    assert_type(accept.find("text/html"), int)
    assert_type(http.parse_accept_header("de;q=0.5", LanguageAccept), LanguageAccept)
    assert_type(http.parse_accept_header("a"), Accept)
    print(accept["text/html"], accept[0], accept.accept_json)
    return accept.best_match(["text/html"])


def authentication() -> None:
    who = Authorization("basic", {"username": "a", "password": "b"})
    assert_type(who.type, str)
    assert_type(who.token, str | None)
    assert_type(who.get("username"), str | None)
    assert_type(who.to_header(), str)
    assert_type(Authorization.from_header("Basic YTpi"), Authorization | None)
    asked = WWWAuthenticate("digest", {"realm": "here", "nonce": "n"})
    asked["qop"] = "auth"
    assert_type(asked.to_header(), str)
    assert_type(asked.realm, str | None)


def caching() -> None:
    response = ResponseCacheControl()
    response.max_age = 5
    response.immutable = True
    response.private = True
    assert_type(response.s_maxage, int | None)
    assert_type(response.to_header(), str)
    request = http.parse_cache_control_header("no-cache")
    assert_type(request, RequestCacheControl)
    assert_type(request.only_if_cached, bool)
    parsed = http.parse_cache_control_header("max-age=1", None, ResponseCacheControl)
    assert_type(parsed, ResponseCacheControl)
    policy = ContentSecurityPolicy({"default-src": "'self'"})
    policy.img_src = "*"
    assert_type(policy.default_src, str | None)
    tags = http.parse_etags('"a", W/"b"')
    assert_type(tags, ETags)
    assert_type(tags.contains_weak("b"), bool)
    assert_type(tags.as_set(include_weak=True), set[str])
    assert_type(http.unquote_etag('"a"'), tuple[str, bool])
    assert_type(http.quote_etag("a", weak=True), str)
    assert_type(http.generate_etag(b"a"), str)
    assert_type(http.is_resource_modified({}, etag="a", data=b"a"), bool)


def ranges() -> None:
    wanted = http.parse_range_header("bytes=0-5")
    assert_type(wanted, Range | None)
    if wanted is not None:
        assert_type(wanted.ranges, Sequence[tuple[int, int | None]])
        assert_type(wanted.range_for_length(10), tuple[int, int] | None)
        assert_type(wanted.make_content_range(10), ContentRange | None)
        assert_type(wanted.to_header(), str)
    given = ContentRange("bytes", 0, 5, length=10)
    assert_type(given.start, int | None)
    given.set(0, 6, 10, units="bytes")
    given.unset()
    assert_type(http.parse_content_range_header("bytes 0-5/10"), ContentRange | None)
    assert_type(http.parse_if_range_header('"a"'), IfRange)


def values() -> None:
    assert_type(http.parse_options_header("text/html; charset=utf-8"), tuple[str, dict[str, str]])
    assert_type(http.dump_options_header("text/html", {"charset": "utf-8"}), str)
    assert_type(http.parse_list_header('a, "b"'), list[str])
    assert_type(http.parse_dict_header('a=1, b="2", c'), dict[str, str | None])
    assert_type(http.dump_header(["a", "b c"]), str)
    assert_type(http.dump_header({"a": 1}), str)
    assert_type(http.parse_set_header("a, b"), HeaderSet)
    assert_type(http.quote_header_value("a b"), str)
    assert_type(http.unquote_header_value('"a"'), str)
    assert_type(http.parse_date("Sun, 06 Nov 1994 08:49:37 GMT"), datetime | None)
    assert_type(http.http_date(datetime.now(UTC)), str)
    assert_type(http.http_date(), str)
    assert_type(http.parse_age("5"), timedelta | None)
    assert_type(http.dump_age(timedelta(seconds=5)), str | None)
    assert_type(http.parse_cookie("a=b"), MultiDict[str, str])
    assert_type(http.parse_cookie({"HTTP_COOKIE": "a=b"}, cls=MultiDict), MultiDict[str, str])
    assert_type(http.dump_cookie("a", "b", max_age=timedelta(1), httponly=True), str)
    assert_type(http.HTTP_STATUS_CODES[200], str)
    http.remove_entity_headers(Headers())
    http.remove_hop_by_hop_headers([("Connection", "close")])
    assert_type(http.is_entity_header("a") or http.is_hop_by_hop_header("b"), bool)
    print(http.COOP.UNSAFE_NONE.value.upper())


def files(uploads: Iterable[FileStorage]) -> Any:
    made = FileStorage(BytesIO(b"a"), filename="a.txt", name="a", content_type="text/plain")
    made.save("/tmp/a")
    with open("/tmp/b", "wb") as target:
        made.save(target)
    kept = FileMultiDict()
    kept.add_file("a", BytesIO(b"a"), filename="a.txt")
    for upload in uploads:
        assert_type(upload.mimetype_params, dict[str, str])
        assert_type(upload.content_type, str | None)
        upload.close()
    headers = HeaderSet(["A"], on_update=print)
    headers.add("B")
    headers.discard("C")
    assert_type(headers.as_set(), set[str])
    return kept["a"]
