"""The page that shows what a server gives an application."""

import re

from cruet.toolkit import testapp
from cruet.toolkit.test import Client


def test_shows_environment_escaped():
    response = Client(testapp.test_app).get("/?<b>", headers={"X-Word": "<i>"})
    assert response.mimetype == "text/html"
    assert "<b>" not in response.text and "<i>" not in response.text
    row = re.search("<tr><th>HTTP_X_WORD<td>(.*)", response.text)
    assert row and row[1] == "&#39;&lt;i&gt;&#39;"
    assert re.search("<th>click<td>[0-9]", response.text), "an installed package"


def test_module_path(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.path", ["/", "", str(tmp_path / "missing.zip"), f"{tmp_path}-other"])
    assert list(testapp.iter_sys_path()) == [
        ("/", False, False),
        ("~", False, True),
        ("~/missing.zip", True, False),
        (f"{tmp_path}-other", True, False),
    ]
    page = Client(testapp.test_app).get("/").text
    assert '<li class="missing">~/missing.zip' in page
    assert '<li class="relative">~' in page
