"""The application's logger: where its records go, and when a handler is put on it."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Iterator

import pytest

import cruet
from cruet import Flask
from cruet.logging import default_handler, has_level_handler, wsgi_errors_stream

NAME = "logging_app"


@pytest.fixture
def unconfigured() -> Iterator[Callable[[], Flask]]:
    """Makes an application in a process where nobody has set logging up.

    Called by the test itself, because pytest puts handlers of its own on just before it.
    """
    loggers = [logging.getLogger(), logging.getLogger(NAME)]
    kept: list[list[logging.Handler]] = []

    def make() -> Flask:
        for logger in loggers:
            kept.append(logger.handlers)
            logger.handlers = []
        return Flask(NAME, static_folder=None, root_path=".")

    yield make
    for logger, handlers in zip(loggers, kept, strict=True):
        logger.handlers = handlers
    loggers[1].setLevel(logging.NOTSET)
    loggers[1].propagate = True


def test_the_default_handler(
    unconfigured: Callable[[], Flask], capsys: pytest.CaptureFixture[str]
) -> None:
    app = unconfigured()
    logger = app.logger
    assert logger is app.logger is logging.getLogger(NAME)
    assert logger.handlers == [default_handler]
    logger.warning("careful")
    logger.info("not shown")
    line = capsys.readouterr().err
    assert line.endswith("] WARNING in test_logging: careful\n")
    assert line.count("\n") == 1


def test_debug_mode_lets_all_through(
    unconfigured: Callable[[], Flask], capsys: pytest.CaptureFixture[str]
) -> None:
    app = unconfigured()
    app.debug = True
    app.logger.debug("shown")
    assert "DEBUG in test_logging: shown" in capsys.readouterr().err


def test_a_level_that_is_set_stays(unconfigured: Callable[[], Flask]) -> None:
    app = unconfigured()
    logging.getLogger(NAME).setLevel(logging.ERROR)
    app.debug = True
    assert app.logger.level == logging.ERROR


def test_handlers_that_there_are_suffice(unconfigured: Callable[[], Flask]) -> None:
    app = unconfigured()
    logging.getLogger().addHandler(logging.NullHandler())
    assert app.logger.handlers == []


def test_which_handlers_count(unconfigured: Callable[[], Flask]) -> None:
    unconfigured()
    logger = logging.getLogger(NAME)
    assert not has_level_handler(logger)
    strict = logging.StreamHandler()
    strict.setLevel(logging.CRITICAL)
    logging.getLogger().addHandler(strict)
    assert not has_level_handler(logger)
    strict.setLevel(logging.WARNING)
    assert has_level_handler(logger)
    logger.propagate = False
    assert not has_level_handler(logger)


def test_records_of_a_request_go_where_its_server_says(unconfigured: Callable[[], Flask]) -> None:
    app = unconfigured()

    @app.route("/")
    def view() -> str:
        app.logger.error("went wrong")
        return "x"

    errors = io.StringIO()
    app.test_client().get("/", errors_stream=errors)
    assert errors.getvalue().endswith("ERROR in test_logging: went wrong\n")
    assert wsgi_errors_stream._get_current_object() is sys.stderr  # type: ignore[attr-defined]


def test_unhandled_errors_have_their_traceback(unconfigured: Callable[[], Flask]) -> None:
    app = unconfigured()
    app.add_url_rule("/<int:n>", "view", lambda n: n / 0)
    errors = io.StringIO()
    response = app.test_client().post("/5", errors_stream=errors)
    assert response.status_code == 405
    assert errors.getvalue() == ""
    assert app.test_client().get("/5", errors_stream=errors).status_code == 500
    text = errors.getvalue()
    assert "ERROR in _app_errors: Exception on /5 [GET]\nTraceback " in text
    assert text.endswith("ZeroDivisionError: division by zero\n")


def test_own_logging_of_errors(unconfigured: Callable[[], Flask]) -> None:
    app = unconfigured()
    seen: list[object] = []

    class Quiet(Flask):
        def log_exception(self, exc_info: object) -> None:
            seen.append(exc_info)

    app = Quiet("quiet")
    app.add_url_rule("/", "view", lambda: cruet.abort(1000))
    assert app.test_client().get("/").status_code == 500
    assert seen[0][0] is LookupError  # type: ignore[index]
