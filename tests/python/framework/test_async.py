"""Coroutine functions wherever functions are taken."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import Any

import pytest

import cruet
from cruet import Flask, Response
from cruet.testing import FlaskClient
from cruet.views import MethodView, View

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


def test_async_views_and_hooks(app: Flask, client: FlaskClient) -> None:
    events: list[str] = []

    @app.before_request
    async def before() -> None:
        await asyncio.sleep(0)
        events.append("before")

    @app.after_request
    async def after(response: Response) -> Response:
        events.append("after")
        return response

    @app.teardown_request
    async def teardown(exc: BaseException | None) -> None:
        events.append("teardown")

    @app.context_processor
    async def context() -> dict[str, Any]:
        return {"word": "async"}

    @app.errorhandler(KeyError)
    async def handler(error: KeyError) -> str:
        return "handled"

    @app.route("/<name>")
    async def view(name: str) -> str:
        await asyncio.sleep(0)
        cruet.g.name = name
        return f"{name} {cruet.request.path}"

    @app.route("/template")
    def template() -> str:
        return cruet.render_template_string("{{ word }}")

    @app.route("/error")
    async def error() -> str:
        raise KeyError

    class Class(View):
        async def dispatch_request(self) -> str:  # type: ignore[override]
            return "class"

    class Methods(MethodView):
        async def get(self) -> str:
            return "method"

    app.add_url_rule("/class", view_func=Class.as_view("class"))
    app.add_url_rule("/methods", view_func=Methods.as_view("methods"))
    assert client.get("/x").text == "x /x"
    assert events == ["before", "after", "teardown"]
    assert client.get("/template").text == "async"
    assert client.get("/error").text == "handled"
    assert client.get("/class").text == "class"
    assert client.get("/methods").text == "method"


def test_one_loop_a_thread(app: Flask) -> None:
    loops: list[Any] = []

    @app.route("/")
    async def view() -> str:
        loops.append(asyncio.get_running_loop())
        return ""

    client = app.test_client()
    client.get("/")
    client.get("/")
    thread = threading.Thread(target=lambda: app.test_client().get("/"))
    thread.start()
    thread.join()
    assert loops[0] is loops[1]
    assert loops[0] is not loops[2]


def test_context_variables_come_and_go(app: Flask, client: FlaskClient) -> None:
    seen: list[str] = []

    @app.route("/")
    async def view() -> str:
        seen.append(variable.get())
        variable.set("by the view")
        return ""

    def run() -> None:
        variable.set("by the caller")
        client.get("/")
        seen.append(variable.get())

    contextvars.copy_context().run(run)
    assert seen == ["by the caller", "by the view"]


def test_pending_tasks_end_with_the_request(app: Flask, client: FlaskClient) -> None:
    events: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            events.append("cancelled")
            raise

    @app.before_request
    async def start() -> None:
        cruet.g.task = asyncio.ensure_future(forever())
        await asyncio.sleep(0)

    @app.route("/")
    async def view() -> str:
        assert not cruet.g.task.done()
        return ""

    @app.teardown_request
    def teardown(exc: Any) -> None:
        events.append("teardown")

    client.get("/")
    assert events == ["teardown", "cancelled"]

    kept: list[Any] = []

    async def leave_a_task() -> None:
        kept.append(asyncio.ensure_future(forever()))
        await asyncio.sleep(0)

    events.clear()
    app.ensure_sync(leave_a_task)()
    assert events == ["cancelled"]


def test_not_within_a_running_loop(app: Flask) -> None:
    async def view() -> str:
        return "x"

    async def main() -> None:
        with pytest.raises(RuntimeError, match="running"):
            app.ensure_sync(view)()

    asyncio.run(main())


def test_own_ensure_sync(app: Flask, client: FlaskClient) -> None:
    calls: list[str] = []

    class Own(Flask):
        def ensure_sync(self, func: Any) -> Any:
            calls.append(func.__name__)
            return super().ensure_sync(func)

    own = Own("own", static_folder=None)

    @own.route("/")
    def view() -> str:
        return "x"

    own.test_client().get("/")
    assert calls == ["view"]


def test_stream_of_an_async_view(app: Flask, client: FlaskClient) -> None:
    @app.route("/")
    async def view() -> Any:
        cruet.session["a"] = "kept"

        @cruet.stream_with_context
        def generate() -> Any:
            yield cruet.session["a"]

        return generate()

    assert client.get("/").text == "kept"
    client.get("/").close()
