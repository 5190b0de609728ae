"""cruet has Flask's modules, names, members and signatures, and cruet.toolkit has Werkzeug's, or
there is a listed reason not to.

Their classes may be subclassed, patched, referenced weakly, copied and pickled as the others' may,
and each package reads the other's pickles.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest
from surface import comparing, differences, framework_differences, framework_instances, instances
from surface.kits import PAIRS

pytestmark = pytest.mark.heavy

DIFFERENCES = {
    "cruet.toolkit": differences.DIFFERENCES,
    "cruet": framework_differences.DIFFERENCES,
}
#: How much is compared at least: public names and members, classes, pickles of each side.
COMPARED = {"cruet.toolkit": (4000, 130, 600), "cruet": (1700, 40, 100)}

NOT_MADE = {*instances.NOT_MADE, *framework_instances.NOT_MADE}
CLASSES = [(ours, name) for ours in PAIRS for name in comparing.class_names(ours)]
MADE = [(ours, name) for ours, name in CLASSES if name not in NOT_MADE]

# What may not be done to a class that the other package lets it be done to.
REFUSED = {
    (
        "sansio.multipart:MultipartDecoder",
        "deep copy*",
    ): "A native parser, in the middle of a body.",
    ("sansio.multipart:MultipartDecoder", "pickle*"): "A native parser, in the middle of a body.",
}
# The others' pickles that are not read, by class and protocol.
UNREAD = {
    ("sansio.multipart:MultipartDecoder", "*"): "It is in the middle of a native parser.",
    ("routing.matcher:StateMachineMatcher", "*"): "Its pickle holds Werkzeug's state machine.",
}
# Before protocol 2 a pickle says that `object` or `dict` makes the object, which for a class with a
# native base neither can.
OLD = ("0", "1")
NOT_MADE_BY_OBJECT = "is not safe, use"
# cruet's pickles that are not read there.
UNREAD_THERE = {
    ("debug.tbtools:DebugFrameSummary", "*"): "Werkzeug's has slots; it is for one page.",
}


@cache
def tried(package: str) -> dict[str, Any]:
    return comparing.tried(package)


@cache
def read_here(ours: str) -> dict[str, dict[str, str]]:
    pickles = tried(PAIRS[ours])["pickles"]
    names = {name for package, name in CLASSES if package == ours}
    return comparing.loaded(ours, {name: pickles[name] for name in names & pickles.keys()})


@cache
def read_there(ours: str) -> dict[str, dict[str, str]]:
    theirs = PAIRS[ours]
    # Of what they can pickle themselves: others' parts, such as locks, are their own.
    known = tried(theirs)["pickles"]
    pickles = tried(ours)["pickles"]
    names = {name for name in pickles if known.get(name)}
    return comparing.loaded(theirs, {name: pickles[name] for name in names})


def listed(reasons: dict[tuple[str, str], str], name: str, what: str) -> bool:
    return any(name == known and fnmatchcase(what, pattern) for known, pattern in reasons)


@pytest.mark.parametrize("ours", PAIRS)
def test_same_public_surface(ours: str) -> None:
    theirs = comparing.surface(PAIRS[ours])
    assert len(theirs["entries"]) > COMPARED[ours][0]
    found = comparing.differing(comparing.surface(ours), theirs)
    wrong = comparing.unexpected(found, DIFFERENCES[ours])
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("ours", "name"), MADE)
def test_may_be_done_to_it_what_may_be_to_the_other(ours: str, name: str) -> None:
    for what, outcome in tried(PAIRS[ours])["outcomes"][name].items():
        if outcome == "works":
            found = tried(ours)["outcomes"][name][what]
            assert (found == "works") != listed(REFUSED, name, what), f"{what}: {found}"


@pytest.mark.parametrize(("ours", "name"), CLASSES)
def test_pickles_of_either_are_read_by_the_other(ours: str, name: str) -> None:
    for protocol, outcome in read_here(ours).get(name, {}).items():
        if not (protocol in OLD and NOT_MADE_BY_OBJECT in outcome):
            assert (outcome == "works") != listed(UNREAD, name, protocol), f"{protocol}: {outcome}"
    for protocol, outcome in read_there(ours).get(name, {}).items():
        good = outcome == "works"
        assert good != listed(UNREAD_THERE, name, protocol), f"{protocol}: {outcome}"


@pytest.mark.parametrize("ours", PAIRS)
def test_most_classes_are_compared(ours: str) -> None:
    _, classes, pickles = COMPARED[ours]
    here = {name for package, name in MADE if package == ours}
    assert len(tried(PAIRS[ours])["outcomes"].keys() & here) > classes
    assert sum(map(len, read_here(ours).values())) > pickles
    assert sum(map(len, read_there(ours).values())) > pickles
