"""Typed configuration and attributes of applications. It is not run."""

# Flask's Config is a dict of no known types, and so is what a LocalProxy gives: pyright's strictest
# rules refuse what reads them.
# pyright: standard

from __future__ import annotations

import json
import logging
import tomllib
from datetime import timedelta
from typing import Any, assert_type

from cruet import Config, Flask, Response
from cruet.config import ConfigAttribute
from cruet.helpers import get_debug_flag, get_root_path
from cruet.logging import default_handler, has_level_handler
from cruet.toolkit.local import LocalProxy
from cruet.toolkit.wrappers import Response as BaseResponse


class Settings:
    SECRET_KEY = "dev"
    PERMANENT_SESSION_LIFETIME = timedelta(days=1)


def create_app(test_config: dict[str, Any] | None = None) -> Flask:
    app = Flask(__name__, instance_path="/srv/instance")
    assert_type(app.config, Config)
    app.config["SECRET_KEY"] = "dev"
    app.config.update(TESTING=True, MAX_CONTENT_LENGTH=1000)
    app.config.from_object(Settings)
    app.config.from_object("configured.Settings")
    app.config.from_mapping({"A": 1}, B=2)
    assert_type(app.config.from_file("a.toml", load=tomllib.load, text=False, silent=True), bool)
    assert_type(app.config.from_pyfile("a.py", silent=True), bool)
    assert_type(app.config.from_envvar("SETTINGS", silent=True), bool)
    assert_type(app.config.from_prefixed_env(prefix="APP", loads=json.loads), bool)
    assert_type(app.config.get_namespace("SQL_", lowercase=True), dict[str, Any])
    if test_config is not None:
        app.config.from_mapping(test_config)
    assert_type(app.secret_key, str | bytes | None)
    assert_type(app.testing, bool)
    assert_type(app.permanent_session_lifetime, timedelta)
    app.secret_key = b"key"
    app.testing = True
    app.debug = False
    app.permanent_session_lifetime = timedelta(days=2)
    app.extensions["own"] = object()
    return app


def limit(app: Flask) -> int:
    value: int = app.config["MAX_CONTENT_LENGTH"]
    return value


class OwnFlask(Flask):
    lifetime = ConfigAttribute[int]("OWN_LIFETIME")
    testing = ConfigAttribute[bool]("TESTING")

    def make_config(self, instance_relative: bool = False) -> Config:
        return super().make_config(instance_relative)


def attributes(app: Flask) -> None:
    assert_type(app.name, str)
    assert_type(app.import_name, str)
    assert_type(app.root_path, str)
    assert_type(app.instance_path, str)
    assert_type(app.static_folder, str | None)
    assert_type(app.static_url_path, str | None)
    assert_type(app.has_static_folder, bool)
    assert_type(app.logger, logging.Logger)
    assert_type(app.url_for("index", page=1), str)
    assert_type(app.make_response("x"), Response)
    assert_type(app.redirect("/"), BaseResponse)
    assert_type(app.make_shell_context(), dict[str, Any])
    print(app.blueprints, app.url_map, app.extensions, app.error_handler_spec)
    with app.open_resource("a.txt", mode="r") as file:
        print(file.read())
    app.logger.removeHandler(default_handler)
    app.logger.setLevel(logging.INFO)
    app.logger.warning("a %s", 1)
    print(has_level_handler(app.logger), get_debug_flag(), get_root_path("os"))


def proxied(name: str) -> Any:
    number = LocalProxy(lambda: 5)
    words: list[str] = [word.lower() for word in LocalProxy(lambda: ["a", name])]
    print(number + 1, 2 * number, number == 5, number < 6, words, -number)
    with LocalProxy(lambda: open(name)) as file:
        return file.read()


if __name__ == "__main__":
    create_app().run()
