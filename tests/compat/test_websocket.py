"""WebSocket by flask-sock and Flask-SocketIO in threading mode, unmodified, as under Gunicorn."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Running, running
from served import free_port, serving
from twins import Application, twins

pytestmark = pytest.mark.heavy

APP = """
import logging
import threading

from flask import Flask, request, session
from flask_sock import Sock
from flask_socketio import SocketIO, emit, join_room, send

app = Flask(__name__)
app.secret_key = "secret"
app.config["SOCK_SERVER_OPTIONS"] = {"ping_interval": 25}
sock = Sock(app)
socketio = SocketIO(app, async_mode="threading")
ended = []


@sock.route("/echo/<name>")
def echo(ws, name):
    ws.send(f"hello {name} {request.args.get('q')}")
    try:
        while (data := ws.receive()) != "bye":
            ws.send(data)
    finally:
        ended.append(name)


@sock.route("/push")
def push(ws):
    for number in range(100):
        ws.send(str(number))


@app.get("/ended")
def told():
    return " ".join(ended)


@app.get("/")
def index():
    return "hello"


@socketio.on("connect")
def connect():
    emit("welcome", {"transport": request.environ.get("QUERY_STRING", "")[:0]})


@socketio.on("add")
def add(a, b):
    return a + b


@socketio.on("join")
def join(room):
    join_room(room)
    emit("joined", room, to=room)


@socketio.on("upload")
def upload(data):
    emit("uploaded", bytes(reversed(data)))
"""
CLIENT = """
import json, sys, threading
import socketio
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

port = sys.argv[1]
told = []


def closing(ws):
    try:
        while True:
            told.append(["late", ws.recv(timeout=20)])
    except ConnectionClosed as closed:
        told.append(["closed", closed.rcvd.code if closed.rcvd else None])


with connect(f"ws://127.0.0.1:{port}/echo/ada?q=1") as ws:
    told.append(ws.recv())
    for message in ("text", "\\N{SNOWMAN}", "", b"bytes", b"\\0" * 300_000, "x" * 70_000):
        ws.send(message)
        back = ws.recv()
        told.append([back == message, len(back)])
    ws.send(iter(["in ", "several ", "parts"]))
    told.append(ws.recv())
    told.append(ws.ping().wait(20))
    ws.send("bye")
    closing(ws)
with connect(f"ws://127.0.0.1:{port}/push") as ws:
    told.append([ws.recv() for _ in range(100)] == [str(n) for n in range(100)])
    closing(ws)
with connect(f"ws://127.0.0.1:{port}/echo/charles", compression=None) as ws:
    told.append(ws.recv())
many = [connect(f"ws://127.0.0.1:{port}/echo/{n}") for n in range(3)]
told.append([ws.recv() for ws in many])
for ws in many:
    ws.close()
try:
    connect(f"ws://127.0.0.1:{port}/nowhere")
except InvalidStatus as error:
    told.append(error.response.status_code)

for transports in (["websocket"], ["polling", "websocket"], ["polling"]):
    client = socketio.Client()
    got = {name: threading.Event() for name in ("welcome", "joined", "uploaded")}
    for name, event in got.items():
        client.on(name, lambda data, name=name, event=event: (
            told.append([name, data.hex() if isinstance(data, bytes) else data]), event.set()))
    client.connect(f"http://127.0.0.1:{port}", transports=transports)
    told.append(got["welcome"].wait(20))
    told.append(client.call("add", (2, 3), timeout=20))
    client.emit("join", "room")
    told.append(got["joined"].wait(20))
    client.emit("upload", bytes(range(256)) * 10)
    told.append(got["uploaded"].wait(20))
    told.append(client.transport())
    client.disconnect()
print(json.dumps(told))
"""
REQUIREMENTS = (
    *("flask-sock==0.7.0", "simple-websocket==1.1.0", "websockets==17.4"),
    *("flask-socketio==5.7.0", "python-socketio[client]==5.18.1"),
)


@pytest.fixture(scope="module")
def sides() -> Path:
    """The folder of both environments."""
    return twins(Application("websocket", REQUIREMENTS, "wsapp:app"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "wsapp.py").write_text(APP)
    (tmp_path / "client.py").write_text(CLIENT)
    return tmp_path


def told_by(python: Path, folder: Path, port: int) -> list[object]:
    """What the client saw."""
    done = subprocess.run(
        [str(python), "client.py", str(port)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


@pytest.fixture
def expected(sides: Path, folder: Path) -> Iterator[list[object]]:
    """What the client sees of Flask under Gunicorn."""
    python, port = sides / "flask" / "bin" / "python", free_port()
    argv = [str(python), "-m", "gunicorn", "wsapp:app", "--bind", f"127.0.0.1:{port}"]
    argv += ["--threads", "20", "--graceful-timeout", "1", "--no-control-socket"]
    with serving(argv, port, folder, dict(os.environ)):
        yield told_by(python, folder, port)


def serve(python: Path, *options: str) -> list[str]:
    return [str(python), "-m", "cruet", "run", "wsapp:app", "--port", "0", *options]


def is_served_alike(server: Running, python: Path, folder: Path, expected: list[object]) -> None:
    server.ready()
    assert told_by(python, folder, server.port) == expected
    assert server.end(signal.SIGTERM) == 0
    assert "Traceback" not in server.text


@pytest.mark.parametrize("more", [(), ("--no-async",)])
def test_clients_see_what_they_see_under_gunicorn(
    sides: Path, folder: Path, expected: list[object], more: tuple[str, ...]
) -> None:
    python = sides / "cruet" / "bin" / "python"
    argv = serve(python, "--threads", "20", "--timeout", "5", *more)
    with running(cwd=folder, argv=argv) as server:
        is_served_alike(server, python, folder, expected)


def test_without_threads_the_client_gets_a_500_and_the_log_says_why(
    sides: Path, folder: Path
) -> None:
    python = sides / "cruet" / "bin" / "python"
    (folder / "client.py").write_text(
        "import sys\n"
        "from websockets.exceptions import InvalidStatus\n"
        "from websockets.sync.client import connect\n"
        "try:\n"
        "    connect(f'ws://127.0.0.1:{sys.argv[1]}/push')\n"
        "except InvalidStatus as error:\n"
        "    print([error.response.status_code])\n"
    )
    with running(cwd=folder, argv=serve(python)) as server:
        server.ready()
        assert told_by(python, folder, server.port) == [500]
        server.await_line("a WebSocket keeps its thread: set --threads to 2 or more")
        assert server.get() == (200, "hello")
