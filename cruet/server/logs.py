"""The server's logs: its own, through :mod:`logging`, and where the access log's lines go."""

from __future__ import annotations

import contextlib
import json
import logging
import logging.config
import logging.handlers
import os
import socket
import sys
import threading
import tomllib
import typing as t
from datetime import datetime

from ..toolkit._addresses import OptionError
from .datagrams import connect

if t.TYPE_CHECKING:
    from configparser import RawConfigParser

    from .options import ServerOptions

#: What the server says: starts, stops, workers, errors of applications.
logger = logging.getLogger("cruet.server")
#: Gets a record for each request where the access log is ``logging``.
access_logger = logging.getLogger("cruet.access")

FORMAT = "[%(asctime)s] [%(process)d] [%(levelname)s] %(message)s"
DATE_FORMAT = "%Y-%m-%d %H:%M:%S %z"


class JSONFormatter(logging.Formatter):
    """An object a line: time, level, logger, pid, message and, of errors, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        made = datetime.fromtimestamp(record.created).astimezone()
        entry = {
            "time": made.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def set_up(options: ServerOptions) -> None:
    """Send the server's log where the options say, unless the program has set it up itself.

    :raises OptionError: a file cannot be written or read, or an address cannot be had.
    """
    logger.setLevel(options.log_level.upper())
    if options.log_config:
        _configure(options.log_config)
        return
    if logger.handlers or logging.getLogger().handlers:
        return
    if options.log_format == "json":
        formatter: logging.Formatter = JSONFormatter()
    else:
        formatter = logging.Formatter(FORMAT, DATE_FORMAT)
    handler = _error_handler(options.error_log)
    handler.setFormatter(formatter)
    logger.addHandler(handler)
    if options.syslog:
        logger.addHandler(_syslog_handler(options))
    logger.propagate = False


def _configure(source: str | dict[str, t.Any] | RawConfigParser) -> None:
    try:
        if isinstance(source, str) and source.endswith((".json", ".toml")):
            with open(source, "rb") as file:
                found = json.load(file) if source.endswith(".json") else tomllib.load(file)
        elif isinstance(source, dict):
            found = source
        else:
            logging.config.fileConfig(source, disable_existing_loggers=False)
            return
        logging.config.dictConfig({"version": 1, "disable_existing_loggers": False, **found})
    except Exception as error:
        # Classes that the file names may raise anything.
        reason = getattr(error, "strerror", None) or error
        named = f"cannot use {source!r}: " if isinstance(source, str) else ""
        raise OptionError(f"log_config: {named}{reason}") from None


def _error_handler(target: str) -> logging.StreamHandler[t.Any]:
    if target in ("-", ""):
        return logging.StreamHandler(sys.stderr)
    try:
        # One that notices when a rotation has moved the file away.
        return logging.handlers.WatchedFileHandler(target)
    except OSError as error:
        raise OptionError(f"cannot write {target!r}: {error.strerror}") from None


def _syslog_address(text: str) -> str | tuple[str, int]:
    if text.startswith("unix:"):
        return text.removeprefix("unix:")
    host, colon, port = text.removeprefix("udp://").rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise OptionError(f"syslog must be unix:PATH or HOST:PORT, not {text!r}")
    return host.strip("[]"), int(port)


def _connect(options: ServerOptions) -> socket.socket:
    return connect("syslog", options.syslog, _syslog_address(options.syslog))


def _syslog_handler(options: ServerOptions) -> logging.Handler:
    # The standard library's handler does not say when it cannot connect.
    _connect(options).close()
    facility = logging.handlers.SysLogHandler.facility_names[options.syslog_facility]
    handler = logging.handlers.SysLogHandler(_syslog_address(options.syslog), facility)
    handler.append_nul = False
    handler.ident = f"{options.syslog_prefix}: "
    return handler


class AccessLog:
    """Where a worker writes the lines of its access log: ``fd``, -1 for none.

    :raises OptionError: the file or the address cannot be had.
    """

    def __init__(self, options: ServerOptions) -> None:
        self.fd = -1
        self.syslog_prefix = ""
        self._path = ""
        self._socket: socket.socket | None = None
        self._piped = options.access_log == "logging"
        if options.access_log == "-":
            self.fd = 1
        elif options.access_log == "syslog":
            self._to_syslog(options)
        elif options.access_log and not self._piped:
            self._path = options.access_log
            self.fd = _open(self._path)

    def _to_syslog(self, options: ServerOptions) -> None:
        if not options.syslog:
            raise OptionError("access_log is 'syslog', but `syslog` says no address")
        self._socket = _connect(options)
        handler = logging.handlers.SysLogHandler
        priority = handler.facility_names[options.syslog_facility] << 3 | handler.LOG_INFO
        self.syslog_prefix = f"<{priority}>{options.syslog_prefix}: "
        self.fd = self._socket.fileno()

    def file(self) -> list[int | str]:
        """Return the log's file, if it is one."""
        return [self.fd] if self._path else []

    def reopen(self) -> None:
        """Write into a new file where the old one was moved away, as logrotate does.

        Lines that are being written meanwhile are in the one or the other.
        """
        if not self._path or _is_file(self.fd, self._path):
            return
        try:
            new = _open(self._path)
        except OptionError as error:
            logger.error("The access log goes on in its old file: %s", error)
            return
        os.dup2(new, self.fd, inheritable=False)
        os.close(new)

    def in_worker(self) -> None:
        """Prepare for the lines of this process: ``logging`` reads them from a pipe in a thread."""
        if not self._piped:
            return
        read_end, self.fd = os.pipe()
        thread = threading.Thread(target=_log_lines, args=(read_end,), name="cruet-log")
        thread.daemon = True
        thread.start()


def reopen(access_log: AccessLog) -> None:
    """Open every log file anew: the access log's and those of :mod:`logging`."""
    access_log.reopen()
    known = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    for named in (logging.root, *known):
        for handler in named.handlers:
            if not isinstance(handler, logging.FileHandler):
                continue
            with handler.lock or contextlib.nullcontext():
                # The handler opens its file with the next line.
                stream, handler.stream = handler.stream, None
                if stream is not None:
                    stream.close()


def files(access_log: AccessLog) -> list[int | str]:
    """Return what log files there are, for workers to own."""
    named = [handler for handler in logger.handlers if isinstance(handler, logging.FileHandler)]
    return [*access_log.file(), *(handler.baseFilename for handler in named)]


def _is_file(fd: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), os.stat(path))
    except OSError:
        return False


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    except OSError as error:
        raise OptionError(f"cannot write {path!r}: {error.strerror}") from None


def _log_lines(fd: int) -> None:
    with open(fd, encoding="ascii", errors="replace") as lines:
        for line in lines:
            access_logger.info("%s", line.rstrip("\n"))
