"""How long clients are waited for, and how much is read of them."""

from __future__ import annotations

from dataclasses import dataclass

from .table import flag, integer, path, seconds, size


@dataclass(kw_only=True)
class Connections:
    """Connections"""

    worker_connections: int = integer(
        10_000,
        "Connections that a worker has open at once; more wait in the kernel's queue.",
        unit="connections",
        least=1,
        most=10_000_000,
        worker=True,
        why="1 KiB each when idle, 15 with TLS; the limit of open files (ulimit -n) may be lower.",
    )
    keep_alive: float = seconds(
        75.0,
        "Seconds an idle connection is kept; 0: none is.",
        worker=True,
        why="nginx's; longer than the 60 for which load balancers keep theirs, so that it is they "
        "who close first.",
    )
    header_timeout: float = seconds(
        10.0,
        "Seconds for the head of a request; 0: any time.",
        worker=True,
        why="A head fits into one packet or two; who sends it byte by byte means no good.",
    )
    body_timeout: float = seconds(
        30.0,
        "Seconds between two pieces of a body; 0: any time.",
        worker=True,
        why="Longer than a phone takes to change networks.",
    )
    write_timeout: float = seconds(
        60.0,
        "Seconds a client may take nothing of its answer; 0: any time.",
        worker=True,
        why="nginx's send_timeout.",
    )


@dataclass(kw_only=True)
class Limits:
    """Limits of requests"""

    limit_request_line: int = size(
        8190,
        "Bytes of a request line.",
        least=64,
        worker=True,
        why="Apache's; room for every query that browsers send.",
    )
    limit_request_fields: int = integer(
        100,
        "Header fields of a request.",
        unit="fields",
        least=1,
        most=1_000_000,
        worker=True,
        why="Apache's and Gunicorn's; browsers send about 20.",
    )
    limit_request_field_size: int = size(
        8190,
        "Bytes of one header field.",
        least=64,
        worker=True,
        why="Apache's and Gunicorn's; room for two full cookies.",
    )
    limit_request_head: int = size(
        65536,
        "Bytes of a request's head.",
        least=256,
        worker=True,
        why="What one connection may hold in memory before the application knows of it.",
    )
    limit_request_body: int = size(
        0,
        "Bytes of a request's body; 0: no limit.",
        worker=True,
        why="The application's MAX_CONTENT_LENGTH and the proxy know better.",
    )
    body_memory: int = size(
        512 * 1024,
        "Larger bodies wait for their view in a temporary file.",
        worker=True,
        why="Most forms stay in memory; a thousand uploads at a time take half a GiB at most.",
    )
    tmp_upload_dir: str | None = path(
        None,
        "Directory of the temporary files for large bodies; they have no names there. A full disk "
        "fails the request with 507.",
        worker=True,
        shown="$TMPDIR, or else /tmp",
        why="Where other temporary files are; /tmp may lie in memory, then another is better.",
    )
    stream_bodies: bool = flag(
        False,
        "Threads read bodies while they arrive, and views start before they are complete.",
        worker=True,
        why="A thread that waits for a slow client is missing for all others. For views that "
        "answer while they read, or refuse an upload by its head.",
    )
