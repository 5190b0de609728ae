"""Those who are told by datagrams, over UDP or a UNIX socket: syslog and statsd."""

from __future__ import annotations

import socket

from ..toolkit._addresses import OptionError


def connect(setting: str, text: str, address: str | tuple[str, int]) -> socket.socket:
    """Connect a socket for datagrams to a path, or to a host and port.

    :raises OptionError: nobody is there, as far as can be told; it names the setting and its text.
    """
    try:
        if isinstance(address, str):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        else:
            family, kind, protocol, _, address = socket.getaddrinfo(  # type: ignore[assignment]
                *address, type=socket.SOCK_DGRAM
            )[0]
            connection = socket.socket(family, kind, protocol)
        connection.connect(address)
    except OSError as error:
        raise OptionError(f"cannot reach {setting} at {text!r}: {error.strerror}") from None
    return connection
