"""The servers that are measured, and how each is told what a case wants of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import Unmeasurable

BIN = Path(sys.executable).parent
APP = "faults.apps:app"
BROKEN = "faults.broken:app"


@dataclass(frozen=True)
class Wanted:
    """What a case asks of a server. Times are seconds; 0: the server's own default."""

    target: str = APP
    workers: int = 2
    timeout: int = 30
    max_requests: int = 0
    header_timeout: int = 0
    body_timeout: int = 0
    connections: int = 0
    #: Where temporary files go; empty: where they always do.
    temporary: str = ""


@dataclass(frozen=True)
class Side:
    """One server. ``command`` gives the words that start it on a port.

    :raises Unmeasurable: by ``command``, where it has no such setting.
    """

    name: str
    command: Callable[[Wanted, int], list[str]]
    #: Requests that it answers at the same time, with two workers.
    at_once: int
    keeps_connections: bool = True


def _options(**given: object) -> list[str]:
    """Write options; those of nothing are left out."""
    pairs = [(f"--{name.replace('_', '-')}", str(value)) for name, value in given.items() if value]
    return [word for pair in pairs for word in pair]


def cruet(threads: int) -> Callable[[Wanted, int], list[str]]:
    def command(wanted: Wanted, port: int) -> list[str]:
        return [
            *(str(BIN / "cruet"), "run", wanted.target),
            *("--port", str(port), "--threads", str(threads)),
            *_options(
                workers=wanted.workers,
                timeout=wanted.timeout,
                max_requests=wanted.max_requests,
                header_timeout=wanted.header_timeout,
                body_timeout=wanted.body_timeout,
                worker_connections=wanted.connections,
            ),
        ]

    return command


def gunicorn(kind: str) -> Callable[[Wanted, int], list[str]]:
    def command(wanted: Wanted, port: int) -> list[str]:
        if wanted.connections and kind == "sync":
            raise Unmeasurable("closes every connection")
        threads = ["--threads", "4", "--keep-alive", "75"] if kind == "gthread" else []
        return [
            *(str(BIN / "gunicorn"), wanted.target, "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", kind, "--no-control-socket", *threads),
            *_options(
                workers=wanted.workers,
                timeout=wanted.timeout,
                max_requests=wanted.max_requests,
                worker_connections=wanted.connections,
            ),
        ]

    return command


def granian(wanted: Wanted, port: int) -> list[str]:
    if wanted.max_requests:
        raise Unmeasurable("no such setting")
    return [
        *(str(BIN / "granian"), "--interface", "wsgi", "--port", str(port), "--no-ws"),
        *("--blocking-threads", "4", "--respawn-failed-workers", wanted.target),
        *_options(
            workers=wanted.workers,
            http1_header_read_timeout=wanted.header_timeout * 1000,
            backlog=wanted.connections,
            backpressure=wanted.connections,
        ),
    ]


CRUET = [Side("cruet", cruet(1), 2), Side("cruet, threads", cruet(4), 8)]
SIDES = [
    *CRUET,
    Side("Gunicorn sync", gunicorn("sync"), 2, keeps_connections=False),
    Side("Gunicorn gthread", gunicorn("gthread"), 8),
    Side("granian", granian, 8),
]
