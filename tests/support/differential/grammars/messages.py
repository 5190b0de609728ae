"""What `operations/messages.py` is asked."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .conditions import moments
from .cookies import tunnelled
from .forms import pairs
from .headers import options
from .places import host, path, url
from .text import any_text, latin1, number, separated, token

_field = st.tuples(
    token("X-A", "Accept", "Cookie", "Content-Type", "Host", "content-length", "X_Y"), latin1
)
_values = st.dictionaries(
    token("a", "b"),
    st.one_of(any_text, st.integers(0, 9), st.lists(any_text, max_size=2)),
    max_size=3,
)
_method = st.sampled_from(["GET", "POST", "PUT", "post", "OPTIONS"])
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), any_text),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(any_text, inner, max_size=2)
    ),
    max_leaves=4,
)
built = st.fixed_dictionaries(
    {},
    optional={
        "path": st.one_of(path, url),
        "base_url": st.one_of(
            st.none(),
            st.builds(
                "http://{}{}".format, host, st.sampled_from(["", "/", "/app", "/app/", "?x"])
            ),
        ),
        "query_string": st.one_of(pairs, st.dictionaries(token("a"), any_text, max_size=2)),
        "method": _method,
        "headers": st.lists(_field, max_size=3),
        "environ_base": st.just({"REMOTE_ADDR": "::1", "x.y": 1}),
        "environ_overrides": st.sampled_from([{"HTTP_HOST": "x"}, {"SCRIPT_NAME": "/y"}]),
        "mimetype": st.sampled_from([None, "text/plain", "application/json"]),
        "content_type": st.one_of(st.none(), options),
        "auth": st.tuples(any_text.filter(lambda text: ":" not in text), any_text),
        "data": st.one_of(any_text, st.binary(max_size=9), _values),
    },
)
_jsonised = st.builds(
    lambda rest, value: {**{k: v for k, v in rest.items() if k != "data"}, "json": value},
    built,
    _json,
)
_with_files = st.builds(
    lambda rest, files: {**rest, "data": {"a": "1"}, "files": files},
    built,
    st.lists(
        st.tuples(token("f"), st.binary(max_size=6), st.one_of(st.none(), st.just("n.txt"))),
        min_size=1,
        max_size=2,
    ),
)

fields = st.fixed_dictionaries(
    {},
    optional={
        "CONTENT_TYPE": st.one_of(options, st.just("application/json")),
        "CONTENT_LENGTH": number,
        "HTTP_COOKIE": tunnelled,
        "HTTP_HOST": host,
        "QUERY_STRING": pairs.map(lambda text: text.encode().decode("latin-1")),
        "PATH_INFO": path.map(lambda text: text.encode().decode("latin-1")),
        "REQUEST_METHOD": _method,
        "HTTP_CONTENT_ENCODING": token("gzip"),
        "HTTP_REFERER": url,
        "HTTP_DATE": moments,
        "HTTP_MAX_FORWARDS": number,
        "HTTP_ORIGIN": url,
        "HTTP_IF_MODIFIED_SINCE": moments,
        "HTTP_IF_UNMODIFIED_SINCE": moments,
        "HTTP_USER_AGENT": latin1,
        "HTTP_X_FORWARDED_FOR": separated(token("1.2.3.4")),
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": separated(token("X-A")),
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": token("PUT"),
        "HTTP_PRAGMA": separated(token("no-cache")),
    },
)
_response_field = st.one_of(
    st.tuples(st.just("Content-Type"), options),
    st.tuples(st.just("Content-Length"), number),
    st.tuples(st.sampled_from(["Expires", "Last-Modified", "Date"]), moments),
    st.tuples(st.just("Age"), number),
    st.tuples(st.sampled_from(["Vary", "Allow", "Content-Language"]), separated(token("a"))),
    st.tuples(st.just("Location"), url),
    st.tuples(st.just("ETag"), st.sampled_from(['"a"', 'W/"a"', "a", '"', ""])),
    st.tuples(st.just("X-Own"), any_text),
)
_status = st.one_of(
    st.none(),
    st.sampled_from([200, 204, 304, 404, 299, 100, 99, 999, 1000]),
    st.sampled_from(["200 OK", "404", "wow", "404 what", "1 2 3", "  200  ", "x 200", "404 "]),
)


def _one_location(fields: list[tuple[str, str]]) -> bool:
    return sum(name == "Location" for name, _ in fields) < 2


CASES: dict[str, SearchStrategy[tuple[Any, ...]]] = {
    "environ_built": st.tuples(st.one_of(built, built, _jsonised, _with_files)),
    "request_fields": st.tuples(
        fields, st.sampled_from([b"", b'{"a": 1}', b"[1, 2", b"a=b", b"\xff"])
    ),
    "response_fields": st.tuples(
        st.one_of(
            st.none(), any_text, st.binary(max_size=6), st.lists(st.binary(max_size=3), max_size=3)
        ),
        _status,
        st.lists(_response_field, max_size=4).filter(_one_location),
        st.tuples(
            st.sampled_from(
                [None, "text/plain", "application/json", "application/xml", "image/png", "text/"]
            ),
            st.one_of(st.none(), st.none(), options),
        ),
    ),
}
