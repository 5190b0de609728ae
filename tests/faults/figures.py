"""What a case has found: figures, and the goals that some of them are held to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .sides import Side


@dataclass(frozen=True)
class Figure:
    """One figure. Without a unit it is a count, which holds on every machine and at any load."""

    what: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool:
        """Is the goal met? Where there is none, it is."""
        return (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least
        )

    @property
    def goal(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if self.most is not None and self.most == self.least:
            return f"{self.most:g}{unit}"
        words = [f"at most {self.most:g}{unit}"] if self.most is not None else []
        words += [f"at least {self.least:g}{unit}"] if self.least is not None else []
        return ", ".join(words)

    def exactly(self) -> str:
        """The value for people."""
        if not self.unit:
            return f"{self.value:g}"
        places = 3 if abs(self.value) < 1 else 2 if abs(self.value) < 10 else 1
        return f"{self.value:.{places}f} {self.unit}"


@dataclass(frozen=True)
class Size:
    """How much is done: in full for the figures, or in short for the tests."""

    rounds: int = 5
    reloads: int = 10
    seconds: float = 6.0
    slow: int = 200
    idle: int = 10_000
    view: float = 2.0
    #: What the server has of patience with slow clients.
    patience: int = 3


FULL = Size()
SHORT = Size(rounds=1, reloads=2, seconds=1.5, slow=20, idle=200, view=0.5, patience=1)


@dataclass(frozen=True)
class Case:
    """One thing that goes wrong.

    ``measure`` raises Unmeasurable where the side cannot do what it asks.
    """

    name: str
    title: str
    measure: Callable[[Side, Size], list[Figure]]


def count(what: str, value: float, goal: float | None = None) -> Figure:
    """A count that shall be exactly this."""
    return Figure(what, value, most=goal, least=goal)


#: What stands for a time that has not come while it was waited for.
NEVER = float("inf")
