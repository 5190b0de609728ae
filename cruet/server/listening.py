"""The sockets of a server from its start to its end, and what a reload makes of them."""

from __future__ import annotations

import socket
import typing as t
from collections.abc import Callable

from .. import _cruet
from ..toolkit._addresses import Address, Listener, OptionError, open_listeners
from .options import ServerOptions

_Held = t.TypeVar("_Held")


class Given:
    """The sockets that were open when the server started, which stay open as long as it does.

    ``activated`` are systemd's, each a number and a name.
    """

    def __init__(self, activated: list[tuple[int, str]]) -> None:
        self.activated = activated
        self._taken: dict[str, Listener] = {}

    def wanted(self, options: ServerOptions) -> list[Address]:
        """Return where to listen; those that are given come last, by number.

        Systemd's replace what the options bind to, unless they name sockets themselves.

        :raises OptionError: no socket has a name.
        """
        if self.activated and not any(address.fd for address in options.bind):
            others = {address.fd for address in self.numbered(options.metrics_bind)}
            left = [Address(fd=str(fd)) for fd, _ in self.activated if str(fd) not in others]
            if left:
                return left
        found = self.numbered(options.bind)
        return [a for a in found if not a.fd] + [a for a in found if a.fd]

    def numbered(self, addresses: list[Address]) -> list[Address]:
        """Return addresses with numbers for names. :raises OptionError: no socket has a name."""
        found: list[Address] = []
        for address in addresses:
            if not address.fd or address.fd.isdigit():
                found.append(address)
                continue
            named = [fd for fd, name in self.activated if name == address.fd]
            if not named:
                names = ", ".join(sorted({name for _, name in self.activated})) or "none"
                raise OptionError(f"{address} is no socket of systemd's, whose names are: {names}")
            found += [Address(fd=str(fd)) for fd in named]
        return found

    def keep(self, addresses: list[Address], listeners: list[Listener]) -> None:
        """Remember what was taken of them."""
        for address, listener in zip(addresses, listeners, strict=True):
            if address.fd:
                self._taken[address.fd] = listener

    def taken(self, addresses: list[Address]) -> list[Listener]:
        """Return those that the server has had since its start.

        :raises OptionError: there is one that it has not had.
        """
        found: list[Listener] = []
        for address in addresses:
            if address.fd and address.fd not in self._taken:
                raise OptionError(f"{address} can be had at the start alone")
            if address.fd:
                found.append(self._taken[address.fd])
        return found

    def offer(self) -> None:
        """Leave systemd's to the program that this process becomes."""
        _cruet.offer_activation(self.activated)

    def close(self) -> None:
        """Close all, in this process."""
        for listener in self._taken.values():
            listener.close()


class Listening:
    """The listeners of one server, each with the address that was asked for.

    A reload opens what is new, and closes what is no longer wanted when the new workers serve.

    ``left`` are listeners of an older master; those that fit are taken out of it and used.

    :raises OptionError: an address cannot be had.
    """

    def __init__(self, options: ServerOptions, left: list[Listener], given: Given) -> None:
        self._given = given
        wanted = given.wanted(options)
        opened = listen_on(options, wanted, left)
        given.keep(wanted, opened)
        self._held = list(zip(wanted, opened, strict=True))
        self._before: list[tuple[Address, Listener]] = []

    @property
    def listeners(self) -> list[Listener]:
        """What new workers listen on: first the server's own, then those that were given."""
        return [listener for _, listener in self._held]

    def move(self, options: ServerOptions) -> None:
        """Listen where the options say. :raises OptionError: one cannot be had; nothing changes."""
        wanted = self._given.wanted(options)
        left = self._held + [(a, x) for a in wanted for x in self._given.taken([a])]
        kept = _take_fitting(wanted, left, lambda held, address: held[0] == address)
        missing = [address for address, held in zip(wanted, kept, strict=True) if held is None]
        opened = iter(zip(missing, listen_on(options, missing, []), strict=True))
        self._before = self._held
        self._held = [held or next(opened) for held in kept]
        for _, listener in self._held:
            if not listener.given:
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
        self._given.close()

    @staticmethod
    def _close(some: list[tuple[Address, Listener]], but: list[tuple[Address, Listener]]) -> None:
        for held in some:
            # Those that were given may be wanted once more.
            if held not in but and not held[1].given:
                held[1].close()


def listen_on(
    options: ServerOptions, addresses: list[Address], left: list[Listener]
) -> list[Listener]:
    """Return a listener for each address, of those ``left`` where one fits, which is taken out.

    :raises OptionError: an address cannot be had.
    """
    kept = _take_fitting(addresses, left, _fits)
    for listener in kept:
        if listener is not None:
            listener.socket.setblocking(False)
    missing = [address for address, held in zip(addresses, kept, strict=True) if held is None]
    opened = iter(
        open_listeners(missing, options.backlog, options.unix_socket_mode, options.reuse_port)
    )
    return [held or next(opened) for held in kept]


def _take_fitting(
    addresses: list[Address], left: list[_Held], fits: Callable[[_Held, Address], bool]
) -> list[_Held | None]:
    """Take out of those ``left`` the first that fits each address; None where there is none."""
    taken: list[_Held | None] = []
    for address in addresses:
        found = next((held for held in left if fits(held, address)), None)
        if found is not None:
            left.remove(found)
        taken.append(found)
    return taken


def _fits(listener: Listener, address: Address) -> bool:
    """Is a listener what one gets who asks for an address?"""
    if listener.given or address.fd:
        return address.fd == str(listener.socket.fileno())
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
