"""One module under two names: each case in a process of its own, for imports change."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

STUB = "from cruet.dropin import take_over\n\ntake_over(__name__)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder on the path with a stub package `werkzeug`."""
    (tmp_path / "werkzeug").mkdir()
    (tmp_path / "werkzeug" / "__init__.py").write_text(STUB)
    return tmp_path


def run(folder: Path, code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments, "-c", code] if code else [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_submodule_is_the_same_object_under_both_names(folder: Path) -> None:
    code = """
import werkzeug.datastructures.structures as alias
import cruet.toolkit.datastructures.structures as own
import sys, werkzeug, cruet.toolkit
assert alias is own and werkzeug is cruet.toolkit
assert sys.modules["werkzeug.datastructures"] is sys.modules["cruet.toolkit.datastructures"]
from werkzeug.http import dump_cookie
assert dump_cookie.__module__ == "cruet.toolkit.http"
"""
    run(folder, code)


@pytest.mark.parametrize("first", ["werkzeug.http", "cruet.toolkit.http"])
def test_nothing_is_loaded_twice_whichever_name_comes_first(folder: Path, first: str) -> None:
    code = f"""
import importlib, sys
importlib.import_module({first!r})
import werkzeug.http, werkzeug.wrappers, werkzeug.test, cruet.toolkit.http
files = [getattr(m, "__file__", None) for m in {{id(m): m for m in sys.modules.values()}}.values()]
files = [f for f in files if f and "toolkit" in f]
assert len(files) == len(set(files)) > 20
"""
    run(folder, code)


def test_a_module_keeps_its_own_spec(folder: Path) -> None:
    code = """
import werkzeug.http, importlib
assert werkzeug.http.__spec__.name == werkzeug.http.__name__ == "cruet.toolkit.http"
assert importlib.reload(werkzeug.http) is werkzeug.http
"""
    run(folder, code)


def test_a_missing_submodule_is_missing_by_the_name_that_was_asked_for(folder: Path) -> None:
    code = """
import importlib.util, werkzeug
for name in ("werkzeug.nothing", "werkzeug.http.nothing", "werkzeug.no.thing"):
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        assert error.name.startswith("werkzeug."), error.name
    else:
        raise AssertionError(name)
assert importlib.util.find_spec("werkzeug.nothing") is None
assert importlib.util.find_spec("werkzeug.security").name == "werkzeug.security"
"""
    run(folder, code)


def test_patches_pickles_and_strings_meet_the_one_module(folder: Path) -> None:
    code = """
import pickle
from unittest import mock
import cruet.toolkit.serving
from cruet.toolkit.datastructures import Headers
from cruet.toolkit.utils import find_modules, import_string
with mock.patch("werkzeug.serving.run_simple") as patched:
    assert cruet.toolkit.serving.run_simple is patched
pickled = b"cwerkzeug.datastructures.headers\\nHeaders\\n."
assert pickle.loads(pickled) is Headers
assert import_string("werkzeug.datastructures:Headers") is Headers
assert "werkzeug.debug.console" in find_modules("werkzeug.debug")
"""
    run(folder, code)


def test_package_resources_are_found_under_both_names(folder: Path) -> None:
    code = """
import importlib.resources, pkgutil
data = pkgutil.get_data("werkzeug.debug", "shared/debugger.js")
files = importlib.resources.files("werkzeug.debug")
assert (files / "shared" / "debugger.js").read_bytes() == data
files = importlib.resources.files("cruet.toolkit.debug")
assert (files / "shared" / "debugger.js").read_bytes() == data
import inspect, werkzeug.security
assert "def safe_join" in inspect.getsource(werkzeug.security)
"""
    run(folder, code)


def test_the_loader_hands_on_source_and_code(folder: Path) -> None:
    code = """
import importlib.util
spec = importlib.util.find_spec("werkzeug.security")
assert "def safe_join" in spec.loader.get_source("werkzeug.security")
assert spec.loader.get_code("werkzeug.security").co_filename == spec.origin
assert spec.loader.get_filename("werkzeug.security") == spec.origin
assert not spec.loader.is_package("werkzeug.security")
"""
    run(folder, code)


def test_dash_m_runs_a_module_under_its_other_name(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "other" / "__init__.py").write_text("")
    (folder / "other" / "__main__.py").write_text("print(__name__, __spec__.name)")
    (folder / "alias").mkdir()
    (folder / "alias" / "__init__.py").write_text(STUB.replace("__)", "__, 'other')"))
    assert run(folder, "", "-m", "alias") == "__main__ alias.__main__"


def test_a_name_can_be_given_without_a_stub(tmp_path: Path) -> None:
    code = """
from cruet.dropin import stand_for
stand_for("werkzeug", "cruet.toolkit")
stand_for("werkzeug", "cruet.toolkit")
import sys, werkzeug.urls, cruet.toolkit.urls
assert werkzeug.urls is cruet.toolkit.urls
assert sum(type(f).__name__ == "AliasFinder" for f in sys.meta_path) == 1
assert type(sys.meta_path[0]).__name__ == "AliasFinder"
"""
    run(tmp_path, code)


def test_what_was_imported_before_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "werkzeug").mkdir()
    (tmp_path / "werkzeug" / "__init__.py").write_text("")
    (tmp_path / "werkzeug" / "http.py").write_text("")
    code = """
import werkzeug.http
from cruet.dropin import stand_for, take_over
for function in (stand_for, take_over):
    try:
        function("werkzeug", "cruet.toolkit")
    except ImportError as error:
        assert "werkzeug.http was imported before" in str(error), error
        assert error.name == "werkzeug"
    else:
        raise AssertionError
"""
    run(tmp_path, code)
