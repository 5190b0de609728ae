"""ProxyFix, DispatcherMiddleware and SharedDataMiddleware."""

import re
from datetime import UTC, datetime

import pytest

from cruet.toolkit.middleware.dispatcher import DispatcherMiddleware
from cruet.toolkit.middleware.proxy_fix import ProxyFix
from cruet.toolkit.middleware.shared_data import SharedDataMiddleware

BASE = {
    "REMOTE_ADDR": "1.1.1.1",
    "wsgi.url_scheme": "http",
    "HTTP_HOST": "h:1",
    "SERVER_NAME": "s",
    "SERVER_PORT": "80",
    "SCRIPT_NAME": "/o",
}


@pytest.mark.parametrize(
    ("fields", "trusted", "changes"),
    [
        ({"FOR": "a, b"}, {}, {"REMOTE_ADDR": "b"}),
        ({"FOR": "a, b"}, {"x_for": 2}, {"REMOTE_ADDR": "a"}),
        ({"FOR": ", b"}, {"x_for": 2}, {}),
        ({"FOR": "b"}, {"x_for": 0}, {}),
        ({"PROTO": "https"}, {}, {"wsgi.url_scheme": "https"}),
        ({"HOST": "x"}, {}, {}),
        (
            {"HOST": "x:99"},
            {"x_host": 1},
            {"HTTP_HOST": "x:99", "SERVER_NAME": "x", "SERVER_PORT": "99"},
        ),
        ({"HOST": "[::1]"}, {"x_host": 1}, {"HTTP_HOST": "[::1]", "SERVER_NAME": "[::1]"}),
        ({"PORT": "77"}, {"x_port": 1}, {"HTTP_HOST": "h:77", "SERVER_PORT": "77"}),
        ({"PREFIX": "/a, /b"}, {"x_prefix": 1}, {"SCRIPT_NAME": "/b"}),
    ],
)
def test_proxy_fix(fields, trusted, changes):
    environ = {**BASE, **{f"HTTP_X_FORWARDED_{key}": value for key, value in fields.items()}}
    seen = ProxyFix(lambda environ, start_response: environ, **trusted)(environ, None)
    assert {key: seen[key] for key in BASE} == {**BASE, **changes}
    assert seen["werkzeug.proxy_fix.orig"] == BASE


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ("main", "/r", "/")),
        ("", ("main", "/r", "")),
        ("/a", ("a", "/r/a", "")),
        ("/a/x/y", ("a", "/r/a", "/x/y")),
        ("/a/b/c", ("ab", "/r/a/b", "/c")),
        ("/ab", ("main", "/r", "/ab")),
        ("//a", ("main", "/r", "//a")),
    ],
)
def test_dispatcher(path, expected):
    def app(name):
        return lambda environ, _: (name, environ["SCRIPT_NAME"], environ["PATH_INFO"])

    dispatcher = DispatcherMiddleware(app("main"), {"/a": app("a"), "/a/b": app("ab")})
    assert dispatcher({"SCRIPT_NAME": "/r", "PATH_INFO": path}, None) == expected


@pytest.fixture
def shared(tmp_path):
    (tmp_path / "x.txt").write_text("found")
    (tmp_path / "sub").mkdir()

    def make(**kwargs):
        exports = {
            "/d": str(tmp_path),
            "/one": str(tmp_path / "x.txt"),
            "/pkg": ("cruet", "toolkit"),
        }
        return SharedDataMiddleware(lambda environ, start_response: "app", exports, **kwargs)

    def call(path, app=None, **environ):
        answer = []
        body = (app or make())(
            {"PATH_INFO": path, "REQUEST_METHOD": "GET", **environ},
            lambda *args: answer.extend(args),
        )
        if body == "app":
            return None
        data = b"".join(body)
        if hasattr(body, "close"):
            body.close()
        return answer[0], dict(answer[1]), data

    call.make = make
    return call


def test_shared_files(shared):
    status, headers, data = shared("/d/x.txt")
    assert (status, data) == ("200 OK", b"found")
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert headers["Content-Length"] == "5"
    assert shared("/one")[2] == b"found"
    assert b"toolkit" in shared("/pkg/__init__.py")[2]
    for path in ("/d", "/d/", "/d/sub", "/d/../x", "/d/none", "/pkg", "/other", "/d/\0", "/dx.txt"):
        assert shared(path) is None


def test_shared_conditions(shared):
    etag = shared("/d/x.txt")[1]["Etag"]
    # As Werkzeug names them, so that what is cached stays known.
    assert re.fullmatch(r'"wzsdm-\d+\.\d+-5-\d+"', etag)
    assert shared("/d/x.txt", HTTP_IF_NONE_MATCH=etag)[::2] == ("304 Not Modified", b"")
    year = datetime.now(UTC).year + 1
    later = f"Sun, 01 Jan {year} 00:00:00 GMT"
    assert shared("/d/x.txt", HTTP_IF_MODIFIED_SINCE=later)[0] == "304 Not Modified"
    plain = shared("/d/x.txt", shared.make(cache=False), HTTP_IF_NONE_MATCH=etag)
    assert plain[0] == "200 OK"
    assert "Etag" not in plain[1]
    assert shared("/d/x.txt", shared.make(disallow="*.txt")) is None


def test_shared_sources():
    with pytest.raises(TypeError):
        SharedDataMiddleware(None, {"/x": 5})
    with pytest.raises(ImportError):
        SharedDataMiddleware(None, {"/x": ("no_such_package", "y")})
