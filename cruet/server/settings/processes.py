"""Processes, threads, and the loop that they run."""

from __future__ import annotations

from dataclasses import dataclass

from .table import choice, flag, integer, seconds, size

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
        master=True,
        flags="-w",
        variables="WEB_CONCURRENCY",
        why="Right for development; in production as many as there are cores, or a few more.",
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
    max_request_queue_size: int = integer(
        2048,
        "Requests that wait in a worker for a thread; more are answered 503 with Retry-After; "
        "0: any number.",
        unit="requests",
        least=0,
        most=2**31,
        worker=True,
        why="As many as Gunicorn lets wait in the kernel's queue, for some KiB each; who waits "
        "behind more has mostly gone when its turn comes. The name is Passenger's.",
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
    preload: bool = flag(
        False,
        "Load the application in one process, from which the workers are forked.",
        fixed=True,
        why="Workers start at once and share memory, but what the application opens or starts at "
        "import, connections and threads, does not survive a fork.",
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
        "Seconds a view may take before its worker is replaced; 0: any time. Those of a WebSocket "
        "do not count.",
        worker=True,
        master=True,
        flags="-t",
        why="Gunicorn's; a proxy's own patience is mostly 60.",
    )
    graceful_timeout: float = seconds(
        30.0,
        "Seconds that requests in flight get at the end.",
        worker=True,
        master=True,
        why="Gunicorn's, and the time that most supervisors leave between SIGTERM and SIGKILL.",
    )
    drain_linger: float = seconds(
        0.5,
        "Seconds that a worker which stops keeps idle connections, for requests on their way.",
        worker=True,
        why="A busy connection sends its next request sooner, and is told then to close; who is "
        "silent for longer finds an end that no request of its has crossed.",
    )


@dataclass(kw_only=True)
class Recycling:
    """Recycling of workers"""

    max_requests: int = integer(
        0,
        "Requests after which a worker is replaced; 0: any number.",
        unit="requests",
        least=0,
        most=2**62,
        master=True,
        why="Only for applications that leak: a successor costs a start. It serves before the old "
        "worker stops, and no request is lost.",
    )
    max_requests_jitter: int = integer(
        0,
        "At most so many more, at random, so that not all workers are replaced at once.",
        unit="requests",
        least=0,
        most=2**62,
        master=True,
        why="Nothing is added to what was asked for.",
    )
    max_worker_memory: int = size(
        0,
        "Resident bytes beyond which a worker is replaced, looked at each second; 0: any number.",
        master=True,
        why="What is right depends on the application; it is less than the machine's memory "
        "divided by the workers.",
    )
    max_worker_lifetime: float = seconds(
        0.0,
        "Seconds after which a worker is replaced; 0: any time.",
        master=True,
        why="As for the number of requests.",
    )
    max_worker_lifetime_jitter: float = seconds(
        0.0,
        "At most so many more, at random.",
        master=True,
        why="Nothing is added to what was asked for.",
    )
