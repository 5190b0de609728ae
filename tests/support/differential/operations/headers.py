"""Header values, read and written."""

from __future__ import annotations

from typing import Any


def options(kit: Any, value: str) -> Any:
    return kit.http.parse_options_header(value)


def dump_options(kit: Any, header: str | None, pairs: dict[str, Any]) -> Any:
    return kit.http.dump_options_header(header, pairs)


def list_members(kit: Any, value: str) -> Any:
    return kit.http.parse_list_header(value)


def dictionary(kit: Any, value: str) -> Any:
    return kit.http.parse_dict_header(value)


def dump_list(kit: Any, items: list[Any] | dict[str, Any]) -> Any:
    return kit.http.dump_header(items)


def header_set(kit: Any, value: str) -> Any:
    found = kit.http.parse_set_header(value)
    probes = [*found, *(item.upper() for item in found), "gzip", ""]
    return [
        *([*found], found.to_header(), str(found), len(found), bool(found)),
        [item in found for item in probes],
        [found.find(item) for item in probes],
        found.as_set(),
        found.as_set(preserve_casing=True),
    ]


def quoted(kit: Any, value: str, allow_token: bool) -> Any:
    return kit.http.quote_header_value(value, allow_token=allow_token)


def unquoted(kit: Any, value: str) -> Any:
    return kit.http.unquote_header_value(value)


_CACHE_KINDS = {"request": "RequestCacheControl", "response": "ResponseCacheControl"}


def cache_control(kit: Any, value: str, kind: str) -> Any:
    cls = getattr(kit.datastructures, _CACHE_KINDS[kind])
    found = kit.http.parse_cache_control_header(value, cls=cls)
    return [dict(found), _directives(found), found.to_header()]


def cache_control_made(kit: Any, steps: list[tuple[str, Any]]) -> Any:
    """A response's Cache-Control after each of some assignments."""
    made = kit.datastructures.ResponseCacheControl()
    seen = []
    for name, value in steps:
        if value == "delete":
            delattr(made, name)
        else:
            setattr(made, name, value)
        seen.append([made.to_header(), _directives(made)])
    return seen


def _directives(found: Any) -> list[tuple[str, Any]]:
    names = (
        *("no_cache", "no_store", "max_age", "no_transform", "max_stale", "min_fresh"),
        *("only_if_cached", "stale_if_error", "public", "private", "must_revalidate"),
        *("proxy_revalidate", "s_maxage", "immutable", "must_understand"),
        "stale_while_revalidate",
    )
    return [(name, _directive(found, name)) for name in names if hasattr(type(found), name)]


def _directive(found: Any, name: str) -> Any:
    try:
        return getattr(found, name)
    except ValueError:
        return "ValueError"


def csp(kit: Any, value: str) -> Any:
    found = kit.http.parse_csp_header(value)
    return [dict(found), found.to_header(), found.script_src, found.default_src]


def authorization(kit: Any, value: str) -> Any:
    found = kit.datastructures.Authorization.from_header(value)
    if found is None:
        return None
    names = ("username", "password", "realm", "nonce", "qop", "opaque", "unknown")
    return [
        *(found.type, found.token, found.parameters, found.to_header(), str(found)),
        [found.get(name) for name in names],
        [getattr(found, name) for name in names],
        ["realm" in found, found == kit.datastructures.Authorization.from_header(value)],
    ]


def authorization_made(kit: Any, kind: str, data: dict[str, Any] | None, token: str | None) -> Any:
    made = kit.datastructures.Authorization(kind, data, token)
    return [made.to_header(), made.type, made.token, made.parameters]


def www_authenticate(kit: Any, value: str) -> Any:
    found = kit.datastructures.WWWAuthenticate.from_header(value)
    if found is None:
        return None
    return [
        *(found.type, found.token, found.parameters, found.to_header(), str(found)),
        [found.get("realm"), found.realm, "realm" in found],
    ]


def www_authenticate_made(kit: Any, kind: str, values: dict[str, Any] | None, token: Any) -> Any:
    made = kit.datastructures.WWWAuthenticate(kind, values, token)
    seen = [made.to_header()]
    made["realm"] = "a b"
    made.token = token
    made.qop = "auth"
    seen.append(made.to_header())
    made["realm"] = None
    return [*seen, made.to_header(), made.parameters]


def date(kit: Any, value: str) -> Any:
    return kit.http.parse_date(value)


def http_date(kit: Any, kind: str, value: Any) -> Any:
    """An HTTP date of seconds, or of the fields of a datetime, a date or a struct_time."""
    import datetime
    import time

    if kind == "datetime":
        *fields, offset = value
        zone = None if offset is None else datetime.timezone(datetime.timedelta(minutes=offset))
        value = datetime.datetime(*fields, tzinfo=zone)
    elif kind == "date":
        value = datetime.date(*value[:3])
    elif kind == "struct":
        value = time.struct_time((*value[:6], 0, 1, -1))
    return kit.http.http_date(value)


def age(kit: Any, value: str) -> Any:
    found = kit.http.parse_age(value)
    return None if found is None else [found.total_seconds(), kit.http.dump_age(found)]


def dump_age(kit: Any, value: Any) -> Any:
    return kit.http.dump_age(value)


def entity_headers(kit: Any, names: list[str]) -> Any:
    pairs = [(name, "x") for name in names]
    end_to_end = kit.datastructures.Headers(pairs)
    kit.http.remove_hop_by_hop_headers(end_to_end)
    bare = [*pairs]
    kit.http.remove_entity_headers(bare)
    tests = (kit.http.is_entity_header, kit.http.is_hop_by_hop_header)
    return [end_to_end.to_wsgi_list(), bare, [[test(name) for test in tests] for name in names]]


def content_type(kit: Any, mimetype: str, charset: str) -> Any:
    return kit.utils.get_content_type(mimetype, charset)


def mimetype(kit: Any, value: str) -> Any:
    """A request's and a response's reading of one Content-Type."""
    request = kit.wrappers.Request({"CONTENT_TYPE": value, "REQUEST_METHOD": "GET"})
    response = kit.wrappers.Response(content_type=value)
    return [[shown.mimetype, shown.mimetype_params, shown.is_json] for shown in (request, response)]
