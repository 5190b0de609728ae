"""Paths matched straight from the wire give what the adapter gives over WSGI."""

from __future__ import annotations

import pytest

from cruet import Flask, _cruet, request
from cruet.toolkit.routing import BaseConverter, ValidationError


class Even(BaseConverter):
    regex = r"\d+"

    def to_python(self, value):
        if int(value) % 2:
            raise ValidationError()
        return int(value)


@pytest.fixture(scope="module")
def app():
    app = Flask(__name__)
    app.url_map.converters["even"] = Even

    def view(**values):
        return f"{request.endpoint} {sorted(values.items())} {request.method}"

    rules = [
        ("/", {}),
        ("/leaf", {"methods": ["GET", "PUT"]}),
        ("/branch/", {}),
        ("/user/<int:id>/<name>", {"methods": ["GET", "POST"]}),
        ("/file/<path:p>", {}),
        ("/even/<even:n>", {}),
        ("/é/<x>", {}),
        ("/<float:f>", {}),
        ("/all/", {"defaults": {"page": 1}, "endpoint": "all"}),
        ("/all/<int:page>", {"endpoint": "all"}),
        ("/old", {"redirect_to": "leaf"}),
    ]
    for rule, options in rules:
        options.setdefault("endpoint", rule)
        app.add_url_rule(rule, view_func=view, **options)
    return app


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS", "BREW"])
@pytest.mark.parametrize(
    "path",
    [
        "/", "/leaf", "/leaf/", "/branch", "/branch/", "//branch", "/leaf//", "/user/7/ann",
        "/user/7/a%20b", "/user/7/%C3%A9", "/user/7/%FF", "/user/7/%", "/user/7/a%2Fb",
        "/user/x/y", "/user//7/ann", "/file/a/b", "/file/a%0Ab", "/even/4", "/even/3",
        "/%C3%A9/x", "/1.5", "/all/", "/all/1", "/all/2", "/old", "///leaf", "/nothing",
    ],
)  # fmt: skip
@pytest.mark.parametrize("fields", [[], [("Connection", "Upgrade"), ("Upgrade", "websocket")]])
def test_both_ways_agree(app, method, path, fields):
    def exchange():
        fields_ = [("Host", "example.org"), *fields]
        return _cruet.Exchange.from_parts(method=method, path=path.encode(), fields=fields_)

    wire = _cruet._dispatch(app, exchange())
    seen = []

    def start_response(status, headers, exc_info=None):
        seen.append((status, headers))

    chunks = app.wsgi_app(_cruet._environ_of(exchange()), start_response)
    body = b"".join(chunks)
    status, headers = seen[0]
    assert wire.status == status
    assert wire.headers.get("Location") == dict(headers).get("Location")
    assert sorted(wire.headers.get("Allow", "").split(", ")) == sorted(
        dict(headers).get("Allow", "").split(", ")
    )
    if method != "HEAD":
        assert wire.get_data() == body
