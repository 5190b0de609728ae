"""JSON in and out."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import io
import uuid
from typing import Any

import pytest

import cruet
from cruet import Flask, json
from cruet.json.provider import DefaultJSONProvider, JSONProvider
from cruet.testing import FlaskClient


@dataclasses.dataclass
class Point:
    x: int
    y: int


class Html:
    def __html__(self) -> str:
        return "<b>"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime.datetime(2026, 1, 2, 3, 4, 5), '"Fri, 02 Jan 2026 03:04:05 GMT"'),
        (datetime.date(2026, 1, 2), '"Fri, 02 Jan 2026 00:00:00 GMT"'),
        (decimal.Decimal("1.50"), '"1.50"'),
        (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (Point(1, 2), '{"x": 1, "y": 2}'),
        (Html(), '"<b>"'),
        ("ä", r'"\u00e4"'),
        ({"b": 1, "a": 2}, '{"a": 2, "b": 1}'),
    ],
)
def test_types(app: Flask, value: Any, text: str) -> None:
    with app.app_context():
        assert json.dumps(value) == text
    if not isinstance(value, dict):
        assert json.dumps(value) == text
    with pytest.raises(TypeError, match="not JSON serializable"):
        json.dumps(object())


def test_files_of_json(app: Flask) -> None:
    for context in (app.app_context(), None):
        out = io.StringIO()
        if context is None:
            json.dump({"a": uuid.UUID(int=1)}, out)
            assert json.load(io.StringIO('{"a": 1}')) == {"a": 1}
            assert json.loads(b"[1]") == [1]
        else:
            with context:
                json.dump({"a": uuid.UUID(int=1)}, out)
                assert json.load(io.StringIO('{"a": 1}')) == {"a": 1}
        assert out.getvalue() == '{"a": "00000000-0000-0000-0000-000000000001"}'


def test_provider_options(app: Flask, client: FlaskClient) -> None:
    provider = app.json
    assert isinstance(provider, DefaultJSONProvider)
    provider.ensure_ascii = False
    provider.sort_keys = False
    provider.mimetype = "application/x-json"
    app.add_url_rule("/", "view", lambda: {"b": "ä", "a": 1})
    response = client.get("/")
    assert response.text == '{"b":"ä","a":1}\n'
    assert response.mimetype == "application/x-json"


def test_own_provider(app: Flask) -> None:
    class Own(JSONProvider):
        def dumps(self, obj: Any, **kwargs: Any) -> str:
            return f"<{obj}>"

        def loads(self, s: Any, **kwargs: Any) -> Any:
            return ["loaded", s]

    class OwnApp(Flask):
        json_provider_class = Own

    own = OwnApp("own", static_folder=None)
    own.add_url_rule("/", "view", lambda: cruet.request.json, methods=["POST"])
    response = own.test_client().post("/", data=b"x", content_type="application/json")
    assert response.text == "<['loaded', b'x']>"
    with own.app_context():
        out = io.StringIO()
        json.dump(1, out)
        assert out.getvalue() == "<1>"


def test_bad_json(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "view", lambda: cruet.request.json, methods=["POST"])
    app.add_url_rule(
        "/silent", "silent", lambda: [cruet.request.get_json(silent=True)], methods=["POST"]
    )
    response = client.post("/", data="{", content_type="application/json")
    assert response.status_code == 400
    assert b"Failed to decode" not in response.data
    assert client.post("/", data="{").status_code == 415
    assert client.post("/silent", data="{").json == [None]
    app.debug = True
    response = client.post("/", data="{", content_type="application/json")
    assert b"Failed to decode" in response.data
    assert client.post("/", json={"a": [1]}).json == {"a": [1]}
