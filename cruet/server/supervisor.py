"""The server as ``cruet run`` starts it: listeners, a master, workers with the application."""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
import typing as t
from collections.abc import Callable

from .. import _cruet
from ..toolkit._addresses import Listener, OptionError, open_listeners
from . import logs
from .loading import AppLoadError
from .options import ServerOptions

#: Exit code where the application cannot be loaded.
BOOT_FAILURE = 3

App = Callable[..., t.Any]


def supervise(options: ServerOptions, load: Callable[[], App]) -> int:
    """Serve what ``load`` gives, in workers that each load it for themselves.

    Returns the master's exit code: 0 after a signal, :data:`BOOT_FAILURE` where the application
    does not load. Workers end by SystemExit, on the caller's stack.

    :raises OptionError: an address or the access log cannot be had.
    """
    logs.set_up(options.log_level)
    log_fd = open_access_log(options.access_log)
    listeners = open_listeners(options.bind, options.backlog, options.unix_socket_mode)
    master = os.getpid()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
        outcome = _cruet.run_master(
            _Observer(listeners, _banner(options, listeners)),
            workers=options.workers,
            lanes=options.threads + 1,
            timeout=options.timeout,
            graceful_timeout=options.graceful_timeout,
        )
        if not isinstance(outcome, int):
            sys.exit(_work(outcome, options, load, listeners, log_fd))
        return outcome
    finally:
        for listener in listeners:
            listener.close(unlink=os.getpid() == master)


def open_access_log(target: str) -> int:
    """Return the descriptor for ``-``, a path or "" (-1). :raises OptionError: it cannot be."""
    if not target:
        return -1
    if target == "-":
        return 1
    try:
        return os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    except OSError as error:
        raise OptionError(f"cannot write {target!r}: {error.strerror}") from None


def _banner(options: ServerOptions, listeners: list[Listener]) -> str:
    where = ", ".join(str(listener.address) for listener in listeners)
    loop = options.loop or _cruet.default_loop_name
    return (
        f"cruet {_cruet.version} serves at {where} (workers: {options.workers}, "
        f"threads: {options.threads}, loop: {loop}, pid: {os.getpid()})"
    )


class _Observer:
    """Tells the log what the master does, and closes its listeners when it stops.

    The banner waits for the first worker: an application that does not load says so alone.
    """

    def __init__(self, listeners: list[Listener], banner: str) -> None:
        self.listeners = listeners
        self.banner = banner
        self.stopping = False

    def notify(self, event: str, pid: int, status: int) -> None:
        log = logs.logger
        if event == "stopping":
            self.stopping = True
            # The workers' copies go on until they have taken in what waits.
            for listener in self.listeners:
                listener.close()
            log.info("Stopping: %s", signal.Signals(status).name)
        elif event == "worker_ready":
            if self.banner:
                log.info("%s", self.banner)
                self.banner = ""
            log.info("Worker %d serves", pid)
        elif event == "worker_ended" and status != 0:
            # The stop may come before a worker that still imports knows how to take it.
            as_told = self.stopping and status == signal.SIGTERM
            log.log(
                logging.DEBUG if as_told else logging.WARNING,
                "Worker %d ended: %s",
                pid,
                how_it_ended(status),
            )
        elif event == "worker_hung":
            log.error("Worker %d hangs beyond the timeout and is replaced", pid)
        elif event == "worker_killed":
            log.warning("Worker %d did not stop in time and is killed", pid)
        elif event == "boot_failed":
            # What the worker has itself complained of needs no second line.
            own = os.WIFEXITED(status) and os.WEXITSTATUS(status) == BOOT_FAILURE
            log.log(
                logging.DEBUG if own else logging.ERROR,
                "Worker %d did not start: %s",
                pid,
                how_it_ended(status),
            )
        elif event == "fork_failed":
            log.error("No new worker: %s", os.strerror(status))
        elif event == "reload_started":
            log.info("Reloading")
        elif event == "reload_finished":
            log.info("Reloaded")
        elif event == "reload_failed":
            log.error("The new code does not start; the old workers go on")
        else:
            log.debug("%s %d", event, pid)

    def reload(self) -> bool:
        return True


def how_it_ended(status: int) -> str:
    """Say in words what :func:`os.wait` tells."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        try:
            return f"killed by {signal.Signals(number).name}"
        except ValueError:
            return f"killed by signal {number}"
    return f"exit code {os.waitstatus_to_exitcode(status)}"


def _work(
    place: _cruet.WorkerPlace,
    options: ServerOptions,
    load: Callable[[], App],
    listeners: list[Listener],
    log_fd: int,
) -> int:
    # The terminal's Ctrl-C goes to the whole group; the master passes on what is meant. A function
    # rather than SIG_IGN, which programs that the application starts would inherit.
    signal.signal(signal.SIGINT, lambda *_: None)
    app = load_or_complain(load)
    if app is None:
        return BOOT_FAILURE
    server = _cruet.Server(
        app,
        [listener.socket for listener in listeners],
        access_log=log_fd,
        multiprocess=options.workers > 1,
        place=place,
        **options.worker_settings(),
    )
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    signal.signal(signal.SIGQUIT, lambda *_: server.stop(graceful=False))
    for listener in listeners:
        # The server has duplicates, which it closes as soon as it stops accepting.
        listener.close(unlink=False)
    place.ready()
    server.run()
    return 0


def load_or_complain(load: Callable[[], App]) -> App | None:
    """Return the application, or tell standard error why there is none."""
    try:
        return load()
    except AppLoadError as error:
        print(f"cruet: {error}", file=sys.stderr)
    except BaseException as error:
        format_message = getattr(error, "format_message", None)
        if format_message is not None:
            # click's, for whom a message is enough.
            print(f"cruet: {format_message()}", file=sys.stderr)
        else:
            traceback.print_exc()
    sys.stderr.flush()
    return None
