"""What `operations/negotiation.py` is asked."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .headers import media_type
from .text import field_value, odd_text, parameter, separated, token

quality = st.one_of(
    st.sampled_from(["0", "1", "0.5", "0.8", "1.0", "0.001", "0.000", ".5", "1.", "2", "-1", "-0"]),
    st.sampled_from(["nan", "inf", "1e-1", "+0.5", "", " 0.5", '"0.5"', "0_5", "\u0660.\u0665"]),
    st.floats(0, 1).map("{:.3f}".format),
)
language = token("en", "de", "en-US", "de-AT", "en_GB", "*", "zh-Hans-CN", "x")
charset = token("utf-8", "iso-8859-1", "latin1", "utf8", "*", "us-ascii", "own")
coding = token("gzip", "br", "identity", "*", "deflate")
ranges = st.one_of(
    media_type,
    st.sampled_from(["*/*", "*", "text/*", "*/html", "text", "text/", "/html", "text/html/x"]),
    st.builds(
        "{}{};{}".format,
        media_type,
        st.sampled_from(["", " "]),
        parameter(token("level", "version", "charset")),
    ),
)
VALUES = {"mime": ranges, "language": language, "charset": charset, "any": coding}


@st.composite
def accept(draw: Any, value: SearchStrategy[str]) -> str:
    """A quality list."""

    def item(text: str, q: str | None, name: str) -> str:
        return text if q is None else f"{text};{name}={q}"

    members = st.builds(
        item, value, st.one_of(st.none(), quality), st.sampled_from(["q", "q", "q", "Q", "q "])
    )
    text: str = draw(field_value(separated(members, most=5)))
    return text


def _question(kind: str) -> SearchStrategy[tuple[Any, ...]]:
    value = VALUES[kind]
    offer = st.one_of(value, value, odd_text) if kind == "any" else value
    return st.tuples(
        accept(value),
        st.just(kind),
        st.lists(offer, min_size=1, max_size=4),
        st.sampled_from([None, "text/plain", ""]),
    )


def _made(kind: str) -> SearchStrategy[tuple[Any, ...]]:
    value = VALUES[kind]
    weight = st.sampled_from([0, 0.0, 0.1, 0.5, 0.8, 1, 1.0])
    return st.tuples(
        st.lists(st.tuples(value, weight), max_size=5),
        st.just(kind),
        st.lists(value, min_size=1, max_size=4),
    )


CASES: dict[str, SearchStrategy[tuple[Any, ...]]] = {
    "accept": st.one_of([_question(kind) for kind in VALUES]),
    "accept_made": st.one_of([_made(kind) for kind in VALUES]),
    "request_accepts": st.tuples(
        st.fixed_dictionaries(
            {},
            optional={
                "HTTP_ACCEPT": accept(ranges),
                "HTTP_ACCEPT_CHARSET": accept(charset),
                "HTTP_ACCEPT_ENCODING": accept(coding),
                "HTTP_ACCEPT_LANGUAGE": accept(language),
            },
        )
    ),
}
