"""Server hooks: called when and where they should be, with what they need."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import fails, running, until

RECORD = """
import json, os

def record(hook, **more):
    with open({log!r}, "a") as file:
        file.write(json.dumps({{"hook": hook, "pid": os.getpid(), **more}}) + "\\n")
"""

ALL = """
def on_starting(server):
    record("on_starting", workers=server.num_workers, listeners=len(server.LISTENERS))

def on_reload(server):
    record("on_reload")

def when_ready(server):
    server.log.info("hooked: %s", server.address[0][0])
    record("when_ready", listeners=len(server.LISTENERS), keepalive=server.cfg.keepalive)

def pre_fork(server, worker):
    record("pre_fork", age=worker.age, worker=worker.pid, known=sorted(server.WORKERS))

def post_fork(server, worker):
    loaded = worker.wsgi is not None
    record("post_fork", age=worker.age, worker=worker.pid, ppid=worker.ppid, loaded=loaded)

def post_worker_init(worker):
    record("post_worker_init", age=worker.age, app=worker.app.wsgi().__name__)

def worker_int(worker):
    record("worker_int", age=worker.age)

def worker_abort(worker):
    record("worker_abort", age=worker.age)

def child_exit(server, worker):
    record("child_exit", age=worker.age, worker=worker.pid)

def worker_exit(server, worker):
    record("worker_exit", age=worker.age, worker=worker.pid)

def nworkers_changed(server, new_value, old_value):
    record("nworkers_changed", new=new_value, old=old_value)

def on_exit(server):
    record("on_exit")
"""


class Hooked:
    """A folder with a config file whose hooks write what they see into a log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "hooks.log"

    def write(self, source: str, name: str = "cruet.conf.py") -> None:
        (self.folder / name).write_text(RECORD.format(log=str(self.log)) + source)

    def calls(self, hook: str | None = None) -> list[dict[str, Any]]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        calls = [json.loads(line) for line in lines]
        return [call for call in calls if hook in (None, call["hook"])]

    def names(self) -> list[str]:
        return [call["hook"] for call in self.calls()]


@pytest.fixture
def hooked(folder: Path) -> Iterator[Hooked]:
    return Hooked(folder)


def test_the_hooks_of_processes(hooked: Hooked) -> None:
    hooked.write(ALL)
    with running("wsgiapp:app", "--workers", "2", cwd=hooked.folder) as server:
        server.ready(2)
        server.await_line("hooked: 127.0.0.1")
        master = server.process.pid
        workers = server.workers()
        os.kill(workers[0], signal.SIGKILL)
        server.ready(3)
        server.process.send_signal(signal.SIGHUP)
        server.await_line("Reloaded")
        until(lambda: len(hooked.calls("child_exit")) == 3)
        assert server.end(signal.SIGTERM) == 0
    names = hooked.names()
    assert names[:4] == ["on_starting", "nworkers_changed", "when_ready", "pre_fork"]
    assert names[-1] == "on_exit"
    assert hooked.calls("on_starting") == [
        {"hook": "on_starting", "pid": master, "workers": 2, "listeners": 0}
    ]
    assert hooked.calls("when_ready") == [
        {"hook": "when_ready", "pid": master, "listeners": 1, "keepalive": 75.0}
    ]
    assert hooked.calls("nworkers_changed")[0]["new"] == 2
    assert hooked.calls("nworkers_changed")[0]["old"] is None
    assert len(hooked.calls("on_reload")) == len(hooked.calls("on_exit")) == 1

    before = hooked.calls("pre_fork")
    assert [call["age"] for call in before] == [1, 2, 3, 4, 5]
    assert {call["worker"] for call in before} == {None}
    assert before[1]["known"] == [workers[0]]
    for hook in ("post_fork", "post_worker_init", "child_exit"):
        assert sorted(call["age"] for call in hooked.calls(hook)) == [1, 2, 3, 4, 5]
    for call in hooked.calls("post_fork"):
        assert call["pid"] == call["worker"] != master == call["ppid"]
        assert not call["loaded"]
    assert {call["app"] for call in hooked.calls("post_worker_init")} == {"app"}
    # The one that was killed had no chance to say so.
    assert sorted(call["age"] for call in hooked.calls("worker_exit")) == [2, 3, 4, 5]
    gone = {call["age"]: call["worker"] for call in hooked.calls("child_exit")}
    assert gone[1] == workers[0]
    assert {call["pid"] for call in hooked.calls("child_exit")} == {master}


def test_the_number_of_workers(hooked: Hooked) -> None:
    hooked.write(ALL)
    with running("wsgiapp:app", cwd=hooked.folder) as server:
        server.ready()
        server.process.send_signal(signal.SIGTTIN)
        server.ready(2)
        server.process.send_signal(signal.SIGTTOU)
        server.await_line("Workers wanted: 1")
        hooked.write("workers = 3\n" + ALL)
        server.process.send_signal(signal.SIGHUP)
        server.await_line("Reloaded")
        assert server.end(signal.SIGTERM) == 0
    changes = [(call["old"], call["new"]) for call in hooked.calls("nworkers_changed")]
    assert changes == [(None, 1), (1, 2), (2, 1), (1, 3)]


