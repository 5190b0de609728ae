"""A fresh board for each test, and a visitor who knows how to fill in its forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from board import create_app

from cruet import Flask
from cruet.testing import FlaskClient
from cruet.toolkit.test import TestResponse


class Visitor:
    """Sends the board's forms as a browser does, with the token that the page holds."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def send(self, path: str, page: str | None = None, **fields: Any) -> TestResponse:
        """Post `fields` to `path` with the token of `page` (by default the same path)."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.client.get(page or path).text)
        assert found, f"{page or path} has no form"
        return self.client.post(path, data={"csrf": found[1], **fields}, follow_redirects=True)

    def enter(self, name: str = "ada", password: str = "correct horse") -> TestResponse:
        """Register and log in."""
        self.send("/auth/register", name=name, password=password)
        return self.send("/auth/login", name=name, password=password)

    def pin(self, **fields: Any) -> TestResponse:
        filled = {"kind": "offer", "title": "A ladder", "body": "Six rungs.", **fields}
        return self.send("/notices/new", **filled)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "only for tests",
            "DATABASE": str(tmp_path / "board.sqlite"),
            "PICTURES": str(tmp_path),
        }
    )


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    return Visitor(client)


@pytest.fixture
def member(app: Flask) -> Iterator[Visitor]:
    """Somebody who is logged in, with a browser of their own."""
    visitor = Visitor(app.test_client())
    visitor.enter()
    yield visitor
