"""HTTPS as `cruet run` speaks it, to the clients that there are."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority, Identity
from running import MODES, PATIENCE, Running, fails, running, until

from cruet import _cruet

pytestmark = pytest.mark.skipif(not _cruet.has_tls, reason="built without OpenSSL")

APP = """
import os
from hashlib import sha256

from cruet import Flask, request, send_file

app = Flask(__name__)


@app.route("/")
def index():
    return {
        "scheme": request.scheme,
        "secure": request.is_secure,
        "url": request.url,
        "pid": os.getpid(),
    }


@app.route("/environ")
def environ():
    return {
        name: value
        for name, value in request.environ.items()
        if name.startswith(("SSL_", "PROXY_", "REMOTE_", "SERVER_")) or name == "wsgi.url_scheme"
    }


@app.post("/sum")
def sum():
    found = sha256()
    size = 0
    while piece := request.stream.read(100_000):
        found.update(piece)
        size += len(piece)
    return {"size": size, "sum": found.hexdigest()}


@app.route("/much/<int:size>")
def much(size):
    return bytes(range(256)) * (size // 256)


@app.route("/stream/<int:count>")
def stream(count):
    def pieces():
        for number in range(count):
            yield f"{number}:" + "x" * 5000
    return pieces()


@app.route("/file")
def file():
    return send_file(os.environ["BIG_FILE"])
"""


class Secure:
    """A server with TLS on a free port, and clients that trust its authority."""

    def __init__(self, server: Running, authority: Authority) -> None:
        self.server = server
        self.authority = authority
        self.context = authority.client()

    def connect(self, host: str = "localhost", **more: Any) -> ssl.SSLSocket:
        return self.context.wrap_socket(self.server.connect(), server_hostname=host, **more)

    def connection(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            "localhost", self.server.port, timeout=PATIENCE, context=self.context
        )

    def get(self, path: str = "/", me: Identity | None = None) -> Any:
        self.context = self.authority.client(me)
        connection = self.connection()
        try:
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def shown(self, host: str = "localhost") -> str:
        """Return the name of the certificate that a client gets who asks for a host."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(self.authority.file)
        with context.wrap_socket(self.server.connect(), server_hostname=host) as client:
            certificate = client.getpeercert()
            assert certificate is not None
            return str(dict(pair for (pair,) in certificate["subject"])["commonName"])  # type: ignore[misc, union-attr]


@contextmanager
def secure(folder: Path, *options: str, authority: Authority | None = None) -> Iterator[Secure]:
    """Serve APP; without an authority there is one with a certificate for localhost."""
    if authority is None:
        authority = Authority(folder)
        options = (*authority.make("localhost").options, *options)
    (folder / "tlsapp.py").write_text(APP)
    big = folder / "big"
    if not big.exists():
        big.write_bytes(bytes(range(256)) * 4096 * 8)
    env = {"BIG_FILE": str(big)}
    with running("tlsapp:app", *options, cwd=folder, env=env) as server:
        server.ready()
        yield Secure(server, authority)


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


def read_all(client: ssl.SSLSocket) -> bytes:
    """Read to the end, which the server has to tell (SSLEOFError else)."""
    client.suppress_ragged_eofs = False
    return b"".join(iter(lambda: client.recv(65536), b""))


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


def test_a_client_gets_the_certificate_of_its_host(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    one, any_, two = (
        authority.make("one.test", "localhost"),
        authority.make("*.any.test"),
        authority.make("two.test"),
    )
    options = [*one.options, *any_.options, *two.options]
    with secure(tmp_path, *options, authority=authority) as served:
        assert served.shown("one.test") == "one.test"
        assert served.shown("a.any.test") == "*.any.test"
        assert served.shown("two.test") == "two.test"
        assert served.shown("elsewhere.test") == "one.test"
        with served.connect("two.test") as client:
            client.sendall(b"GET /environ HTTP/1.1\r\nHost: two.test\r\nConnection: close\r\n\r\n")
            assert read_all(client).startswith(b"HTTP/1.1 200 OK")
    # The same, from a file.
    (tmp_path / "cruet.toml").write_text(
        f"certfile = ['{one.certificate}', '{two.certificate}']\n"
        f"keyfile = ['{one.key}', '{two.key}']\n"
    )
    with secure(tmp_path, authority=authority) as served:
        assert served.shown("two.test") == "two.test"


def test_a_reload_takes_new_certificates_and_refuses_broken_ones(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    one = authority.make("localhost", "one.test", file="current", name="one")
    with secure(tmp_path, *one.options, authority=authority) as served:
        server = served.server
        connection = served.connection()
        connection.request("GET", "/")
        before = json.loads(connection.getresponse().read())["pid"]
        connection.close()
        assert served.shown() == "one"

        authority.make("localhost", "two.test", file="current", name="two")
        server.process.send_signal(signal.SIGHUP)
        server.await_line("Reloaded")
        until(lambda: served.shown() == "two")
        after = served.get()["pid"]
        assert after != before

        one.key.write_text("no key\n")
        server.process.send_signal(signal.SIGHUP)
        server.await_line(
            r"The configuration stays as it was: certfile: .*current\.key: holds no private key"
        )
        assert served.shown() == "two"
        assert served.get()["pid"] == after
        # Also a worker that is made anew has what the others have.
        os.kill(after, signal.SIGKILL)
        server.ready(3)
        assert served.shown() == "two"
        assert server.end(signal.SIGTERM) == 0


def test_files_that_are_of_no_use(tmp_path: Path) -> None:
    (tmp_path / "tlsapp.py").write_text(APP)
    authority = Authority(tmp_path)
    good, other = authority.make("localhost"), authority.make("other")
    expired = authority.make("expired", life=timedelta(days=-1))
    missing = str(tmp_path / "missing.pem")

    def refusal(*options: str) -> str:
        code, text = fails("tlsapp:app", "--port", "0", *options, cwd=tmp_path)
        assert code == 1
        assert text.count("\n") == 1, text
        check, told = fails("tlsapp:app", *options, "--check-config", cwd=tmp_path)
        assert (check, told) == (code, text)
        return text

    certificate = str(good.certificate)
    assert f"{missing}: no such file or directory" in refusal("--certfile", missing)
    assert f"{certificate}: holds no private key" in refusal("--certfile", certificate)
    pair = ("--certfile", certificate, "--keyfile", str(other.key))
    assert f"{other.key}: does not belong to {certificate}" in refusal(*pair)
    assert f"{expired.certificate}: has expired on 20" in refusal(*expired.options)
    assert "keyfile needs one for each" in refusal("--keyfile", str(good.key))
    assert "NO-SUCH: no cipher match" in refusal(*good.options, "--ciphers", "NO-SUCH")
    assert "no authorities are named" in refusal(*good.options, "--cert-reqs", "required")


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


def test_clients_show_certificates(tmp_path: Path) -> None:
    authority, strangers = Authority(tmp_path), Authority(tmp_path, "strangers")
    me = authority.make(name="somebody")
    stranger = strangers.make(name="stranger")
    asking = [*authority.make("localhost").options, "--ca-certs", str(authority.file)]
    for reqs in ("required", "optional"):
        options = [*asking, "--cert-reqs", reqs]
        with secure(tmp_path, *options, authority=authority) as served:
            found = served.get("/environ", me)
            assert found["SSL_CLIENT_VERIFY"] == "SUCCESS"
            assert found["SSL_CLIENT_S_DN"] == "CN=somebody"
            assert found["SSL_CLIENT_I_DN"] == "CN=authority"
            assert found["SSL_CLIENT_CERT"] == me.certificate.read_text()
            if reqs == "optional":
                assert not [name for name in served.get("/environ") if name.startswith("SSL_")]
            else:
                with pytest.raises((ssl.SSLError, ConnectionError)):
                    served.get("/environ")
            with pytest.raises((ssl.SSLError, ConnectionError)):
                served.get("/environ", stranger)


def test_the_options_of_flask_s_run_serve_without_debug(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    me = authority.make("localhost")
    options = ["--cert", str(me.certificate), "--key", str(me.key)]
    with secure(tmp_path, *options, authority=authority) as served:
        assert served.get()["secure"] is True
        served.server.process.send_signal(signal.SIGHUP)
        served.server.await_line("Reloaded")
        assert served.get()["secure"] is True
    (tmp_path / "tlsapp.py").write_text(APP)
    with running("tlsapp:app", "--cert", "adhoc", cwd=tmp_path) as server:
        server.ready()
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        for _ in range(2):
            connection = http.client.HTTPSConnection("localhost", server.port, context=context)
            connection.request("GET", "/")
            assert json.loads(connection.getresponse().read())["secure"] is True
            connection.close()
            server.process.send_signal(signal.SIGHUP)
            server.await_line("Reloaded")
    (tmp_path / "contexts.py").write_text(
        "import ssl\nmine = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
    )
    env = {"PYTHONPATH": str(tmp_path)}
    code, text = fails("tlsapp:app", "--cert", "contexts:mine", cwd=tmp_path, env=env)
    assert code == 1 and "needs --debug" in text


def test_in_development_the_same_settings_serve(tmp_path: Path) -> None:
    with_key = Authority(tmp_path)
    me = with_key.make("localhost")
    (tmp_path / "tlsapp.py").write_text(APP)
    options = ["--debug", "--no-reload", *me.options, "--tls-minimum", "1.3"]
    with running("tlsapp:app", *options, cwd=tmp_path) as server:
        server.await_line("Running on https://")
        served = Secure(server, with_key)
        assert served.get()["secure"] is True
        served.context.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(ssl.SSLError):
            served.connect()


def test_a_gunicorn_file_serves_https(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    me = authority.make("localhost")
    (tmp_path / "gunicorn.conf.py").write_text(
        f"bind = '127.0.0.1:0'\ncertfile = {str(me.certificate)!r}\nkeyfile = {str(me.key)!r}\n"
        f"ca_certs = {str(authority.file)!r}\ncert_reqs = 1\nssl_version = 5\n"
        "def ssl_context(config, default):\n    return default()\n"
    )
    (tmp_path / "tlsapp.py").write_text(APP)
    options = ("--from-gunicorn", "gunicorn.conf.py")
    with running("tlsapp:app", *options, cwd=tmp_path) as server:
        server.await_line("gunicorn.conf.py: ssl_context is not honoured: the core has its own")
        server.ready()
        served = Secure(server, authority)
        assert served.get("/environ", authority.make(name="me"))["SSL_CLIENT_S_DN"] == "CN=me"
