"""What `operations/conditions.py` is asked."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .headers import date
from .text import any_text, field_value, number, odd_text, separated, spaces, token

tag = token("a", "b", "abc")
etag = st.one_of(
    st.builds(
        '{}"{}"'.format, st.sampled_from(["", "", "W/", "w/", "W"]), st.one_of(tag, odd_text)
    ),
    tag,
    st.just("*"),
)
etags = field_value(separated(etag))

_position = st.one_of(st.integers(0, 30).map(str), st.integers(0, 3).map(str), number)
_span = st.one_of(
    st.builds("{}{}-{}{}".format, _position, spaces, spaces, _position),
    st.builds("{}-".format, _position),
    st.builds("-{}".format, _position),
)
_unit = token("bytes", "items", "Bytes")
byte_range = field_value(
    st.builds("{}{}={}{}".format, _unit, spaces, spaces, separated(_span, most=3))
)
_length = st.one_of(st.none(), st.integers(-1, 40))
content_range = field_value(
    st.one_of(
        st.builds(
            "{} {}-{}/{}".format, _unit, _position, _position, st.one_of(_position, st.just("*"))
        ),
        st.builds("{} */{}".format, _unit, st.one_of(_position, st.just("*"))),
    )
)
_bound = st.one_of(st.none(), st.integers(-3, 30))
if_range = st.one_of(date, field_value(etag))

# Moments that meet each other often, in each of the forms.
moments = st.sampled_from(
    [
        *("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:38 GMT"),
        *("Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"),
        *("Sat, 05 Nov 1994 08:49:37 GMT", "06 Nov 1994 09:49:37 +0100", "soon"),
    ]
)
conditions = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_IF_NONE_MATCH": st.one_of(etags, field_value(separated(etag, most=2))),
        "HTTP_IF_MATCH": etags,
        "HTTP_IF_MODIFIED_SINCE": st.one_of(moments, date),
        "HTTP_IF_UNMODIFIED_SINCE": moments,
        "HTTP_IF_RANGE": st.one_of(moments, if_range),
        "HTTP_RANGE": byte_range,
    },
)
_named = st.one_of(st.none(), st.sampled_from(['"a"', 'W/"a"', "a", "b", '"abc"', "*", ""]))

CASES: dict[str, SearchStrategy[tuple[Any, ...]]] = {
    "etags": st.tuples(etags, st.lists(st.one_of(tag, etag), min_size=1, max_size=3)),
    "quote_etag": st.tuples(st.one_of(etag, any_text), st.booleans()),
    "unquote_etag": st.tuples(field_value(st.one_of(etag, odd_text))),
    "generate_etag": st.tuples(st.binary(max_size=20)),
    "byte_range": st.tuples(byte_range, st.lists(_length, min_size=1, max_size=3)),
    "byte_range_made": st.tuples(
        _unit, st.lists(st.tuples(_bound, _bound), min_size=1, max_size=3), _length
    ),
    "content_range": st.tuples(content_range),
    "content_range_made": st.tuples(
        _bound, _bound, _bound, st.one_of(st.none(), st.just("items"), st.just("bytes"))
    ),
    "valid_range": st.tuples(_bound, _bound, _bound),
    "if_range": st.tuples(if_range),
    "modified": st.tuples(
        conditions,
        _named,
        st.one_of(st.none(), st.none(), st.just(b"data")),
        st.one_of(st.none(), moments),
        st.booleans(),
    ),
    "conditional": st.tuples(
        st.builds(
            lambda fields, method: {**fields, "REQUEST_METHOD": method},
            conditions,
            st.sampled_from(["GET", "GET", "HEAD", "POST", "PUT"]),
        ),
        st.sampled_from([b"", b"x", b"0123456789" * 3]),
        st.one_of(st.none(), st.tuples(st.sampled_from(["a", "b", "abc"]), st.booleans())),
        st.one_of(st.none(), st.sampled_from([784111776, 784111777, 784111778])),
        st.booleans(),
        st.one_of(st.none(), st.sampled_from([0, 1, 30])),
    ),
}
