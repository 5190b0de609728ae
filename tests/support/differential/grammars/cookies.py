"""What `operations/cookies.py` is asked."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .text import any_text, field_value, latin1, mutated, odd_text, separated, spaces, token

_octal = st.builds("\\{:03o}".format, st.integers(0, 511))
_quoted = st.lists(
    st.one_of(
        _octal, st.sampled_from(["a", " ", ";", "\\", '\\"', "\\\\", ",", "=", "\\08", "\u20ac"])
    ),
    max_size=5,
).map(lambda parts: '"' + "".join(parts) + '"')
_value = st.one_of(token("a", "1"), token(), _quoted, odd_text, st.just(""))
_name = token("a", "b", "session", "__Host-x")
cookie = st.one_of(
    st.builds("{}{}={}{}".format, _name, spaces, spaces, _value),
    st.builds("{}={}".format, _name, _value),
    st.builds("={}".format, _value),
    _name,
    odd_text,
)
cookies = field_value(separated(cookie, by=";", most=4))
tunnelled = cookies.map(lambda text: text.encode().decode("latin-1"))

_host = st.sampled_from(
    [
        *("example.org", ".example.org", "localhost", "a.b:80", "münchen.de", "EXAMPLE.org"),
        *("", ".", "..a", "a..b", "xn--mnchen-3ya.de", "\u2603.example", "1.2.3.4"),
    ]
)
attributes = st.fixed_dictionaries(
    {},
    optional={
        "max_age": st.sampled_from([None, 0, 1, 3600, -1]),
        "expires": st.sampled_from([None, 0, 1.5, 784111777, "soon", "", "a;b"]),
        "path": st.one_of(st.none(), st.sampled_from(["/", "/a b", "/é", "", "/%20;x", "/a?b#c"])),
        "domain": st.one_of(st.none(), _host),
        "secure": st.booleans(),
        "httponly": st.booleans(),
        "samesite": st.sampled_from([None, "Lax", "strict", "NONE", "none", "x", ""]),
        "partitioned": st.booleans(),
    },
)

CASES: dict[str, SearchStrategy[tuple[Any, ...]]] = {
    "cookies": st.tuples(st.one_of(cookies, cookies, tunnelled)),
    "environ_cookies": st.tuples(st.one_of(tunnelled, mutated(latin1))),
    "sansio_cookies": st.tuples(cookies),
    "dump_cookie": st.tuples(token("a"), st.one_of(any_text, odd_text, token()), attributes),
    "cookie_round_trip": st.tuples(_name, st.one_of(any_text, odd_text, latin1)),
    "set_and_delete": st.tuples(
        _name, any_text, attributes.filter(lambda given: given.get("max_age") is None)
    ),
}