def test_signals_of_workers(hooked: Hooked) -> None:
    hooked.write(ALL)
    with running("wsgiapp:app", cwd=hooked.folder) as server:
        server.ready()
        os.kill(server.workers()[0], signal.SIGINT)
        until(lambda: hooked.calls("worker_int"))
        assert server.get() == (200, "hello from /")
        os.kill(server.workers()[0], signal.SIGABRT)
        until(lambda: hooked.calls("worker_abort"))
        server.ready(2)
        assert [call["age"] for call in hooked.calls("worker_exit")] == [1]
        os.kill(server.workers()[1], signal.SIGQUIT)
        server.ready(3)
    assert [call["age"] for call in hooked.calls("worker_int")] == [1, 2]


REQUESTS = """
def pre_request(worker, req):
    record("pre_request", method=req.method, uri=req.uri, path=req.path, query=req.query,
           version=req.version, scheme=req.scheme, fragment=req.fragment, worker=worker.pid,
           host=dict(req.headers)["HOST"], peer=req.remote_addr[0] if req.remote_addr else "",
           same=req.peer_addr == req.remote_addr)
    if req.path == "/refused":
        raise ValueError("not this one")
    if "change" in req.query:
        req.headers.append(("X-Hooked", "a"))
        req.headers.append(("X_Hooked", "b"))
        req.headers.append(("X-Hooked", "c"))
        req.headers[:] = [field for field in req.headers if field[0] != "X-GONE"]

def post_request(worker, req, environ, resp):
    record("post_request", uri=req.uri, asked=environ["REQUEST_METHOD"], status=resp.status,
           code=resp.status_code, sent=resp.sent, length=resp.response_length,
           type=dict(resp.headers).get("Content-Type"))
"""

APP = """
from cruet import Flask, request, Response

app = Flask(__name__)

@app.route("/<name>", methods=["GET", "POST"])
def page(name):
    if name == "stream":
        return Response((b"x" * 1000 for _ in range(5000)), mimetype="text/plain")
    if name == "fail":
        raise ValueError("on purpose")
    shown = {name: value for name, value in request.headers.items() if name.startswith("X")}
    return {"headers": shown, "body": request.get_data(as_text=True), "path": request.path}
"""


def _app(hooked: Hooked) -> None:
    (hooked.folder / "hookedapp.py").write_text(APP)


@pytest.mark.parametrize("threads", ["1", "4"])
def test_the_hooks_around_requests(hooked: Hooked, threads: str) -> None:
    _app(hooked)
    hooked.write(REQUESTS)
    with running("hookedapp:app", "--threads", threads, cwd=hooked.folder) as server:
        server.ready()
        status, _, body = server.send("POST", "/a?b=c", b"content", {"X-Own": "1"})
        assert (status, json.loads(body)) == (
            200,
            {"headers": {"X-Own": "1"}, "body": "content", "path": "/a"},
        )
        assert server.get("/fail")[0] == 500
        assert server.get("/none/of/it")[0] == 404
        assert len(server.get("/stream")[1]) == 5_000_000
        assert server.get("/refused")[0] == 500
        server.await_line("ValueError: not this one")
        until(lambda: len(hooked.calls("post_request")) == 4)
        pid = server.workers()[0]
        port = server.port
    before = hooked.calls("pre_request")
    assert len(before) == 5
    assert before[0] == {
        "hook": "pre_request",
        "pid": pid,
        "worker": pid,
        "method": "POST",
        "uri": "/a?b=c",
        "path": "/a",
        "query": "b=c",
        "fragment": "",
        "version": [1, 1],
        "scheme": "http",
        "host": f"127.0.0.1:{port}",
        "peer": "127.0.0.1",
        "same": True,
    }
    after = {call["uri"]: call for call in hooked.calls("post_request")}
    assert after["/a?b=c"]["asked"] == "POST"
    assert after["/a?b=c"]["type"] == "application/json"
    assert after["/a?b=c"]["sent"] == after["/a?b=c"]["length"] == len(body)
    assert (after["/stream"]["status"], after["/stream"]["sent"]) == ("200 OK", 5_000_000)
    assert (after["/fail"]["status"], after["/fail"]["code"]) == ("500 INTERNAL SERVER ERROR", 500)
    assert after["/none/of/it"]["code"] == 404


def test_what_a_hook_does_to_headers_the_application_sees(hooked: Hooked) -> None:
    _app(hooked)
    hooked.write(REQUESTS)
    with running("hookedapp:app", cwd=hooked.folder) as server:
        server.ready()
        fields = {"X-Gone": "1", "X-Stays": "2"}
        answer = json.loads(server.send("POST", "/a?change", b"content", fields)[2])
        assert answer == {
            "headers": {"X-Stays": "2", "X-Hooked": "a,c"},
            "body": "content",
            "path": "/a",
        }
        # Others are not concerned.
        answer = json.loads(server.send("POST", "/a", b"content", fields)[2])
        assert answer["headers"] == fields


