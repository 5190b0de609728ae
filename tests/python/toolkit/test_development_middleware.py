"""ProxyMiddleware, LintMiddleware and ProfilerMiddleware."""

import io
import json
import threading
import warnings
from contextlib import closing
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from cruet.toolkit.middleware.http_proxy import ProxyMiddleware
from cruet.toolkit.middleware.lint import HTTPWarning, LintMiddleware, WSGIWarning
from cruet.toolkit.middleware.profiler import ProfilerMiddleware


def environ(path="/", **values):
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "SERVER_NAME": "here",
        "SERVER_PORT": "80",
        "HTTP_HOST": "here",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **values,
    }


def call(app, env):
    answer = []
    body = app(env, lambda *args: answer.extend(args) or (lambda data: None))
    data = b"".join(body)
    getattr(body, "close", lambda: None)()
    fields = {item[0]: item[1] for item in answer[1] if len(item) == 2}
    return answer[0], fields, data


@pytest.fixture
def upstream():
    class Quiet(WSGIRequestHandler):
        def log_message(self, *args):
            pass

    def app(env, start_response):
        body = env["wsgi.input"].read(int(env.get("CONTENT_LENGTH") or 0)).decode()
        start_response("201 Created", [("X-Up", "yes"), ("Content-Type", "application/json")])
        seen = {key: value for key, value in env.items() if isinstance(value, str)}
        return [json.dumps({**seen, "body": body}).encode()]

    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_http_proxy(upstream):
    app = ProxyMiddleware(
        lambda env, start_response: start_response("200 OK", []) and [b"own"],
        {
            "/keep": {"target": upstream, "headers": {"X-More": "1"}, "host": "other"},
            "cut/": {"target": f"{upstream}/below", "remove_prefix": True, "host": None},
        },
    )
    assert call(app, environ("/keeper"))[2] == b"own"
    env = environ("/keep/a b$", QUERY_STRING="q=1", HTTP_X_MORE="0", HTTP_TE="x")
    status, headers, data = call(app, env)
    assert (status, headers["X-Up"]) == ("201 Created", "yes")
    seen = json.loads(data)
    assert (seen["PATH_INFO"], seen["QUERY_STRING"]) == ("/keep/a b$", "q=1")
    assert (seen["HTTP_X_MORE"], seen["HTTP_HOST"]) == ("1", "other")
    assert "HTTP_TE" not in seen
    env = environ(
        "/cut/x",
        REQUEST_METHOD="POST",
        CONTENT_LENGTH="5",
        CONTENT_TYPE="text/x",
    )
    env["wsgi.input"] = io.BytesIO(b"12345678")
    seen = json.loads(call(app, env)[2])
    assert (seen["PATH_INFO"], seen["HTTP_HOST"]) == ("/below/x", "here")
    assert (seen["body"], seen["CONTENT_TYPE"]) == ("12345", "text/x")


def test_http_proxy_without_upstream():
    app = ProxyMiddleware(None, {"/x": {"target": "http://127.0.0.1:1"}})
    assert call(app, environ("/x"))[0].startswith("502 ")
    app = ProxyMiddleware(None, {"/x": {"target": "ftp://127.0.0.1"}})
    with pytest.raises(RuntimeError):
        call(app, environ("/x"))


def linted(status="200 OK", headers=None, body=(b"x",), **values):
    def app(env, start_response):
        start_response(status, [("Content-Type", "text/plain")] if headers is None else headers)
        return body

    return call(LintMiddleware(app), environ(**values))


def test_lint_is_silent_where_all_is_well():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert linted()[2] == b"x"
        linted(headers=[("Content-Length", "1"), ("ETag", 'W/"x"'), ("Location", "http://h/")])
        linted(status="304 Not Modified", headers=[], body=[])


@pytest.mark.parametrize(
    ("category", "message", "kwargs"),
    [
        (WSGIWarning, "not a WSGI 1.0", {"wsgi.version": (2, 0)}),
        (WSGIWarning, "does not start with a slash", {"path": "x"}),
        (WSGIWarning, "three digits", {"status": "20 OK"}),
        (WSGIWarning, "Expected", {"status": "200OK"}),
        (WSGIWarning, "not a list", {"headers": ()}),
        (WSGIWarning, "2-item", {"headers": ["x"]}),
        (WSGIWarning, "must be strings", {"headers": [("a", 1)]}),
        (WSGIWarning, "status header", {"headers": [("Status", "200")]}),
        (WSGIWarning, "do not match", {"headers": [("Content-Length", "5")]}),
        (WSGIWarning, "requires 'bytes'", {"body": [bytearray(b"x")]}),
        (HTTPWarning, "304 responses", {"status": "304 X", "headers": []}),
        (HTTPWarning, "Entity header", {"status": "304 X", "body": []}),
        (HTTPWarning, "204 responses", {"status": "204 X"}),
        (HTTPWarning, "Absolute", {"headers": [("Location", "/x")]}),
        (HTTPWarning, "Unquoted", {"headers": [("ETag", "x")]}),
        (HTTPWarning, "upper case", {"headers": [("ETag", 'w/"x"')]}),
    ],
)
def test_lint_warns(category, message, kwargs):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        linted(**kwargs)
    assert [one for one in caught if one.category is category and message in str(one.message)]


def test_lint_watches_streams():
    def app(env, start_response):
        env["wsgi.errors"].writelines(["x"])
        env["wsgi.errors"].flush()
        assert list(env["wsgi.input"]) == []
        with pytest.warns(WSGIWarning, match="may hang"):
            env["wsgi.input"].read()
        with pytest.warns(WSGIWarning, match="may hang"):
            env["wsgi.input"].readline()
        with pytest.warns(WSGIWarning, match="closed the input"):
            env["wsgi.input"].close()
        with pytest.warns(WSGIWarning, match="closed the error"):
            env["wsgi.errors"].close()
        write = start_response("200 OK", [])
        with pytest.warns(WSGIWarning, match="requires 'bytes'"):
            write("x")
        return []

    call(LintMiddleware(app), environ())
    body = LintMiddleware(lambda *_: [b"x"])(environ(), lambda *_: None)
    with pytest.warns(WSGIWarning, match="before it started"):
        list(body)
    body.close()
    with pytest.warns(WSGIWarning, match="closed 'app_iter'"), pytest.raises(StopIteration):
        next(body)


def test_profiler(tmp_path):
    out = io.StringIO()
    closed = []

    class Body(list):
        def close(self):
            closed.append(True)

    def app(env, start_response):
        start_response("200 OK", [])(b"written ")
        return Body([b"a", b"b"])

    profiler = ProfilerMiddleware(app, out, profile_dir=str(tmp_path), restrictions=(1,))
    with closing(out):
        assert call(profiler, environ("/x/y"))[2] == b"written ab"
        assert "PATH: '/x/y'" in out.getvalue()
    assert closed == [True]
    (name,) = [path.name for path in tmp_path.iterdir()]
    assert name.startswith("GET.x.y.") and name.endswith(".prof")
    named = ProfilerMiddleware(
        app, None, profile_dir=str(tmp_path), filename_format=lambda env: "mine.prof"
    )
    call(named, environ())
    assert (tmp_path / "mine.prof").exists()
