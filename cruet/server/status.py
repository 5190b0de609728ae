"""What a running server does, read from the memory that its workers share with their master."""

from __future__ import annotations

import os
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from .. import _cruet

#: How /proc names the scoreboard among a process's descriptors.
_MEMORY = "/memfd:cruet-scoreboard"
_PAGE = os.sysconf("SC_PAGE_SIZE")


class ServerNotFound(Exception):
    """There is no such server, or its memory cannot be read. The message is one line."""


@dataclass
class Snapshot:
    """A look at a server. ``workers`` and ``ended`` are those of :class:`cruet._cruet.Board`."""

    master: int
    workers: list[dict[str, t.Any]]
    ended: dict[str, t.Any]
    taken: float = field(default_factory=time.monotonic)

    def as_dict(self) -> dict[str, t.Any]:
        """Return it for JSON, with sums over all workers, ended ones included."""
        everybody = [*self.workers, self.ended]
        latency = _sum_of(each["latency"] for each in everybody)
        return {
            "master": self.master,
            "workers": [_described(worker) for worker in self.workers],
            "requests": sum(sum(each["responses"]) for each in everybody),
            "incomplete": sum(each["incomplete"] for each in everybody),
            "refused": sum(each["refused"] for each in everybody),
            "bytes_out": sum(each["bytes_out"] for each in everybody),
            "connections": sum(worker["open"] for worker in self.workers),
            "latency_seconds": {f"p{q:g}": _quantile(latency, q) for q in (50, 90, 99)},
        }


def snapshot(pid: int | None = None) -> Snapshot:
    """Look at the server whose master is ``pid``, or at the only one that can be found.

    :raises ServerNotFound: there is none, there are several, or it may not be read.
    """
    if pid is None:
        pid = _only_master()
    path = _memory_of(pid)
    if path is None:
        raise ServerNotFound(f"process {pid} is no server of cruet's, or not one of this user's")
    try:
        with open(path, "rb") as file:
            board = _cruet.Board(file.fileno())
    except OSError as error:
        raise ServerNotFound(f"cannot read what process {pid} does: {error.strerror}") from None
    except ValueError as error:
        raise ServerNotFound(f"cannot read what process {pid} does: {error}") from None
    return Snapshot(board.master, board.workers(), board.ended())


def _only_master() -> int:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (path := _memory_of(int(folder.name))):
            try:
                with open(path, "rb") as file:
                    master = _cruet.Board(file.fileno()).master
            except (OSError, ValueError):
                continue
            if Path(f"/proc/{master}").exists():
                found[master] = path
    if not found:
        raise ServerNotFound("no server of cruet's runs here, or none of this user's")
    if len(found) > 1:
        pids = ", ".join(map(str, sorted(found)))
        raise ServerNotFound(f"several servers run here: name one of {pids}")
    return next(iter(found))


def _memory_of(pid: int) -> str | None:
    try:
        for entry in os.scandir(f"/proc/{pid}/fd"):
            if os.readlink(entry.path).startswith(_MEMORY):
                return entry.path
    except OSError:
        return None  # it has ended, or is another user's
    return None


def _resident(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return None


def _sum_of(lists: t.Iterable[list[int]]) -> list[int]:
    return [sum(column) for column in zip(*lists, strict=True)]


def _quantile(counts: list[int], percent: float) -> float | None:
    return _cruet.latency_quantile(counts, percent / 100) if sum(counts) else None


def _described(worker: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        "pid": worker["pid"],
        "state": worker["state"],
        "age_seconds": round(worker["age"], 3),
        "requests": sum(worker["responses"]),
        "busy": worker["busy"],
        "busy_for_seconds": round(worker["busy_for"], 3),
        "connections": worker["open"],
        "resident_bytes": _resident(worker["pid"]),
    }


# ---- as a table ----

_HEAD = ("pid", "state", "age", "req/s", "requests", "p50", "p99", "5xx", "busy", "conns", "RSS")


def table(now: Snapshot, before: Snapshot | None) -> str:
    """Return lines for people; rates and times are of the while since ``before``, where given."""
    earlier = {worker["pid"]: worker for worker in before.workers} if before else {}
    elapsed = now.taken - before.taken if before else 0.0
    rows: list[tuple[str, ...]] = [_HEAD]
    for worker in sorted(now.workers, key=lambda each: each["pid"]):
        rows.append(_row(worker, earlier.get(worker["pid"]), elapsed))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [f"cruet, master {now.master}, {len(now.workers)} workers"]
    for row in rows:
        columns = zip(row, widths, strict=True)
        lines.append("  ".join(text.rjust(width) for text, width in columns))
    total = now.as_dict()
    times = total["latency_seconds"]
    lines.append(
        f"since the start: {total['requests']} requests, {total['incomplete']} cut off, "
        f"{total['refused']} refused, {_bytes(total['bytes_out'])} sent, "
        f"p50 {_time(times['p50'])}, p99 {_time(times['p99'])}"
    )
    return "\n".join(lines)


def _row(
    worker: dict[str, t.Any], earlier: dict[str, t.Any] | None, elapsed: float
) -> tuple[str, ...]:
    latency = worker["latency"]
    requests = sum(worker["responses"])
    if earlier is not None:
        latency = [a - b for a, b in zip(latency, earlier["latency"], strict=True)]
        rate = (requests - sum(earlier["responses"])) / elapsed
    else:
        rate = requests / worker["age"] if worker["age"] > 0 else 0.0
    resident = _resident(worker["pid"])
    return (
        str(worker["pid"]),
        worker["state"],
        _age(worker["age"]),
        f"{rate:.1f}",
        str(requests),
        _time(_quantile(latency, 50)),
        _time(_quantile(latency, 99)),
        str(worker["responses"][5]),
        str(worker["busy"]),
        str(worker["open"]),
        "–" if resident is None else _bytes(resident),
    )


def _age(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f}{unit}"
    return f"{seconds:.0f}s"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds * 1000:.1f}ms" if seconds < 10 else f"{seconds:.0f}s"


def _bytes(n: int) -> str:
    size = float(n)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
