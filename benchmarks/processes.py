"""Servers and load as processes: started, pinned, watched through /proc, stopped."""

import os
import re
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TICK = 1_000_000 / os.sysconf("SC_CLK_TCK")  # microseconds a clock tick
PAGE = os.sysconf("SC_PAGE_SIZE")
START_SECONDS = 20.0


class Unmeasurable(Exception):
    """A side cannot be measured; the message says why."""


@dataclass(frozen=True)
class Load:
    """What one run of wrk says."""

    requests: int
    seconds: float
    latency_p99: str

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cores() -> tuple[int, int]:
    """Return the core for servers and the core for wrk; the same one where there is only one."""
    available = sorted(os.sched_getaffinity(0))
    return available[0], available[-1]


def tree(root: int) -> list[int]:
    """Return the process ids of ``root`` and all its descendants that live."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def ticks(pid: int) -> int:
    """Return the clock ticks a process has spent in user and system mode; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def resident(pid: int) -> int:
    """Return the bytes of a process that are in memory; 0 where it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


@contextmanager
def running(
    command: Sequence[str], port: int, core: int, env: Mapping[str, str], cwd: Path
) -> Iterator[int]:
    """Run a server pinned to a core until the block ends; yield its process id once it listens."""
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(
            ["taskset", "-c", str(core), *command],
            env={**os.environ, **env},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until_listening(server, port, log)
            yield server.pid
        finally:
            stop(server)


def wait_until_listening(server: subprocess.Popen[bytes], port: int, log: IO[str]) -> None:
    """Return once the port answers; raise Unmeasurable with what the server said otherwise."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    log.seek(0)
    said = log.read().strip().splitlines()
    raise Unmeasurable("did not start: " + (said[-1] if said else "it said nothing"))


def stop(server: subprocess.Popen[bytes]) -> None:
    """End a server and its children: SIGTERM, then SIGKILL to each process of its tree."""
    pids = tree(server.pid)
    server.terminate()
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    for pid in pids[1:]:
        with suppress(ProcessLookupError):
            os.kill(pid, 9)


def fetch(url: str) -> tuple[int, bytes, str | None]:
    """Return status, body and the first cookie pair of one GET."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            cookie = answer.headers.get("Set-Cookie")
            return answer.status, answer.read(), cookie.split(";")[0] if cookie else None
    except (urllib.error.URLError, OSError) as error:
        raise Unmeasurable(f"GET {url}: {error}") from None


def load(url: str, core: int, seconds: int, connections: int, cookie: str | None) -> Load:
    """Run wrk on its core; raise Unmeasurable where any answer was an error."""
    header = ["-H", f"Cookie: {cookie}"] if cookie else []
    command = [
        "taskset",
        "-c",
        str(core),
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--latency",
    ]
    done = subprocess.run([*command, *header, url], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unmeasurable(f"wrk: {(done.stderr.strip() or done.stdout.strip()).splitlines()[0]}")
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    if wrong:
        raise Unmeasurable(f"{wrong[1]} answers were not 2xx")
    total = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", done.stdout)
    if not total or total[1] == "0":
        raise Unmeasurable("wrk counted no answer")
    unit = {"ms": 0.001, "s": 1.0, "m": 60.0}[total[3]]
    latency = re.search(r"99%\s+(\S+)", done.stdout)
    return Load(int(total[1]), float(total[2]) * unit, latency[1] if latency else "")
