"""Servers as socketserver knows them: their attributes, and steps that subclasses override."""

from __future__ import annotations

import contextlib
import http.client
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cruet import Flask, request
from cruet.toolkit.serving import (
    BaseWSGIServer,
    ForkingWSGIServer,
    ThreadedWSGIServer,
    make_server,
)


def path_of(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode()]


@contextmanager
def serving(server: BaseWSGIServer) -> Iterator[BaseWSGIServer]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(10)
        assert not thread.is_alive()


def get(server: BaseWSGIServer, path: str = "/") -> str:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().read().decode()


def test_servers_are_the_standard_librarys() -> None:
    with BaseWSGIServer("127.0.0.1", 0, path_of) as server:
        assert isinstance(server, socketserver.TCPServer)
        assert server.server_port == server.port == server.server_address[1] > 0
        assert server.server_name == socket.getfqdn("127.0.0.1")
        assert server.address_family == server.socket.family == socket.AF_INET
    assert server.fileno() == -1
    assert issubclass(ThreadedWSGIServer, socketserver.ThreadingMixIn)
    assert issubclass(ForkingWSGIServer, socketserver.ForkingMixIn)


@pytest.mark.parametrize("kind", [BaseWSGIServer, ThreadedWSGIServer])
def test_one_request_without_a_loop(kind: type[BaseWSGIServer]) -> None:
    with kind("127.0.0.1", 0, path_of) as server:
        for path in ("/one", "/two"):
            thread = threading.Thread(target=server.handle_request)
            thread.start()
            assert get(server, path) == path
            thread.join(10)
            assert not thread.is_alive()


def test_waiting_for_a_request_ends() -> None:
    class Impatient(BaseWSGIServer):
        timeout = 0.01  # type: ignore[assignment]
        given_up = 0

        def handle_timeout(self) -> None:
            self.given_up += 1

    with Impatient("127.0.0.1", 0, path_of) as server:
        server.handle_request()
        assert server.given_up == 1


@pytest.mark.parametrize("base", [BaseWSGIServer, ThreadedWSGIServer, ForkingWSGIServer])
def test_steps_are_heeded(base: type[BaseWSGIServer]) -> None:
    steps: list[str] = []

    class Own(base):  # type: ignore[misc, valid-type]
        def server_bind(self) -> None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            steps.append("bind")
            super().server_bind()

        def get_request(self) -> Any:
            found = super().get_request()
            steps.append("get")
            return found

        def verify_request(self, request: Any, client_address: Any) -> bool:
            steps.append("verify")
            return steps.count("verify") != 2

        def process_request(self, request: Any, client_address: Any) -> None:
            steps.append("process")
            super().process_request(request, client_address)

        def service_actions(self) -> None:
            super().service_actions()
            if "actions" not in steps:
                steps.append("actions")

    with serving(Own("127.0.0.1", 0, path_of)) as server:
        assert server.socket.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT)
        assert get(server, "/a") == "/a"
        with pytest.raises(OSError):
            get(server)
        assert get(server, "/b") == "/b"
    assert [step for step in steps if step != "actions"] == [
        *("bind", "get", "verify", "process"),
        *("get", "verify"),
        *("get", "verify", "process"),
    ]
    assert "actions" in steps


def test_errors_of_steps_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(BaseWSGIServer):
        def process_request(self, request: Any, client_address: Any) -> None:
            raise RuntimeError("boom")

    with serving(Broken("127.0.0.1", 0, path_of)) as server, pytest.raises(OSError):
        get(server)
    assert "boom" in caplog.text


def test_an_address_that_an_own_server_cannot_have() -> None:
    class Own(BaseWSGIServer):
        allow_reuse_address = False

        def server_activate(self) -> None:
            super().server_activate()

    with Own("127.0.0.1", 0, path_of) as server, pytest.raises(OSError):
        Own("127.0.0.1", server.port, path_of)


@pytest.mark.parametrize("threaded", [False, True])
def test_a_path_begins_with_one_slash(threaded: bool) -> None:
    app = Flask(__name__)

    @app.route("/<path:rest>")
    def look(rest: str) -> str:
        # http.server, which speaks where there are no threads, keeps one itself.
        assert request.environ["RAW_URI"].startswith("//" if threaded else "/")
        return f"{rest} {request.path} {request.environ['PATH_INFO']}"

    with serving(make_server("127.0.0.1", 0, app, threaded)) as server:
        assert get(server, "//double") == "double /double /double"
        assert get(server, "///a/b") == "a/b /a/b /a/b"
    with serving(make_server("127.0.0.1", 0, path_of, threaded)) as server:
        assert [get(server, path) for path in ("//", "//a//b", "/a")] == ["/", "/a//b", "/a"]
    if threaded:  # natively, as `cruet run` does
        with serving(make_server("127.0.0.1", 0, path_of, True, one_slash=False)) as server:
            assert get(server, "//a") == "//a"
