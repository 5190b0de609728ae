"""Two packages' surfaces side by side."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peers import environment

from . import abilities, collect
from .differences import Difference
from .kits import PAIRS

Surface = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """An entry that differs: what it is here and there, None where it is missing."""

    name: str
    ours: str | None
    theirs: str | None

    def __str__(self) -> str:
        return f"{self.name}\n    cruet:    {self.ours}\n    there:    {self.theirs}"


def surface(package: str) -> Surface:
    """The surface of a package: cruet's is here, the others' in an environment of their own."""
    return _asked(collect.__file__, package)


def class_names(package: str) -> list[str]:
    """The public classes of a package of cruet's, where they are defined."""
    found = collect.surface(package)
    return sorted({*found["bases"]} - {*found["imported"]})


def tried(package: str) -> dict[str, Any]:
    """What may be done to a package's classes, see `abilities.tried`."""
    return _asked(abilities.__file__, package)


def loaded(package: str, pickles: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """How a package reads the other's pickles, see `abilities.loaded`."""
    return _asked(abilities.__file__, package, "load", given=json.dumps(pickles))


def _asked(script: str, package: str, *arguments: str, given: str = "") -> dict[str, Any]:
    # Not in this process, where tests patch classes: some here, more elsewhere.
    python = environment(package) if package in PAIRS.values() else sys.executable
    command = [str(python), "-P", script, package, *arguments]
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def differing(ours: Surface, theirs: Surface) -> list[Entry]:
    """All entries that differ, save those that follow from others.

    What an implementation module takes from another module is that module's. Members of a class
    are compared where they are defined, and members of a class that is missing not at all.
    """
    found = []
    for name in sorted({*ours["entries"], *theirs["entries"]}):
        here, there = ours["entries"].get(name), theirs["entries"].get(name)
        if here == there or (here is None and _is_incidental(name, theirs)):
            continue
        if there is None and name in ours["imported"]:
            continue
        if not _follows(name, here, there, ours, theirs):
            found.append(Entry(name, here, there))
    return found


def _is_incidental(name: str, surface: Surface) -> bool:
    module = name.partition(":")[0]
    is_package = any(other.startswith(f"{module}.") for other in surface["entries"])
    return name in surface["imported"] and not is_package


def _follows(
    name: str, here: str | None, there: str | None, ours: Surface, theirs: Surface
) -> bool:
    module, _, word = name.partition(":")
    owner, dot, member = word.partition(".")
    if not dot:
        kind = name.removesuffix(" bases")
        return kind != name and (kind not in ours["bases"] or kind not in theirs["bases"])
    kind = f"{module}:{owner}"
    if kind not in ours["bases"] or kind not in theirs["bases"]:
        return True
    bases = {*ours["bases"][kind], *theirs["bases"][kind]}
    same = (f"{base}.{member}" for base in bases)
    return any(
        ours["entries"].get(other) == here and theirs["entries"].get(other) == there
        for other in same
        if other in ours["entries"] or other in theirs["entries"]
    )


def unexpected(found: list[Entry], differences: Sequence[Difference]) -> list[str]:
    """What is wrong: entries that no reason is listed for, and reasons that no entry has."""
    said = [str(entry) for entry in found if not any(each.covers(entry) for each in differences)]
    for known in differences:
        said += [
            f"{pattern} is listed and does not differ"
            for pattern in known.patterns
            if not any(known.matches(pattern, entry) for entry in found)
        ]
    return said
