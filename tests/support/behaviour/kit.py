"""What a probe has: the framework, the toolkit under it, and a way to ask an application."""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from . import outcomes, ways

#: Names that the headers of answers have by the server alone, or by the time.
UNCOMPARED = {"date", "server", "connection", "keep-alive", "transfer-encoding"}
#: Values that are not the same at each time.
SETTLED: dict[str, Callable[[str], str]] = {
    # A set's order.
    "Allow": lambda value: ", ".join(sorted(value.split(", "))),
    "Expires": lambda value: "a time",
    "Set-Cookie": lambda value: re.sub(r"Expires=(?!Thu, 01 Jan 1970)[^;]*", "Expires=", value),
}
TOOLKITS = {"flask": "werkzeug", "cruet": "cruet.toolkit"}


class Kit:
    """One framework for one probe.

    :ivar flask: the framework's package.
    :ivar toolkit: the package of the toolkit under it.
    :ivar folder: files to read, the same for both frameworks.
    :ivar scratch: an empty folder to write to.
    """

    def __init__(self, name: str, way: str, folder: Path, scratch: Path) -> None:
        self.name = name
        self.flask: Any = importlib.import_module(name)
        self.toolkit: Any = importlib.import_module(TOOLKITS[name])
        self.folder = folder
        self.scratch = scratch
        named = {str(scratch): "/scratch", scratch.name: "scratch", str(folder): "/folder"}
        self.mask = outcomes.Masks(named)
        self.way = ways.WAYS[way]
        #: Does an exception that nobody handles reach who asks?
        self.raises = way != "sent"

    def __getitem__(self, module: str) -> Any:
        """A module of the framework, or with `toolkit.` before its name of the toolkit."""
        package: ModuleType = self.flask
        if module.startswith("toolkit."):
            package, module = self.toolkit, module.removeprefix("toolkit.")
        return importlib.import_module(f"{package.__name__}.{module}")

    def app(self, cls: type | None = None, *, options: Any = (), **config: Any) -> Any:
        """An application, in tests unless `TESTING` says otherwise.

        :param options: keyword arguments for its class.
        """
        given = {"static_folder": None, "root_path": str(self.folder), **dict(options)}
        app = (cls or self.flask.Flask)("probe", **given)
        app.config.update({"TESTING": True, "SECRET_KEY": "a key", **config})
        # What is logged is nobody's business but that of `logged`.
        logging.getLogger("probe").disabled = True
        return app

    def ask(
        self,
        app: Any,
        path: str = "/",
        method: str = "GET",
        headers: dict[str, str] | None = None,
        data: bytes = b"",
    ) -> list[Any]:
        """The answer to a request: its status, its headers but those of the server, its body; or
        what was raised."""
        fields = {"Host": "localhost", **(headers or {})}
        try:
            status, given, body = self.way(app, path, method, fields, data)
        except Exception as error:
            return outcomes.raised(error, self.mask)
        itself = ("Content-Length", str(len(body)))
        kept = [
            [name, self.mask(SETTLED.get(name, str)(value))]
            for name, value in given
            if name.lower() not in UNCOMPARED and (name, value) != itself
        ]
        return [status, sorted(kept), self.mask(body.decode("latin-1"))]

    def form(self, app: Any, path: str = "/", body: bytes = b"", kind: str = "") -> list[Any]:
        """The answer to a POST of a form."""
        kind = kind or "application/x-www-form-urlencoded"
        return self.ask(app, path, "POST", {"Content-Type": kind}, body)

    def view(self, function: Callable[..., Any], **config: Any) -> list[Any]:
        """The answer of an application with one view, at `/`."""
        app = self.app(**config)
        app.add_url_rule("/", "view", function, methods=["GET", "POST"])
        return self.ask(app)

    def tries(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """What a function gives, or raises."""
        try:
            return ["gives", self.plain(function(*args, **kwargs))]
        except Exception as error:
            return outcomes.raised(error, self.mask)

    def plain(self, value: Any) -> Any:
        return outcomes.plain(value, self.mask)

    @contextmanager
    def logged(self, app: Any) -> Iterator[list[list[Any]]]:
        """Level, message and exception of what an application logs."""
        found: list[list[Any]] = []

        class Handler(logging.Handler):
            def emit(handler, record: logging.LogRecord) -> None:
                error = record.exc_info[1] if record.exc_info else None
                found.append([record.levelname, record.getMessage(), self.plain(error)])

        logger, handlers = app.logger, app.logger.handlers
        logger.handlers, logger.disabled, logger.propagate = [Handler()], False, False
        try:
            yield found
        finally:
            logger.handlers, logger.disabled = handlers, True
