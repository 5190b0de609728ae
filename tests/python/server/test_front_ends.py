"""nginx and HAProxy in front of `cruet run`, as people set them up."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from front_ends import HAPROXY, NGINX, STREAM_MODULE, haproxy, nginx_http, nginx_stream
from running import PATIENCE, Running, running

from cruet import _cruet

needs_nginx = pytest.mark.skipif(not NGINX, reason="needs nginx")
needs_stream = pytest.mark.skipif(
    not (NGINX and STREAM_MODULE.exists()), reason="needs nginx with its stream module"
)
needs_haproxy = pytest.mark.skipif(not HAPROXY, reason="needs haproxy")
needs_tls = pytest.mark.skipif(not _cruet.has_tls, reason="built without OpenSSL")

APP = """
from hashlib import sha256

from cruet import Flask, request

app = Flask(__name__)


@app.route("/", methods=["GET", "POST"])
@app.route("/direct")
def index():
    found = sha256()
    size = 0
    while piece := request.stream.read(100_000):
        found.update(piece)
        size += len(piece)
    return {
        "size": size,
        "sum": found.hexdigest(),
        "url": request.url,
        "headers": {name: value for name, value in request.headers},
        "remote_addr": request.remote_addr,
        "port": request.environ.get("REMOTE_PORT"),
        "scheme": request.environ["wsgi.url_scheme"],
        "proxy": request.environ.get("PROXY_PROTOCOL"),
        "verified": request.environ.get("SSL_CLIENT_S_DN"),
    }


@app.route("/stream")
def stream():
    return (f"{number}:" + "x" * 1000 for number in range(5000))
"""
#: An address of this machine that no proxy has.
CLIENT = "127.0.0.7"
FORWARDED = "x-forwarded-for,x-forwarded-proto,x-forwarded-host"


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Running]:
    (folder / "behind.py").write_text(APP)
    with running("behind:app", *options, cwd=folder) as server:
        server.ready()
        yield server


class Client:
    """Somebody before the proxy, on one connection."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        kind = http.client.HTTPSConnection if context else http.client.HTTPConnection
        more: dict[str, Any] = {"context": context} if context else {}
        self.connection = kind(
            "localhost" if context else "127.0.0.1",
            port,
            timeout=PATIENCE,
            source_address=(CLIENT, 0),
            **more,
        )

    def read(self, path: str, body: Any = None, **headers: str) -> bytes:
        method = "GET" if body is None else "POST"
        chunked = body is not None and not isinstance(body, bytes)
        self.connection.request(method, path, body, headers, encode_chunked=chunked)
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status == 200, content
        return content

    def told(self, path: str = "/", body: Any = None, **headers: str) -> dict[str, Any]:
        found = json.loads(self.read(path, body, **headers))
        assert isinstance(found, dict)
        return found

    def try_everything(self) -> None:
        """Bodies both ways, one after another."""
        assert self.told(body=b"b" * (8 << 20))["size"] == 8 << 20
        assert self.told(body=(b"p" * 1000 for _ in range(3000)))["size"] == 3_000_000
        content = self.read("/stream")
        assert content == "".join(f"{n}:" + "x" * 1000 for n in range(5000)).encode()
        self.connection.close()


SITE = """
upstream cruet {{ server {upstream}; keepalive 4; }}
server {{
    listen PORT;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    location / {{
        proxy_pass {scheme}://cruet;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Host $http_host;
        {more}
    }}
    location /direct {{ proxy_pass {scheme}://cruet; {more} }}
}}
"""


@needs_nginx
@pytest.mark.parametrize("kind", ["tcp", "unix"])
@pytest.mark.parametrize("threads", ["1", "4"])
def test_nginx_passes_requests_on(tmp_path: Path, kind: str, threads: str) -> None:
    path = tmp_path / "s"
    bind = ("--bind", f"unix:{path}") if kind == "unix" else ()
    options = ("--threads", threads, "--forwarded-headers", FORWARDED)
    with serving(tmp_path, *bind, *options) as server:
        upstream = f"unix:{path}" if kind == "unix" else f"127.0.0.1:{server.port}"
        site = SITE.format(upstream=upstream, scheme="http", more="")
        with nginx_http(tmp_path, site) as port:
            client = Client(port)
            found = client.told("/?a=b", **{"X-Forwarded-For": "203.0.113.9", "X-Own": "mine"})
            # What the client says of itself is before what nginx adds, and not believed.
            assert found["headers"]["X-Forwarded-For"] == f"203.0.113.9, {CLIENT}"
            assert found["remote_addr"] == CLIENT
            assert found["url"] == f"http://127.0.0.1:{port}/?a=b"
            assert found["headers"]["X-Own"] == "mine"
            assert "Connection" not in found["headers"]
            # The connection behind the proxy is kept.
            ports = {client.told("/direct")["port"] for _ in range(5)}
            assert len(ports) == 1
            assert (ports == {None}) == (kind == "unix")
            client.try_everything()


