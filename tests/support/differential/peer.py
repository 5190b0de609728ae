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

    def ask(self, operation: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """The outcome of one operation."""
        assert self._process.stdin and self._process.stdout
        driver.write(self._process.stdin, (operation, arguments))
        answer: tuple[Any, ...] = driver.read(self._process.stdout)
        return answer
