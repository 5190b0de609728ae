"""Where an application looks: its root, its instance folder, its name."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

import pytest

from cruet import Flask
from cruet.helpers import get_root_path
from cruet.sansio.scaffold import find_package


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that modules are imported from."""
    folder = tmp_path / "lib" / "python3" / "site-packages"
    folder.mkdir(parents=True)
    monkeypatch.syspath_prepend(str(folder))
    return folder


def write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")


def test_of_a_package_and_of_a_module(site: Path) -> None:
    write(site / "path_package" / "__init__.py")
    write(site / "path_package" / "inner" / "__init__.py")
    write(site / "path_module.py")
    assert get_root_path("path_package") == str(site / "path_package")
    assert get_root_path("path_package.inner") == str(site / "path_package" / "inner")
    assert get_root_path("path_module") == str(site)
    prefix = str(site.parents[2])
    for name in ("path_package", "path_package.inner", "path_module"):
        assert find_package(name) == (prefix, str(site))
    assert Flask("path_module").instance_path == os.path.join(prefix, "var", "path_module-instance")


@pytest.mark.parametrize(("folder", "prefix"), [("lib/site-packages", "."), ("site-packages", ".")])
def test_other_layouts_of_an_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, prefix: str
) -> None:
    name = "layout_" + folder.replace("/", "_").replace("-", "_")
    write(tmp_path / folder / f"{name}.py")
    monkeypatch.syspath_prepend(str(tmp_path / folder))
    assert find_package(name) == (str((tmp_path / prefix).resolve()), str(tmp_path / folder))


def test_within_the_interpreters_prefix(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(site.parents[3]))
    write(site / "prefixed.py")
    assert find_package("prefixed") == (str(site.parents[3]), str(site))


def test_outside_of_an_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    write(tmp_path / "working_copy.py")
    assert find_package("working_copy") == (None, str(tmp_path))
    assert Flask("working_copy").instance_path == str(tmp_path / "instance")


def test_namespace_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("one", "two"):
        write(tmp_path / part / "path_namespace" / f"{part}_pkg" / "__init__.py")
        monkeypatch.syspath_prepend(str(tmp_path / part))
    assert find_package("path_namespace.one_pkg") == (None, str(tmp_path / "one"))
    assert find_package("path_namespace.two_pkg") == (None, str(tmp_path / "two"))
    with pytest.raises(RuntimeError, match="namespace package"):
        get_root_path("path_namespace")


def test_what_is_no_module() -> None:
    assert get_root_path("no_such_module_at_all") == os.getcwd()
    assert find_package("no_such_module_at_all") == (None, os.getcwd())
    assert find_package("no_such_package.inner") == (None, os.getcwd())


def test_name_of_a_script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    main = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert Flask("__main__", root_path=str(tmp_path)).name == "__main__"
    main.__file__ = str(tmp_path / "script.py")
    app = Flask("__main__", root_path=str(tmp_path))
    assert app.name == "script"
    assert repr(app) == "<Flask 'script'>"


def test_relative_instance_path_is_refused() -> None:
    with pytest.raises(ValueError, match="must be absolute"):
        Flask("x", instance_path="instance")
