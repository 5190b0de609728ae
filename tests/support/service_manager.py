"""What systemd does for a service: opens sockets, starts the process, is told how it fares."""

from __future__ import annotations

import os
import shlex
import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from running import PATIENCE, Running, running, until

#: Puts descriptors at 3 and what follows, says so in the environment, and becomes the command.
LAUNCH = """
import os, sys
names, fds, argv = sys.argv[1], sys.argv[2].split(","), sys.argv[3:]
if fds != [""]:
    import fcntl
    high = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 100) for fd in fds]
    for fd in fds:
        os.close(int(fd))
    for place, fd in enumerate(high, 3):
        os.dup2(fd, place, inheritable=True)
        os.close(fd)
    os.environ["LISTEN_PID"] = os.environ.get("LISTEN_PID") or str(os.getpid())
    os.environ["LISTEN_FDS"] = str(len(fds))
    if names:
        os.environ["LISTEN_FDNAMES"] = names
if "WATCHDOG_USEC" in os.environ:
    os.environ["WATCHDOG_PID"] = str(os.getpid())
os.execvp(argv[0], argv)
"""


class Manager:
    """Takes in what a service tells: each message with the process that has sent it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.messages: list[tuple[int, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            data, extra, _, _ = self._socket.recvmsg(4096, socket.CMSG_SPACE(12))
            if not data:
                return
            sender = int.from_bytes(extra[0][2][:4], sys.byteorder)
            self.messages.append((sender, data.decode()))

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.sendto(b"", self._socket.getsockname())
        self._reader.join()
        self._socket.close()

    def told(self, begin: str) -> list[tuple[int, str]]:
        """Messages that have a line which begins so."""
        return [
            (pid, text)
            for pid, text in list(self.messages)
            if any(line.startswith(begin) for line in text.splitlines())
        ]

    def await_told(self, begin: str, times: int = 1) -> tuple[int, str]:
        until(lambda: len(self.told(begin)) >= times)
        return self.told(begin)[times - 1]


@contextmanager
def managed(name: str) -> Iterator[Manager]:
    """A manager whose socket is at a path or, with an @, at none."""
    manager = Manager(name)
    try:
        yield manager
    finally:
        manager.close()


@contextmanager
def service(
    argv: list[str],
    cwd: Path,
    sockets: Iterable[socket.socket] = (),
    names: str = "",
    manager: Manager | None = None,
    env: dict[str, str] | None = None,
) -> Iterator[Running]:
    """Start a command as systemd would."""
    fds = tuple(opened.fileno() for opened in sockets)
    launch = [sys.executable, "-c", LAUNCH, names, ",".join(map(str, fds)), *argv]
    told = {"NOTIFY_SOCKET": manager.name} if manager else {}
    with running(argv=launch, cwd=cwd, env={**told, **(env or {})}, pass_fds=fds) as server:
        yield server


def unit_lines(text: str, section: str) -> dict[str, str]:
    """Return what a section of a unit file assigns, without repetitions."""
    found: dict[str, str] = {}
    inside = ""
    for line in text.splitlines():
        if line.startswith("["):
            inside = line.strip("[]")
        elif inside == section and "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found[name] = value
    return found


def command_of(unit: str) -> list[str]:
    """Return the words of a unit's ExecStart."""
    return shlex.split(unit_lines(unit, "Service")["ExecStart"])


def listening_tcp() -> socket.socket:
    """A socket as systemd opens one; where it listens the system chooses."""
    opened = socket.create_server(("127.0.0.1", 0), backlog=128)
    os.set_inheritable(opened.fileno(), True)
    return opened


def listening_unix(path: str) -> socket.socket:
    """One at a path or, with an @, at none."""
    opened = socket.socket(socket.AF_UNIX)
    opened.bind(path.replace("@", "\0", 1) if path.startswith("@") else path)
    opened.listen(128)
    return opened


def ask(where: socket.socket, path: str = "/x") -> str:
    """What is answered at a listening socket's address, through a connection of its own."""
    with socket.socket(where.family) as client:
        client.settimeout(PATIENCE)
        client.connect(where.getsockname())
        client.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        answer = b""
        while part := client.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    return answer.partition(b"\r\n\r\n")[2].decode()
