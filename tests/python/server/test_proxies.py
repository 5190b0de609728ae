"""What an application behind a proxy is told of its client, natively and over WSGI."""

from __future__ import annotations

import http.client
import json
import socket
from pathlib import Path
from typing import Any

import pytest
from running import Running, fails, running

APP = """
from cruet import Flask, redirect, request, url_for

app = Flask(__name__)
app.config["JSON_AS_ASCII"] = True

ENVIRON = (
    "REMOTE_ADDR REMOTE_PORT wsgi.url_scheme SERVER_PORT HTTP_HOST SCRIPT_NAME PATH_INFO HTTP_X_A"
    " HTTP_X_B HTTP_TRAILING".split()
)


@app.route("/natively", methods=["GET", "POST"])
def natively():
    request.get_data()
    return {
        "remote_addr": request.remote_addr,
        "scheme": request.scheme,
        "host": request.host,
        "url": request.url,
        "root": request.root_path,
        "path": request.path,
        "headers": sorted(name for name, _ in request.headers),
        "link": url_for("natively", _external=True),
    }


@app.route("/environ", methods=["GET", "POST"])
def environ():
    request.get_data()
    return {name: request.environ.get(name) for name in ENVIRON}


@app.route("/folder/")
def folder():
    return "folder"
"""

ALL = "forwarded,x-forwarded-for,x-forwarded-proto,x-forwarded-host,x-forwarded-port"
ALL += ",x-forwarded-prefix"


def start(folder: Path, *options: str) -> Any:
    (folder / "proxied.py").write_text(APP)
    return running("proxied:app", *options, cwd=folder)


