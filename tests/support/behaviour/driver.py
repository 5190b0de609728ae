"""Runs all probes in one framework, named on the command line, and prints their outcomes.

    python driver.py flask wsgi FOLDER

prints JSON, labels and outcomes by the probes' names. It imports nothing but the framework, what
that stands on, and the standard library.
"""

from __future__ import annotations

import contextlib
import contextvars
import faulthandler
import json
import logging
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

Probe = Callable[[Any], Iterator[tuple[str, Any]]]
#: The label of an exception that ended a probe, which is no outcome that a probe should have.
ENDED = "ended"
#: Seconds after which the probes will not end any more.
LONGEST = 300
#: The time that sessions are signed at.
NOW = 1_700_000_000


def probes() -> dict[str, Probe]:
    """All probes by `module.function`."""
    package = import_module("behaviour.probes")
    modules = [
        import_module(f"{package.__name__}.{each.name}") for each in iter_modules(package.__path__)
    ]
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": function
        for module in modules
        for name, function in vars(module).items()
        if getattr(function, "__module__", "") == module.__name__ and name[0] != "_"
    }


def run(kit: Any, probe: Probe) -> dict[str, Any]:
    """The outcomes of one probe by their labels, and the warnings as one more."""
    from behaviour.outcomes import recorded

    found: dict[str, Any] = {}
    with recorded() as warned:
        try:
            for label, value in probe(kit):
                assert label not in found, f"{label} comes twice"
                found[label] = kit.plain(value)
        except Exception as error:
            traceback.print_exc()
            found[ENDED] = kit.plain(error)
    found["warnings"] = [[each.category.__name__, kit.mask(str(each.message))] for each in warned]
    return found


@contextlib.contextmanager
def kept(scratch: str) -> Iterator[None]:
    """What a probe does to the process is undone after it."""
    folder, variables, path = os.getcwd(), dict(os.environ), list(sys.path)
    modules = set(sys.modules)
    yield
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        # An application of a probe's, imported from its folder.
        if (getattr(sys.modules[name], "__file__", "") or "").startswith(scratch):
            del sys.modules[name]


def build_once() -> None:
    """Have an editable installation look once for what is to be built.

    It does so at every module that it does not find, and probes ask for many that there are not.
    """
    for finder in sys.meta_path:
        rebuild = getattr(finder, "_rebuild", None)
        if rebuild is not None:
            finder._rebuild = cache(rebuild)  # type: ignore[attr-defined]


def main(name: str, way: str, folder: str) -> None:
    from behaviour.kit import Kit

    build_once()
    # A probe that does not end says where it stands.
    faulthandler.dump_traceback_later(LONGEST, exit=True)
    os.environ["TZ"] = "UTC"
    time.tzset()
    timed = import_module("itsdangerous.timed")
    timed.TimestampSigner.get_timestamp = lambda self: NOW
    logging.raiseExceptions = False
    outcomes = {}
    for probe_name, probe in probes().items():
        with tempfile.TemporaryDirectory() as scratch, kept(scratch):
            kit = Kit(name, way, Path(folder), Path(scratch))
            # In a Context of its own, in which contexts that it leaves behind stay.
            outcomes[probe_name] = contextvars.copy_context().run(run, kit, probe)
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main(*sys.argv[1:])
