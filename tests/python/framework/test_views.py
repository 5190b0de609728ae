"""Class-based views."""

from __future__ import annotations

from typing import Any

import pytest

import cruet
from cruet import Flask
from cruet.testing import FlaskClient
from cruet.views import MethodView, View, http_method_funcs


def test_views_by_class(app: Flask, client: FlaskClient) -> None:
    class Index(View):
        """Shows a word."""

        methods = ["GET", "POST"]

        def __init__(self, word: str) -> None:
            self.word = word

        def dispatch_request(self, name: str) -> str:  # type: ignore[override]
            return f"{cruet.request.method} {self.word} {name}"

    function = Index.as_view("index", "hello")
    assert function.__name__ == "index"
    assert function.__doc__ == "Shows a word."
    assert function.view_class is Index  # type: ignore[attr-defined]
    app.add_url_rule("/<name>", view_func=function)
    assert client.post("/you").text == "POST hello you"
    assert client.delete("/you").status_code == 405
    with pytest.raises(NotImplementedError):
        View().dispatch_request()


def test_views_by_method(app: Flask, client: FlaskClient) -> None:
    class Base(MethodView):
        def get(self) -> str:
            return "get"

    class Derived(Base):
        def delete(self) -> str:
            return "delete"

    class Fixed(Base):
        methods = ["PROPFIND"]

    assert Derived.methods == {"GET", "DELETE"}
    assert Fixed.methods == ["PROPFIND"]
    app.add_url_rule("/", view_func=Derived.as_view("index"))
    assert client.get("/").text == "get"
    assert client.delete("/").text == "delete"
    assert client.head("/").status_code == 200
    assert client.post("/").status_code == 405
    assert client.options("/").allow.as_set() == {"delete", "get", "head", "options"}
    assert "get" in http_method_funcs


def test_instances_and_decorators(app: Flask, client: FlaskClient) -> None:
    made: list[Any] = []

    def loud(function: Any) -> Any:
        def wrapper(**kwargs: Any) -> str:
            return f"{function(**kwargs)}!"

        return wrapper

    class Each(View):
        decorators = [loud]

        def __init__(self) -> None:
            made.append(self)

        def dispatch_request(self) -> str:
            return "x"

    class Shared(Each):
        init_every_request = False
        decorators = []

    app.add_url_rule("/each", view_func=Each.as_view("each"))
    app.add_url_rule("/shared", view_func=Shared.as_view("shared"))
    assert len(made) == 1
    assert [client.get("/each").text for _ in range(2)] == ["x!"] * 2
    assert len(made) == 3
    assert [client.get("/shared").text for _ in range(2)] == ["x"] * 2
    assert len(made) == 3


def test_automatic_options_of_a_class(app: Flask, client: FlaskClient) -> None:
    class Quiet(MethodView):
        provide_automatic_options = False

        def get(self) -> str:
            return "x"

    app.add_url_rule("/", view_func=Quiet.as_view("quiet"))
    assert client.options("/").status_code == 405
