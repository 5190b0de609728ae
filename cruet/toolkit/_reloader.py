"""Starting a program again whenever its source changes.

The first process only watches over a second one, which is the same command line with
``WERKZEUG_RUN_MAIN=true`` in its environment. The second runs the program and a thread that looks
for changes; it exits with :data:`RESTART` when there are any, and is started anew, or a third one
that stands ready takes its place (:mod:`._spare`).
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
import typing as t
from collections.abc import Callable, Iterable, Mapping, Sequence

from . import _spare
from ._internal import _log
from ._source_files import (
    _find_common_roots,
    _find_stat_paths,
    _find_watchdog_paths,
    _ignore_common_dirs,
    _iter_module_paths,
    _remove_by_pattern,
    _stat_ignore_scan,
    watch_failure,
    watched_files,
)

__all__ = [
    "ReloaderLoop",
    "StatReloaderLoop",
    "WatchdogReloaderLoop",
    "WatchfilesReloaderLoop",
    "_find_common_roots",
    "_find_stat_paths",
    "_find_watchdog_paths",
    "_iter_module_paths",
    "_remove_by_pattern",
    "_stat_ignore_scan",
    "ensure_echo_on",
    "is_running_from_reloader",
    "reloader_loops",
    "run_with_reloader",
    "watch_failure",
    "watched_files",
]

#: Exit code that asks for another start.
RESTART = 3
#: Seconds after which a process that goes on is taken to have started.
SETTLED = 1.0
#: Set in the process that serves. Flask's and Werkzeug's users look at this name.
MARK = "WERKZEUG_RUN_MAIN"


def is_running_from_reloader() -> bool:
    """Tell whether this process is the one that a reloader has started."""
    return os.environ.get(MARK) == "true"


def run_with_reloader(
    main_func: Callable[[], object],
    extra_files: Iterable[str] | None = None,
    exclude_patterns: Iterable[str] | None = None,
    interval: int | float = 1,
    reloader_type: str = "auto",
) -> t.NoReturn:
    """Run ``main_func`` in a process that is replaced when source files change. Does not return.

    :param extra_files: further files to watch, and directories with all that is in them.
    :param exclude_patterns: :mod:`fnmatch` patterns of paths whose changes do not count.
    :param interval: seconds between two looks, where files are polled.
    :param reloader_type: ``stat`` polls, ``watchfiles`` and ``watchdog`` use those libraries,
        ``auto`` takes the best of them that is installed.
    :raises ValueError: there is no such reloader.
    """
    # A plain exit, so that coverage, profilers and exit handlers see the end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    kind = reloader_loops.get(reloader_type)
    if kind is None:
        raise ValueError(f"there is no reloader {reloader_type!r}")
    loop = kind(extra_files, exclude_patterns, interval)
    if not is_running_from_reloader():
        sys.exit(loop.restart_with_reloader())
    ensure_echo_on()
    changed = threading.Event()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # As a script starts what it runs in the background: ^C is not for it, a change is.
        signal.signal(signal.SIGINT, lambda *_: _interrupt_if(changed))

    def watch() -> None:
        try:
            loop.run()
        except SystemExit:
            changed.set()
            os.kill(os.getpid(), signal.SIGINT)

    # Ready before the first answer is given: whoever has seen it may change the source at once.
    with loop:
        threading.Thread(target=watch, name="cruet-reloader", daemon=True).start()
        # By a change, or by the terminal's ^C, which goes to this process as to its parent.
        with contextlib.suppress(KeyboardInterrupt):
            main_func()
    sys.exit(RESTART if changed.is_set() else 0)


def _interrupt_if(changed: threading.Event) -> None:
    if changed.is_set():
        raise KeyboardInterrupt


def ensure_echo_on() -> None:
    """Have the terminal show what is typed: a debugger that was killed may have turned it off."""
    # Not everywhere, and to change it in the background stops the process.
    if sys.stdin is None or not sys.stdin.isatty() or os.tcgetpgrp(0) != os.getpgrp():
        return
    import termios

    attributes = termios.tcgetattr(sys.stdin)
    if not attributes[3] & termios.ECHO:
        attributes[3] |= termios.ECHO
        termios.tcsetattr(sys.stdin, termios.TCSANOW, attributes)


def _restart_while_asked(name: str) -> int:
    environ = {**os.environ, MARK: "true"}
    with _Starter(_get_args_for_reloading(), environ) as starter:
        while True:
            _log("info", " * Restarting with %s", name)
            child = starter.start()
            try:
                code = _wait(child, starter)
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


def _wait(child: subprocess.Popen[bytes], starter: _Starter) -> int:
    with contextlib.suppress(subprocess.TimeoutExpired):
        return child.wait(SETTLED)
    # It serves, and there is time for the next one.
    starter.get_ready()
    return child.wait()


class _Starter:
    """Starts one command again and again, from a spare where there is one."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._command = command
        self._environ = environ
        self._spare: subprocess.Popen[bytes] | None = None
        self._pipe = -1

    def __enter__(self) -> t.Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Let the spare go."""
        if self._spare is not None:
            os.close(self._pipe)
            self._spare.kill()
            self._spare.wait()
            self._spare = None

    def start(self) -> subprocess.Popen[bytes]:
        """Start the command; it is the caller's."""
        spare, self._spare = self._spare, None
        if spare is not None:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._pipe, b"1")
            os.close(self._pipe)
            if spare.poll() is None:
                return spare
        return subprocess.Popen(self._command, env=self._environ, close_fds=False)

    def get_ready(self) -> None:
        """Have a spare for the next start, where the command waits for its turn."""
        if self._spare is not None or not _spare.waits:
            return
        ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        waits, self._pipe = os.pipe()
        os.set_inheritable(waits, True)
        told = f"{waits} {time.time_ns() - 50_000_000} {int(ignored)}"
        try:
            self._spare = subprocess.Popen(
                self._command,
                env={**self._environ, _spare.VARIABLE: told},
                close_fds=False,
                # A terminal's ^C is for those who serve; at most the end of the reloader ends this.
                preexec_fn=_ignore_interrupts,
            )
        except OSError:
            # There is none, then: the next start says what is wrong.
            os.close(self._pipe)
        finally:
            os.close(waits)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _get_args_for_reloading() -> list[str]:
    """Return how this process was started, with the same interpreter and its options."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    options = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    if spec is not None and spec.name:
        # python -m package, or python -m package.module
        name = spec.name.removesuffix(".__main__")
        return [sys.executable, *options, "-m", name, *sys.argv[1:]]
    return [sys.executable, *options, *sys.argv]


class ReloaderLoop:
    """Looks for changes until there is one; a subclass for each way to look.

    ``extra_files`` are further files to watch, and directories with all that is in them;
    ``exclude_patterns`` are :mod:`fnmatch` patterns; ``interval`` is in seconds.
    """

    name = ""

    def __init__(
        self,
        extra_files: Iterable[str] | None = None,
        exclude_patterns: Iterable[str] | None = None,
        interval: int | float = 1,
    ) -> None:
        self.extra_files: set[str] = {os.path.abspath(path) for path in extra_files or ()}
        self.exclude_patterns: set[str] = set(exclude_patterns or ())
        self.interval = interval

    def __enter__(self) -> t.Self:
        """Make ready; what changes from now on counts."""
        self.run_step()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Let go of what was made ready."""

    def run(self) -> None:
        """Look again and again. Ends by SystemExit with :data:`RESTART`."""
        while True:
            self.run_step()
            _PAUSE.wait(self.interval)

    def run_step(self) -> None:
        """Look once."""

    def restart_with_reloader(self) -> int:
        """Run the program as often as it asks to be started again; return its exit code."""
        return _restart_while_asked(self.name)

    def trigger_reload(self, filename: str) -> None:
        """End the process, to be started again."""
        self.log_reload(filename)
        sys.exit(RESTART)

    def log_reload(self, filename: str | bytes) -> None:
        """Log which file has changed."""
        path = os.fsdecode(os.path.abspath(filename))
        _log("info", " * Detected change in %r, reloading", path)


