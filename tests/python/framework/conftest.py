"""An application and what belongs to it, for the tests of the framework."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cruet import Flask
from cruet.globals import request_ctx
from cruet.testing import FlaskClient


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FLASK_APP", "FLASK_DEBUG", "CRUET_APP", "CRUET_DEBUG", "FLASK_RUN_FROM_CLI"):
        # Set first, so that a variable which a test leaves behind is taken away after it too.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _no_context_stays() -> Iterator[None]:
    yield
    assert not request_ctx, "a request context was left behind"


@pytest.fixture
def app() -> Flask:
    app = Flask("framework_app", static_folder=None)
    app.config.update(TESTING=True, SECRET_KEY="a key")
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
