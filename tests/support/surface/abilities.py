"""What may be done to each public class of a package: subclassing, patching, copying, pickling.

    python abilities.py werkzeug            # tries everything and gives pickles
    python abilities.py cruet.toolkit load  # reads pickles from the standard input

It prints JSON. With cruet the names `werkzeug` and `flask` stand for it, as for its users who have
data from these; where they read cruet's pickles, they are told that cruet is themselves.
"""

from __future__ import annotations

import base64
import copy
import gc
import io
import json
import pickle
import re
import sys
import warnings
import weakref
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from surface import collect
from surface.kits import PAIRS, Kit

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
#: What of a request or response is an attribute in one package and a property in the other.
SEEN = ("args", "headers", "method", "path", "query_string", "response", "status")


class Refused(Exception):
    """Something was done without an error, but not as it should be."""


def check(holds: bool, why: str) -> None:
    if not holds:
        raise Refused(why)


def state(value: Any, within: tuple[int, ...] = ()) -> Any:
    """What of an instance has to survive a copy: as text, alike in both packages."""
    if id(value) in within:
        return "itself"
    within = (*within, id(value))
    if isinstance(value, io.BytesIO):
        return value.getvalue().decode()
    if type(value) in (set, frozenset):
        return sorted(map(repr, value))
    if type(value) is dict:
        pairs = sorted(value.items(), key=lambda pair: repr(pair[0]))
        return [f"{key!r}: {state(each, within)}" for key, each in pairs]
    inner = {}
    if hasattr(value, "__dict__") and not isinstance(value, (type, BaseException)):
        public = sorted(pair for pair in vars(value).items() if pair[0][0] != "_")
        inner = {key: state(each, within) for key, each in public}
        for key in (key for key in SEEN if hasattr(value, key)):
            inner[key] = state(getattr(value, key), within)
    told = shown(value)
    items = [shown(each) for each in value] if isinstance(value, (list, tuple)) else []
    if isinstance(value, Mapping):
        items = [f"{shown(key)}: {shown(each)}" for key, each in value.items()]
    return [type(value).__name__, told, items, inner] if inner or items else told


def shown(value: object) -> str:
    """`repr(value)` without addresses, and alike in both packages."""
    told = re.sub(r"0x[0-9a-f]+", "0x", repr(value))
    told = re.sub(r"\b(werkzeug|cruet\.toolkit)\b", "kit", told)
    return re.sub(r"\b(flask|cruet)\b", "framework", told)


class Trial:
    """Everything that is tried with one class."""

    def __init__(self, kit: Kit, name: str) -> None:
        self.kit = kit
        self.name = name
        self.kind: type = kit.named(name)

    def make(self, kind: type | None = None) -> Any:
        return self.kit.make(self.name, kind)

    def subclass(self) -> type:
        """A subclass that a pickle can name, which has an attribute more."""
        made = type("Subclass", (self.kind,), {"__module__": __name__, "more": lambda self: 5})
        globals()["Subclass"] = made
        return made

    def is_subclassed(self) -> None:
        made = self.make(self.subclass())
        check(type(made).more(made) == 5, "method")
        check(isinstance(made, self.kind), "isinstance")

    def is_patched(self) -> None:
        made = self.make()
        self.kind.patched = lambda self: 5  # type: ignore[attr-defined]
        try:
            check(type(made).patched(made) == 5, "method")
        finally:
            del self.kind.patched  # type: ignore[attr-defined]

    def is_given_attributes(self) -> None:
        made = self.make()
        made.given = 5
        check(made.given == 5, "attribute")
        del made.given

    def is_referenced_weakly(self) -> None:
        made = self.make()
        reference = weakref.ref(made)
        check(reference() is made, "reference")
        del made
        gc.collect()
        check(reference() is None, "freed")

    def is_hashed(self) -> None:
        hash(self.make())

    def survives(self, way: Callable[[Any], Any], subclassed: bool) -> None:
        made = self.make(self.subclass() if subclassed else None)
        if subclassed:
            made.given = "kept"
        again = way(made)
        check(type(again) is type(made), f"is a {type(again).__name__}")
        check(state(again) == state(made), f"{state(made)} became {state(again)}")

    def outcomes(self) -> dict[str, str]:
        """By what was tried: "works", or why it does not."""
        found = {
            name: outcome(getattr(self, name))
            for name in sorted(dir(Trial))
            if name.startswith("is_")
        }
        for subclassed in (False, True):
            what = " of a subclass" if subclassed else ""
            ways = {"copy": copy.copy, "deep copy": copy.deepcopy}
            ways.update((f"pickle {number}", pickled(number)) for number in PROTOCOLS)
            for name, way in ways.items():
                found[name + what] = outcome(partial(self.survives, way, subclassed))
        return found


def pickled(protocol: int) -> Callable[[Any], Any]:
    return lambda value: pickle.loads(pickle.dumps(value, protocol))


def outcome(function: Callable[[], object]) -> str:
    try:
        function()
    except Refused as refusal:
        return f"refused: {refusal}"
    except Exception as error:
        return f"raises {type(error).__name__}: {error}"
    return "works"


def names(package: str) -> list[str]:
    """The public classes that something can be made of."""
    kit = Kit(package)
    return [name for name in collect.surface(package)["bases"] if outcome_of_making(kit, name)]


def outcome_of_making(kit: Kit, name: str) -> bool:
    try:
        kit.make(name)
    except (KeyError, TypeError):
        return False
    return True


def pickles(kit: Kit, name: str) -> dict[str, str]:
    """Pickles of an instance by protocol, none where it cannot be pickled."""
    found = {}
    for protocol in PROTOCOLS:
        try:
            data = pickle.dumps(kit.make(name), protocol)
            pickle.loads(data)
        except Exception:
            continue
        found[str(protocol)] = base64.b64encode(data).decode()
    return found


def tried(package: str) -> dict[str, Any]:
    kit = Kit(package)
    found = names(package)
    return {
        "outcomes": {name: Trial(kit, name).outcomes() for name in found},
        "pickles": {name: pickles(kit, name) for name in found},
    }


class Reader(pickle.Unpickler):
    """Reads cruet's pickles in Werkzeug and Flask, and their own."""

    def find_class(self, module: str, name: str) -> Any:
        module = re.sub(r"^cruet\.toolkit\b", "werkzeug", module)
        return super().find_class(re.sub(r"^cruet\b", "flask", module), name)


def loaded(package: str, data: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """By class and protocol: whether a pickle gives what is made here."""
    kit = Kit(package)
    ours = package in PAIRS
    read = pickle.loads if ours else lambda data: Reader(io.BytesIO(data)).load()

    def compare(name: str, text: str) -> None:
        again, made = read(base64.b64decode(text)), kit.make(name)
        check(type(again) is type(made), f"is a {type(again).__name__}")
        check(state(again) == state(made), f"{state(made)} became {state(again)}")

    return {
        name: {
            protocol: outcome(lambda name=name, text=text: compare(name, text))
            for protocol, text in versions.items()
        }
        for name, versions in data.items()
    }


def main(package: str, *rest: str) -> None:
    warnings.simplefilter("ignore")
    if package in PAIRS:
        from cruet.dropin import stand_for

        for ours, theirs in PAIRS.items():
            stand_for(theirs, ours)
    found = loaded(package, json.load(sys.stdin)) if rest else tried(package)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    # Pickles name this module as those who load them import it.
    from surface import abilities

    abilities.main(*sys.argv[1:])
