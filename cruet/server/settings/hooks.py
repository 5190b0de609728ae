"""Functions that the server calls, under Gunicorn's names."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from dataclasses import dataclass

from .table import hook

Hook = Callable[..., t.Any] | str | None


@dataclass(kw_only=True)
class Hooks:
    """Server hooks"""

    on_starting: Hook = hook("Before the master opens its sockets.", "server")
    on_reload: Hook = hook("After SIGHUP, before the first new worker.", "server")
    when_ready: Hook = hook("When the sockets are open, before the first worker.", "server")
    pre_fork: Hook = hook("In the master, before each worker is forked.", "server", "worker")
    post_fork: Hook = hook("In each worker, first of all.", "server", "worker")
    post_worker_init: Hook = hook("In each worker, when the application is loaded.", "worker")
    worker_int: Hook = hook("In a worker that gets SIGINT or SIGQUIT.", "worker")
    worker_abort: Hook = hook("In a worker that hangs, or gets SIGABRT.", "worker")
    pre_exec: Hook = hook("Before SIGUSR2 starts a new master.", "server")
    pre_request: Hook = hook(
        "Before each request; what it adds to the request's headers the application sees.",
        "worker",
        "request",
    )
    post_request: Hook = hook(
        "After each request; it may leave the last parameters out.",
        "worker",
        "request",
        "environ",
        "response",
        optional=2,
    )
    child_exit: Hook = hook("In the master, when a worker has ended.", "server", "worker")
    worker_exit: Hook = hook("In a worker, when it has served its last.", "server", "worker")
    nworkers_changed: Hook = hook(
        "When the number of workers is set; None is the old one at the start.",
        "server",
        "new_value",
        "old_value",
    )
    on_exit: Hook = hook("In the master, at its end.", "server")