@needs_nginx
@needs_tls
def test_nginx_speaks_tls_to_the_server(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    me = authority.make(name="nginx")
    options = [*authority.make("localhost").options, "--ca-certs", str(authority.file)]
    options += ["--cert-reqs", "required", "--forwarded-headers", FORWARDED]
    with serving(tmp_path, *options) as server:
        more = f"""
            proxy_ssl_trusted_certificate {authority.file};
            proxy_ssl_verify on;
            proxy_ssl_name localhost;
            proxy_ssl_server_name on;
            proxy_ssl_certificate {me.certificate};
            proxy_ssl_certificate_key {me.key};
        """
        site = SITE.format(upstream=f"127.0.0.1:{server.port}", scheme="https", more=more)
        with nginx_http(tmp_path, site) as port:
            client = Client(port)
            found = client.told()
            assert found["remote_addr"] == CLIENT
            assert found["verified"] == "CN=nginx"
            # To its own client nginx speaks plain HTTP, and says so.
            assert found["scheme"] == "http"
            assert client.told("/direct")["scheme"] == "https"
            ports = {client.told("/direct")["port"] for _ in range(5)}
            assert len(ports) == 1
            client.try_everything()


@needs_stream
@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_nginx_passes_connections_on(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "s"
    bind = ("--bind", f"unix:{path}") if kind == "unix" else ()
    with serving(tmp_path, *bind, "--proxy-protocol", "auto") as server:
        upstream = f"unix:{path}" if kind == "unix" else f"127.0.0.1:{server.port}"
        body = f"server {{ listen PORT; proxy_pass {upstream}; proxy_protocol on; }}"
        with nginx_stream(tmp_path, body) as port:
            client = Client(port)
            found = client.told()
            assert (found["remote_addr"], found["proxy"]) == (CLIENT, "TCP4")
            assert found["port"] == str(client.connection.sock.getsockname()[1])
            client.try_everything()


@needs_stream
@needs_tls
def test_nginx_passes_on_connections_with_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    options = [*authority.make("localhost").options, "--proxy-protocol", "v1"]
    with serving(tmp_path, *options) as server:
        body = f"server {{ listen PORT; proxy_pass 127.0.0.1:{server.port}; proxy_protocol on; }}"
        with nginx_stream(tmp_path, body) as port:
            client = Client(port, authority.client())
            found = client.told()
            assert (found["remote_addr"], found["scheme"]) == (CLIENT, "https")
            client.try_everything()


@needs_haproxy
@pytest.mark.parametrize("header", ["send-proxy", "send-proxy-v2"])
@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_haproxy_sends_its_header(tmp_path: Path, header: str, mode: str) -> None:
    version = "v1" if header == "send-proxy" else "v2"
    with serving(tmp_path, "--proxy-protocol", version) as server:
        body = f"""
listen cruet
    mode {mode}
    bind 127.0.0.1:PORT
    server one 127.0.0.1:{server.port} {header} check check-send-proxy inter 100ms
"""
        with haproxy(tmp_path, body) as port:
            client = Client(port)
            found = client.told()
            assert (found["remote_addr"], found["proxy"]) == (CLIENT, "TCP4")
            assert found["port"] == str(client.connection.sock.getsockname()[1])
            client.try_everything()


@needs_haproxy
def test_haproxy_says_that_its_client_spoke_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    me = authority.make("localhost")
    both = tmp_path / "both.pem"
    both.write_bytes(me.certificate.read_bytes() + me.key.read_bytes())
    with serving(tmp_path, "--proxy-protocol", "v2") as server:
        body = f"""
listen cruet
    mode http
    bind 127.0.0.1:PORT ssl crt {both}
    server one 127.0.0.1:{server.port} send-proxy-v2-ssl-cn proxy-v2-options unique-id,authority
"""
        with haproxy(tmp_path, body) as port:
            client = Client(port, authority.client())
            found = client.told()
            assert (found["remote_addr"], found["scheme"]) == (CLIENT, "https")
            assert found["url"] == f"https://localhost:{port}/"
            client.try_everything()


@needs_haproxy
def test_haproxy_forwards_requests(tmp_path: Path) -> None:
    with serving(tmp_path, "--forwarded-headers", FORWARDED) as server:
        body = f"""
listen cruet
    mode http
    bind 127.0.0.1:PORT
    option forwardfor
    http-request set-header X-Forwarded-Proto https
    server one 127.0.0.1:{server.port}
"""
        with haproxy(tmp_path, body) as port:
            client = Client(port)
            found = client.told()
            assert (found["remote_addr"], found["scheme"]) == (CLIENT, "https")
            client.try_everything()
