"""Werkzeug in an environment of its own, asked over a pipe."""

from __future__ import annotations

import subprocess
from types import TracebackType
from typing import Any

from peers import environment

from . import driver


class Peer:
    """A process that answers as Werkzeug does; a context manager."""

    def __enter__(self) -> Peer:
        # -P: this folder's names must not stand before the standard library's.
        command = [str(environment("werkzeug")), "-P", driver.__file__, "werkzeug"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(20)

    def ask(self, operation: str, arguments: tuple[Any, ...]) -> None:
        """Let it work at one operation; :meth:`answer` gives the outcome."""
        assert self._process.stdin
        driver.write(self._process.stdin, (operation, arguments))

    def answer(self) -> tuple[Any, ...]:
        """The outcome of what was asked last."""
        assert self._process.stdout
        answer: tuple[Any, ...] = driver.read(self._process.stdout)
        return answer
