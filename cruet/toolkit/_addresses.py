"""Addresses to listen on, and the sockets bound to them."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
import typing as t
from dataclasses import dataclass


class OptionError(ValueError):
    """A setting that cannot be used. The message is one line for the person who gave it."""


@dataclass(frozen=True)
class Address:
    """A host with a port, the path of a UNIX socket, or a socket that is there already.

    ``fd`` is that one's number, or the name that systemd gives it. The path of a UNIX socket
    without a file begins with ``@``.
    """

    host: str = ""
    port: int = 0
    path: str = ""
    fd: str = ""

    def __str__(self) -> str:
        if self.fd:
            return f"fd://{self.fd}"
        if self.path:
            return f"unix:{self.path}"
        return f"http://{_bracketed(self.host)}:{self.port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def parse_address(text: str, default_port: int) -> Address:
    """Read ``host``, ``host:port``, ``:port``, ``[v6]:port``, a bare IPv6, ``unix:path``, ``fd://3``.

    Without a host every IPv4 interface is meant. Port 0 lets the system choose.

    :raises OptionError: it is none of these.
    """
    if text.startswith("unix:"):
        path = text[5:].removeprefix("//") if text.startswith("unix://") else text[5:]
        if not path:
            raise OptionError(f"{text!r} names no path")
        return Address(path=path)
    if text.startswith("fd://"):
        fd = text[5:]
        if not fd or ":" in fd or not fd.isascii() or not fd.isprintable():
            raise OptionError(f"{text!r} is neither the number nor the name of a socket")
        return Address(fd=str(int(fd)) if fd.isdigit() else fd)
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise OptionError(f"{text!r} is no address")
        port_text = rest[1:] if rest else str(default_port)
    elif text.count(":") > 1:
        host, port_text = text, str(default_port)
    else:
        host, colon, port_text = text.partition(":")
        if not colon:
            port_text = str(default_port)
    return Address(host or "0.0.0.0", parse_port(port_text))


def parse_port(text: str) -> int:
    """Return a port number. :raises OptionError: it is not one."""
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise OptionError(f"{text!r} is not a port number")
    return int(text)


class Listener:
    """A listening socket, non-blocking, and the address that it is bound to.

    Who has opened one that was ``given`` has it still: neither its file nor its queue is the
    server's to end.
    """

    def __init__(self, bound: socket.socket, given: bool = False) -> None:
        self.socket = bound
        self.given = given
        name = bound.getsockname()
        if bound.family == getattr(socket, "AF_UNIX", None):
            # Those without a file are bytes.
            text = name if isinstance(name, str) else os.fsdecode(name.replace(b"\0", b"@"))
            self.address = Address(path=text)
        else:
            self.address = Address(name[0], name[1])
        own = bool(self.address.path) and not given
        self._inode = os.stat(name).st_ino if own else 0

    def close(self, unlink: bool = True) -> None:
        """Close the socket; with ``unlink`` remove its file too, unless it is another's by now."""
        self.socket.close()
        if unlink and self.address.path and not self.given:
            with contextlib.suppress(OSError):
                if os.stat(self.address.path).st_ino == self._inode:
                    os.unlink(self.address.path)


def open_listeners(
    addresses: t.Sequence[Address], backlog: int, unix_mode: int, reuse_port: bool = False
) -> list[Listener]:
    """Bind and listen on every address, or on none. With ``reuse_port`` others may do so, too.

    :raises OptionError: an address cannot be had. What was opened before is closed again and
        socket files are removed.
    """
    opened: list[Listener] = []
    try:
        for address in addresses:
            if address.fd:
                opened.append(_take_socket(address, backlog))
            elif address.path:
                opened.append(_listen_unix(address.path, backlog, unix_mode))
            else:
                opened.append(_listen_tcp(address, backlog, reuse_port))
    except BaseException:
        for listener in opened:
            listener.close()
        raise
    return opened


def _take_socket(address: Address, backlog: int) -> Listener:
    """Listen on a socket that is open; one that is none stays as it is."""
    try:
        taken = socket.socket(fileno=parse_descriptor(address.fd))
    except (OSError, ValueError) as error:
        raise OptionError(f"cannot listen on {address}: {_reason(error)}") from None
    families = (socket.AF_INET, socket.AF_INET6, getattr(socket, "AF_UNIX", None))
    try:
        if taken.type != socket.SOCK_STREAM or taken.family not in families:
            raise OptionError(f"cannot listen on {address}: it is no stream socket")
        if not taken.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            taken.listen(backlog)
        taken.setblocking(False)
        taken.set_inheritable(False)
    except OSError as error:
        taken.detach()
        raise OptionError(f"cannot listen on {address}: {_reason(error)}") from None
    except OptionError:
        taken.detach()
        raise
    return Listener(taken, given=True)


def parse_descriptor(text: str) -> int:
    """Return the number of a descriptor. :raises ValueError: it is none."""
    if not text.isdigit() or int(text) > 2**20:
        raise ValueError("there is no such descriptor")
    return int(text)


def _listen_tcp(address: Address, backlog: int, reuse_port: bool) -> Listener:
    try:
        # A name may stand for several addresses; the first is what a client tries first.
        family, kind, protocol, _, where = socket.getaddrinfo(
            address.host,
            address.port,
            type=socket.SOCK_STREAM,
            flags=socket.AI_PASSIVE,
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise OptionError(f"cannot resolve {address.host!r}: {_reason(error)}") from None
    try:
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise OptionError(f"cannot listen on {address}: {_reason(error)}") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuse_port:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            # An IPv6 listener answers for IPv6 alone, so that 0.0.0.0 may be bound beside it.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(where)
        listener.listen(backlog)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise OptionError(_bind_problem(address, error)) from None
    return Listener(listener)


def _bind_problem(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"cannot listen on {address}: the port is in use"
    if error.errno == errno.EACCES:
        return f"cannot listen on {address}: ports below 1024 need a privilege"
    return f"cannot listen on {address}: {_reason(error)}"


def _listen_unix(path: str, backlog: int, mode: int) -> Listener:
    """Listen on a socket file; one that a dead server left is replaced, a live one is not."""
    _remove_stale(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    bound = False
    try:
        # Nobody connects between bind and chmod: the mask is the stricter of the two.
        before = os.umask(0o777 & ~mode)
        try:
            listener.bind(path)
            bound = True
        finally:
            os.umask(before)
        os.chmod(path, mode)
        listener.listen(backlog)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        if bound:
            os.unlink(path)
        raise OptionError(f"cannot listen on unix:{path}: {_reason(error)}") from None
    return Listener(listener)


def _remove_stale(path: str) -> None:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise OptionError(f"cannot listen on unix:{path}: {_reason(error)}") from None
    if not stat.S_ISSOCK(status.st_mode):
        raise OptionError(f"cannot listen on unix:{path}: it exists and is not a socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
            return
        except (BlockingIOError, TimeoutError):
            # Alive, with a full queue.
            pass
        except OSError as error:
            raise OptionError(f"cannot listen on unix:{path}: {_reason(error)}") from None
    raise OptionError(f"cannot listen on unix:{path}: another server is using it")


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:]


def get_interface_ip(family: socket.AddressFamily) -> str:
    """Return this machine's address as others see it, for a server that listens on all."""
    # Nothing is sent: it is the route that tells. The addresses are private ones.
    host = "fd31:f903:5ab5:1::1" if family == socket.AF_INET6 else "10.253.155.219"
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, 58162))
        except OSError:
            return "::1" if family == socket.AF_INET6 else "127.0.0.1"
        return str(probe.getsockname()[0])
