"""Both frameworks' outcomes side by side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from peers import environment

from . import driver
from .differences import Difference

#: The ways in which cruet is asked; Flask is by WSGI.
WAYS = ("wsgi", "wire", "sent")
#: What a server says in an application's place.
SERVER_ERROR = "500 Internal Server Error"


@dataclass(frozen=True)
class Entry:
    """An outcome that differs: what it is here and in Flask, None where it is missing."""

    probe: str
    way: str
    label: str
    ours: Any
    theirs: Any

    @property
    def name(self) -> str:
        return f"{self.probe}: {self.label}"

    def __str__(self) -> str:
        ours, theirs = (json.dumps(each, ensure_ascii=False) for each in (self.ours, self.theirs))
        return f"[{self.way}] {self.name}\n    cruet: {ours}\n    Flask: {theirs}"


def prepare(folder: Path) -> None:
    """Fill a folder with the files that probes read."""
    (folder / "static").mkdir()
    (folder / "templates").mkdir()
    for name, text in {
        "a.txt": "0123456789",
        "static/a.txt": "static",
        "static/page.html": "<b>page</b>",
        "static/data.bin": "\x00\x01",
        "templates/page.html": "{{ text }}",
        "templates/page.txt": "{{ text }}",
        "templates/macro.html": "{% macro hello(name) %}hello {{ name }}{% endmacro %}",
        "templates/broken.html": "{% if %}",
        "templates/undefined.html": "{{ nothing.more }}",
        "templates/child.html": "{% extends 'base.html' %}{% block b %}child{% endblock %}",
        "templates/base.html": "base {% block b %}{% endblock %}",
    }.items():
        path = folder / name
        path.write_text(text)
        os.utime(path, (driver.NOW, driver.NOW))


@cache
def run(package: str, way: str, folder: Path) -> dict[str, dict[str, Any]]:
    """The outcomes of all probes in one framework, by probe and label."""
    python = environment("flask") if package == "flask" else Path(sys.executable)
    # Not in this process: probes patch classes, and a framework has state.
    command = [str(python), "-P", driver.__file__, package, way, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outcomes: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return outcomes


def differing(probe: str, way: str, folder: Path) -> Iterator[Entry]:
    """The outcomes of a probe that differ in one way of asking cruet."""
    ours, theirs = run("cruet", way, folder)[probe], run("flask", "wsgi", folder)[probe]
    for label in {**theirs, **ours}:
        here, there = ours.get(label), theirs.get(label)
        if here != (_as_sent(there, here) if way == "sent" else there):
            yield Entry(probe, way, label, here, there)


def _as_sent(theirs: Any, ours: Any) -> Any:
    """`theirs`, where a server's answer in `ours` stands for what an application raised."""
    if not isinstance(theirs, list) or not isinstance(ours, list):
        return theirs
    if theirs[:1] == ["raises"] and ours[:1] == [SERVER_ERROR]:
        return ours
    if len(theirs) != len(ours):
        return theirs
    return [_as_sent(*each) for each in zip(theirs, ours, strict=True)]


def unexpected(entries: Sequence[Entry], differences: Sequence[Difference]) -> list[str]:
    """Differences that no reason is listed for."""
    return [str(entry) for entry in entries if not any(each.covers(entry) for each in differences)]
