"""Running one step of ./dev: it says its name, that it is alive, and when it fails what it said."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

HEARTBEAT = 10.0  # seconds between two signs of life of a step whose output is kept back
TAIL = 60  # lines of a failed step that are shown


class Failure(Exception):
    """A step failed; the message names it."""


def announce(name: str) -> None:
    """Print a step's headline."""
    print(f"==> {name}", flush=True)


def step(
    name: str,
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run ``command`` and return its output; keep it back unless it fails.

    Raises Failure with the step's name where the command cannot be started or ends non-zero.
    """
    announce(name)
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
            )
        except OSError as error:
            raise Failure(f"{name}: {command[0]}: {error.strerror}") from None
        try:
            code = wait(process, log.fileno(), started)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        log.seek(0)
        output = log.read()
    if code:
        print("\n".join(output.splitlines()[-TAIL:]), file=sys.stderr, flush=True)
        raise Failure(f"{name} (exit code {code})")
    return output


def wait(process: subprocess.Popen[bytes], log: int, started: float) -> int:
    """Wait for a process, printing its newest line of output every HEARTBEAT seconds."""
    done = threading.Event()

    def report() -> None:
        while not done.wait(HEARTBEAT):
            size = os.fstat(log).st_size
            lines = os.pread(log, 2000, max(0, size - 2000)).decode(errors="replace").splitlines()
            newest = next((line.strip() for line in reversed(lines) if line.strip()), "")
            print(f"    {time.monotonic() - started:3.0f} s  {newest[:100]}", flush=True)

    reporter = threading.Thread(target=report, daemon=True)
    reporter.start()
    try:
        return process.wait()
    finally:
        done.set()
        reporter.join()


def show(
    name: str,
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> int:
    """Run ``command`` with its output as it comes, and return its exit code."""
    announce(name)
    try:
        return subprocess.run(
            command, env={**os.environ, **(env or {})}, cwd=cwd, check=False
        ).returncode
    except OSError as error:
        raise Failure(f"{name}: {command[0]}: {error.strerror}") from None
