"""Files that are sent, and responses that are streamed."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from typing import Any

from . import Outcomes


def send_file(kit: Any) -> Outcomes:
    flask = kit.flask
    path = os.path.join(str(kit.folder), "a.txt")
    moment = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    calls: dict[str, Any] = {
        "a path": lambda: flask.send_file(path),
        "a relative path": lambda: flask.send_file("a.txt"),
        "a Path": lambda: flask.send_file(kit.folder / "a.txt"),
        "a missing path": lambda: flask.send_file("missing.txt"),
        "a folder": lambda: flask.send_file("static"),
        "bytes": lambda: flask.send_file(io.BytesIO(b"data"), "text/plain"),
        "bytes without a type": lambda: flask.send_file(io.BytesIO(b"data")),
        "bytes with a name": lambda: flask.send_file(io.BytesIO(b"data"), download_name="x.csv"),
        "text": lambda: flask.send_file(io.StringIO("data"), "text/plain"),
        "an open file": lambda: flask.send_file(open(path, "rb"), "text/plain"),  # noqa: SIM115
        "a text file": lambda: flask.send_file(open(path), "text/plain"),  # noqa: SIM115
        "attachment": lambda: flask.send_file(path, as_attachment=True),
        "attachment of bytes": lambda: flask.send_file(
            io.BytesIO(b"x"), "text/plain", as_attachment=True
        ),
        "name": lambda: flask.send_file(path, download_name="other.html"),
        "name that is not ASCII": lambda: flask.send_file(
            path, as_attachment=True, download_name="ä ö.txt"
        ),
        "name with quotes": lambda: flask.send_file(
            path, as_attachment=True, download_name='a"b\\.txt'
        ),
        "not conditional": lambda: flask.send_file(path, conditional=False),
        "no etag": lambda: flask.send_file(path, etag=False),
        "own etag": lambda: flask.send_file(path, etag="own"),
        "last modified": lambda: flask.send_file(path, last_modified=moment),
        "last modified, a number": lambda: flask.send_file(path, last_modified=1_000_000_000),
        "max_age": lambda: flask.send_file(path, max_age=5),
        "max_age 0": lambda: flask.send_file(path, max_age=0),
        "max_age of a function": lambda: flask.send_file(
            path, max_age=lambda name: len(name or "")
        ),
        "mimetype": lambda: flask.send_file(path, mimetype="text/x"),
        "compressed": lambda: flask.send_file(io.BytesIO(b"x"), download_name="a.tar.gz"),
        "unknown": lambda: flask.send_file(io.BytesIO(b"x"), download_name="a.unknown"),
        "svg": lambda: flask.send_file(io.BytesIO(b"x"), download_name="a.svg"),
        "directory": lambda: flask.send_from_directory("static", "a.txt"),
        "directory, missing": lambda: flask.send_from_directory("static", "b.txt"),
        "directory, out of it": lambda: flask.send_from_directory("static", "../a.txt"),
        "directory, absolute": lambda: flask.send_from_directory(str(kit.folder), "a.txt"),
        "directory, absolute path": lambda: flask.send_from_directory("static", path),
        "directory, a folder": lambda: flask.send_from_directory("", "static"),
        "directory, options": lambda: flask.send_from_directory(
            "static", "a.txt", as_attachment=True, max_age=3
        ),
        "directory, wrong option": lambda: flask.send_from_directory("static", "a.txt", wrong=1),
        "directory, null": lambda: flask.send_from_directory("static", "a\0.txt"),
    }
    requests = {
        "plain": {},
        "range": {"Range": "bytes=2-4"},
        "suffix": {"Range": "bytes=-3"},
        "beyond": {"Range": "bytes=100-"},
        "two ranges": {"Range": "bytes=0-1,3-4"},
        "same etag": {"If-None-Match": '"own"'},
        "any etag": {"If-None-Match": "*"},
        "newer": {"If-Modified-Since": "Mon, 06 May 2034 07:08:09 GMT"},
        "older": {"If-Modified-Since": "Mon, 06 May 1994 07:08:09 GMT"},
        "if range": {"Range": "bytes=0-1", "If-Range": '"own"'},
    }
    for label, call in calls.items():
        for condition, headers in requests.items():
            for method in ("GET", "HEAD"):
                if method == "HEAD" and condition != "plain":
                    continue
                app = kit.app()
                app.add_url_rule("/", "view", call)
                yield f"{label}, {condition} {method}", kit.ask(app, "/", method, headers)


def config_of_files(kit: Any) -> Outcomes:
    flask = kit.flask
    for label, value in {
        "None": None,
        "number": 60,
        "timedelta": timedelta(hours=1),
        "zero": 0,
        "text": "5",
    }.items():
        app = kit.app(SEND_FILE_MAX_AGE_DEFAULT=value, options={"static_folder": "static"})
        yield f"max age {label}", kit.ask(app, "/static/a.txt")
        with app.app_context():
            yield f"get_send_file_max_age {label}", kit.tries(app.get_send_file_max_age, "a.txt")
    app = kit.app(USE_X_SENDFILE=True, options={"static_folder": "static"})
    yield "x-sendfile", kit.ask(app, "/static/a.txt")

    class App(flask.Flask):  # type: ignore[name-defined, misc]
        def get_send_file_max_age(self, filename: str | None) -> int | None:
            return len(filename or "")

        def send_static_file(self, filename: str) -> Any:
            answer = super().send_static_file(filename)
            answer.headers["X-Own"] = filename
            return answer

    app = kit.app(App, options={"static_folder": "static"})
    yield "an own max age", kit.ask(app, "/static/a.txt")
    part = flask.Blueprint(
        "part", "probe", static_folder="static", url_prefix="/part", root_path=str(kit.folder)
    )
    app = kit.app(options={"static_folder": "static"})
    app.register_blueprint(part)
    for path in (
        *("/static/a.txt", "/part/static/a.txt", "/static/", "/static", "/static/missing"),
        *("/static/../a.txt", "/static/%2e%2e/a.txt", "/static/page.html", "/static/data.bin"),
        *("/static/a.txt/", "/static//a.txt", "/static/%00", "/static/a.txt?b=c"),
    ):
        for method in ("GET", "POST"):
            yield f"{method} {path}", kit.ask(app, path, method)


def streamed(kit: Any) -> Outcomes:
    flask = kit.flask
    events: list[str] = []

    def pieces() -> Any:
        try:
            yield "hello "
            yield str(flask.request.args["name"])
            events.append("done")
        finally:
            events.append("closed")

    def fails() -> Any:
        yield "begun"
        raise ValueError("stream")

    decorated = flask.stream_with_context(pieces)
    views = {
        "plain": lambda: flask.Response(pieces()),
        "of a generator": lambda: flask.stream_with_context(pieces()),
        "of a function": lambda: decorated(),
        "in a response": lambda: flask.Response(flask.stream_with_context(pieces())),
        "in a tuple": lambda: (flask.stream_with_context(pieces()), 201, {"X-A": "b"}),
        "of a list": lambda: flask.stream_with_context(iter(["a", "b"])),
        "of text": lambda: flask.stream_with_context("text"),
        "of nothing": lambda: flask.stream_with_context(5),
        "failing": lambda: flask.stream_with_context(fails()),
        "failing without context": lambda: fails(),
        "a template": lambda: flask.stream_template("page.html", text="<b>"),
        "with a length": lambda: flask.Response(["a", "b"], headers={"Content-Length": "2"}),
        "a list": lambda: flask.Response(["a", b"b"]),
        "call_on_close": lambda: _closing(flask, events),
    }
    for label, view in views.items():
        for method in ("GET", "HEAD"):
            app = kit.app()
            app.add_url_rule("/", "view", view)
            events.clear()
            yield f"{label} {method}", kit.ask(app, "/?name=you", method)
            yield f"{label} {method}: events", events.copy()
    yield "name", [decorated.__name__, decorated.__wrapped__ is pieces]


def _closing(flask: Any, events: list[str]) -> Any:
    response = flask.Response("body")
    response.call_on_close(lambda: events.append("on close"))
    return response


def responses(kit: Any) -> Outcomes:
    flask = kit.flask

    def cookies(response: Any) -> None:
        response.set_cookie("a", "ä b;", max_age=5, path="/p", secure=True, samesite="Lax")
        response.set_cookie("b", expires=1_700_000_000, domain="example.org", partitioned=True)
        response.delete_cookie("c", path="/p")

    changes: dict[str, Any] = {
        "cookies": cookies,
        "a large cookie": lambda r: r.set_cookie("a", "x" * 5000),
        "status": lambda r: setattr(r, "status", "299 Mine"),
        "status_code": lambda r: setattr(r, "status_code", 204),
        "data": lambda r: r.set_data("other ä"),
        "mimetype": lambda r: setattr(r, "mimetype", "text/x"),
        "content_type": lambda r: setattr(r, "content_type", "text/y"),
        "headers": lambda r: r.headers.extend([("X-A", "1"), ("X-A", "2")]),
        "location": lambda r: r.headers.set("Location", "/a ä"),
        "cache": lambda r: setattr(r.cache_control, "max_age", 5),
        "vary": lambda r: r.vary.update(["Cookie", "Accept"]),
        "etag": lambda r: r.add_etag(),
        "last_modified": lambda r: setattr(r, "last_modified", datetime(2024, 5, 6, tzinfo=UTC)),
        "conditional": lambda r: r.make_conditional(flask.request),
        "direct": lambda r: setattr(r, "direct_passthrough", True),
        "json": lambda r: r.set_data(repr(r.get_json(silent=True))),
        "response": lambda r: setattr(r, "response", ["a", "b"]),
        "freeze": lambda r: r.freeze(),
        "newline": lambda r: r.headers.set("X-A", "a\nb"),
        "not latin": lambda r: r.headers.set("X-A", "€"),
    }
    for label, change in changes.items():

        def view(change: Any = change) -> Any:
            response = flask.Response("body")
            change(response)
            return response

        yield label, kit.view(view)
    for config in ({}, {"MAX_COOKIE_SIZE": 100}, {"MAX_COOKIE_SIZE": 0}):
        app = kit.app(**config)

        def large() -> Any:
            response = flask.make_response("x")
            response.set_cookie("a", "x" * 150)
            return response

        app.add_url_rule("/", "view", large)
        yield f"a cookie with {config}", kit.ask(app)
        with app.app_context():
            yield f"max_cookie_size with {config}", flask.Response().max_cookie_size
    yield (
        "defaults",
        [
            getattr(flask.Response, name)
            for name in (
                *("default_mimetype", "autocorrect_location_header", "default_status"),
                *("implicit_sequence_conversion", "automatically_set_content_length"),
            )
        ],
    )
