"""Values as the debugger shows them."""

from __future__ import annotations

import io
import re
import sys
from collections import OrderedDict, deque

import pytest

from cruet.toolkit.debug.repr import (
    MOST_CHARACTERS,
    MOST_ITEMS,
    DebugReprGenerator,
    debug_repr,
    dump,
    helper,
)


def number(value: object) -> str:
    return f'<span class="number">{value}</span>'


def string(text: str) -> str:
    return f'<span class="string">{text}</span>'


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (True, number(True)),
        (1.5, number(1.5)),
        (1j, number("1j")),
        (b"ab", string("b&#39;ab&#39;")),
        ("'", string("&#34;&#39;&#34;")),
        ((1,), f"({number(1)})"),
        ((), "()"),
        (set(), "set([])"),
        (frozenset([2]), f"frozenset([{number(2)}])"),
        (deque([1]), f'<span class="module">collections.</span>deque([{number(1)}])'),
        (int, '<span class="object">&lt;class &#39;int&#39;&gt;</span>'),
        (re.compile(b"x'<"), 're.compile(<span class="string regex">rb"x\'&lt;"</span>)'),
        (helper, '<span class="help">Type help(object) for help about object.</span>'),
    ],
    ids=str,
)
def test_values(value: object, wanted: str) -> None:
    assert debug_repr(value) == wanted


def test_a_subclass_names_itself() -> None:
    shown = debug_repr(OrderedDict(a=1))
    assert shown.startswith('<span class="module">collections.</span>OrderedDict({<span')


def test_what_refers_to_itself_ends() -> None:
    ring: dict[str, object] = {}
    ring["self"] = ring
    assert "{...}" in debug_repr(ring)


def test_a_repr_that_raises_says_so() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise ValueError("<no>")

    shown = debug_repr([Broken()])
    assert "&lt;broken repr (ValueError: &lt;no&gt;)&gt;" in shown

    class Worse(Exception):
        def __str__(self) -> str:
            raise ValueError

    class Broken2:
        def __repr__(self) -> str:
            raise Worse

    assert "broken repr" in debug_repr(Broken2())


def test_nesting_without_end_is_a_broken_repr() -> None:
    deep: list[object] = []
    for _ in range(20_000):
        deep = [deep]
    assert "broken repr" in debug_repr(deep)


def test_large_values_are_cut() -> None:
    assert debug_repr(list(range(10 * MOST_ITEMS))).count("number") == MOST_ITEMS + 8
    assert len(debug_repr("x" * 10 * MOST_CHARACTERS)) < 2 * MOST_CHARACTERS


def test_attributes_that_raise_are_left_out_of_a_dump() -> None:
    class Thing:
        good = 1

        @property
        def bad(self) -> int:
            raise RuntimeError

    shown = DebugReprGenerator().dump_object(Thing())
    assert "<th>good" in shown and "<th>bad" not in shown


def test_names_in_a_dump_are_escaped() -> None:
    assert "<th>&lt;b&gt;" in DebugReprGenerator().dump_object({"<b>": 1})


def test_dump_and_help_write_to_any_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    mine = 17
    dump()
    helper()
    helper(str.upper)
    written = sys.stdout.getvalue()
    assert "<th>mine" in written and number(mine) in written
    assert "<span class=help>Type help(object)" in written
    assert "Help on method_descriptor" in written
