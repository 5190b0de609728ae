"""The sockets of a server from its start to its end, and what a reload makes of them."""

from __future__ import annotations

from ..toolkit._addresses import Address, Listener, open_listeners
from .options import ServerOptions


class Listening:
    """The listeners of one server, each with the address that was asked for.

    A reload opens what is new, and closes what is no longer wanted when the new workers serve.

    :raises OptionError: an address cannot be had.
    """

    def __init__(self, options: ServerOptions) -> None:
        self._held = _open(options, options.bind)
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
        opened = iter(_open(options, missing))
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


def _open(options: ServerOptions, addresses: list[Address]) -> list[tuple[Address, Listener]]:
    listeners = open_listeners(addresses, options.backlog, options.unix_socket_mode)
    return list(zip(addresses, listeners, strict=True))
