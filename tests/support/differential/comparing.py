"""One question to both toolkits, and what to make of two answers."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from . import driver
from .differences import reason_for
from .peer import Peer


class Pair:
    """cruet.toolkit, asked here, and Werkzeug, asked in its process.

    :ivar asked: how many questions were compared.
    :ivar excused: how many answers differed for a listed reason, by that reason.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._kit: ModuleType = driver.toolkit("cruet.toolkit")
        self.asked = 0
        self.excused: dict[str, int] = {}

    def answers(self, operation: str, *arguments: Any) -> tuple[Any, Any]:
        """cruet's outcome and Werkzeug's."""
        self._peer.ask(operation, arguments)
        ours = driver.outcome(self._kit, operation, arguments)
        return ours, self._peer.answer()

    def compare(self, operation: str, *arguments: Any) -> None:
        """Fail where the answers differ and no reason is listed."""
        ours, theirs = self.answers(operation, *arguments)
        self.asked += 1
        # As text, for 1, 1.0 and True are equal.
        if repr(ours) == repr(theirs):
            return
        reason = reason_for(operation, arguments, ours, theirs)
        if reason is None:
            told = f"cruet:    {ours!r}\nWerkzeug: {theirs!r}"
            raise AssertionError(f"{operation}{arguments!r}\n{told}")
        self.excused[reason] = self.excused.get(reason, 0) + 1
