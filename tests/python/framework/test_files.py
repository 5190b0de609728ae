"""Static files, downloads, uploads and resources."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import cruet
from cruet import Blueprint, Flask
from cruet.testing import FlaskClient


@pytest.fixture
def site(tmp_path: Path) -> Flask:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "a.txt").write_text("0123456789")
    app = Flask("site", root_path=str(tmp_path))
    app.testing = True
    return app


def test_static_files(site: Flask) -> None:
    client = site.test_client()
    response = client.get("/static/a.txt")
    assert response.text == "0123456789"
    assert response.mimetype == "text/plain"
    assert response.cache_control.no_cache is not None
    etag = response.headers["ETag"]
    response.close()
    response = client.get("/static/a.txt", headers={"If-None-Match": etag})
    assert response.status_code == 304
    response.close()
    response = client.get("/static/a.txt", headers={"Range": "bytes=2-4"})
    assert (response.status_code, response.text) == (206, "234")
    response.close()
    assert client.get("/static/a.txt", headers={"Range": "bytes=20-"}).status_code == 416
    assert client.get("/static/none").status_code == 404
    assert client.get("/static/../site.py").status_code == 404
    with site.test_request_context():
        assert cruet.url_for("static", filename="a b.txt") == "/static/a%20b.txt"


@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        ({"If-None-Match": "ETAG"}, 304, ""),
        ({"If-None-Match": "W/ETAG"}, 304, ""),
        ({"If-None-Match": '"other"'}, 200, "0123456789"),
        ({"If-Modified-Since": "LAST"}, 304, ""),
        ({"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}, 200, "0123456789"),
        ({"If-Modified-Since": "nonsense"}, 200, "0123456789"),
        ({"If-Match": "ETAG"}, 200, "0123456789"),
        ({"If-Match": '"other"'}, 412, None),
        ({"Range": "bytes=0-0"}, 206, "0"),
        ({"Range": "bytes=7-"}, 206, "789"),
        ({"Range": "bytes=-2"}, 206, "89"),
        ({"Range": "bytes=8-100"}, 206, "89"),
        ({"Range": "bytes=5-2"}, 416, None),
        ({"Range": "bytes=0-1,3-4"}, 416, None),
        ({"Range": "lines=0-1"}, 416, None),
        ({"Range": "bytes=2-4", "If-Range": "ETAG"}, 206, "234"),
        ({"Range": "bytes=2-4", "If-Range": "LAST"}, 206, "234"),
        ({"Range": "bytes=2-4", "If-Range": '"other"'}, 200, "0123456789"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditions(
    site: Flask, method: str, headers: dict[str, str], status: int, body: str | None
) -> None:
    """RFC 9110, sections 13 and 14."""
    client = site.test_client()
    with client.get("/static/a.txt") as whole:
        known = {"ETAG": whole.headers["ETag"], "LAST": whole.headers["Last-Modified"]}
    for word, value in known.items():
        headers = {name: text.replace(word, value) for name, text in headers.items()}
    with client.open("/static/a.txt", method=method, headers=headers) as response:
        assert response.status_code == status
        if method == "HEAD":
            assert response.data == b""
        elif body is not None:
            assert response.text == body
        if status == 206:
            assert response.content_range.length == 10
            assert response.content_length == len(body or "")
        if status == 416:
            assert response.headers["Content-Range"] == "bytes */10"
        if status == 304:
            assert "Content-Type" not in response.headers
            assert response.headers["ETag"] == known["ETAG"]


def test_max_age(site: Flask) -> None:
    client = site.test_client()
    for value, seconds in ((60, 60), (timedelta(minutes=2), 120)):
        site.config["SEND_FILE_MAX_AGE_DEFAULT"] = value
        response = client.get("/static/a.txt")
        assert response.cache_control.max_age == seconds
        response.close()


def test_static_folders(tmp_path: Path) -> None:
    app = Flask(
        "x", root_path=str(tmp_path), static_folder=tmp_path / "files/", static_url_path="/f/"
    )
    assert app.static_folder == str(tmp_path / "files")
    assert app.static_url_path == "/f"
    none = Flask("y", static_folder=None)
    assert (none.static_folder, none.static_url_path, none.has_static_folder) == (None, None, False)
    with none.test_request_context(), pytest.raises(RuntimeError, match="static_folder"):
        none.send_static_file("x")

    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "b.txt").write_text("b")
    blueprint = Blueprint(
        "bp", "bp", root_path=str(tmp_path), static_folder="files", url_prefix="/bp"
    )
    app.register_blueprint(blueprint)
    response = app.test_client().get("/bp/files/b.txt")
    assert response.text == "b"
    response.close()


def test_send_file(site: Flask, tmp_path: Path) -> None:
    site.add_url_rule(
        "/bytes", "bytes", lambda: cruet.send_file(io.BytesIO(b"x"), download_name="ä.pdf")
    )
    site.add_url_rule(
        "/path", "path", lambda: cruet.send_file("static/a.txt", as_attachment=True, max_age=5)
    )
    site.add_url_rule(
        "/from/<path:name>", "from", lambda name: cruet.send_from_directory("static", name)
    )
    client = site.test_client()
    response = client.get("/bytes")
    assert (response.mimetype, response.data) == ("application/pdf", b"x")
    response = client.get("/path")
    assert response.headers["Content-Disposition"] == "attachment; filename=a.txt"
    assert response.cache_control.max_age == 5
    response.close()
    response = client.get("/from/a.txt")
    assert response.data == b"0123456789"
    response.close()
    assert client.get("/from/..%2Fsecret").status_code == 404
    site.config["USE_X_SENDFILE"] = True
    response = client.get("/path")
    assert response.headers["X-Sendfile"] == str(tmp_path / "static" / "a.txt")
    response.close()


def test_uploads(app: Flask, client: FlaskClient) -> None:
    @app.route("/", methods=["POST"])
    def upload() -> Any:
        file = cruet.request.files["file"]
        return {
            "name": file.filename,
            "type": file.content_type,
            "text": file.read().decode(),
            "field": cruet.request.form["field"],
        }

    data = {"field": "ä", "file": (io.BytesIO(b"content"), "n.txt", "text/x")}
    assert client.post("/", data=data).json == {
        "name": "n.txt", "type": "text/x", "text": "content", "field": "ä",
    }  # fmt: skip


def test_limits(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "view", lambda: cruet.request.form.get("a", ""), methods=["POST"])

    @app.route("/own", methods=["POST"])
    def own() -> str:
        cruet.request.max_content_length = 100
        return cruet.request.form["a"]

    app.config["MAX_CONTENT_LENGTH"] = 5
    assert client.post("/", data={"a": "x" * 10}).status_code == 413
    assert client.post("/own", data={"a": "x" * 10}).status_code == 200
    app.config["MAX_CONTENT_LENGTH"] = None
    app.config["MAX_FORM_PARTS"] = 1
    form = {"a": (io.BytesIO(b"x"), "a"), "b": "y"}
    assert client.post("/", data=form).status_code == 413
    app.config["MAX_FORM_PARTS"] = None
    app.config["MAX_FORM_MEMORY_SIZE"] = 3
    form = {"a": "long", "b": (io.BytesIO(b"x"), "b")}
    assert client.post("/", data=form).status_code == 413


def test_resources(site: Flask) -> None:
    with site.open_resource("static/a.txt") as file:
        assert file.read() == b"0123456789"
    with site.open_resource("static/a.txt", "r") as file:
        assert file.read() == "0123456789"
    with pytest.raises(ValueError, match="only be opened for reading"):
        site.open_resource("static/a.txt", "w")


def test_limits_of_one_request(app: Flask, client: FlaskClient) -> None:
    """What is set on the request goes before the config."""
    app.config.update(MAX_CONTENT_LENGTH=1000, MAX_FORM_MEMORY_SIZE=1000, MAX_FORM_PARTS=1000)
    limits: dict[str, int] = {}

    @app.route("/", methods=["POST"])
    def view() -> Any:
        for name, value in limits.items():
            setattr(cruet.request, name, value)
            assert getattr(cruet.request, name) == value
        return {"fields": len(cruet.request.form)}

    form = {"a": "x" * 50, "b": io.BytesIO(b"y")}
    assert client.post("/", data=dict(form)).status_code == 200
    for name in ("max_content_length", "max_form_memory_size", "max_form_parts"):
        limits.clear()
        limits[name] = 1
        form["b"] = io.BytesIO(b"y")  # type: ignore[assignment]
        assert client.post("/", data=dict(form)).status_code == 413, name


def test_limits_outside_of_an_application() -> None:
    request = cruet.Request({"wsgi.input": io.BytesIO()})
    assert request.max_content_length is None
    assert request.max_form_memory_size == 500_000
    assert request.max_form_parts == 1_000
    assert cruet.Response().max_cookie_size == 4093