class _Stamps:
    """When files were last modified, as of the first look at each."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def changed(self, paths: Iterable[str]) -> str | None:
        """Return a file whose time is not what it was when it was first looked at, or None."""
        for path in paths:
            try:
                stamp = os.stat(path).st_mtime_ns
            except OSError:
                continue
            if self._seen.setdefault(path, stamp) != stamp:
                return path
        return None


class StatReloaderLoop(ReloaderLoop):
    """Looks at the times of all files; needs nothing and costs most."""

    name = "stat"

    def __enter__(self) -> t.Self:
        self._stamps = _Stamps()
        return super().__enter__()

    def run_step(self) -> None:
        path = self._stamps.changed(_find_stat_paths(self.extra_files, self.exclude_patterns))
        if path is not None:
            self.trigger_reload(path)


class WatchdogReloaderLoop(ReloaderLoop):
    """Has the system tell of changes, by the ``watchdog`` package."""

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        from watchdog.events import FileSystemEvent, PatternMatchingEventHandler
        from watchdog.observers import Observer

        super().__init__(*args, **kwargs)
        trigger_reload = self.trigger_reload

        class EventHandler(PatternMatchingEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                # Reading is an event as well.
                if event.event_type not in ("opened", "closed_no_write"):
                    trigger_reload(event.src_path)

        self.observer = Observer()
        self.name = f"watchdog ({type(self.observer).__name__.removesuffix('Observer').lower()})"
        self.event_handler = EventHandler(
            patterns=["*.py", "*.pyc", "*.zip", *self.extra_files],
            ignore_patterns=[
                *(f"*/{name}/*" for name in _ignore_common_dirs if name != "__pycache__"),
                *self.exclude_patterns,
            ],
        )
        self._watches: dict[str, t.Any] = {}
        self._changed = threading.Event()

    def trigger_reload(self, filename: str | bytes) -> None:
        """Have :meth:`run` end the process: this is the observer's thread."""
        if not self._changed.is_set():
            self.log_reload(filename)
        self._changed.set()

    def __enter__(self) -> t.Self:
        self.observer.start()
        # Libraries are large, and no one waits for changes of theirs: the first step adds them.
        self._watch({path for path in self._wanted() if not path.startswith(_stat_ignore_scan)})
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.observer.stop()
        self.observer.join(1)

    def run(self) -> None:
        while not self._changed.wait(self.interval):
            self.run_step()
        sys.exit(RESTART)

    def run_step(self) -> None:
        """Watch the folders that there are now."""
        self._watch(self._wanted())

    def _wanted(self) -> set[str]:
        return set(_find_watchdog_paths(self.extra_files, self.exclude_patterns))

    def _watch(self, wanted: set[str]) -> None:
        for path in wanted - set(self._watches):
            try:
                self._watches[path] = self.observer.schedule(
                    self.event_handler, path, recursive=True
                )
            except OSError:
                self._watches[path] = None  # the folder is gone
        for path in set(self._watches) - wanted:
            watch = self._watches.pop(path)
            if watch is not None:
                self.observer.unschedule(watch)


