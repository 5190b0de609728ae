"""A process that stands ready to be the next one that a reloader starts.

The interpreter's start and the imports of cruet are most of what a reload takes. So the reloader
starts the next process while the present one serves: it gets ready, and waits for its turn before
it looks at the command line, the environment's files, the configuration or the application.

Only a command that calls :func:`await_turn` at its start can do so; a script that calls
``run_simple`` has run its own code by then.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
from collections.abc import Callable

#: In the environment of a spare: the pipe to wait at, when it was started, and whether ^C is
#: ignored by who serves, too.
VARIABLE = "CRUET_RELOADER_SPARE"
#: Whether this process's command waits for its turn.
waits = False


def await_turn(get_ready: Callable[[], None]) -> None:
    """In a spare get ready and wait for its turn; it ends here where its reloader does.

    In any other process nothing happens, but that its reloader may have spares from now on.
    """
    global waits
    waits = True
    told = os.environ.pop(VARIABLE, None)
    if told is None:
        return
    pipe, started, ignores = (int(word) for word in told.split())
    get_ready()
    with open(pipe, "rb", buffering=0) as turn:
        if not turn.read(1):
            sys.exit(0)
    if not ignores:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if _has_changed(started):
        # What was imported meanwhile is old: begin as if there had been no spare.
        if not ignores:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    importlib.invalidate_caches()


def _has_changed(since: int) -> bool:
    """Tell whether a module's file was written after a moment, in nanoseconds."""
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str):
            with contextlib.suppress(OSError):
                if os.stat(path).st_mtime_ns >= since:
                    return True
    return False
