"""Typed tests of an application, with all that the test client gives. It is not run."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, assert_type

import click.testing

from cruet import Flask, Request, g, session, template_rendered
from cruet.ctx import AppContext, RequestContext
from cruet.testing import EnvironBuilder, FlaskClient, FlaskCliRunner
from cruet.toolkit.datastructures import Headers
from cruet.toolkit.test import Client, Cookie, TestResponse, create_environ, run_wsgi_app
from cruet.toolkit.wrappers import Response as BaseResponse


class Auth:
    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def login(self, name: str = "test") -> TestResponse:
        return self.client.post("/login", data={"name": name}, follow_redirects=True)


class OwnClient(FlaskClient):
    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        headers = Headers(kwargs.pop("headers", {}))
        headers.setdefault("X-Own", "1")
        return super().open(*args, headers=headers, **kwargs)


@contextmanager
def captured_templates(app: Flask) -> Generator[list[tuple[Any, dict[str, Any]]]]:
    recorded: list[tuple[Any, dict[str, Any]]] = []

    def record(sender: Flask, template: Any, context: dict[str, Any], **extra: Any) -> None:
        recorded.append((template, context))

    with template_rendered.connected_to(record, app):
        yield recorded


def tested(app: Flask) -> None:
    app.test_client_class = OwnClient
    client = app.test_client(use_cookies=True)
    assert_type(client, FlaskClient)
    answer = client.get("/", query_string={"a": 1}, headers={"X-A": "1"})
    assert_type(answer, TestResponse)
    assert_type(answer.status_code, int)
    assert_type(answer.text, str)
    assert_type(answer.history, tuple[TestResponse, ...])
    assert b"x" in answer.data
    assert answer.headers["Location"] == "/"
    assert answer.get_json()["a"] == 1
    assert answer.json is not None
    assert answer.request.path == "/"
    client.post("/", json={"a": 1}, auth=("a", "b"), content_type="application/json")
    client.set_cookie("a", "b", domain="localhost")
    assert_type(client.get_cookie("a"), Cookie | None)
    client.delete_cookie("a")
    Auth(client).login()
    with client, client.session_transaction() as kept:
        kept["user"] = 1
        for call in (client.put, client.patch, client.delete, client.options, client.head):
            assert_type(call("/"), TestResponse)
        print(session["user"], g.user)
    with captured_templates(app) as templates:
        print(len(templates))


def contexts(app: Flask) -> None:
    with app.app_context() as context:
        assert_type(context, AppContext)
        print(context.g)
    with app.test_request_context("/?a=1", method="POST", data={"b": "c"}) as pushed:
        assert_type(pushed, RequestContext)
        assert_type(pushed.request, Request)
        app.preprocess_request()
        app.process_response(app.make_response("x"))
    with app.request_context(create_environ("/", "http://example.org")):
        pass
    builder = EnvironBuilder(app, path="/", json={"a": 1}, subdomain="a")
    environ = builder.get_environ()
    builder.close()
    body, status, headers = run_wsgi_app(app, environ, buffered=True)
    assert_type(status, str)
    print(list(body), headers["Content-Type"])
    plain = Client(app, BaseResponse)
    assert_type(plain.get("/"), TestResponse)


def commands(app: Flask) -> None:
    runner = app.test_cli_runner(mix_stderr=False)
    assert_type(runner, FlaskCliRunner)
    result: click.testing.Result = runner.invoke(args=["hello", "--count", "2"])
    assert "hello" in result.output
    app.run(host="0.0.0.0", port=5000, debug=True, threaded=True)
