"""How much memory a process has had in RAM, as Linux counts it. Sizes are bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MIB = 1 << 20


def peak(pid: int) -> int:
    """The most that the process has had since its start, or since forget_peak()."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


@contextmanager
def growth_below(pid: int, most: int) -> Iterator[None]:
    """Check that meanwhile the process never has `most` bytes more than it has now."""
    forget_peak(pid)
    before = peak(pid)
    yield
    grown = peak(pid) - before
    assert grown < most, f"{grown / MIB:.1f} MiB more"
