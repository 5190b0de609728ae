"""The same requests through a socket and through the test client: answers must not differ.

The application is made anew for each way, so that neither sees what the other one did.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import two_ways
from native_server import serving_natively

import cruet
from cruet import Blueprint, Flask, Response

#: Set by the server alone.
OF_THE_SERVER = {"date", "server", "connection", "transfer-encoding", "keep-alive"}


@dataclass
class Ask:
    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


FORM = b"a=1&a=2&b=x+y&c=%C3%A9"
MULTIPART = (
    b'--q\r\nContent-Disposition: form-data; name="t"\r\n\r\ntext\r\n'
    b'--q\r\nContent-Disposition: form-data; name="f"; filename="n.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nfile\r\n--q--\r\n"
)

REQUESTS = {
    "hello": Ask("/"),
    "head": Ask("/", "HEAD"),
    "options": Ask("/", "OPTIONS"),
    "post to it": Ask("/", "POST"),
    "missing": Ask("/missing"),
    "odd path": Ask("/echo/a%20b/%C3%A9"),
    "bad utf-8": Ask("/echo/%ff"),
    "encoded slash": Ask("/echo/a%2Fb"),
    "two slashes": Ask("/echo//a"),
    "query": Ask("/args?x=1&x=%ff&y=&z=%zz"),
    "converters": Ask("/typed/7/1.5"),
    "converter refuses": Ask("/typed/x/1.5"),
    "slash redirect": Ask("/folder?a=b"),
    "bytes": Ask("/kind/bytes"),
    "dict": Ask("/kind/dict"),
    "list": Ask("/kind/list"),
    "tuple": Ask("/kind/tuple"),
    "empty": Ask("/kind/empty"),
    "no content": Ask("/kind/204"),
    "not modified": Ask("/kind/304"),
    "redirect": Ask("/kind/redirect"),
    "cookies": Ask("/kind/cookies"),
    "generator": Ask("/kind/generator"),
    "context generator": Ask("/kind/context?name=you"),
    "template stream": Ask("/kind/template"),
    "text with a length": Ask("/kind/unicode"),
    "none": Ask("/kind/none"),
    "error": Ask("/error"),
    "abort": Ask("/abort/418"),
    "handled": Ask("/handled"),
    "form": Ask("/form", "POST", {"Content-Type": "application/x-www-form-urlencoded"}, FORM),
    "multipart": Ask(
        "/form", "POST", {"Content-Type": "multipart/form-data; boundary=q"}, MULTIPART
    ),
    "too large": Ask(
        "/form", "POST", {"Content-Type": "application/x-www-form-urlencoded"}, b"a=" + b"x" * 5000
    ),
    "json": Ask("/json", "POST", {"Content-Type": "application/json"}, b'{"a": [1, null]}'),
    "bad json": Ask("/json", "POST", {"Content-Type": "application/json"}, b"{"),
    "raw": Ask("/raw", "PUT", {"Content-Type": "application/octet-stream"}, bytes(range(256))),
    "session": Ask("/session"),
    "session with a forged cookie": Ask("/session", headers={"Cookie": "session=x.y.z"}),
    "untouched session with a cookie": Ask("/", headers={"Cookie": "session=x; a=b"}),
    "flash": Ask("/flash"),
    "static": Ask("/static/a.txt"),
    "static head": Ask("/static/a.txt", "HEAD"),
    "static range": Ask("/static/a.txt", headers={"Range": "bytes=2-4"}),
    "static bad range": Ask("/static/a.txt", headers={"Range": "bytes=900-"}),
    "static escape": Ask("/static/../secret"),
    "blueprint": Ask("/part/inner/where"),
    "fields": Ask("/fields", headers={"X-Two": "1", "Accept-Language": "de, en;q=0.5"}),
    "hook answers": Ask("/?stop=1"),
    "async": Ask("/async"),
    "other host": Ask("/", headers={"Host": "other.example:8080"}),
    "bad host": Ask("/", headers={"Host": "a..b"}),
}


def make_app(folder: Path) -> Flask:
    app = Flask("both_ways", root_path=str(folder))
    app.secret_key = "a key"
    app.config["MAX_CONTENT_LENGTH"] = 4000
    add_views(app)
    add_kinds(app)
    add_hooks(app)
    return app


def add_views(app: Flask) -> None:
    request = cruet.request
    app.add_url_rule("/", "index", lambda: "Hello, World!")
    app.add_url_rule("/echo/<path:text>", "echo", lambda text: f"{text} {request.path}")
    app.add_url_rule("/args", "args", lambda: {k: request.args.getlist(k) for k in request.args})
    app.add_url_rule("/typed/<int:n>/<float:f>", "typed", lambda n, f: [n, f])
    app.add_url_rule("/folder/", "folder", lambda: "folder")
    app.add_url_rule("/error", "error", lambda: 1 / 0)
    app.add_url_rule("/abort/<int:code>", "abort", lambda code: cruet.abort(code, "because"))
    app.add_url_rule("/handled", "handled", lambda: {}["missing"])
    app.add_url_rule("/json", "json", lambda: [request.json], methods=["POST"])
    app.add_url_rule("/raw", "raw", lambda: request.get_data()[::-1], methods=["PUT"])

    @app.route("/form", methods=["POST"])
    def form() -> Any:
        files = {name: file.read().decode() for name, file in request.files.items()}
        return {"form": request.form.to_dict(flat=False), "files": files}

    @app.route("/session")
    def session() -> str:
        # No time in it, so that the cookie can be compared but for its signature.
        cruet.session["count"] = cruet.session.get("count", 0) + 1
        return str(cruet.session["count"])

    @app.route("/flash")
    def flash() -> Any:
        cruet.flash("message")
        return cruet.get_flashed_messages(with_categories=True)

    @app.route("/fields")
    def fields() -> Any:
        return {
            "two": request.headers["x-two"],
            "languages": request.accept_languages.best_match(["en", "de"]),
            "endpoint": request.endpoint,
            "method": request.method,
            "scheme": request.scheme,
            "root": request.root_path,
        }

    @app.route("/async")
    async def asynchronous() -> str:
        return "async"

    outer = Blueprint("outer", __name__, url_prefix="/part")
    inner = Blueprint("inner", __name__, url_prefix="/inner")
    inner.add_url_rule("/where", "where", lambda: f"{request.blueprints} {cruet.url_for('.where')}")
    outer.register_blueprint(inner)
    app.register_blueprint(outer)


def add_kinds(app: Flask) -> None:
    def generator() -> Iterator[str]:
        yield "one "
        yield "two"

    def in_context() -> Any:
        @cruet.stream_with_context
        def generate() -> Iterator[str]:
            yield "hello "
            yield cruet.request.args["name"]

        return generate()

    def cookies() -> Response:
        response = Response("x")
        response.set_cookie("a", "ä b", max_age=5, httponly=True)
        response.delete_cookie("c")
        return response

    kinds: dict[str, Callable[[], Any]] = {
        "bytes": lambda: b"\x00\xff",
        "dict": lambda: {"b": 1, "a": [None, "ä"]},
        "list": lambda: [1, {}],
        "tuple": lambda: ("made", 201, {"X-A": "b", "Location": "/ä"}),
        "empty": lambda: "",
        "204": lambda: ("ignored", 204),
        "304": lambda: ("ignored", 304, {"ETag": '"x"'}),
        "redirect": lambda: cruet.redirect("/elsewhere?ä=1"),
        "cookies": cookies,
        "generator": generator,
        "context": in_context,
        "template": lambda: cruet.stream_template_string(
            "{% for i in [1, 2] %}{{ i }},{% endfor %}"
        ),
        "unicode": lambda: Response("äöü", headers={"X-Latin": "é"}),
        "none": lambda: None,
    }
    app.add_url_rule("/kind/<name>", "kind", lambda name: kinds[name]())


def add_hooks(app: Flask) -> None:
    @app.before_request
    def before() -> Any:
        cruet.g.seen = "before"
        return ("stopped", 299) if "stop" in cruet.request.args else None

    @app.after_request
    def after(response: Response) -> Response:
        response.headers["X-Seen"] = cruet.g.seen
        return response

    @app.errorhandler(KeyError)
    def handle(error: KeyError) -> Any:
        return {"error": str(error)}, 422

    @app.errorhandler(404)
    def missing(error: Any) -> Any:
        return f"no {cruet.request.path}", 404


Plain = tuple[int, list[tuple[str, str]], bytes]


def comparable(status: int, headers: list[tuple[str, str]], body: bytes) -> Plain:
    kept = []
    for name, value in headers:
        if name.lower() in OF_THE_SERVER:
            continue
        if name.lower() == "set-cookie" and value.startswith("session="):
            # The signature tells the second in which it was made.
            value = value.partition(".")[0] + ";" + value.partition(";")[2]
        kept.append((name, value))
    return status, sorted(kept), body


def through_wsgi(app: Flask, ask: Ask) -> Plain:
    client = app.test_client(use_cookies=False)
    with client.open(
        ask.path,
        base_url="http://127.0.0.1",
        method=ask.method,
        headers=ask.headers,
        data=ask.body,
    ) as response:
        return comparable(response.status_code, list(response.headers), response.data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "static").mkdir()
    (folder / "static" / "a.txt").write_text("0123456789")
    (folder / "secret").write_text("secret")
    return folder


@pytest.fixture(scope="module", params=["inline", "threads"])
def port(folder: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    threads = 4 if request.param == "threads" else 1
    with serving_natively(make_app(folder), threads=threads) as port:
        yield port


def through_socket(port: int, ask: Ask) -> Plain:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"Host": "127.0.0.1", **ask.headers}
        connection.request(ask.method, ask.path, ask.body, headers)
        response = connection.getresponse()
        return comparable(response.status, response.getheaders(), response.read())
    finally:
        connection.close()


@pytest.mark.parametrize("name", REQUESTS)
def test_same_answer(folder: Path, port: int, name: str) -> None:
    ask = REQUESTS[name]
    expected = through_wsgi(make_app(folder), ask)
    # Twice: what is kept from a first request must not change a second one.
    assert through_socket(port, ask) == expected
    assert through_socket(port, ask) == expected


@pytest.mark.parametrize("name", REQUESTS)
def test_same_bytes(folder: Path, name: str) -> None:
    ask = REQUESTS[name]
    parts = (ask.path, ask.method, {"Host": "127.0.0.1", **ask.headers}, ask.body or b"")
    natively = two_ways.sent(make_app(folder), *parts)
    assert natively == two_ways.sent(make_app(folder), *parts, native=False)
    assert natively.startswith(b"HTTP/1.1 ")


def test_conditional_requests(folder: Path, port: int) -> None:
    status, headers, _ = through_socket(port, Ask("/static/a.txt"))
    assert status == 200
    ask = Ask("/static/a.txt", headers={"If-None-Match": dict(headers)["ETag"]})
    expected = through_wsgi(make_app(folder), ask)
    assert expected[0] == 304
    assert through_socket(port, ask) == expected


def test_interleaved_streams_keep_their_contexts(folder: Path) -> None:
    """Two streams on one thread, read in turns, each with its own request."""
    app = make_app(folder)
    piece = "x" * 65536
    state = {"running": 0}

    @app.route("/long/<name>")
    def long(name: str) -> Any:
        @cruet.stream_with_context
        def generate() -> Iterator[str]:
            state["running"] += 1
            for number in range(100):
                assert cruet.request.view_args == {"name": name}
                assert cruet.g.seen == "before"
                yield f"{name}{number}:{piece}"
            state["running"] -= 1

        return generate()

    with serving_natively(app) as port:
        connections = {
            name: http.client.HTTPConnection("127.0.0.1", port, timeout=20) for name in ("a", "b")
        }
        responses = {}
        for name, connection in connections.items():
            connection.request("GET", f"/long/{name}")
            responses[name] = connection.getresponse()
        bodies = dict.fromkeys(responses, b"")
        while any(not response.isclosed() for response in responses.values()):
            for name, response in responses.items():
                bodies[name] += response.read(300_000)
        for name, connection in connections.items():
            expected = "".join(f"{name}{number}:{piece}" for number in range(100))
            assert bodies[name] == expected.encode()
            connection.close()
        assert state["running"] == 0
