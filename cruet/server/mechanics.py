"""The server's processes among others: users, pid file, terminal, titles, and a new master."""

from __future__ import annotations

import importlib
import os
import sys
import typing as t
from collections.abc import Callable, Iterable

from .. import _cruet
from ..toolkit._addresses import Listener, OptionError
from . import logs
from .options import ServerOptions


class Owner:
    """Whom workers run as, and whose the files are that they write.

    :raises OptionError: the process may not become it.
    """

    def __init__(self, options: ServerOptions) -> None:
        self._init_groups = options.initgroups
        self._identity = _cruet.Identity(options.user, options.group)
        self._changes = not self._identity.present or (
            self._init_groups and bool(options.user or options.group)
        )
        if self._changes and os.geteuid() != 0:
            raise OptionError("only root may let workers run as another user or group")

    def take(self, files: Iterable[int | str]) -> None:
        """Give files, or descriptors of files, to the user. :raises OptionError: it cannot be."""
        if not self._changes:
            return
        for file in files:
            try:
                os.chown(file, self._identity.user, self._identity.group)
            except FileNotFoundError:
                # A log that has no line yet; whoever writes one makes the file.
                continue
            except OSError as error:
                raise OptionError(f"cannot give {file!r} away: {error.strerror}") from None

    def become(self, place: _cruet.WorkerPlace | _cruet.Nursery) -> bool:
        """Run as that user from now on; False, and a line in the log, where it cannot be."""
        if not self._changes:
            return True
        try:
            if not self._identity.assume(place, self._init_groups):
                return False
            # Once: what the nursery has become its workers are.
            self._changes = False
            return True
        except OSError as error:
            logs.logger.error("The worker cannot change its user: %s", error.strerror)
            return False


class PidFile:
    """The pid file, if there is to be one, under its own name or that beside an older master's.

    :raises OptionError: it cannot be written, or belongs to a server that runs.
    """

    def __init__(self, options: ServerOptions, predecessor: int) -> None:
        self._file: _cruet.PidFile | None = None
        self._name = os.path.abspath(options.pidfile) if options.pidfile else ""
        if not self._name:
            return
        name = self._name + (".2" if predecessor else "")
        try:
            self._file = _cruet.PidFile(name)
        except FileExistsError:
            raise OptionError(f"{name!r} belongs to a server that runs") from None
        except OSError as error:
            raise OptionError(f"cannot write {name!r}: {error.strerror}") from None

    def promote(self) -> None:
        """Take the place of the older master's, which has gone."""
        if self._file is None:
            return
        try:
            self._file.move_to(self._name)
        except OSError as error:
            logs.logger.error("The pid file keeps its name: %s", error)

    def remove(self) -> None:
        """Remove it at the end."""
        if self._file is not None:
            self._file.remove()


class Terminal:
    """The terminal that a daemon leaves."""

    def __init__(self) -> None:
        self._line: _cruet.DaemonLine | None = None

    def leave(self) -> int | None:
        """Fork; in the process that was started return the exit code once the start is over.

        :raises OptionError: no process could be made.
        """
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            line = _cruet.leave_terminal()
        except OSError as error:
            raise OptionError(f"cannot become a daemon: {error.strerror}") from None
        if isinstance(line, int):
            return line
        self._line = line
        return None

    def started(self) -> None:
        """The first worker serves: nothing more is told to the terminal."""
        if self._line is not None:
            _cruet.detach_streams()
            self._line.started()
            self._line = None

    def worker_serves(self) -> None:
        """Let go of the terminal in a worker, too."""
        if self._line is not None:
            _cruet.detach_streams()
            self._line.close()


def _setproctitle() -> Callable[[str], None] | None:
    try:
        module = importlib.import_module("setproctitle")
    except ImportError:
        return None
    return t.cast("Callable[[str], None]", module.setproctitle)


def set_title(role: str, name: str) -> None:
    """Call the process ``cruet: master [name]``, as far as the machine can."""
    whole = _setproctitle()
    if whole is not None:
        whole(f"cruet: {role} [{name}]")
    _cruet.set_process_name(f"cruet: {role}")


def become_new_master(folder: str, listeners: Iterable[Listener]) -> t.NoReturn:
    """Be the command that this server was started with, on its sockets."""
    sockets = [listener.socket.fileno() for listener in listeners]
    try:
        os.chdir(folder)
        _cruet.exec_successor([sys.executable, *sys.orig_argv[1:]], sockets)
    except OSError as error:
        logs.logger.error("The new master does not start: %s", error.strerror)
    # No part of what the old master has to do at its end is this process's.
    os._exit(1)
