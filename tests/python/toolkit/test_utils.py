"""Kept properties, file names, redirects, downloads and imports."""

import io
import os
import pickle
from datetime import UTC, datetime

import pytest

from cruet.toolkit import utils
from cruet.toolkit.exceptions import NotFound, RequestedRangeNotSatisfiable
from cruet.toolkit.wrappers import Response


def environ(**values):
    return {"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http", "HTTP_HOST": "h", **values}


class Plain:
    calls = 0

    @utils.cached_property
    def value(self):
        """Doc."""
        type(self).calls += 1
        return self.calls


class Slotted:
    __slots__ = ("_cache_value",)
    calls = 0
    value = utils.cached_property(lambda self: object(), name="value")


@pytest.mark.parametrize("cls", [Plain, Slotted])
def test_cached_property(cls):
    one = cls()
    first = one.value
    assert one.value is first
    assert cls().value is not first
    one.value = "set"
    assert one.value == "set"
    del one.value
    assert one.value not in (first, "set")
    assert isinstance(cls.value, property)
    assert cls.value.__name__ == "value"


def test_cached_property_keeps_no_error():
    class Failing:
        @utils.cached_property
        def value(self):
            raise KeyError("value")

    one = Failing()
    for _ in range(2):
        with pytest.raises(KeyError):
            one.value  # noqa: B018
    assert Plain.value.__doc__ == "Doc."


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("My cool movie.mov", "My_cool_movie.mov"),
        ("../../../etc/passwd", "etc_passwd"),
        ("ümläuts ☃.txt", "umlauts_.txt"),
        (".htaccess", "htaccess"),
        ("x\0y", "xy"),
        ("..", ""),
    ],
)
def test_secure_filename(name, expected):
    assert utils.secure_filename(name) == expected


def test_secure_filename_avoids_devices(monkeypatch):
    monkeypatch.setattr("os.name", "nt")
    assert utils.secure_filename("con.txt") == "_con.txt"


def test_content_type():
    assert utils.get_content_type("text/html", "utf-8") == "text/html; charset=utf-8"
    assert utils.get_content_type("image/svg+xml", "utf-8") == "image/svg+xml; charset=utf-8"
    assert utils.get_content_type("application/json", "utf-8") == "application/json"


def test_redirect():
    class Mine(Response):
        pass

    answer = utils.redirect('/é?"><script>', 303, Response=Mine)
    assert isinstance(answer, Mine)
    assert (answer.status_code, answer.headers["Location"]) == (303, '/é?"><script>')
    assert b"<script>" not in answer.get_data()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a", "a/?q=1"),
        ("/a/b", "b/?q=1"),
        ("//evil", "evil/?q=1"),
        ("/a/", "./?q=1"),
        ("", "./?q=1"),
        ("/x:y", "./x:y/?q=1"),
        ("/a?b", "a%3Fb/?q=1"),
    ],
)
def test_append_slash_redirect(path, expected):
    answer = utils.append_slash_redirect({"PATH_INFO": path, "QUERY_STRING": "q=1"})
    assert (answer.status_code, answer.headers["Location"]) == (308, expected)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "x.txt").write_bytes(b"0123456789")
    os.utime(tmp_path / "x.txt", (1_000_000_000, 1_000_000_000))
    return tmp_path


def body(answer):
    answer.direct_passthrough = False
    with answer:
        return answer.get_data()


def test_send_file(folder):
    answer = utils.send_file(folder / "x.txt", environ())
    assert answer.headers["Content-Length"] == "10"
    assert answer.headers["Content-Disposition"] == "inline; filename=x.txt"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.last_modified == datetime.fromtimestamp(1_000_000_000, tz=UTC)
    assert body(answer) == b"0123456789"
    etag = answer.headers["ETag"]
    same = utils.send_file(folder / "x.txt", environ(HTTP_IF_NONE_MATCH=etag))
    assert same.status_code == 304
    same.close()
    part = utils.send_file(folder / "x.txt", environ(HTTP_RANGE="bytes=2-4"))
    assert (part.status_code, part.headers["Content-Range"]) == (206, "bytes 2-4/10")
    assert body(part) == b"234"
    with pytest.raises(RequestedRangeNotSatisfiable):
        utils.send_file(folder / "x.txt", environ(HTTP_RANGE="bytes=20-"))


def test_send_file_options(folder):
    answer = utils.send_file(
        folder / "x.txt",
        environ(),
        as_attachment=True,
        download_name="é.bin",
        max_age=60,
        etag="tag",
        use_x_sendfile=True,
    )
    assert answer.headers["X-Sendfile"] == str(folder / "x.txt")
    disposition = answer.headers["Content-Disposition"]
    assert disposition == "attachment; filename=e.bin; filename*=UTF-8''%C3%A9.bin"
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["ETag"] == '"tag"'
    assert answer.cache_control.max_age == 60 and answer.cache_control.public
    data = utils.send_file(io.BytesIO(b"abc"), environ(), mimetype="text/x")
    assert (data.headers["Content-Length"], body(data)) == ("3", b"abc")
    for bad, error in ((io.BytesIO(), TypeError), (io.StringIO(), ValueError)):
        with pytest.raises(error):
            utils.send_file(bad, environ())
    with pytest.raises(TypeError):
        utils.send_file(io.BytesIO(), environ(), mimetype="a/b", as_attachment=True)


def test_send_from_directory(folder):
    answer = utils.send_from_directory(folder, "x.txt", environ())
    assert body(answer) == b"0123456789"
    inside = utils.send_from_directory(
        folder.name, "x.txt", environ(), _root_path=str(folder.parent)
    )
    assert body(inside) == b"0123456789"
    for path in ("../x.txt", "none", "", "/etc/passwd", "x\0.txt"):
        with pytest.raises(NotFound):
            utils.send_from_directory(folder, path, environ())


def test_import_string():
    assert utils.import_string("os.path:join") is os.path.join
    assert utils.import_string("os.path.join") is os.path.join
    assert utils.import_string("no_such_module.x", silent=True) is None
    with pytest.raises(utils.ImportStringError, match="not found") as caught:
        utils.import_string("os.nope")
    twin = pickle.loads(pickle.dumps(caught.value))
    assert (twin.import_name, str(twin)) == ("os.nope", str(caught.value))


def test_find_modules():
    found = set(utils.find_modules("cruet.toolkit.middleware"))
    assert "cruet.toolkit.middleware.proxy_fix" in found
    everything = set(utils.find_modules("cruet.toolkit", include_packages=True, recursive=True))
    assert found < everything and "cruet.toolkit.middleware" in everything
    with pytest.raises(ValueError):
        list(utils.find_modules("cruet.toolkit.http"))
