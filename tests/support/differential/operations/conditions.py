"""Entity tags, ranges, and requests that depend on them."""

from __future__ import annotations

from typing import Any


def etags(kit: Any, value: str, probes: list[str]) -> Any:
    found = kit.http.parse_etags(value)
    return [
        *(found.as_set(), found.as_set(include_weak=True), found.star_tag, len(found)),
        *(bool(found), sorted(found), sorted(found.to_header().split(", "))),
        [
            [
                *(found.contains(tag), found.contains_weak(tag), found.is_strong(tag)),
                *(found.is_weak(tag), tag in found, _raw(found, tag)),
            ]
            for tag in probes
        ],
    ]


def _raw(found: Any, tag: str) -> Any:
    try:
        return found.contains_raw(tag)
    except Exception as error:
        return type(error).__name__


def quote_etag(kit: Any, value: str, weak: bool) -> Any:
    return kit.http.quote_etag(value, weak)


def unquote_etag(kit: Any, value: str) -> Any:
    return kit.http.unquote_etag(value)


def generate_etag(kit: Any, data: bytes) -> Any:
    return kit.http.generate_etag(data)


def byte_range(kit: Any, value: str, lengths: list[int | None]) -> Any:
    found = kit.http.parse_range_header(value)
    if found is None:
        return None
    shown = [found.units, found.ranges, found.to_header(), str(found)]
    for length in lengths:
        content = found.make_content_range(length)
        shown.append(
            [
                found.range_for_length(length),
                None if content is None else content.to_header(),
                found.to_content_range_header(length),
            ]
        )
    return shown


def byte_range_made(kit: Any, units: str, ranges: list[tuple[Any, Any]], length: Any) -> Any:
    made = kit.datastructures.Range(units, ranges)
    return [made.to_header(), made.range_for_length(length), made.to_content_range_header(length)]


def content_range(kit: Any, value: str) -> Any:
    found = kit.http.parse_content_range_header(value)
    if found is None:
        return None
    shown = [found.units, found.start, found.stop, found.length, found.to_header(), bool(found)]
    found.unset()
    return [*shown, found.to_header(), bool(found)]


def content_range_made(kit: Any, start: Any, stop: Any, length: Any, units: Any) -> Any:
    made = kit.datastructures.ContentRange("bytes", None, None)
    made.set(start, stop, length, units)
    return [made.to_header(), made.start, made.stop, made.length, made.units]


def valid_range(kit: Any, start: Any, stop: Any, length: Any) -> Any:
    return kit.http.is_byte_range_valid(start, stop, length)


def if_range(kit: Any, value: str) -> Any:
    found = kit.http.parse_if_range_header(value)
    return [found.etag, found.date, found.to_header(), str(found)]


def modified(
    kit: Any,
    environ: dict[str, str],
    etag: str | None,
    data: bytes | None,
    last_modified: str | None,
    ignore_if_range: bool,
) -> Any:
    return kit.http.is_resource_modified(environ, etag, data, last_modified, ignore_if_range)


def conditional(
    kit: Any,
    environ: dict[str, str],
    body: bytes,
    etag: tuple[str, bool] | None,
    last_modified: int | None,
    accept_ranges: bool,
    complete_length: int | None,
) -> Any:
    """What a response becomes that meets a conditional request."""
    response = kit.wrappers.Response(body)
    if etag is not None:
        response.set_etag(*etag)
    if last_modified is not None:
        response.last_modified = last_modified
    environ = {
        "REQUEST_METHOD": "GET",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "PATH_INFO": "/",
        **environ,
    }
    response.make_conditional(environ, accept_ranges=accept_ranges, complete_length=complete_length)
    chunks, status, headers = response.get_wsgi_response(environ)
    sent = b"".join(chunks)
    kept = sorted((name, value) for name, value in headers if name != "Date")
    return [status, kept, sent]
