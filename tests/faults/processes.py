"""Processes that are killed, reloaded, recycled, stopped, that hang or do not start."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time

from load import Client, Load

from .figures import NEVER, Case, Figure, Size, count
from .server import Server, running, started, until
from .sides import BROKEN, Side, Wanted

CLIENTS = 8
PAUSE = 0.002


def _load(server: Server, pause: float = PAUSE) -> Load:
    """Clients, half of them with kept connections, who are told who answers."""
    return Load(server.port, CLIENTS, "/pid", pause)


def killed_worker(side: Side, size: Size) -> list[Figure]:
    failed, waited = 0, 0.0
    with started(side, Wanted()) as server:
        for _ in range(size.rounds):
            # A worker that dies young is replaced more slowly, by design.
            time.sleep(1.2)
            with _load(server) as load:
                time.sleep(size.seconds / 10)
                before = server.workers() | load.bodies()
                os.kill(int(min(before)), signal.SIGKILL)
                begin = time.monotonic()
                until(lambda load=load, before=before: load.first(before))  # type: ignore[misc]
                time.sleep(0.3)
            figures = load.stop()
            failed = max(failed, figures.failed)
            waited = max(waited, (load.first(before) or NEVER) - begin)
    return [
        Figure("failed, at most of all rounds", failed, most=CLIENTS),
        Figure("until a new worker answers", waited, "s", most=0.3),
    ]


def reloads(side: Side, size: Size) -> list[Figure]:
    done = 0
    with started(side, Wanted()) as server, _load(server) as load:
        time.sleep(0.3)
        for _ in range(size.reloads):
            before = load.bodies()
            server.send(signal.SIGHUP)
            took = until(lambda before=before: load.first(before), 8)  # type: ignore[misc]
            done += took is not None
            time.sleep(0.3)
        time.sleep(0.3)
    return [count("reloads that brought new workers", done, size.reloads), *_losses(load)]


def recycling(side: Side, size: Size) -> list[Figure]:
    with started(side, Wanted(max_requests=50)) as server, _load(server) as load:
        time.sleep(size.seconds)
    workers = len(load.stop().bodies)
    return [Figure("workers that answered", workers, least=3), *_losses(load)]


def _losses(load: Load) -> list[Figure]:
    figures = load.stop()
    return [
        Figure("answered", figures.answered, least=1),
        count("failed", figures.failed, 0),
        count("of these on kept connections", figures.stale, 0),
        Figure(
            "longest time without an answer", figures.gap(load.begin, load.end) * 1000, "ms", 100
        ),
    ]


def stop(side: Side, size: Size) -> list[Figure]:
    clients = 4
    with started(side, Wanted()) as server:
        asking = [
            Client(server.port, keep=True, path=f"/sleep/{size.view}") for _ in range(clients)
        ]
        threads = [threading.Thread(target=client.ask) for client in asking]
        for thread in threads:
            thread.start()
        time.sleep(min(0.5, size.view / 2))
        server.send(signal.SIGTERM)
        refused = until(server.refuses, 60)
        ended = until(lambda: server.process.poll() is not None, 60)
        end = time.monotonic()
        for thread in threads:
            thread.join()
        moments = [moment for client in asking for moment in client.figures.moments]
        code = server.process.poll()
    return [
        count(f"answered of {clients} in flight", len(moments), clients),
        count("exit code", NEVER if code is None else code, 0),
        Figure(
            "until it ended, from the last answer",
            NEVER if ended is None else end - max(moments, default=end),
            "s",
            most=0.2,
        ),
        Figure("until a new connection is refused", refused or NEVER, "s", most=0.05),
    ]


def killed_master(side: Side, size: Size) -> list[Figure]:
    with started(side, Wanted()) as server, contextlib.ExitStack() as stack:
        # One of them is at work.
        client = stack.enter_context(server.connect())
        client.sendall(b"GET /sleep/60 HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.2)
        processes = server.processes()[1:]
        server.process.kill()
        gone = until(lambda: not any(running(pid) for pid in processes), 5)
        left = [pid for pid in processes if running(pid)]
    return [
        count("workers left after 5 s", len(left), 0),
        Figure("until they were gone", NEVER if gone is None else gone, "s", most=1),
    ]


def boot_failure(side: Side, size: Size) -> list[Figure]:
    begin = time.monotonic()
    with started(side, Wanted(target=BROKEN), ready=False) as server:
        ended = until(lambda: server.process.poll() is not None, 10)
        took = time.monotonic() - begin
        code = server.process.poll()
    return [
        count("exit code", NEVER if code is None else code, 3),
        Figure("until it ended", NEVER if ended is None else took, "s", most=1),
    ]


def hang(side: Side, size: Size) -> list[Figure]:
    timeout = 1
    with started(side, Wanted(timeout=timeout)) as server:
        time.sleep(1.2)
        hanging = Client(server.port, keep=False, path="/hang")
        thread = threading.Thread(target=hanging.ask)
        with _load(server) as load:
            time.sleep(0.3)
            before = server.workers() | load.bodies()
            thread.start()
            begin = time.monotonic()
            until(lambda: load.first(before), 5)
            until(lambda: not all(running(int(pid)) for pid in before), 3)
        load.stop()
        left = [pid for pid in before if running(int(pid))]
    thread.join()
    return [
        count("workers replaced", len(before) - len(left), 1),
        Figure(
            f"until a new worker answers (timeout: {timeout} s)",
            (load.first(before) or NEVER) - begin,
            "s",
            most=timeout + 1,
        ),
        count("failed of the others", load.figures.failed, 0),
    ]


CASES = [
    Case("kill-worker", "kill -9 of a worker", killed_worker),
    Case("reload", "Reloads by SIGHUP", reloads),
    Case("recycle", "Recycling every 50 requests", recycling),
    Case("stop", "SIGTERM with requests in flight", stop),
    Case("kill-master", "kill -9 of the master", killed_master),
    Case("boot", "An application that does not load", boot_failure),
    Case("hang", "A view that hangs", hang),
]
