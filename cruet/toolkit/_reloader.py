"""Starting a program again whenever its source changes.

The first process only watches over a second one, which is the same command line with
``WERKZEUG_RUN_MAIN=true`` in its environment. The second runs the program and a thread that looks
for changes; it exits with :data:`RESTART` when there are any, and is started anew.
"""

from __future__ import annotations

import fnmatch
import importlib.util
import logging
import os
import signal
import subprocess
import sys
import threading
import traceback
import typing as t
from collections.abc import Callable, Iterable

#: Exit code that asks for another start.
RESTART = 3
#: Set in the process that serves. Flask's and Werkzeug's users look at this name.
MARK = "WERKZEUG_RUN_MAIN"


def is_running_from_reloader() -> bool:
    """Tell whether this process is the one that a reloader has started."""
    return os.environ.get(MARK) == "true"


def run_with_reloader(
    main: Callable[[], object],
    extra_files: Iterable[str] | None = None,
    exclude_patterns: Iterable[str] | None = None,
    interval: float = 1.0,
    kind: str = "auto",
) -> t.NoReturn:
    """Run ``main`` in a process that is replaced when source files change. Does not return.

    :param extra_files: further files to watch, and directories with all that is in them.
    :param exclude_patterns: :mod:`fnmatch` patterns of paths whose changes do not count.
    :param interval: seconds between two looks, where files are polled.
    :param kind: ``stat`` polls, ``watchfiles`` uses that library, ``auto`` takes it if installed.
    """
    # A plain exit, so that coverage, profilers and exit handlers see the end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if not is_running_from_reloader():
        sys.exit(_restart_while_asked())
    watcher = make_watcher(kind, extra_files, exclude_patterns, interval)
    changed = threading.Event()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # As a script starts what it runs in the background: ^C is not for it, a change is.
        signal.signal(signal.SIGINT, lambda *_: _interrupt_if(changed))

    def watch() -> None:
        name = watcher()
        logging.getLogger("werkzeug").info(" * Detected change in %r, reloading", name)
        changed.set()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, name="cruet-reloader", daemon=True).start()
    try:
        main()
    except KeyboardInterrupt:
        if not changed.is_set():
            raise
    sys.exit(RESTART if changed.is_set() else 0)


def _interrupt_if(changed: threading.Event) -> None:
    if changed.is_set():
        raise KeyboardInterrupt


def _restart_while_asked() -> int:
    environ = {**os.environ, MARK: "true"}
    while True:
        child = subprocess.Popen(command_line(), env=environ, close_fds=False)
        try:
            code = child.wait()
        except BaseException as error:
            # A terminal's Ctrl-C has reached the child too; a SIGTERM has not.
            if not isinstance(error, KeyboardInterrupt):
                child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            if isinstance(error, KeyboardInterrupt):
                return 0
            raise
        if code != RESTART:
            return code if code >= 0 else 128 - code


def command_line() -> list[str]:
    """Return how this process was started, with the same interpreter and its options."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    options = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    if spec is not None and spec.name:
        # python -m package, or python -m package.module
        name = spec.name.removesuffix(".__main__")
        return [sys.executable, *options, "-m", name, *sys.argv[1:]]
    return [sys.executable, *options, *sys.argv]


def make_watcher(
    kind: str,
    extra_files: Iterable[str] | None,
    exclude_patterns: Iterable[str] | None,
    interval: float,
) -> Callable[[], str]:
    """Return a function that blocks until a watched file changes and gives its path.

    :raises ValueError: ``kind`` is none of auto, stat, watchfiles.
    """
    extra = [os.path.abspath(path) for path in extra_files or ()]
    exclude = list(exclude_patterns or ())
    if kind == "auto":
        kind = "watchfiles" if importlib.util.find_spec("watchfiles") else "stat"
    if kind == "watchfiles":
        return lambda: _wait_for_watchfiles(extra, exclude)
    if kind == "stat":
        return lambda: _wait_for_stat(extra, exclude, interval)
    raise ValueError(f"there is no reloader {kind!r}")


#: Files of modules that did not load, which no list of modules names.
_failed_files: set[str] = set()


def watch_failure(error: BaseException) -> None:
    """Watch the files that an error while loading the program came from, until they are mended."""
    while True:
        if isinstance(error, SyntaxError) and error.filename:
            _failed_files.add(os.path.abspath(error.filename))
        for frame, _ in traceback.walk_tb(error.__traceback__):
            _failed_files.add(os.path.abspath(frame.f_code.co_filename))
        cause = error.__cause__ or error.__context__
        if cause is None:
            return
        error = cause


def watched_files(extra: Iterable[str], exclude: Iterable[str]) -> set[str]:
    """Return the source files of all modules that are loaded now, and the extra ones."""
    files: set[str] = set()
    for module in list(sys.modules.values()):
        name = getattr(module, "__file__", None)
        if name is None:
            continue
        # A file within an archive stands for the archive.
        while name and not os.path.isfile(name):
            parent = os.path.dirname(name)
            name = parent if parent != name else ""
        if name:
            files.add(os.path.abspath(name))
    for path in extra:
        if os.path.isdir(path):
            for folder, _, names in os.walk(path):
                files.update(os.path.join(folder, name) for name in names)
        else:
            files.add(path)
    files.update(path for path in _failed_files if os.path.isfile(path))
    return {path for path in files if not _excluded(path, exclude)}


def _excluded(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def _wait_for_stat(extra: list[str], exclude: list[str], interval: float) -> str:
    seen: dict[str, int] = {}
    while True:
        for path in watched_files(extra, exclude):
            try:
                stamp = os.stat(path).st_mtime_ns
            except OSError:
                stamp = 0
            if seen.setdefault(path, stamp) != stamp:
                return path
        if _PAUSE.wait(interval):
            return ""


#: Never set: a pause that does not use time.sleep, which applications like to patch.
_PAUSE = threading.Event()


def _wait_for_watchfiles(extra: list[str], exclude: list[str]) -> str:
    import watchfiles

    # New modules come in while the program runs: the set of folders is looked at anew each second.
    while True:
        files = watched_files(extra, exclude)
        folders = {os.path.dirname(path) for path in files if os.path.exists(path)}
        for changes in watchfiles.watch(
            *folders,
            rust_timeout=1000,
            yield_on_timeout=True,
            debounce=50,
            step=20,
            recursive=False,
        ):
            for _, path in changes:
                if path in watched_files(extra, exclude):
                    return path
            now = watched_files(extra, exclude)
            if {os.path.dirname(path) for path in now if os.path.exists(path)} != folders:
                break
