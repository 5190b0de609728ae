"""The sockets of a server from its start to its end, and what a reload makes of them."""

from __future__ import annotations

import socket

from ..toolkit._addresses import Address, Listener, open_listeners
from .options import ServerOptions


class Listening:
    """The listeners of one server, each with the address that was asked for.

    A reload opens what is new, and closes what is no longer wanted when the new workers serve.

    ``left`` are listeners of an older master; those that fit are taken out of it and used.

    :raises OptionError: an address cannot be had.
    """

    def __init__(self, options: ServerOptions, left: list[Listener]) -> None:
        opened = listen_on(options, options.bind, left)
        self._held = list(zip(options.bind, opened, strict=True))
        self._before: list[tuple[Address, Listener]] = []

    @property
    def listeners(self) -> list[Listener]:
        """What new workers listen on."""
        return [listener for _, listener in self._held]

    def move(self, options: ServerOptions) -> None:
        """Listen where the options say. :raises OptionError: one cannot be had; nothing changes."""
        left = list(self._held)
        kept: list[tuple[Address, Listener] | None] = []
        for address in options.bind:
            found = next((held for held in left if held[0] == address), None)
            if found is not None:
                left.remove(found)
            kept.append(found)
        missing = [address for address, held in zip(options.bind, kept, strict=True) if not held]
        found_now = listen_on(options, missing, [])
        opened = iter(zip(missing, found_now, strict=True))
        self._before = self._held
        self._held = [held or next(opened) for held in kept]
        for _, listener in self._held:
            listener.socket.listen(options.backlog)

    def settle(self) -> None:
        """The new workers serve: close what only the old ones listened on."""
        self._close(self._before, but=self._held)
        self._before = []

    def go_back(self) -> None:
        """The old workers go on: close what was opened for new ones."""
        if self._before:
            self._close(self._held, but=self._before)
            self._held, self._before = self._before, []

    def close(self, unlink: bool) -> None:
        """Close all; with ``unlink`` remove the files of UNIX sockets, too."""
        for _, listener in self._held + self._before:
            listener.close(unlink)

    @staticmethod
    def _close(some: list[tuple[Address, Listener]], but: list[tuple[Address, Listener]]) -> None:
        for held in some:
            if held not in but:
                held[1].close()


def listen_on(
    options: ServerOptions, addresses: list[Address], left: list[Listener]
) -> list[Listener]:
    """Return a listener for each address, of those ``left`` where one fits, which is taken out.

    :raises OptionError: an address cannot be had.
    """
    kept: list[Listener | None] = []
    for address in addresses:
        found = next((listener for listener in left if _fits(listener, address)), None)
        if found is not None:
            left.remove(found)
            found.socket.setblocking(False)
        kept.append(found)
    missing = [address for address, held in zip(addresses, kept, strict=True) if held is None]
    opened = iter(open_listeners(missing, options.backlog, options.unix_socket_mode))
    return [held or next(opened) for held in kept]


def _fits(listener: Listener, address: Address) -> bool:
    """Is a listener what one gets who asks for an address?"""
    have = listener.address
    if have.path or address.path:
        return have.path == address.path
    if address.port not in (0, have.port):
        return False
    try:
        found = socket.getaddrinfo(
            address.host, have.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError):
        return False
    return found[0][4][0] == have.host
