"""What others see of a running server: `cruet status`, `cruet top`, and the addresses for them."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running import Running, running, until

COMMAND = (sys.executable, "-m", "cruet")
APP = """
import time

from cruet import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return "hello"


@app.route("/broken")
def broken():
    raise ValueError("boom")


@app.route("/slow")
def slow():
    time.sleep(0.3)
    return "slow"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "watched.py").write_text(APP)
    return tmp_path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def ask(port: int, path: str, method: str = "GET") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def command(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *args], capture_output=True, text=True, timeout=30)


def status(server: Running) -> dict[str, object]:
    done = command("status", "--json", str(server.process.pid))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def samples(text: str) -> dict[str, float]:
    """The samples of Prometheus' text format, each line of it being of the grammar."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            assert re.fullmatch(r"# (HELP \w+ .+|TYPE \w+ (counter|gauge|histogram))", line)
            continue
        match = re.fullmatch(r'([a-z_]+(?:\{[a-z]+="[^"]+"\})?) ([0-9.]+)', line)
        assert match, line
        assert match[1] not in found
        found[match[1]] = float(match[2])
    return found


@pytest.mark.parametrize("threads", ["1", "4"])
def test_any_worker_tells_of_all(folder: Path, threads: str) -> None:
    port = free_port()
    options = ("--workers", "2", "--threads", threads, "--metrics-bind", f"127.0.0.1:{port}")
    with running("watched:app", *options, "--access-log", "a.log", cwd=folder) as server:
        server.ready(2)
        for path in ("/", "/", "/", "/missing", "/broken", "/slow"):
            server.get(path)
        assert ask(port, "/health") == (200, "ok\n")
        assert ask(port, "/ready") == (200, "ready\n")
        assert ask(port, "/")[0] == 404
        assert ask(port, "/metrics", "POST")[0] == 405
        found = samples(ask(port, "/metrics")[1])
        assert found['cruet_requests_total{status="2xx"}'] == 4
        assert found['cruet_requests_total{status="4xx"}'] == 1
        assert found['cruet_requests_total{status="5xx"}'] == 1
        assert found['cruet_workers{state="ready"}'] == 2
        assert found["cruet_request_duration_seconds_count"] == 6
        assert found['cruet_request_duration_seconds_bucket{le="+Inf"}'] == 6
        assert found['cruet_request_duration_seconds_bucket{le="0.25"}'] == 5
        assert found["cruet_request_duration_seconds_sum"] > 0.3
        # What a worker has counted is not lost with it.
        os.kill(server.workers()[0], signal.SIGKILL)
        server.ready(3)
        again = samples(ask(port, "/metrics")[1])
        assert again['cruet_requests_total{status="2xx"}'] == 4
        assert server.end(signal.SIGTERM) == 0
        with pytest.raises(ConnectionRefusedError):
            ask(port, "/health")
    assert "/health" not in (folder / "a.log").read_text()


def test_the_applications_addresses_have_no_metrics(folder: Path) -> None:
    with running("watched:app", "--metrics-bind", "unix:m", cwd=folder) as server:
        server.ready()
        assert server.get("/metrics")[0] == server.get("/health")[0] == 404
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(folder / "m"))
            client.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert b"ok\n" in b"".join(iter(lambda: client.recv(4096), b""))
        assert server.end(signal.SIGTERM) == 0
    assert not (folder / "m").exists()


def test_status(folder: Path) -> None:
    with running("watched:app", "--workers", "2", cwd=folder) as server:
        server.ready(2)
        for path in ("/", "/slow", "/broken"):
            server.get(path)
        found = status(server)
        assert found["master"] == server.process.pid
        assert (found["requests"], found["incomplete"]) == (3, 0)
        workers = found["workers"]
        assert isinstance(workers, list)
        assert {worker["pid"] for worker in workers} == {*server.workers()}
        assert {worker["state"] for worker in workers} == {"ready"}
        assert all(worker["resident_bytes"] > 1 << 20 for worker in workers)
        assert sum(worker["requests"] for worker in workers) == 3
        latency = found["latency_seconds"]
        assert isinstance(latency, dict)
        assert 0.25 < latency["p99"] <= 0.5
        # Looking at a worker tells of its server, too, and so does looking for one.
        text = command("status", str(server.workers()[0])).stdout
        assert re.match(rf"cruet, master {server.process.pid}, 2 workers\n", text)
        assert "since the start: 3 requests, 0 cut off" in text
        with server.connect():
            until(lambda: sum(w["connections"] for w in status(server)["workers"]) == 1)  # type: ignore[attr-defined]


def test_top_shows_what_happens_meanwhile(folder: Path) -> None:
    with running("watched:app", cwd=folder) as server:
        server.ready()
        watching = subprocess.Popen(
            [*COMMAND, "top", "--count", "1", "--interval", "2", str(server.process.pid)],
            stdout=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 20
        while watching.poll() is None and time.monotonic() < deadline:
            server.get("/")
        assert watching.stdout is not None
        text = watching.stdout.read()
        watching.stdout.close()
        assert watching.wait() == 0
    row = text.splitlines()[2].split()
    assert row[1] == "ready" and float(row[3]) > 1


def test_what_is_no_server_is_told_in_a_line() -> None:
    for arguments in (["status", str(os.getpid())], ["top", "1"], ["status", "999999999"]):
        done = command(*arguments)
        assert done.returncode == 1
        assert re.fullmatch(r"Error: process \d+ is no server of cruet's.*\n", done.stderr)
    assert command("top", "--interval", "0").returncode == 2
