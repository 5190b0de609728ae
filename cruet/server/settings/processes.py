"""Processes, threads, and the loop that they run."""

from __future__ import annotations

from dataclasses import dataclass

from .table import choice, flag, integer, seconds

#: Threads in development, where a page's requests come all at once and one may call another.
DEVELOPMENT_THREADS = 8


@dataclass(kw_only=True)
class Processes:
    """Processes and threads"""

    workers: int = integer(
        1,
        "Processes that serve.",
        unit="processes",
        least=1,
        most=1024,
        flags="-w",
        variables="WEB_CONCURRENCY",
        why="Right for development; in production as many as there are cores, or a few more.",
        fixed=True,
    )
    threads: int = integer(
        1,
        "Threads of each worker that run views; with 1 they run on the loop's own thread.",
        unit="threads",
        least=1,
        most=1024,
        worker=True,
        shown="1; 8 in development",
        why="The fastest where views do not wait; a page's requests come all at once in "
        "development, and one may call another.",
        fixed=True,
    )
    with_threads: bool | None = flag(
        None,
        f"{DEVELOPMENT_THREADS} threads, or one; threads are the default in development.",
        off="--without-threads",
        variables="FLASK_RUN_WITH_THREADS",
        into="threads",
        why="Flask's way to write --threads.",
    )
    loop: str = choice(
        "",
        "The event loop.",
        ("", "libevent", "poll"),
        worker=True,
        shown="libevent where cruet was built with it",
        why="libevent waits with epoll, whose cost does not grow with idle connections.",
    )
    no_async: bool | None = flag(
        None,
        "Use poll() instead of libevent.",
        off="--async",
        into="loop",
        why="A short way to write --loop poll.",
    )

    timeout: float = seconds(
        30.0,
        "Seconds a view may take before its worker is replaced; 0: any time.",
        flags="-t",
        why="Gunicorn's; a proxy's own patience is mostly 60.",
        fixed=True,
    )
    graceful_timeout: float = seconds(
        30.0,
        "Seconds that requests in flight get at the end.",
        worker=True,
        why="Gunicorn's, and the time that most supervisors leave between SIGTERM and SIGKILL.",
        fixed=True,
    )
