"""Connections that begin with a header of the PROXY protocol, and those that should."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import struct
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from running import MODES, PATIENCE, Running, fails, running

from cruet import _cruet

APP = """
from cruet import Flask, request

app = Flask(__name__)


@app.route("/")
def index():
    shown = ("REMOTE_ADDR REMOTE_PORT SERVER_NAME SERVER_PORT PROXY_PROTOCOL PROXY_ADDR PROXY_PORT"
             " wsgi.url_scheme")
    return {
        "remote_addr": request.remote_addr,
        "secure": request.is_secure,
        **{name: request.environ.get(name) for name in shown.split()},
    }
"""
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
LINE = b"PROXY TCP4 192.0.2.7 198.51.100.1 5123 443\r\n"


def binary(command: int, family: int, rest: bytes) -> bytes:
    return SIGNATURE + struct.pack("!BBH", 0x20 | command, family, len(rest)) + rest


FOUR = socket.inet_aton("192.0.2.7") + socket.inet_aton("198.51.100.1") + struct.pack("!HH", 5, 443)
SIX = b"".join(socket.inet_pton(socket.AF_INET6, ip) for ip in ("2001:db8::7", "2001:db8::1"))
SIX += struct.pack("!HH", 5, 443)
SSL = b"\x20\0\x05\x01\0\0\0\0"


def start(folder: Path, *options: str) -> Any:
    (folder / "proxied.py").write_text(APP)
    return running("proxied:app", *options, "--log-level", "debug", cwd=folder)


def exchange(client: socket.socket, *parts: bytes) -> bytes:
    with client:
        client.settimeout(PATIENCE)
        for part in parts:
            client.sendall(part)
        return b"".join(iter(lambda: client.recv(65536), b""))


def told(server: Running, *parts: bytes) -> dict[str, Any]:
    answer = exchange(server.connect(), *parts)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n"), answer
    found = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("mode", MODES)
def test_the_client_is_whom_the_header_names(tmp_path: Path, mode: str) -> None:
    with start(tmp_path, "--proxy-protocol", "auto", *MODES[mode]) as server:
        server.ready()
        one = told(server, LINE + REQUEST)
        assert one["remote_addr"] == one["REMOTE_ADDR"] == "192.0.2.7"
        assert (one["REMOTE_PORT"], one["SERVER_NAME"], one["SERVER_PORT"]) == (
            "5123",
            "198.51.100.1",
            "443",
        )
        assert (one["PROXY_PROTOCOL"], one["PROXY_ADDR"], one["PROXY_PORT"]) == (
            "TCP4",
            "198.51.100.1",
            "443",
        )
        assert one["wsgi.url_scheme"] == "http"
        # In whatever pieces it comes.
        assert told(server, *(bytes([byte]) for byte in LINE + REQUEST)) == one
        two = told(server, binary(1, 0x11, FOUR), REQUEST)
        assert (two["REMOTE_ADDR"], two["REMOTE_PORT"]) == ("192.0.2.7", "5")
        six = told(server, binary(1, 0x21, SIX + b"\x04\0\x03pad") + REQUEST)
        assert (six["REMOTE_ADDR"], six["PROXY_PROTOCOL"]) == ("2001:db8::7", "TCP6")
        secure = told(server, binary(1, 0x11, FOUR + SSL) + REQUEST)
        assert (secure["secure"], secure["wsgi.url_scheme"]) == (True, "https")
        # A proxy's own connections, such as checks of health.
        for header in (b"PROXY UNKNOWN\r\n", binary(0, 0, b""), binary(1, 0, b"anything")):
            own = told(server, header + REQUEST)
            assert own["REMOTE_ADDR"] == "127.0.0.1"
            assert own["PROXY_PROTOCOL"] is None
        assert server.end(signal.SIGTERM) == 0


def test_every_request_of_a_connection_is_the_client_s(tmp_path: Path) -> None:
    access = tmp_path / "access"
    options = ("--proxy-protocol", "v1", "--access-log", str(access))
    with start(tmp_path, *options) as server:
        server.ready()
        answer = exchange(
            server.connect(), LINE + REQUEST.replace(b"Connection: close\r\n", b"") * 3, REQUEST
        )
        assert answer.count(b'"192.0.2.7"') == 8
        assert server.end(signal.SIGTERM) == 0
    lines = access.read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["192.0.2.7"] * 4


def test_a_connection_without_its_header_is_closed(tmp_path: Path) -> None:
    options = ("--proxy-protocol", "v2", "--header-timeout", "0.5")
    with start(tmp_path, *options) as server:
        server.ready()
        hostile = {
            REQUEST: "no header, or one of another version",
            LINE + REQUEST: "no header, or one of another version",
            binary(2, 0x11, FOUR) + REQUEST: "malformed header",
            binary(1, 0x12, FOUR) + REQUEST: "malformed header",
            binary(1, 0x11, FOUR[:-1]) + REQUEST: "malformed header",
            binary(1, 0x11, FOUR + b"\x04\0\x09") + REQUEST: "malformed header",
            binary(0, 0, b"x" * 4097): "a limit is exceeded",
            SIGNATURE: "no header in time",
            b"": "no header in time",
        }
        for number, (data, reason) in enumerate(hostile.items(), 1):
            client = server.connect()
            with contextlib.suppress(ConnectionResetError):
                assert exchange(client, data) == b""
            pattern = rf"DEBUG.* 127\.0\.0\.1 port \d+: PROXY protocol: {reason}"
            times = list(hostile.values())[:number].count(reason)
            server.await_line(pattern, times)
        assert told(server, binary(1, 0x11, FOUR) + REQUEST)["REMOTE_ADDR"] == "192.0.2.7"
        assert "Traceback" not in server.text


def test_only_listed_peers_are_believed(tmp_path: Path) -> None:
    options = ("--proxy-protocol", "auto", "--proxy-allow-ips", "10.0.0.0/8")
    with start(tmp_path, *options) as server:
        server.ready()
        assert told(server, REQUEST)["REMOTE_ADDR"] == "127.0.0.1"
        # PROXY is a method that nobody knows.
        for header, status in ((LINE, b"501"), (binary(1, 0x11, FOUR), b"400")):
            answer = exchange(server.connect(), header + REQUEST)
            assert answer.startswith(b"HTTP/1.1 " + status)
    with start(tmp_path) as server:
        server.ready()
        assert exchange(server.connect(), LINE + REQUEST).startswith(b"HTTP/1.1 501 ")


def test_peers_on_unix_sockets(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with start(tmp_path, "--bind", f"unix:{path}", "--proxy-protocol", "auto") as server:
        server.ready()

        def ask(header: bytes) -> dict[str, Any]:
            client = socket.socket(socket.AF_UNIX)
            client.connect(path)
            found = json.loads(exchange(client, header + REQUEST).partition(b"\r\n\r\n")[2])
            assert isinstance(found, dict)
            return found

        assert ask(LINE)["REMOTE_ADDR"] == "192.0.2.7"
        assert ask(LINE)["SERVER_NAME"] == "198.51.100.1"
        assert ask(binary(1, 0x31, b"p" * 216))["REMOTE_ADDR"] is None


def test_fields_are_believed_of_whom_the_header_names(tmp_path: Path) -> None:
    options = ["--proxy-protocol", "v1", "--forwarded-allow-ips", "192.0.2.7"]
    options += ["--forwarded-headers", "x-forwarded-for"]
    with start(tmp_path, *options) as server:
        server.ready()
        request = REQUEST.replace(b"Host", b"X-Forwarded-For: 203.0.113.9\r\nHost")
        assert told(server, LINE + request)["REMOTE_ADDR"] == "203.0.113.9"
        other = LINE.replace(b"192.0.2.7", b"192.0.2.8")
        assert told(server, other + request)["REMOTE_ADDR"] == "192.0.2.8"


@pytest.mark.skipif(not _cruet.has_tls, reason="built without OpenSSL")
def test_the_header_comes_before_the_handshake(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    options = [*authority.make("localhost").options, "--proxy-protocol", "auto"]
    with start(tmp_path, *options) as server:
        server.ready()
        for header in (LINE, binary(1, 0x11, FOUR), b"PROXY UNKNOWN\r\n"):
            client = server.connect()
            client.sendall(header)
            secure = authority.client().wrap_socket(client, server_hostname="localhost")
            found = json.loads(exchange(secure, REQUEST).partition(b"\r\n\r\n")[2])
            assert found["wsgi.url_scheme"] == "https"
            own = header.startswith(b"PROXY UNKNOWN")
            assert found["REMOTE_ADDR"] == ("127.0.0.1" if own else "192.0.2.7")


def test_settings_of_gunicorn_s(tmp_path: Path) -> None:
    (tmp_path / "gunicorn.conf.py").write_text("proxy_protocol = True\nproxy_allow_ips = '*'\n")
    with start(tmp_path, "--from-gunicorn", "gunicorn.conf.py") as server:
        server.ready()
        assert told(server, LINE + REQUEST)["PROXY_PROTOCOL"] == "TCP4"
        assert "not honoured" not in server.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--proxy-protocol", "v3"), "must be one of off, v1, v2, auto, not 'v3'"),
        (("--proxy-allow-ips", "localhost"), "'localhost' does not appear to be"),
    ],
)
def test_wrong_settings(tmp_path: Path, options: tuple[str, str], message: str) -> None:
    (tmp_path / "proxied.py").write_text(APP)
    code, text = fails("proxied:app", *options, cwd=tmp_path)
    assert code in (1, 2)
    assert options[0] in text and message in text and "Traceback" not in text