class WatchfilesReloaderLoop(ReloaderLoop):
    """Has the system tell of changes, by the ``watchfiles`` package."""

    name = "watchfiles"

    def __enter__(self) -> t.Self:
        self._stamps = _Stamps()
        return super().__enter__()

    def run_step(self) -> None:
        """Look for changes that nobody told of, as those from before the watch began."""
        path = self._stamps.changed(self._files())
        if path is not None:
            self.trigger_reload(path)

    def run(self) -> None:
        import watchfiles

        # New modules come in while the program runs: the folders are looked at anew each second.
        while True:
            folders = self._folders()
            begun = False
            for changes in watchfiles.watch(
                *folders,
                rust_timeout=1000,
                yield_on_timeout=True,
                debounce=50,
                step=20,
                recursive=False,
            ):
                for _, path in changes:
                    if path in self._files():
                        self.trigger_reload(path)
                if not begun:
                    begun = True
                    self.run_step()
                if self._folders() != folders:
                    break

    def _files(self) -> set[str]:
        return watched_files(self.extra_files, self.exclude_patterns)

    def _folders(self) -> set[str]:
        return {os.path.dirname(path) for path in self._files() if os.path.exists(path)}


#: Never set: a pause that does not use time.sleep, which applications like to patch.
_PAUSE = threading.Event()

reloader_loops: dict[str, type[ReloaderLoop]] = {
    "stat": StatReloaderLoop,
    "watchdog": WatchdogReloaderLoop,
    "watchfiles": WatchfilesReloaderLoop,
}
for _name in ("watchfiles", "watchdog", "stat"):
    if _name == "stat" or importlib.util.find_spec(_name) is not None:
        reloader_loops["auto"] = reloader_loops[_name]
        break
