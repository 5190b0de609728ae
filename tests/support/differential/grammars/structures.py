"""What `operations/structures.py` is asked."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .text import any_text

_key = st.sampled_from(["a", "A", "b", "Content-Type", "content-type", "x_y", ""])
_value = st.one_of(st.sampled_from(["1", "2", "v", "a b", "é", "x\r\ny", "x\n", "\x00"]), any_text)
_pairs = st.lists(st.tuples(_key, st.sampled_from(["1", "2", "v", "é"])), max_size=4)
_several = st.lists(_value, max_size=3)
_mapping = st.dictionaries(_key, st.one_of(_value, _several), max_size=3)


def _step(
    names: list[str], *arguments: SearchStrategy[Any], further: SearchStrategy[Any] | None = None
) -> SearchStrategy[tuple[Any, ...]]:
    return st.tuples(
        st.sampled_from(names),
        st.tuples(*arguments).map(list),
        st.just({}) if further is None else further,
    )


_convert = st.fixed_dictionaries({}, optional={"type": st.sampled_from([int, str, float])})
_option = st.dictionaries(
    st.sampled_from(["filename", "charset", "a_b"]), st.one_of(st.none(), _value), max_size=2
)
_reading = st.one_of(
    _step(["get"], _key, further=_convert),
    _step(["get"], _key, st.just("default"), further=_convert),
    _step(["getlist"], _key, further=_convert),
    _step(["__getitem__", "__contains__"], _key),
    _step(["keys", "values", "items", "__len__", "copy", "__str__"]),
)
headers_step = st.one_of(
    _reading,
    _step(["add", "set"], _key, _value, further=_option),
    _step(["add_header"], _key, _value, further=_option),
    _step(["__setitem__", "setdefault"], _key, _value),
    _step(["setlist", "setlistdefault"], _key, _several),
    _step(["__delitem__", "remove", "pop"], _key),
    _step(["pop"], _key, st.just("default")),
    _step(["pop", "__getitem__", "__delitem__"], st.integers(-2, 3)),
    _step(["popitem", "clear", "to_wsgi_list"]),
    _step(["extend", "update"], st.one_of(_pairs, _mapping)),
    _step(["get_all"], _key),
    _step(["__eq__"], _pairs),
    _step(["__or__", "__ior__"], _mapping),
)
multi_dict_step = st.one_of(
    _reading,
    _step(["add", "__setitem__", "setdefault"], _key, _value),
    _step(["setlist", "setlistdefault"], _key, _several),
    _step(["__delitem__", "pop", "poplist"], _key),
    _step(["pop"], _key, st.just("default")),
    _step(["popitem", "popitemlist", "clear", "lists", "listvalues", "deepcopy"]),
    _step(["update"], st.one_of(_pairs, _mapping)),
    _step(["to_dict", "items"], further=st.sampled_from([{}])),
    _step(["to_dict"], further=st.sampled_from([{"flat": False}])),
    _step(["items"], further=st.sampled_from([{"multi": True}])),
    _step(["__or__", "__ior__"], _mapping),
)
_token = st.sampled_from(["gzip", "GZIP", "br", "a", "A", "a b", ""])
set_step = st.one_of(
    _step(["add", "remove", "discard", "find", "index", "__contains__"], _token),
    _step(["update"], st.lists(_token, max_size=3)),
    _step(["clear", "as_set", "__len__", "__bool__", "__str__", "to_header"]),
    _step(["__getitem__", "__delitem__"], st.integers(-2, 3)),
    _step(["__setitem__"], st.integers(-2, 3), st.sampled_from(["new", "NEWER"])),
)
_environ_name = st.sampled_from(
    [
        "HTTP_HOST",
        "HTTP_X_Y",
        "CONTENT_TYPE",
        "CONTENT_LENGTH",
        "HTTP_CONTENT_TYPE",
        "REQUEST_METHOD",
        "HTTP_CONTENT_LENGTH",
        "http_a",
        "HTTP_",
        "SERVER_NAME",
    ]
)
_field_name = st.sampled_from(["Host", "host", "X-Y", "x_y", "Content-Type", "content-length", "A"])

CASES: dict[str, SearchStrategy[tuple[Any, ...]]] = {
    "headers": st.tuples(_pairs, st.lists(headers_step, max_size=6)),
    "environ_headers": st.tuples(
        st.dictionaries(_environ_name, st.sampled_from(["", "a", "1"]), max_size=5),
        st.lists(_field_name, max_size=4),
    ),
    "multi_dict": st.tuples(_pairs, st.lists(multi_dict_step, max_size=6)),
    "combined": st.tuples(st.lists(_pairs, max_size=3), st.lists(_key, max_size=3)),
    "header_set_changed": st.tuples(
        st.lists(_token, max_size=3, unique_by=str.lower), st.lists(set_step, max_size=6)
    ),
}
