"""Configuration from everywhere."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from cruet import Config, Flask

KEY = "from the module"
lower = "not taken"


def test_from_objects(app: Flask) -> None:
    class Base:
        KEY = "base"
        OTHER = "base"

    class Derived(Base):
        KEY = "derived"

    app.config.from_object(Derived)
    assert (app.config["KEY"], app.config["OTHER"]) == ("derived", "base")
    app.config.from_object(__import__(__name__, fromlist=["x"]))
    assert app.config["KEY"] == "from the module"
    assert "lower" not in app.config


def test_from_files(app: Flask, tmp_path: Path) -> None:
    app.config.root_path = tmp_path
    (tmp_path / "a.py").write_text("KEY = 'py'\nlower = 1\n")
    (tmp_path / "a.json").write_text('{"KEY": "json", "lower": 1}')
    (tmp_path / "a.toml").write_bytes('KEY = "töml"\n'.encode())
    assert app.config.from_pyfile("a.py")
    assert app.config["KEY"] == "py"
    assert app.config.from_file("a.json", json.load)
    assert app.config["KEY"] == "json"
    assert app.config.from_file(tmp_path / "a.toml", tomllib.load, text=False)
    assert app.config["KEY"] == "töml"
    assert "lower" not in app.config


def test_missing_files(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config.root_path = tmp_path
    assert not app.config.from_pyfile("none.py", silent=True)
    assert not app.config.from_file("none.json", json.load, silent=True)
    with pytest.raises(OSError, match="Unable to load configuration file"):
        app.config.from_pyfile("none.py")
    with pytest.raises(OSError, match="Unable to load configuration file"):
        app.config.from_file("none.json", json.load)
    assert not app.config.from_envvar("CRUET_TEST_SETTINGS", silent=True)
    with pytest.raises(RuntimeError, match="CRUET_TEST_SETTINGS"):
        app.config.from_envvar("CRUET_TEST_SETTINGS")
    (tmp_path / "b.py").write_text("KEY = 'env'")
    monkeypatch.setenv("CRUET_TEST_SETTINGS", "b.py")
    assert app.config.from_envvar("CRUET_TEST_SETTINGS")
    assert app.config["KEY"] == "env"


def test_from_prefixed_env(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_TEXT", "text")
    monkeypatch.setenv("X_NUMBER", "12")
    monkeypatch.setenv("X_LIST", "[1, null]")
    monkeypatch.setenv("X_DEEP__A__b", "true")
    monkeypatch.setenv("X_DEEP__c", "x")
    assert app.config.from_prefixed_env("X")
    assert app.config["TEXT"] == "text"
    assert app.config["NUMBER"] == 12
    assert app.config["LIST"] == [1, None]
    assert app.config["DEEP"] == {"A": {"b": True}, "c": "x"}
    monkeypatch.setenv("FLASK_KEY", "12")
    assert app.config.from_prefixed_env(loads=lambda text: f"<{text}>")
    assert app.config["KEY"] == "<12>"


def test_mapping_and_namespace(app: Flask) -> None:
    assert app.config.from_mapping({"DB_HOST": 1, "x": 2}, DB_PORT=3)
    assert app.config.from_mapping([("DB_NAME", 4)])  # type: ignore[arg-type]
    assert app.config.get_namespace("DB_") == {"host": 1, "port": 3, "name": 4}
    assert app.config.get_namespace("DB_", lowercase=False, trim_namespace=False) == {
        "DB_HOST": 1,
        "DB_PORT": 3,
        "DB_NAME": 4,
    }
    with pytest.raises(TypeError):
        app.config.from_mapping({}, {})  # type: ignore[call-arg]
    assert repr(Config("/", {"A": 1})) == "<Config {'A': 1}>"


def test_attributes_are_config_keys(app: Flask) -> None:
    app.secret_key = "other"
    assert app.config["SECRET_KEY"] == "other"
    app.config["PERMANENT_SESSION_LIFETIME"] = 60
    assert app.permanent_session_lifetime == timedelta(seconds=60)
    app.testing = False
    assert app.config["TESTING"] is False
    app.debug = True
    assert app.config["DEBUG"] is True


def test_debug_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FLASK_DEBUG", "CRUET_DEBUG"):
        monkeypatch.setenv(name, "1")
        assert Flask("x").debug
        monkeypatch.setenv(name, "no")
        assert not Flask("x").debug
        monkeypatch.delenv(name)


def test_instance_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="must be absolute"):
        Flask("x", instance_path="relative")
    (tmp_path / "settings.py").write_text("KEY = 'instance'")
    app = Flask("x", instance_path=str(tmp_path), instance_relative_config=True)
    app.config.from_pyfile("settings.py")
    assert app.config["KEY"] == "instance"
    with app.open_instance_resource("new", "w") as file:
        file.write("x")
    with app.open_instance_resource("new", "r") as file:
        assert file.read() == "x"

    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "module_app.py").write_text("import cruet\napp = cruet.Flask(__name__)\n")
    (tmp_path / "package_app").mkdir()
    (tmp_path / "package_app" / "__init__.py").write_text(
        "import cruet\napp = cruet.Flask(__name__)\n"
    )
    from module_app import app as module_app  # type: ignore[import-not-found]
    from package_app import app as package_app  # type: ignore[import-not-found]

    assert module_app.instance_path == str(tmp_path / "instance")
    assert package_app.instance_path == str(tmp_path / "instance")
    assert package_app.root_path == str(tmp_path / "package_app")
