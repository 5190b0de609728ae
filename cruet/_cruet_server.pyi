# The types of exchange.pyx, wsgi.pyx, server.pyx and master.pyx, which _cruet.pyi names again.

import socket
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, Self

# exchange
class InputStream:
    closed: bool
    def read(self, size: int | None = -1) -> bytes: ...
    def read1(self, size: int | None = -1) -> bytes: ...
    def readinto(self, buffer: bytearray | memoryview) -> int: ...
    def readline(self, size: int | None = -1) -> bytes: ...
    def readlines(self, hint: int | None = -1) -> list[bytes]: ...
    def __iter__(self) -> Self: ...
    def __next__(self) -> bytes: ...
    def readable(self) -> bool: ...
    def writable(self) -> bool: ...
    def seekable(self) -> bool: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...

class FileWrapper:
    filelike: Any
    blksize: int
    def __init__(self, filelike: Any, blksize: int = 65536) -> None: ...
    def __iter__(self) -> Self: ...
    def __next__(self) -> bytes: ...
    def close(self) -> None: ...

class HandedSocket(socket.socket): ...

class ConnectionSocket:
    def __getattr__(self, name: str) -> Any: ...

# server
default_loop_name: str

common_access_log_format: str

def check_access_log_format(text: str) -> None: ...
def statsd_line(name: str, value: str, kind: str, prefix: str = "", tags: str = "") -> bytes: ...
def versions() -> dict[str, str]: ...

class HookedRequest:
    headers: list[tuple[str, str]]
    method: str
    uri: str
    path: str
    query: str
    fragment: str
    version: tuple[int, int]
    scheme: str
    remote_addr: tuple[str, int] | str
    peer_addr: tuple[str, int] | str
    environ: dict[str, Any]
    response: HookedResponse

class HookedResponse:
    status: str
    status_code: int
    headers: list[tuple[str, str]]
    sent: int
    response_length: int

has_tls: bool

class TlsContext:
    def __init__(
        self,
        certificates: Iterable[tuple[str, str | None]],
        *,
        ca_certs: str | None = None,
        clients: str = "none",
        minimum: str = "1.2",
        ciphers: str | None = None,
    ) -> None: ...

class Server:
    def __init__(
        self,
        app: Callable[..., Any],
        sockets: Iterable[Any],
        *,
        threads: int = 1,
        loop: str = "",
        keep_alive: float = 75,
        header_timeout: float = 10,
        body_timeout: float = 30,
        write_timeout: float = 60,
        graceful_timeout: float = 30,
        timeout: float = 0,
        drain_linger: float = 0.5,
        worker_connections: int = 10000,
        limit_request_line: int = 8190,
        limit_request_fields: int = 100,
        limit_request_field_size: int = 8190,
        limit_request_head: int = 65536,
        limit_request_body: int = 0,
        body_memory: int = 524288,
        stream_bodies: bool = False,
        tmp_upload_dir: str | None = None,
        max_request_queue_size: int = 2048,
        access_log: int = -1,
        access_log_format: str = ...,
        syslog_prefix: str = "",
        statsd: int = -1,
        statsd_prefix: str = "",
        statsd_tags: str = "",
        multiprocess: bool = False,
        forwarded_allow_ips: Iterable[str] = (),
        forwarded_headers: Iterable[str] = (),
        secure_scheme_headers: dict[str, str] | None = None,
        header_map: str = "drop",
        one_slash: bool = False,
        place: WorkerPlace | None = None,
        pre_request: Callable[[HookedRequest], object] | None = None,
        post_request: Callable[[HookedRequest], object] | None = None,
        monitors: Iterable[Any] = (),
        tls: TlsContext | None = None,
        tell: Callable[[str], object] | None = None,
        proxy_protocol: str = "off",
        proxy_allow_ips: Iterable[str] = (),
    ) -> None: ...
    def run(self) -> None: ...
    def stop(self, graceful: bool = True) -> None: ...
    def end_hangs(self) -> None: ...

class ApplicationHangs(BaseException): ...

class WorkerPlace:
    @property
    def number(self) -> int: ...
    @property
    def trace_fd(self) -> int: ...
    def ready(self) -> None: ...
    def stopping(self) -> None: ...

class Nursery:
    def ready(self) -> None: ...
    def wait(self) -> int: ...
    def fork(self) -> WorkerPlace | None: ...

hang_signal: int

recycle_reasons: tuple[str, ...]

def run_master(
    observer: Any,
    settings: dict[str, Any],
    *,
    lanes: int = 1,
    listeners_shared: bool = False,
    predecessor: int = 0,
    preload: bool = False,
    detached: bool = False,
) -> int | WorkerPlace | Nursery | type[NewMaster]: ...

class NewMaster: ...

# process
class Identity:
    def __init__(self, user: str = "", group: str = "") -> None: ...
    @property
    def user(self) -> int: ...
    @property
    def group(self) -> int: ...
    @property
    def present(self) -> bool: ...
    def assume(self, place: WorkerPlace | Nursery, init_groups: bool = False) -> bool: ...

class PidFile:
    path: str
    def __init__(self, path: str) -> None: ...
    def move_to(self, path: str) -> None: ...
    def remove(self) -> None: ...

class DaemonLine:
    def started(self) -> None: ...
    def close(self) -> None: ...

def leave_terminal() -> int | DaemonLine: ...
def detach_streams() -> None: ...
def set_process_name(name: str) -> None: ...
def take_activation() -> list[tuple[int, str]]: ...
def offer_activation(sockets: Iterable[tuple[int, str]]) -> None: ...
def inherit() -> tuple[int, list[int]]: ...
def exec_successor(command: Iterable[str], sockets: Iterable[int]) -> NoReturn: ...

class Board:
    def __init__(self, fd: int) -> None: ...
    @property
    def master(self) -> int: ...
    def ended(self) -> dict[str, Any]: ...
    def workers(self) -> list[dict[str, Any]]: ...
    def prometheus(self) -> str: ...

def latency_quantile(counts: Iterable[int], q: float) -> float: ...
