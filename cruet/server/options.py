"""What ``cruet run`` can be told, with defaults, units and checks."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..toolkit._addresses import Address, OptionError


@dataclass
class ServerOptions:
    """Settings of one server. Times are seconds, sizes bytes; 0 means no limit where it says so.

    :raises OptionError: a value is out of its range, or two settings contradict each other.
    """

    #: Where to listen; see :func:`..toolkit._addresses.parse_address`.
    bind: list[Address] = field(default_factory=list)
    #: Permissions of UNIX sockets.
    unix_socket_mode: int = 0o660
    #: Connections that the kernel queues for each listener.
    backlog: int = 2048

    #: Processes that serve.
    workers: int = 1
    #: Threads that run views in each worker; with 1 they run on the loop's own thread.
    threads: int = 1
    #: ``libevent`` or ``poll``; empty: libevent where it was found when cruet was built.
    loop: str = ""

    #: How long application code may run at a stretch before its worker is replaced. 0: for ever.
    timeout: float = 30.0
    #: How long requests in flight may take after a worker was told to stop.
    graceful_timeout: float = 30.0
    #: How long a connection may be idle between requests. 0: no second request.
    keep_alive: float = 75.0
    #: From the first byte of a request to the end of its head. 0: for ever.
    header_timeout: float = 10.0
    #: Between two pieces of a body. 0: for ever.
    body_timeout: float = 30.0
    #: For how long a client may take nothing of an answer. 0: for ever.
    write_timeout: float = 60.0

    limit_request_line: int = 8190
    limit_request_fields: int = 100
    limit_request_field_size: int = 8190
    limit_request_head: int = 65536
    #: 0: none.
    limit_request_body: int = 0
    #: Larger bodies go into a temporary file where a view runs on the loop's thread.
    body_memory: int = 512 * 1024

    #: ``-`` for standard output, a path, or empty for none.
    access_log: str = ""
    log_level: str = "info"

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if not value >= least:
                raise OptionError(f"{_option(name)} must be at least {least}")
            most = _MOST.get(name, _MOST_SECONDS if name in _SECONDS else _MOST_BYTES)
            if value > most:
                raise OptionError(f"{_option(name)} must be at most {most}")
        if not 0 <= self.unix_socket_mode <= 0o777:
            raise OptionError("--unix-socket-mode must lie between 0 and 0777")
        if self.loop not in ("", "libevent", "poll"):
            raise OptionError(f"there is no loop named {self.loop!r}")
        if self.log_level not in LOG_LEVELS:
            raise OptionError(f"--log-level must be one of {', '.join(LOG_LEVELS)}")

    def worker_settings(self) -> dict[str, t.Any]:
        """Return the keyword arguments that :class:`cruet._cruet.Server` takes from here."""
        return {name: getattr(self, name) for name in _WORKER_SETTINGS}


LOG_LEVELS = ("debug", "info", "warning", "error", "critical")

_LEAST = {
    "backlog": 1,
    "workers": 1,
    "threads": 1,
    "timeout": 0,
    "graceful_timeout": 0,
    "keep_alive": 0,
    "header_timeout": 0,
    "body_timeout": 0,
    "write_timeout": 0,
    "limit_request_line": 64,
    "limit_request_fields": 1,
    "limit_request_field_size": 64,
    "limit_request_head": 256,
    "limit_request_body": 0,
    "body_memory": 0,
}

_MOST = {"backlog": 65535, "workers": 1024, "threads": 1024}
_SECONDS = {name for name in _LEAST if name.endswith(("timeout", "keep_alive"))}
#: Three years.
_MOST_SECONDS = 100_000_000
_MOST_BYTES = 2**62

_WORKER_SETTINGS = (
    "threads",
    "loop",
    "keep_alive",
    "header_timeout",
    "body_timeout",
    "write_timeout",
    "graceful_timeout",
    "limit_request_line",
    "limit_request_fields",
    "limit_request_field_size",
    "limit_request_head",
    "limit_request_body",
    "body_memory",
)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
