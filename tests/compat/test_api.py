"""cruet.toolkit has Werkzeug's modules, names, members and signatures, or a listed reason not to.

Its classes may be subclassed, patched, referenced weakly, copied and pickled as Werkzeug's may,
and each toolkit reads the other's pickles.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest
from surface import comparing
from surface.instances import NOT_MADE

pytestmark = pytest.mark.heavy

CLASSES = comparing.class_names()
MADE = sorted({*CLASSES} - {*NOT_MADE})

# What may not be done to a class that Werkzeug lets it be done to.
REFUSED = {
    (
        "sansio.multipart:MultipartDecoder",
        "deep copy*",
    ): "A native parser, in the middle of a body.",
    ("sansio.multipart:MultipartDecoder", "pickle*"): "A native parser, in the middle of a body.",
}
# Werkzeug's pickles that are not read, by class and protocol.
UNREAD = {
    ("sansio.multipart:MultipartDecoder", "*"): "It is in the middle of a native parser.",
    ("routing.matcher:StateMachineMatcher", "*"): "Its pickle holds Werkzeug's state machine.",
}
# Before protocol 2 a pickle says that `object` or `dict` makes the object, which for a class with a
# native base neither can.
OLD = ("0", "1")
NOT_MADE_BY_OBJECT = "is not safe, use"
# cruet's pickles that Werkzeug does not read.
UNREAD_THERE = {
    ("debug.tbtools:DebugFrameSummary", "*"): "Werkzeug's has slots; it is for one page.",
}


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    return comparing.tried("werkzeug")


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    return comparing.tried("cruet.toolkit")


@pytest.fixture(scope="module")
def read_here(theirs: dict[str, Any]) -> dict[str, dict[str, str]]:
    pickles = theirs["pickles"]
    return comparing.loaded("cruet.toolkit", {name: pickles.get(name, {}) for name in CLASSES})


@pytest.fixture(scope="module")
def read_there(theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, dict[str, str]]:
    # Of what Werkzeug can pickle itself: others' parts, such as locks, are its own.
    readable = {name: each for name, each in ours["pickles"].items() if theirs["pickles"].get(name)}
    return comparing.loaded("werkzeug", readable)


def listed(reasons: dict[tuple[str, str], str], name: str, what: str) -> bool:
    return any(name == known and fnmatchcase(what, pattern) for known, pattern in reasons)


def test_same_public_surface() -> None:
    theirs = comparing.surface("werkzeug")
    assert len(theirs["entries"]) > 4000
    wrong = comparing.unexpected(comparing.differing(comparing.surface("cruet.toolkit"), theirs))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", MADE)
def test_may_be_done_to_it_what_may_be_to_werkzeugs(
    name: str, ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    for what, outcome in theirs["outcomes"][name].items():
        if outcome == "works":
            works = ours["outcomes"][name][what] == "works"
            assert works != listed(REFUSED, name, what), f"{what}: {ours['outcomes'][name][what]}"


@pytest.mark.parametrize("name", CLASSES)
def test_pickles_of_either_are_read_by_the_other(
    name: str, read_here: dict[str, dict[str, str]], read_there: dict[str, dict[str, str]]
) -> None:
    for protocol, outcome in read_here[name].items():
        if not (protocol in OLD and NOT_MADE_BY_OBJECT in outcome):
            assert (outcome == "works") != listed(UNREAD, name, protocol), f"{protocol}: {outcome}"
    for protocol, outcome in read_there.get(name, {}).items():
        good = outcome == "works"
        assert good != listed(UNREAD_THERE, name, protocol), f"{protocol}: {outcome}"


def test_most_classes_are_compared(
    theirs: dict[str, Any], read_here: dict[str, Any], read_there: dict[str, Any]
) -> None:
    assert len(theirs["outcomes"].keys() & MADE) > 130
    assert sum(map(len, read_here.values())) > 600
    assert sum(map(len, read_there.values())) > 600
