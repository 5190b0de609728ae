"""Bounds of time and memory that hold on every machine: by comparing sizes, not by a clock."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: How much larger the larger of two inputs is.
FACTOR = 8
# What is quadratic takes FACTOR ** 2 = 64 times as long.
MOST = 5 * FACTOR
# Seconds of work below which a clock tells nothing.
LEAST = 0.0005


def _seconds(use: Callable[[Any], object], given: Any, times: int) -> float:
    best = float("inf")
    gc.disable()  # its full rounds go through all that other tests have left
    try:
        for _ in range(times):
            started = time.thread_time()
            use(given)
            best = min(best, time.thread_time() - started)
    finally:
        gc.enable()
    return best


def assert_linear(use: Callable[[Any], object], make: Callable[[int], Any], size: int) -> None:
    """Check that `use(make(size * FACTOR))` takes about FACTOR times as long as `use(make(size))`.

    Another process may have the processor for a while, so that one good try is enough.
    """
    small, large = make(size), make(size * FACTOR)
    told = []
    for _ in range(4):
        short = max(_seconds(use, small, 3), LEAST)
        long = _seconds(use, large, 1)
        if long < MOST * short:
            return
        told.append(f"{short:.4f} s and {long:.4f} s")
    raise AssertionError(f"{FACTOR} times the input takes much longer: {', '.join(told)}")


class Peak:
    """Bytes of memory that a process has had at most since it was begun to be watched."""

    def __init__(self, process: int | str = "self") -> None:
        self._folder = Path("/proc") / str(process)
        self._before = 0
        self.growth = 0

    def begin(self) -> None:
        # 5 resets the peak, see proc_pid_clear_refs(5).
        (self._folder / "clear_refs").write_text("5")
        self._before = self._read("VmRSS")

    def end(self) -> None:
        self.growth = self._read("VmHWM") - self._before

    def _read(self, name: str) -> int:
        for line in (self._folder / "status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
        raise LookupError(name)


@contextmanager
def peak(process: int | str = "self") -> Iterator[Peak]:
    """Watch the memory of a process, by default this one."""
    watched = Peak(process)
    watched.begin()
    try:
        yield watched
    finally:
        watched.end()
