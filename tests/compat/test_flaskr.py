"""Flask's tutorial application, renamed to cruet and unmodified, and its JavaScript example."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fetched import FLASK, run_suite, unpack
from flaskr import FLASKR
from served import Browser, served
from twins import WAYS, Comparison
from walk import Walker

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

pytestmark = pytest.mark.heavy


@pytest.fixture
def flaskr(tmp_path: Path) -> Path:
    return unpack(FLASK, tmp_path, "examples/tutorial")


def test_its_own_tests_pass(flaskr: Path) -> None:
    assert "24 passed" in run_suite(flaskr, "tests")


def test_the_javascript_examples_own_tests_pass(tmp_path: Path) -> None:
    folder = unpack(FLASK, tmp_path, "examples/javascript")
    assert "8 passed" in run_suite(folder, "tests")


def test_a_visit_over_http(flaskr: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "cruet", "--app", "flaskr", "init-db"],
        cwd=flaskr,
        env={**os.environ, "PYTHONPATH": str(flaskr)},
        check=True,
        timeout=60,
    )
    serving = served("flaskr:create_app()", "--workers", "2", cwd=flaskr)
    with serving as address, Browser(address) as visitor:
        page = visitor.post("/auth/register", username="ada", password="lovelace")
        assert (page.status, page.path) == (200, "/auth/login")
        page = visitor.post("/auth/register", username="ada", password="lovelace")
        assert "already registered" in page.text
        page = visitor.post("/auth/login", username="ada", password="wrong")
        assert "Incorrect password." in page.text
        page = visitor.post("/auth/login", username="ada", password="lovelace")
        assert page.path == "/" and "Log Out" in page.text

        page = visitor.post("/create", title="On <engines>", body="They weave.")
        assert page.path == "/" and "On &lt;engines&gt;" in page.text and "They weave." in page.text
        page = visitor.post("/1/update", title="On engines", body="They weave algebra.")
        assert "They weave algebra." in page.text
        assert "Title is required." in visitor.post("/create", title="", body="x").text

        with Browser(address) as stranger:
            assert stranger.get("/create").path == "/auth/login"
        assert visitor.get("/2/update").status == 404

        assert "On engines" not in visitor.post("/1/delete").text
        assert "Log In" in visitor.get("/auth/logout").text

        style = visitor.get("/static/style.css")
        assert style.status == 200 and style.headers["Content-Type"].startswith("text/css")
        again = visitor.get("/static/style.css", {"If-None-Match": style.headers["ETag"]})
        assert (again.status, again.body) == (304, b"")


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    today = [(r"\d{4}-\d\d-\d\d", "<today>")]
    return Comparison(FLASKR, walk, tmp_path_factory.mktemp("flaskr"), today)


@pytest.mark.parametrize("way", WAYS)
def test_unmodified_it_answers_as_with_flask_and_gunicorn(comparison: Comparison, way: str) -> None:
    comparison.check(way)


def walk(visitor: Walker) -> None:
    for part in (registering, writing, refused, files):
        part(visitor)


def registering(visitor: Walker) -> None:
    visitor.get("/")
    visitor.get("/hello")
    visitor.get("/auth/register")
    visitor.post("/auth/register", 200, username="", password="x")
    visitor.post("/auth/register", 200, username="ada", password="")
    visitor.post("/auth/register", 302, username="ada", password="löve lace&")
    visitor.follow()
    visitor.post("/auth/register", 200, username="ada", password="again")
    visitor.get("/auth/login")
    visitor.post("/auth/login", 200, username="eve", password="x")
    visitor.post("/auth/login", 200, username="ada", password="x")
    visitor.get("/create", 302)
    visitor.follow()
    visitor.post("/auth/login", 302, username="ada", password="löve lace&")
    visitor.follow()


def writing(visitor: Walker) -> None:
    """There is one post at most: flaskr orders them by the second in which they were made."""
    visitor.get("/create")
    visitor.head("/create")
    visitor.post("/create", 200, title="", body="x")
    visitor.post("/create", 302, title="On <engines> & 'looms'", body="They\r\nweave algebra.")
    visitor.follow()
    visitor.get("/1/update")
    visitor.post("/1/update", 200, title="", body="")
    visitor.post("/1/update", 302, title="On engines", body="Patterns.")
    visitor.follow()
    chunks = [b"title=in+", b"chunks&body=", b"a" * 70_000]
    visitor.request("POST", "/1/update", 302, chunks, FORM)
    visitor.follow()
    visitor.post("/1/delete", 302)
    visitor.follow()
    visitor.post("/create", 302, title="Второй €", body="x" * 100_000)
    visitor.get("/")
    visitor.head("/")
    visitor.upload("/2/update", 302, {"other": ("a.txt", b"ignored")}, title="Third", body="3")
    visitor.follow()


def refused(visitor: Walker) -> None:
    visitor.get("/nowhere", 404)
    visitor.head("/nowhere", 404)
    visitor.get("/1/update", 404)
    visitor.get("/x/update", 404)
    visitor.get("/create/", 404)
    visitor.get("/2/delete", 405)
    visitor.request("PUT", "/auth/login", 405)
    visitor.request("OPTIONS", "/auth/login")
    visitor.request("POST", "/create", 400, b"body=x", FORM)
    visitor.json("POST", "/create", 400, {"title": "x"})
    # Flask limits a field of multipart data, and not one that is urlencoded.
    visitor.request("POST", "/create", 302, b"title=a&body=" + b"x" * 600_000, FORM)
    visitor.get("/3/update")
    visitor.post("/3/delete", 302)
    visitor.upload("/create", 413, {}, title="a", body="x" * 600_000)
    visitor.close()  # Gunicorn does so where a body was not read to its end, and does not say it.
    visitor.upload("/create", 413, {}, **{f"field{number}": "" for number in range(1001)})
    mine = dict(visitor.cookies)
    visitor.cookies["session"] = f"{mine['session']}x"
    visitor.post("/2/delete", 302)
    visitor.cookies["session"] = "=;"
    visitor.get("/create", 302)
    visitor.cookies.clear()
    visitor.post("/auth/register", 302, username="eve", password="x")
    visitor.post("/auth/login", 302, username="eve", password="x")
    visitor.get("/2/update", 403)
    visitor.post("/2/delete", 403)
    visitor.get("/auth/logout", 302)
    visitor.follow()
    visitor.get("/create", 302)


def files(visitor: Walker) -> None:
    style = visitor.get("/static/style.css")
    visitor.head("/static/style.css")
    tag, time = style.headers["ETag"], style.headers["Last-Modified"]
    visitor.get("/static/style.css", 304, if_none_match=tag)
    visitor.get("/static/style.css", 304, if_none_match=f'"x", W/{tag}')
    visitor.get("/static/style.css", 304, if_modified_since=time)
    visitor.get("/static/style.css", 304, if_none_match=tag, if_modified_since="yesterday")
    visitor.get("/static/style.css", if_none_match='"x"', if_modified_since=time)
    visitor.get("/static/style.css", if_modified_since="Thu, 01 Jan 1970 00:00:00 GMT")
    visitor.head("/static/style.css", 304, if_none_match="*")
    for asked in ("bytes=0-9", "bytes=10-", "bytes=-7", "bytes=5-999999"):
        visitor.get("/static/style.css", 206, range=asked)
        visitor.head("/static/style.css", 206, range=asked)
    visitor.get("/static/style.css", 206, range="bytes=0-9", if_range=tag)
    visitor.get("/static/style.css", 206, range="bytes=0-9", if_range=time)
    visitor.get("/static/style.css", range="bytes=0-9", if_range='"x"')
    visitor.get("/static/style.css", 416, range="bytes=0-1,3-4")
    visitor.get("/static/style.css", 416, range="letters=0-1")
    visitor.get("/static/style.css", 416, range="bytes=999999-")
    visitor.request("OPTIONS", "/static/style.css")
    visitor.request("POST", "/static/style.css", 405)
    visitor.get("/static/", 404)
    visitor.get("/static/none.css", 404)
    visitor.get("/static/../schema.sql", 404)
    visitor.get("/static/..%2Fschema.sql", 404)
