"""The figures as one table, a row for each figure and a column for each server."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass, field

from .figures import Case, Figure

INTRODUCTION = """# When things go wrong

Written by `./dev faults`, which measures it anew: two workers, cruet beside Gunicorn and granian,
in one run. Where there is load, eight clients ask all the time, half of them on kept connections,
half on a fresh one for each request, and each counts what it loses:

- failed: a request that was not answered in full, or a connection that was refused or reset;
- on kept connections: of these, where the server ended the connection though its last answer had
  not said so;
- longest time without an answer: of all eight together.

What misses its goal is **bold**. `tests/faults/` holds the cases; `./dev test` runs them in short
and checks what they count, never how long it takes. The servers have their own defaults but for
what a case is about, 4 threads where they have threads, and with granian
`--respawn-failed-workers`, without which it ends when a worker does. "no such setting" stands
where a server cannot be told what the case asks of it.

Times are those of one run on a machine with other work to do: compare them within a row.
"""


@dataclass(frozen=True)
class Entry:
    """What one side did in one case, or why there is nothing to tell."""

    side: str
    figures: list[Figure] = field(default_factory=list)
    reason: str = ""

    def cell(self, index: int) -> str:
        if self.reason:
            return self.reason if index == 0 else "–"
        figure = self.figures[index]
        value = "never" if math.isinf(figure.value) else figure.exactly()
        return value if figure.met else f"**{value}**"

    def as_json(self) -> dict[str, t.Any]:
        return {
            "side": self.side,
            **({"reason": self.reason} if self.reason else {}),
            "figures": {
                f"{figure.what}{', ' + figure.unit if figure.unit else ''}": (
                    None if math.isinf(figure.value) else round(figure.value, 4)
                )
                for figure in self.figures
            },
        }


Found = list[tuple[Case, list[Entry]]]


def markdown(found: Found, sides: list[str]) -> str:
    """The table. What misses its goal is printed bold."""
    lines = [f"| | goal | {' | '.join(sides)} |", f"|---|---|{'---|' * len(sides)}"]
    for case, entries in found:
        lines.append(f"| **{case.title}** |{' |' * (len(sides) + 1)}")
        model = next((entry.figures for entry in entries if entry.figures), [])
        for index, figure in enumerate(model):
            cells = " | ".join(entry.cell(index) for entry in entries)
            lines.append(f"| {figure.what} | {figure.goal} | {cells} |")
    return "\n".join(lines) + "\n"


def missed(found: Found, begin: str) -> int:
    """1 where a side whose name begins so has missed a goal."""
    entries = [entry for _, entries in found for entry in entries]
    own = [entry.figures for entry in entries if entry.side.startswith(begin)]
    return int(not all(figure.met for figures in own for figure in figures))
