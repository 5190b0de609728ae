"""Server hooks: Gunicorn's, called with objects that have what hooks use of Gunicorn's."""

from __future__ import annotations

import functools
import logging
import os
import typing as t
from collections.abc import Callable

from .._cruet import HookedRequest
from ..toolkit._addresses import Listener, OptionError
from . import logs
from .options import SETTINGS, ServerOptions
from .settings.kinds import Hook
from .settings.sources import Configuration

#: Hooks that are called in the master, and the others in workers.
OF_MASTER = (
    "on_starting",
    "on_reload",
    "when_ready",
    "pre_fork",
    "pre_exec",
    "child_exit",
    "nworkers_changed",
    "on_exit",
)
OF_WORKERS = (
    "post_fork",
    "post_worker_init",
    "worker_int",
    "worker_abort",
    "pre_request",
    "post_request",
    "worker_exit",
)


class HookError(Exception):
    """A hook without which there is no start has raised; that is its cause."""


class Hooks:
    """The functions that a configuration names, found.

    Those given as ``MODULE:FUNCTION`` are imported in the process that calls them, so that new
    workers get them anew and the master imports no application.

    :raises OptionError: one is not there.
    """

    def __init__(self, configuration: Configuration, names: tuple[str, ...]) -> None:
        self.functions: dict[str, Callable[..., t.Any]] = {}
        self._called: set[str] = set()
        for name in names:
            value = getattr(configuration.options, name)
            if value is None:
                continue
            try:
                self.functions[name] = t.cast(Hook, SETTINGS[name].kind).find(value)
            except ValueError as error:
                source = configuration.origin.get(name, "hooks")
                raise OptionError(f"{source}: {name} {error}") from None

    def call(self, name: str, *arguments: t.Any) -> None:
        """Call a hook, if it was set. What it raises goes into the log."""
        function = self.functions.get(name)
        if function is None:
            return
        try:
            function(*arguments)
        except Exception:
            logs.logger.exception("Error in the hook %s", name)

    def call_once(self, name: str, *arguments: t.Any) -> None:
        """Call a hook as :meth:`call` does, the first time."""
        if name not in self._called:
            self._called.add(name)
            self.call(name, *arguments)

    def demand(self, name: str, *arguments: t.Any) -> None:
        """Call a hook on whose success the start depends. :raises HookError: it has raised."""
        function = self.functions.get(name)
        if function is None:
            return
        try:
            function(*arguments)
        except Exception as error:
            raise HookError(name) from error

    def around_requests(self, worker: WorkerView) -> dict[str, t.Any]:
        """Return what :class:`cruet._cruet.Server` takes of the hooks around requests."""
        found: dict[str, t.Any] = {}
        before = self.functions.get("pre_request")
        if before is not None:
            found["pre_request"] = functools.partial(before, worker)
        after = self.functions.get("post_request")
        if after is not None:
            count = t.cast(Hook, SETTINGS["post_request"].kind).arity(after)
            found["post_request"] = _after_request(after, worker, count)
        return found


def _after_request(
    function: Callable[..., t.Any], worker: WorkerView, count: int
) -> Callable[[HookedRequest], None]:
    def call(request: HookedRequest) -> None:
        # The environ is made for those alone who take it.
        if count == 2:
            function(worker, request)
        elif count == 3:
            function(worker, request, request.environ)
        else:
            function(worker, request, request.environ, request.response)

    return call


class ConfigView:
    """Settings by cruet's names, and by Gunicorn's where they are called otherwise."""

    def __init__(self, options: ServerOptions) -> None:
        self._options = options

    def __getattr__(self, name: str) -> t.Any:
        if name in SETTINGS:
            return getattr(self._options, name)
        # A large table that few need.
        from .settings.gunicorn_table import GUNICORN

        row = GUNICORN.get(name)
        if row is not None and row.to in SETTINGS:
            return getattr(self._options, row.to)
        raise AttributeError(f"there is no setting {name!r}")


class _Process:
    """What server and worker have in common."""

    def __init__(self, options: ServerOptions) -> None:
        #: The server's log, a :class:`logging.Logger`.
        self.log: logging.Logger = logs.logger
        self.cfg = ConfigView(options)


class ServerView(_Process):
    """The master, as hooks see it."""

    def __init__(self, options: ServerOptions) -> None:
        super().__init__(options)
        self.pid = os.getpid()
        self.num_workers = options.workers
        #: Workers by process id.
        self.WORKERS: dict[int, WorkerView] = {}
        #: Sockets that listen.
        self.LISTENERS: list[Listener] = []

    @property
    def address(self) -> list[tuple[str, int] | str]:
        """Where the server listens: (host, port), or the path of a UNIX socket."""
        places = [listener.address for listener in self.LISTENERS]
        return [place.path or (place.host, place.port) for place in places]


class WorkerView(_Process):
    """A worker, as hooks see it. In the master before the fork ``pid`` is None."""

    def __init__(self, options: ServerOptions, age: int) -> None:
        super().__init__(options)
        #: The how many-th worker of its master it is, from 1.
        self.age = age
        self.pid: int | None = None
        self.ppid = os.getpid()
        self.timeout = options.timeout
        self.booted = False
        self.alive = True
        #: The application, once it is loaded.
        self.wsgi: t.Any = None

    @property
    def app(self) -> AppView:
        """What has the application as ``callable`` and ``wsgi()``."""
        return AppView(self.wsgi)

    def __str__(self) -> str:
        return f"<Worker {self.pid}>"


class AppView:
    """Gunicorn's wrapper of an application."""

    def __init__(self, application: t.Any) -> None:
        self.callable = application

    def wsgi(self) -> t.Any:
        """Return the application."""
        return self.callable
