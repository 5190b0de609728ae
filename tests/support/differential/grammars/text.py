"""The pieces that all header values are made of, and the mistakes that are made in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

# Surrogates alone are left out: no bytes of a request decode to them.
# RFC 9110 section 5.6.2.
TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# What grammars stumble over.
# No line break and no other control than a tab: servers refuse these in fields (RFC 9110 section
# 5.5), and take the blanks off both ends.
_SIGNS = "\"\\,;=%*'/:()<>@[]{}?&+ \t"
ODD = [*_SIGNS, *"\x85\xa0\xad\xe9\xff\u0130\u0660\u20ac\u2028\ufffd\U0001f40d"]
CONTROLS = [*ODD, *"\r\n\x00\x0b\x0c\x1c\x1f"]

spaces = st.sampled_from(["", "", "", " ", "  ", "\t", " \t", "\xa0"])
odd_text = st.text(st.sampled_from([*ODD, *"aZ09"]), max_size=8)
control_text = st.text(st.sampled_from([*CONTROLS, *"aZ09"]), max_size=8)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
latin1 = st.text(st.characters(max_codepoint=0xFF), max_size=12)


def token(*common: str) -> SearchStrategy[str]:
    """A token; one of the common ones, in some case, half of the time."""
    free = st.text(st.sampled_from(TOKEN_CHARACTERS), min_size=1, max_size=6)
    if not common:
        return free
    known = st.sampled_from([*common, *(word.upper() for word in common)])
    return st.one_of(known, known, known, free)


def _escaped(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


quoted_string = st.one_of(
    st.text(st.sampled_from(TOKEN_CHARACTERS + ' ,;="\\'), max_size=6).map(_escaped),
    odd_text.map(lambda text: f'"{text}"'),
)
number = st.one_of(
    st.integers(-5, 2000).map(str),
    st.sampled_from(["", "00", "+1", "-0", "1_0", " 1", "1 ", "1.5", "1e3", "\u0663", "9" * 25]),
)


@st.composite
def mutated(draw: Any, base: SearchStrategy[str], odd: Sequence[str] = ODD) -> str:
    """What `base` gives, and now and then with a mistake or two in it."""
    text: str = draw(base)
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1, 1, 2]))):
        at = draw(st.integers(0, len(text)))
        end = draw(st.integers(at, min(len(text), at + 4)))
        how = draw(st.sampled_from(["drop", "add", "add", "double", "cut", "swap"]))
        if how == "drop":
            text = text[:at] + text[end:]
        elif how == "add":
            text = text[:at] + draw(st.sampled_from(odd)) + text[at:]
        elif how == "double":
            text = text[:end] + text[at:end] + text[end:]
        elif how == "cut":
            text = text[:at]
        else:
            text = text[:at] + text[at:end].swapcase() + text[end:]
    return text


def field_value(base: SearchStrategy[str]) -> SearchStrategy[str]:
    """A whole field's value, mistakes and all; a message's parser takes off the blanks around."""
    return mutated(base).map(lambda text: text.strip(" \t"))


@st.composite
def separated(draw: Any, member: SearchStrategy[str], by: str = ",", most: int = 4) -> str:
    """Members with a separator and perhaps blanks between them."""
    members = draw(st.lists(member, max_size=most))
    return "".join(
        (by if i else "") + draw(spaces) + text + draw(spaces) for i, text in enumerate(members)
    )


@st.composite
def parameter(draw: Any, name: SearchStrategy[str]) -> str:
    """`name=value` in its many forms."""
    word = draw(name)
    form = draw(st.integers(0, 5))
    if form == 0:
        return word
    if form == 1:
        charset = draw(st.sampled_from(["UTF-8", "utf-8", "ISO-8859-1", "us-ascii", "x", ""]))
        value = draw(st.sampled_from(["%C3%A9", "%e9", "a%20b", "%", "%zz", "a'b", "", "%FF"]))
        section = draw(st.sampled_from(["", "*0", "*1"]))
        return f"{word}{section}*={charset}'{draw(st.sampled_from(['', 'en']))}'{value}"
    if form == 2:
        section = draw(st.sampled_from(["*0", "*1", "*2", "*00", "*x", "*"]))
        return f"{word}{section}={draw(token())}"
    value = draw(st.one_of(token(), quoted_string, quoted_string, number))
    return f"{word}{draw(spaces)}={draw(spaces)}{value}"


def parametrised(
    value: SearchStrategy[str], name: SearchStrategy[str], most: int = 4
) -> SearchStrategy[str]:
    """`value; name=value; ...`."""
    return st.builds(
        lambda head, blank, rest: f"{head}{blank};{rest}" if rest else head,
        value,
        spaces,
        separated(parameter(name), by=";", most=most),
    )