def told(server: Running, path: str, **fields: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    headers = {name.replace("__", "-"): value for name, value in fields.items()}
    connection.request("GET", path, headers={"Host": "inner.test", **headers})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    found = json.loads(answer.read())
    connection.close()
    assert isinstance(found, dict)
    return found


def status(server: Running, **fields: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    headers = {name.replace("__", "-"): value for name, value in fields.items()}
    connection.request("GET", "/natively", headers=headers)
    answer = connection.getresponse()
    connection.close()
    return answer.status


@pytest.mark.parametrize("threads", ["1", "4"])
def test_a_trusted_proxy_tells_of_its_client(tmp_path: Path, threads: str) -> None:
    fields = {
        "X__Forwarded__For": "6.6.6.6, 192.0.2.1:99, 127.0.0.1",
        "X__Forwarded__Proto": "https",
        "X__Forwarded__Host": "outer.test",
        "X__Forwarded__Port": "8443",
    }
    with start(tmp_path, "--forwarded-headers", ALL, "--threads", threads) as server:
        server.ready()
        one = told(server, "/natively", **fields)
        assert one["remote_addr"] == "192.0.2.1"
        assert (one["scheme"], one["host"]) == ("https", "outer.test:8443")
        assert one["url"] == one["link"] == "https://outer.test:8443/natively"
        other = told(server, "/environ", **fields)
        assert (other["REMOTE_ADDR"], other["REMOTE_PORT"]) == ("192.0.2.1", "99")
        assert (other["wsgi.url_scheme"], other["SERVER_PORT"]) == ("https", "8443")
        assert other["HTTP_HOST"] == "outer.test:8443"
        standard = told(server, "/natively", Forwarded='for="[2001:db8::1]:1";proto=https;host=a.b')
        assert standard["remote_addr"] == "2001:db8::1"
        assert standard["url"] == "https://a.b/natively"
        hidden = told(server, "/environ", Forwarded="for=_hidden")
        assert hidden["REMOTE_ADDR"] is None


def test_an_application_may_lie_below_a_prefix(tmp_path: Path) -> None:
    with start(tmp_path, "--forwarded-headers", "x-forwarded-prefix") as server:
        server.ready()
        mounted = {"X__Forwarded__Prefix": "/a%20b/"}
        one = told(server, "/natively", **mounted)
        assert (one["root"], one["path"]) == ("/a b", "/natively")
        assert one["url"] == "http://inner.test/a%20b/natively"
        assert told(server, "/environ", **mounted)["SCRIPT_NAME"] == "/a b"
        assert told(server, "/environ")["SCRIPT_NAME"] == ""
        link = told(server, "/natively", X__Forwarded__Prefix="/p/q")["link"]
        assert link == "http://inner.test/p/q/natively"
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/folder", headers={"X-Forwarded-Prefix": "/p"})
        answer = connection.getresponse()
        location = f"http://127.0.0.1:{server.port}/p/folder/"
        assert (answer.status, answer.getheader("Location")) == (308, location)
        connection.close()
        assert status(server, X__Forwarded__Prefix="//evil.test") == 400


def test_without_being_told_to_only_the_scheme_is_believed(tmp_path: Path) -> None:
    with start(tmp_path) as server:
        server.ready()
        one = told(
            server,
            "/natively",
            X__Forwarded__For="192.0.2.1",
            X__Forwarded__Host="evil.test",
            X__Forwarded__Proto="https",
            Forwarded="for=192.0.2.1;host=evil.test",
        )
        assert one["remote_addr"] == "127.0.0.1"
        assert (one["scheme"], one["host"]) == ("https", "inner.test")
        assert told(server, "/natively", X__Forwarded__Ssl="on")["scheme"] == "https"
        assert status(server, X__Forwarded__Ssl="on", X__Forwarded__Proto="http") == 400
        assert told(server, "/natively")["scheme"] == "http"


def test_others_are_not_believed(tmp_path: Path) -> None:
    options = ("--forwarded-allow-ips", "10.0.0.0/8", "--forwarded-headers", ALL)
    with start(tmp_path, *options) as server:
        server.ready()
        one = told(
            server,
            "/natively",
            X__Forwarded__For="10.0.0.1, 192.0.2.1",
            X__Forwarded__Proto="https",
        )
        assert (one["remote_addr"], one["scheme"]) == ("127.0.0.1", "http")
        # Nor is what they say refused: it is anybody's field then.
        assert status(server, X__Forwarded__Host="a/b") == 200


def test_peers_on_unix_sockets_are_believed(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    options = ("--bind", f"unix:{path}", "--forwarded-headers", "x-forwarded-for")
    with start(tmp_path, *options) as server:
        server.ready()
        for fields, expected in (("X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1"), ("", None)):
            for target, name in (("natively", "remote_addr"), ("environ", "REMOTE_ADDR")):
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(path)
                    head = f"GET /{target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n"
                    client.sendall(head.encode())
                    data = b"".join(iter(lambda: client.recv(4096), b""))
                assert json.loads(data.partition(b"\r\n\r\n")[2])[name] == expected


@pytest.mark.parametrize("policy", ["drop", "refuse", "dangerous"])
def test_underscores_in_names(tmp_path: Path, policy: str) -> None:
    with start(tmp_path, "--header-map", policy) as server:
        server.ready()
        if policy == "refuse":
            assert status(server, X_A="1") == 400
            assert told(server, "/environ", X__B="2")["HTTP_X_B"] == "2"
            return
        found = told(server, "/environ", X_A="1", X__B="2")
        assert found["HTTP_X_A"] == ("1" if policy == "dangerous" else None)
        assert found["HTTP_X_B"] == "2"
        names = told(server, "/natively", X_A="1")["headers"]
        assert ("X-A" in names) == (policy == "dangerous")
        assert "X_A" not in names


@pytest.mark.parametrize("target", ["natively", "environ"])
def test_nothing_of_a_trailer_is_taken_for_a_field(tmp_path: Path, target: str) -> None:
    with start(tmp_path, "--forwarded-headers", ALL) as server:
        server.ready()
        with server.connect() as client:
            client.sendall(
                f"POST /{target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTrailer: Trailing\r\n"
                "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nTrailing: 1\r\n"
                "X-Forwarded-For: 192.0.2.1\r\nX-A: 1\r\nHost: evil.test\r\n\r\n".encode()
            )
            data = b"".join(iter(lambda: client.recv(4096), b""))
        found = json.loads(data.partition(b"\r\n\r\n")[2])
        if target == "environ":
            assert found["HTTP_TRAILING"] is found["HTTP_X_A"] is None
            assert (found["HTTP_HOST"], found["REMOTE_ADDR"]) == ("a", "127.0.0.1")
        else:
            assert not {"Trailing", "X-A", "X-Forwarded-For"} & {*found["headers"]}
            assert (found["host"], found["remote_addr"]) == ("a", "127.0.0.1")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--forwarded-allow-ips", "10.0.0.1/8"), "10.0.0.1/8 has host bits set"),
        (("--forwarded-allow-ips", "localhost"), "'localhost' does not appear to be"),
        (("--forwarded-headers", "x-real-ip"), "not 'x-real-ip'"),
        (("--secure-scheme-headers", "X-Scheme"), "must be NAME=VALUE, not 'X-Scheme'"),
        (("--header-map", "keep"), "drop"),
    ],
)
def test_wrong_settings(tmp_path: Path, options: tuple[str, str], message: str) -> None:
    (tmp_path / "proxied.py").write_text(APP)
    code, text = fails("proxied:app", *options, cwd=tmp_path)
    assert code in (1, 2)
    assert options[0] in text and message in text and "Traceback" not in text
