"""HTTPS as `cruet run` speaks it, to the clients that there are."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from running import MODES, PATIENCE, until
from secured import read_all, secure

from cruet import _cruet

pytestmark = pytest.mark.skipif(not _cruet.has_tls, reason="built without OpenSSL")


@pytest.mark.parametrize("mode", MODES)
def test_requests_and_bodies_of_every_kind(tmp_path: Path, mode: str) -> None:
    with secure(tmp_path, *MODES[mode]) as served:
        assert "https://127.0.0.1" in served.server.text
        connection = served.connection()
        connection.request("GET", "/")
        found = json.loads(connection.getresponse().read())
        assert (found["scheme"], found["secure"]) == ("https", True)
        assert found["url"] == f"https://localhost:{served.server.port}/"
        assert connection.sock is not None
        first = connection.sock.getsockname()
        body = bytes(range(256)) * 4096 * 32
        connection.request("POST", "/sum", body)
        assert json.loads(connection.getresponse().read())["size"] == len(body) == 32 << 20
        pieces = (b"p" * size for size in range(1, 500))
        connection.request("POST", "/sum", pieces, encode_chunked=True)
        assert json.loads(connection.getresponse().read())["size"] == 499 * 250
        for path, size in (("/much/33554432", 33554432), ("/file", 8 << 20)):
            connection.request("GET", path)
            content = connection.getresponse().read()
            assert len(content) == size
            assert content == bytes(range(256)) * (size // 256)
        connection.request("GET", "/stream/2000")
        answer = connection.getresponse()
        assert answer.getheader("Transfer-Encoding") == "chunked"
        assert answer.read() == "".join(f"{n}:" + "x" * 5000 for n in range(2000)).encode()
        # One connection has done it all.
        assert connection.sock is not None and connection.sock.getsockname() == first
        connection.close()
        assert served.get("/environ")["wsgi.url_scheme"] == "https"
        assert served.server.end(signal.SIGTERM) == 0


def test_requests_that_are_pipelined_or_cut_anywhere(tmp_path: Path) -> None:
    with secure(tmp_path) as served, served.connect() as client:
        request = b"GET /stream/1 HTTP/1.1\r\nHost: a\r\n\r\n"
        last = request.replace(b"Host", b"Connection: close\r\nHost")
        client.sendall(request * 99 + last)
        assert read_all(client).count(b"HTTP/1.1 200 OK") == 100
        with served.connect() as other:
            for byte in last:
                other.sendall(bytes([byte]))
            assert read_all(other).startswith(b"HTTP/1.1 200 OK")


def test_versions_and_protocols_that_are_spoken(tmp_path: Path) -> None:
    with secure(tmp_path) as served:
        with served.connect() as client:
            assert client.version() == "TLSv1.3"
        served.context.maximum_version = ssl.TLSVersion.TLSv1_2
        served.context.set_alpn_protocols(["h2", "http/1.1"])
        with served.connect() as client:
            assert client.version() == "TLSv1.2"
            assert client.selected_alpn_protocol() == "http/1.1"
            cipher = client.cipher()
            assert cipher is not None and cipher[0].startswith("ECDHE-ECDSA-")
        served.context.set_alpn_protocols(["h2"])
        with pytest.raises(ssl.SSLError):
            served.connect()


def test_tls_1_1_is_refused_to_openssl_s_client(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("needs openssl")
    with secure(tmp_path, "--log-level", "debug") as served:
        command = ["openssl", "s_client", "-connect", f"localhost:{served.server.port}"]
        command += ["-CAfile", str(served.authority.file), "-verify_return_error", "-brief"]
        for option, works in (("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)):
            weak = ["-cipher", "ALL@SECLEVEL=0"] if option == "-tls1_1" else []
            done = subprocess.run(
                [*command, option, *weak],
                input="GET / HTTP/1.0\r\nHost: localhost\r\n\r\n",
                capture_output=True,
                text=True,
                timeout=PATIENCE,
            )
            assert (done.returncode == 0) == works, done.stderr
            assert ("Verification: OK" in done.stderr) == works
        served.server.await_line(r"DEBUG.* 127\.0\.0\.1 port \d+: TLS: unsupported protocol")


def test_only_ciphers_that_were_chosen(tmp_path: Path) -> None:
    options = ("--ciphers", "TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384")
    with secure(tmp_path, *options) as served:
        for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
            served.context.maximum_version = version
            with served.connect() as client:
                cipher = client.cipher()
                assert cipher is not None and cipher[0] in options[1].split(":")
    with secure(tmp_path, "--tls-minimum", "1.3") as served:
        served.context.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(ssl.SSLError):
            served.connect()


def test_curl_checks_the_certificate_and_keeps_the_connection(tmp_path: Path) -> None:
    if not shutil.which("curl"):
        pytest.skip("needs curl")
    with secure(tmp_path) as served:
        url = f"https://localhost:{served.server.port}"
        command = ["curl", "-sS", "--cacert", str(served.authority.file), "-w", "%{num_connects}\n"]
        big = str(tmp_path / "big")
        command += ["-o", str(tmp_path / "got"), f"{url}/file", "--data-binary", f"@{big}"]
        command[-2:-2] = ["-o", str(tmp_path / "sum"), f"{url}/sum"]
        # A file down, then one up.
        down = [*command[:6], "-o", str(tmp_path / "got"), f"{url}/file", "--next", *command[1:6]]
        up = ["-o", str(tmp_path / "sum"), "--data-binary", f"@{big}", f"{url}/sum"]
        done = subprocess.run([*down, *up], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == ["1", "0"]
        assert (tmp_path / "got").read_bytes() == (tmp_path / "big").read_bytes()
        assert json.loads((tmp_path / "sum").read_text())["size"] == 8 << 20
        unknown = subprocess.run(["curl", "-sS", url], capture_output=True, timeout=60)
        assert unknown.returncode == 60


@pytest.mark.parametrize("library", ["requests", "httpx"])
def test_libraries_that_people_use(tmp_path: Path, library: str) -> None:
    module = pytest.importorskip(library)
    with secure(tmp_path) as served:
        url = f"https://localhost:{served.server.port}"
        # Whatever certificates this machine's environment names.
        if library == "requests":
            client, how = module.Session(), "data"
            client.trust_env, client.verify = False, str(served.authority.file)
        else:
            client, how = module.Client(verify=served.context, trust_env=False), "content"
        with client:
            assert client.get(f"{url}/").json()["secure"] is True
            assert client.get(f"{url}/file").content == (tmp_path / "big").read_bytes()
            body: Any = {how: b"x" * 3_000_000}
            assert client.post(f"{url}/sum", **body).json()["size"] == 3_000_000


def test_sessions_are_resumed_by_any_worker(tmp_path: Path) -> None:
    with secure(tmp_path, "--workers", "2") as served:
        served.server.ready(2)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            served.context.maximum_version = version
            session = None
            answered: set[int] = set()
            deadline = time.monotonic() + PATIENCE
            while len(answered) < 2:
                assert time.monotonic() < deadline, "one worker has answered all"
                # Held open together, so that both workers get some.
                held = [served.connect(session=session) for _ in range(4)]
                for client in held:
                    assert client.session_reused == (session is not None)
                    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                for client in held:
                    data = client.recv(65536)
                    while b"}" not in data:
                        data += client.recv(65536)
                    if session is not None:
                        answered.add(json.loads(data.partition(b"\r\n\r\n")[2])["pid"])
                session = session or held[0].session
                for client in held:
                    client.close()


def test_a_port_of_tls_tells_who_speaks_plain_http(tmp_path: Path) -> None:
    with secure(tmp_path, "--log-level", "debug") as served:
        status, _, body = served.server.send("GET", "/")
        assert (status, body) == (400, b"plain HTTP was sent to a port that speaks HTTPS\n")
        served.server.await_line(r"DEBUG.* 127\.0\.0\.1 port \d+: TLS: plain HTTP")
        with served.server.connect() as client:
            client.sendall(b"\xff" * 100)
            client.shutdown(socket.SHUT_WR)
            until(lambda: client.recv(100) == b"")
        served.server.await_line(r"DEBUG.* port \d+: TLS: wrong version number")
        with served.server.connect() as client:
            client.close()
        assert served.get()["secure"] is True
        assert "Traceback" not in served.server.text
        assert served.server.end(signal.SIGTERM) == 0


def test_who_is_slow_to_shake_hands_is_cut_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    with secure(tmp_path, "--header-timeout", "0.5") as served:
        slow = [served.server.connect() for _ in range(50)]
        for number, client in enumerate(slow):
            client.sendall(b"\x16\x03\x01\x02\x00\x01"[: number % 7])
        assert served.get()["secure"] is True
        for client in slow:
            # In order, or by a reset where a record was begun.
            with client, suppress(ConnectionResetError):
                assert client.recv(1) == b""
        # Who has shaken hands and says no more has as long.
        with served.connect() as silent:
            assert read_all(silent) == b""


@pytest.mark.parametrize("recycled", [(), ("--max-requests", "20")], ids=["reload", "recycled"])
def test_no_request_is_lost_when_workers_change(tmp_path: Path, recycled: tuple[str, ...]) -> None:
    with secure(tmp_path, "--workers", "2", *recycled) as served:
        served.server.ready(2)
        over = threading.Event()
        answered: list[bool] = []
        failed: list[str] = []

        def ask(keep: bool) -> None:
            connection = served.connection()
            while not over.is_set():
                try:
                    connection.request("GET", "/")
                    answer = connection.getresponse()
                    json.loads(answer.read())
                    answered.append(keep)
                    if not keep:
                        connection.close()
                except Exception as error:
                    failed.append(repr(error))
                    connection.close()
            connection.close()

        threads = [threading.Thread(target=ask, args=(keep,)) for keep in (False, True, True)]
        for thread in threads:
            thread.start()
        try:
            for number in range(1, 3):
                before = len(answered)
                until(lambda before=before: len(answered) > before + 100)  # type: ignore[misc]
                served.server.process.send_signal(signal.SIGHUP)
                served.server.await_line("Reloaded", number)
            until(lambda: {False, True} <= {*answered[-50:]})
        finally:
            over.set()
            for thread in threads:
                thread.join()
        assert failed == []
        assert served.server.end(signal.SIGTERM) == 0
