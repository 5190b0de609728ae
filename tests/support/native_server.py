"""An application on the native server, within the test's own process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cruet import _cruet


@contextmanager
def serving_natively(app: Any, *, threads: int = 1, **settings: Any) -> Iterator[int]:
    """The port where ``app`` is served, with one thread on that of the loop."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        server = _cruet.Server(app, [listener], threads=threads, **settings)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.stop()
            thread.join(20)
            assert not thread.is_alive()
