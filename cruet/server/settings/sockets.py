"""Where a server listens."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...toolkit._addresses import Address, parse_address
from .table import addresses, flag, integer, mode, path, text

HOST = "127.0.0.1"
PORT = 5000


@dataclass(kw_only=True)
class Sockets:
    """Sockets"""

    bind: list[Address] = addresses(
        "HOST:PORT, [IPV6]:PORT, unix:PATH or fd://NUMBER, in place of --host and --port; may be "
        "repeated.",
        flags="-b",
        shown=f"{HOST}:{PORT}",
        why="What Flask's development server listens on, out of reach of other machines. Sockets "
        "of systemd (LISTEN_FDS) take its place, unless it names some of them: fd://3, or fd://web "
        "by the name that their unit gives them.",
    )
    host: str | None = text(
        None,
        "Address to listen on.",
        flags="-h",
        variables="FLASK_RUN_HOST",
        shown=HOST,
        into="bind",
        why="A server that nobody else can reach until that is asked for.",
    )
    port: int | None = integer(
        None,
        "Port; 0: any free one.",
        least=0,
        most=65535,
        flags="-p",
        variables="FLASK_RUN_PORT",
        shown=str(PORT),
        into="bind",
        why="Flask's.",
    )
    unix_socket: str | None = path(
        None,
        "Listen on a UNIX socket.",
        into="bind",
        why="A short way to write --bind unix:PATH.",
    )
    unix_socket_mode: int = mode(
        0o660,
        "Permissions of UNIX sockets, octal.",
        why="A proxy in the server's group may connect, and nobody else.",
        fixed=True,
    )
    backlog: int = integer(
        2048,
        "Connections that may queue.",
        unit="connections",
        least=1,
        most=65535,
        why="Gunicorn's; the system's net.core.somaxconn bounds it further.",
    )
    reuse_port: bool = flag(
        False,
        "Let other servers listen on the same port at the same time (SO_REUSEPORT).",
        fixed=True,
        why="The kernel gives each of them connections whether it has time or not, and those that "
        "wait for one that is killed are reset. SIGHUP and SIGUSR2 renew a server without it.",
    )


def resolve_bind(layers: Sequence[Mapping[str, t.Any]]) -> list[Address]:
    """Return where to listen. ``layers`` hold what each source says, the strongest first.

    Whatever the strongest that says anything of it names, replaces what weaker ones bind to, so
    that ``--port 8001`` moves a server whose file says ``bind``; a weaker host and port still
    complete it.
    """
    said = [layer for layer in layers if not layer.keys().isdisjoint(_PLACES)]
    strongest: Mapping[str, t.Any] = said[0] if said else {}
    host, port = _first(said, "host"), _first(said, "port")
    default_port = PORT if port is None else port
    found = [
        item if isinstance(item, Address) else parse_address(item, default_port)
        for item in strongest.get("bind") or ()
    ]
    alone = not found
    if strongest.get("unix_socket"):
        found.append(Address(path=strongest["unix_socket"]))
    by_host = strongest.get("host") is not None
    by_port = strongest.get("port") is not None and alone
    if not found or by_host or by_port:
        first = Address(HOST if host is None else host or "0.0.0.0", default_port)
        # In a Python file HOST and PORT may well be what BIND was put together of.
        if first.port == 0 or first not in found:
            found.insert(0, first)
    return found


_PLACES = ("bind", "host", "port", "unix_socket")


def _first(layers: Sequence[Mapping[str, t.Any]], name: str) -> t.Any:
    return next((layer[name] for layer in layers if layer.get(name) is not None), None)
