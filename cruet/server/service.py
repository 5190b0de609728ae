"""One server's configuration while it runs, and its change at SIGHUP."""

from __future__ import annotations

import os
import socket
import sys
import typing as t
from collections.abc import Callable

from .. import _cruet
from ..toolkit._addresses import Listener, OptionError
from . import logs
from .hooks import OF_MASTER, ConfigView, Hooks, ServerView, WorkerView
from .listening import Given, Listening, listen_on
from .options import SETTINGS, ServerOptions
from .settings.sources import Configuration
from .tls import tls_context


class Service:
    """What the master and its workers are told: the configuration, and what follows from it.

    ``read`` reads the configuration anew; ``name`` is what the processes are called.

    ``certificate`` is a certificate that no setting names, and that stays.

    :raises OptionError: a hook is not there, or no directory to work in, or no certificate.
    """

    def __init__(
        self,
        configuration: Configuration,
        read: Callable[[], Configuration],
        name: str,
        certificate: _cruet.TlsContext | None = None,
    ) -> None:
        self._read = read
        self.name = name
        #: Where the server was started.
        self.folder = os.getcwd()
        self._surroundings = Surroundings()
        self._surroundings.set(configuration.options)
        self.configuration = configuration
        self._certificate = certificate
        #: Read before workers are forked, and before they become somebody else.
        self.tls = certificate or tls_context(configuration.options)
        self.hooks = Hooks(configuration, OF_MASTER)
        self.server = ServerView(configuration.options)
        #: Where those who watch are answered.
        self.monitors: list[Listener] = []
        self._before: tuple[Configuration, _cruet.TlsContext | None] | None = None
        self._workers = 0
        self._listening: Listening | None = None
        self._given: Given | None = None

    @property
    def options(self) -> ServerOptions:
        """What new workers are told."""
        return self.configuration.options

    @property
    def listeners(self) -> list[Listener]:
        """What new workers listen on."""
        return self._listening.listeners if self._listening else []

    def listen(self, inherited: list[int]) -> None:
        """Open the sockets, but for those that an older master has left.

        :raises OptionError: one cannot be had; none stays open then.
        """
        options = self.options
        given = self._given = Given(_cruet.take_activation())
        metrics = given.numbered(options.metrics_bind)
        numbers = {fd for fd, _ in given.activated}
        numbers.update(int(a.fd) for a in (*options.bind, *metrics) if a.fd.isdigit())
        left = [Listener(socket.socket(fileno=fd), fd in numbers) for fd in inherited]
        self._listening = Listening(options, left, given)
        self.server.LISTENERS = self.listeners
        try:
            self.monitors = listen_on(options, metrics, left)
        except OptionError:
            self._listening.close(unlink=not inherited)
            raise
        finally:
            for listener in left:
                # Nobody asked for it this time.
                listener.close(unlink=False)

    def leave(self) -> None:
        """Take back what the settings have changed in the environment."""
        self._surroundings.take_back()
        if self._given is not None:
            self._given.offer()

    def close(self, unlink: bool) -> None:
        """Close the sockets; with ``unlink`` remove the files of those that have one, too."""
        if self._listening is not None:
            self._listening.close(unlink)
        for listener in self.monitors:
            listener.close(unlink)

    def master_settings(self) -> dict[str, t.Any]:
        """Return what :func:`cruet._cruet.run_master` is told."""
        # What waits on those that were given is for whoever serves next.
        own = [listener for listener in self.listeners if not listener.given]
        listening = [listener.socket.fileno() for listener in own]
        return {**self.options.master_settings(), "listeners": listening}

    def new_worker(self) -> WorkerView:
        """Return what hooks see of the next worker."""
        self._workers += 1
        return WorkerView(self.options, self._workers)

    def reload(self) -> bool:
        """Read the configuration anew; False, and a line in the log, where it cannot be used."""
        before = self.configuration
        try:
            configuration = self._read()
            self._keep_fixed(configuration)
            self._hold(configuration)
            tls = self._certificate or tls_context(configuration.options)
            if self._listening is not None:
                self._listening.move(configuration.options)
        except OptionError as error:
            self._hold(before)
            logs.logger.error("The configuration stays as it was: %s", error)
            return False
        self._before = before, self.tls
        self.tls = tls
        self.server.LISTENERS = self.listeners
        for complaint in configuration.complaints:
            logs.logger.warning("%s", complaint)
        return True

    def reload_finished(self) -> None:
        """Let go of what only the old workers needed."""
        self._before = None
        if self._listening is not None:
            self._listening.settle()

    def reload_failed(self) -> None:
        """Go back to the configuration that the workers have who go on."""
        if self._before is not None:
            before, self.tls = self._before
            self._hold(before)
            self._before = None
        if self._listening is not None:
            self._listening.go_back()
            self.server.LISTENERS = self.listeners

    def _keep_fixed(self, configuration: Configuration) -> None:
        for name, row in SETTINGS.items():
            was = getattr(self.options, name)
            if row.fixed and getattr(configuration.options, name) != was:
                logs.logger.warning("%s stays as it was: only a restart changes it", name)
                setattr(configuration.options, name, was)

    def _hold(self, configuration: Configuration) -> None:
        self._surroundings.set(configuration.options)
        self.hooks = Hooks(configuration, OF_MASTER)
        self.configuration = configuration
        self.server.cfg = ConfigView(configuration.options)
        logs.set_up(configuration.options)


class Surroundings:
    """What the process has of its settings outside of itself: environment, import path, folder."""

    def __init__(self) -> None:
        self._folder = os.getcwd()
        self._environ: dict[str, str | None] = {}
        self._path: list[str] = []

    def set(self, options: ServerOptions) -> None:
        """Put the variables and directories of the settings in place, in place of earlier ones.

        :raises OptionError: there is no such directory to work in, or for uploads.
        """
        self._move(options.chdir)
        if options.tmp_upload_dir and not os.path.isdir(options.tmp_upload_dir):
            raise OptionError(f"tmp_upload_dir {options.tmp_upload_dir!r} is no directory")
        if options.umask is not None:
            os.umask(options.umask)
        self.take_back()
        said = dict(item.split("=", 1) for item in options.env)
        self._environ = {name: os.environ.get(name) for name in said}
        os.environ.update(said)
        for entry in self._path:
            if entry in sys.path:
                sys.path.remove(entry)
        if os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())
        self._path = [os.path.abspath(entry) for entry in options.pythonpath]
        sys.path[:0] = self._path

    def take_back(self) -> None:
        """Give variables the values that they had."""
        for name, value in self._environ.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._environ = {}

    def _move(self, folder: str | None) -> None:
        if folder is None:
            return
        try:
            os.chdir(os.path.join(self._folder, folder))
        except OSError as error:
            raise OptionError(f"cannot work in {folder!r}: {error.strerror}") from None
