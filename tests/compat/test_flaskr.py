"""Flask's tutorial application and its JavaScript example, renamed to cruet."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fetched import Sdist, run_suite, unpack
from served import Browser, served

FLASK = Sdist("flask", "3.1.3", "0ef0e52b8a9cd932855379197dd8f94047b359ca0a78695144304cb45f87c9eb")

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
