"""The test client, the environ builder and the command runner."""

from __future__ import annotations

from typing import Any

import click
import pytest

import cruet
from cruet import Flask
from cruet.testing import EnvironBuilder, FlaskClient, FlaskCliRunner


def test_defaults_from_config(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "view", lambda: cruet.request.url)
    assert client.get("/").text == "http://localhost/"
    app.config.update(
        SERVER_NAME="example.com:81", APPLICATION_ROOT="/root", PREFERRED_URL_SCHEME="https"
    )
    assert client.get("/").text == "https://example.com:81/root/"
    with app.test_request_context("/?a=1", url_scheme="http"):
        assert cruet.request.url == "http://example.com:81/root/?a=1"


def test_environ_builder(app: Flask) -> None:
    builder = EnvironBuilder(app, "https://host/path?a=1", json={"x": "ä"})
    assert (builder.url_scheme, builder.host, builder.path) == ("https", "host", "/path")
    assert builder.input_stream is not None
    assert builder.input_stream.read() == b'{"x": "\\u00e4"}'
    builder.close()
    with pytest.raises(AssertionError, match="base_url"):
        EnvironBuilder(app, "/", base_url="http://x", subdomain="y")


def test_environ_base(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "view", lambda: cruet.request.remote_addr or "")
    assert client.get("/").text == "127.0.0.1"
    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    assert client.get("/").text == "192.0.2.1"
    environ = EnvironBuilder(app, "/").get_environ()
    assert client.open(environ).text == "192.0.2.1"
    assert client.open(EnvironBuilder(app, "/")).text == "192.0.2.1"


def test_cookies_and_redirects(app: Flask, client: FlaskClient) -> None:
    @app.route("/login")
    def login() -> Any:
        response = cruet.redirect("/home")
        response.set_cookie("user", "me")
        return response

    app.add_url_rule("/home", "home", lambda: cruet.request.cookies["user"])
    response = client.get("/login", follow_redirects=True)
    assert response.text == "me"
    assert [entry.status_code for entry in response.history] == [302]
    with client:
        client.get("/login", follow_redirects=True)
        assert cruet.request.path == "/home"


def test_own_classes(app: Flask) -> None:
    class Client(FlaskClient):
        def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.name = name

    class Runner(FlaskCliRunner):
        pass

    app.test_client_class = Client
    app.test_cli_runner_class = Runner
    client = app.test_client(name="x")
    assert isinstance(client, Client)
    assert client.name == "x"
    assert isinstance(app.test_cli_runner(), Runner)


def test_runner_gives_the_application(app: Flask) -> None:
    @app.cli.command("hello")
    def hello() -> None:
        click.echo(f"hello {cruet.current_app.name}")

    assert app.test_cli_runner().invoke(args=["hello"]).output == "hello framework_app\n"


def test_names_of_the_package() -> None:
    for name in (
        "render_template", "render_template_string", "stream_template", "stream_template_string",
        "views", "templating", "testing", "debughelpers", "json", "signals",
    ):  # fmt: skip
        assert getattr(cruet, name) is not None
        assert name in dir(cruet)
    assert cruet.Cruet is cruet.Flask
    for gone in ("Markup", "escape", "_request_ctx_stack", "_app_ctx_stack", "nothing"):
        assert not hasattr(cruet, gone)
