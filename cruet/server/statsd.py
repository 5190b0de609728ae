"""What statsd is told under Gunicorn's names, but for requests, of which workers tell natively."""

from __future__ import annotations

import contextlib
import logging
import socket
import typing as t

from .. import _cruet
from ..toolkit._addresses import OptionError, parse_address
from .datagrams import connect
from .options import ServerOptions

#: Statsd's own.
PORT = 8125


class Statsd:
    """A connection to statsd. Without ``statsd_host`` there is none, and nothing is told.

    :raises OptionError: the address cannot be had.
    """

    def __init__(self, options: ServerOptions) -> None:
        self._socket: socket.socket | None = None
        prefix = options.statsd_prefix.rstrip(".")
        self.prefix = f"{prefix}." if prefix else ""
        self.tags = options.dogstatsd_tags
        if options.statsd_host:
            try:
                where = parse_address(options.statsd_host, PORT)
            except OptionError as error:
                raise OptionError(f"statsd_host: {error}") from None
            address = where.path or (where.host, where.port)
            self._socket = connect("statsd", options.statsd_host, address)
            self._socket.setblocking(False)

    def worker_settings(self) -> dict[str, t.Any]:
        """What workers tell their requests with: arguments of :class:`_cruet.Server`."""
        fd = self._socket.fileno() if self._socket else -1
        return {"statsd": fd, "statsd_prefix": self.prefix, "statsd_tags": self.tags}

    def count(self, name: str, number: int = 1) -> None:
        """Tell that something has come about, so many times."""
        self._tell(name, number, "c")

    def gauge(self, name: str, value: int) -> None:
        """Tell how many there are of something."""
        self._tell(name, value, "g")

    def _tell(self, name: str, value: int, kind: str) -> None:
        if self._socket is None:
            return
        line = _cruet.statsd_line(name, str(value), kind, self.prefix, self.tags)
        # What the receiver has no room for, or nobody receives, is lost.
        with contextlib.suppress(OSError):
            self._socket.send(line)

    def count_lines_of(self, logger: logging.Logger) -> None:
        """From now on count what the server's log says, by its level."""
        if self._socket is not None:
            logger.addHandler(_LineCounter(self))


class _LineCounter(logging.Handler):
    def __init__(self, statsd: Statsd) -> None:
        super().__init__(logging.WARNING)
        self._statsd = statsd

    def emit(self, record: logging.LogRecord) -> None:
        kind = "exception" if record.exc_info else record.levelname.lower()
        self._statsd.count(f"gunicorn.log.{kind}")