def test_hooks_around_requests_of_any_wsgi_application(hooked: Hooked) -> None:
    hooked.write(REQUESTS)
    with running("wsgiapp:app", cwd=hooked.folder) as server:
        server.ready()
        assert server.get("/pieces") == (200, "one two three")
        assert server.get("/raise")[0] == 500
        assert server.get("/replaced") == (503, "replaced")
        until(lambda: len(hooked.calls("post_request")) == 3)
    after = {call["uri"]: call for call in hooked.calls("post_request")}
    assert (after["/pieces"]["status"], after["/pieces"]["sent"]) == ("200 OK", 13)
    assert after["/pieces"]["type"] == "text/plain"
    assert after["/raise"]["code"] == 500
    assert after["/replaced"]["status"] == "503 Service Unavailable"


def test_a_client_that_leaves_in_the_middle_is_told_of(hooked: Hooked) -> None:
    _app(hooked)
    hooked.write(REQUESTS)
    with running("hookedapp:app", cwd=hooked.folder) as server:
        server.ready()
        with server.connect() as client:
            client.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(100)
        until(lambda: hooked.calls("post_request"))
        assert hooked.calls("post_request")[0]["sent"] < 5_000_000


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ("def post_request(worker, req): record('post', taken=2)", 2),
        ("def post_request(worker, req, environ): record('post', taken=3)", 3),
        ("def post_request(*given): record('post', taken=len(given))", 4),
        ("def post_request(worker, req, environ=None, resp=None): record('post', taken=4)", 4),
    ],
)
def test_post_request_may_leave_parameters_out(hooked: Hooked, source: str, taken: int) -> None:
    hooked.write(source)
    with running("wsgiapp:app", cwd=hooked.folder) as server:
        server.ready()
        assert server.get()[0] == 200
        until(lambda: hooked.calls("post"))
    assert hooked.calls("post")[0]["taken"] == taken


def test_errors_in_hooks_do_not_stop_a_server(hooked: Hooked) -> None:
    source = "\n".join(
        f"def {name}(*_): raise ValueError('in {name}')"
        for name in ("pre_fork", "child_exit", "worker_exit", "nworkers_changed", "post_request")
    )
    hooked.write(source)
    with running("wsgiapp:app", cwd=hooked.folder) as server:
        server.ready()
        assert server.get() == (200, "hello from /")
        assert server.end(signal.SIGTERM) == 0
        for name in ("pre_fork", "worker_exit", "nworkers_changed", "post_request"):
            assert f"Error in the hook {name}" in server.text
            assert f"ValueError: in {name}" in server.text


@pytest.mark.parametrize("name", ["on_starting", "when_ready", "post_fork", "post_worker_init"])
def test_hooks_that_a_start_depends_on(hooked: Hooked, name: str) -> None:
    hooked.write(f"def {name}(*_): raise ValueError('not today')\n" + "def on_exit(server): pass")
    code, errors = fails("wsgiapp:app", "--port", "0", cwd=hooked.folder)
    assert code == 3
    assert errors.count("ValueError: not today") == 1
    assert re.search(rf"\[ERROR\] The hook {name} failed", errors)
    assert "serves" not in errors


def test_hooks_named_in_toml(hooked: Hooked) -> None:
    hooked.write(ALL, "recorded.py")
    (hooked.folder / "cruet.toml").write_text(
        "post_fork = 'recorded:post_fork'\nwhen_ready = 'recorded:when_ready'\n"
    )
    with running("wsgiapp:app", cwd=hooked.folder) as server:
        server.ready()
        until(lambda: hooked.calls("post_fork"))
    assert hooked.names() == ["when_ready", "post_fork"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("on_exit = 'recorded'", "cruet.toml: on_exit must be MODULE:FUNCTION, not 'recorded'"),
        ("on_exit = 1", "cruet.toml: on_exit must be a function, not 1"),
        ("on_exit = 'recorded:nothing'", "on_exit 'recorded:nothing' cannot be found: module"),
        ("on_exit = 'nowhere_at:all'", "on_exit 'nowhere_at:all' cannot be found: No module"),
        ("post_fork = 'recorded:post'", "cruet.toml: post_fork 'recorded:post' cannot be found"),
        ("post_fork = 'recorded:on_exit'", "cruet.toml: post_fork must take server, worker"),
    ],
)
def test_hooks_that_are_not_there(hooked: Hooked, line: str, message: str) -> None:
    hooked.write(ALL, "recorded.py")
    (hooked.folder / "cruet.toml").write_text(line)
    for options in ((), ("--check-config",)):
        code, errors = fails("wsgiapp:app", "--port", "0", *options, cwd=hooked.folder)
        assert code in (1, 3)
        assert message in errors
        assert errors.count("\n") == 1


def test_a_function_with_other_parameters(hooked: Hooked) -> None:
    hooked.write("def pre_fork(server): pass")
    code, errors = fails("wsgiapp:app", cwd=hooked.folder)
    assert code == 1
    assert errors == "Error: cruet.conf.py: pre_fork must take server, worker\n"
