"""Typed applications: what a checker accepts with Flask it accepts with cruet.

The samples in `tests/python/type_check` and Flask's own are checked three times: as they are with
real Flask and Werkzeug, with the imports changed, and under the drop-in with nothing changed.
The checkers are mypy and basedpyright, which is pyright with everything it needs in its wheels.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import aliased
import peers
import pytest
from fetched import FLASK, KEPT, ROOT, renamed, unpack

SAMPLES = ROOT / "tests" / "python" / "type_check"
CHECKERS = ("mypy==2.4.1", "basedpyright==1.40.2")

pytestmark = pytest.mark.heavy


@cache
def environment(*requirements: str) -> Path:
    """The interpreter of an environment with packages from PyPI, made once and kept."""
    name = re.sub(r"\W+", "-", "-".join(requirements))
    folder = KEPT / f"types-py{sys.version_info[0]}.{sys.version_info[1]}-{name}"
    python, made = folder / "bin" / "python", folder / "complete"
    if not made.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        subprocess.run([str(python), *install, *requirements], check=True)
        made.touch()
    return python


@cache
def dropped_in() -> Path:
    """The interpreter of an environment in which the drop-in of these very sources is."""
    python = aliased.environment("types", ())
    install = [str(python), "-m", "cruet", "drop-in", "install"]
    subprocess.run(install, check=True, cwd=KEPT, env={**os.environ, "PATH": aliased.tools()})
    return python


def interpreter(side: str) -> Path:
    if side == "cruet":
        return Path(sys.executable)
    return peers.environment("flask") if side == "Flask" else dropped_in()


def checked(command: list[str], folder: Path, side: str) -> None:
    # An editable installation is found by a hook of Python's, which a checker does not run.
    variables = {"MYPYPATH": "" if side == "Flask" else str(ROOT)}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    files = len(list(folder.glob("*.py")))
    assert f"{files} source files" in done.stdout or "0 errors, 0 warnings" in done.stdout


def mypy(folder: Path, side: str) -> None:
    # No configuration file: Flask's own, beside its samples, is for an older Python.
    options = ("--strict", "--warn-unreachable", "--no-incremental", "--config-file=")
    python = ("--python-executable", str(interpreter(side)))
    command = [str(environment(*CHECKERS)), "-m", "mypy", *options, *python, "."]
    checked(command, folder, side)


def pyright(folder: Path, side: str, mode: str) -> None:
    settings = {
        "typeCheckingMode": mode,
        "extraPaths": [] if side == "Flask" else [str(ROOT)],
        "include": ["."],
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    options = ("--project", ".", "--pythonpath", str(interpreter(side)))
    command = [str(environment(*CHECKERS)), "-m", "basedpyright", *options]
    checked(command, folder, side)


def flasks_names(source: str) -> str:
    """Python source that imports cruet, with what Flask and Werkzeug call the same."""
    return re.sub(r"\bcruet\b", "flask", re.sub(r"\bcruet\.toolkit\b", "werkzeug", source))


@pytest.fixture(params=["Flask", "cruet", "drop-in"])
def side(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def samples(side: str, tmp_path: Path) -> Path:
    for path in SAMPLES.glob("*.py"):
        text = path.read_text()
        (tmp_path / path.name).write_text(text if side == "cruet" else flasks_names(text))
    return tmp_path


@pytest.fixture
def flasks(side: str, tmp_path: Path) -> Path:
    """Flask's own typed samples."""
    folder = unpack(FLASK, tmp_path, "tests/type_check", rename=False)
    assert len(list(folder.glob("*.py"))) == 3
    for path in folder.glob("*.py") if side == "cruet" else ():
        path.write_text(renamed(path.read_text()))
    return folder


def test_mypy_accepts_the_samples(samples: Path, side: str) -> None:
    mypy(samples, side)


def test_mypy_accepts_flasks_samples(flasks: Path, side: str) -> None:
    mypy(flasks, side)


@pytest.mark.parametrize("mode", ["basic", "strict"])
def test_pyright_accepts_the_samples(samples: Path, side: str, mode: str) -> None:
    pyright(samples, side, mode)


@pytest.mark.parametrize("mode", ["basic", "strict"])
def test_pyright_accepts_flasks_samples(flasks: Path, side: str, mode: str) -> None:
    pyright(flasks, side, mode)


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_checkers_see_types_and_refuse_what_is_wrong(
    tmp_path: Path, side: str, checker: str
) -> None:
    """Else a stub of which a checker knows nothing would let everything pass."""
    wrong = """
from cruet import Flask, request
from cruet.app import Flask as SameFlask
from cruet.globals import _cv_app
from cruet.toolkit.datastructures.structures import MultiDict
from cruet.toolkit._internal import _log
number: int = request.args
app: int = Flask(__name__)
same: int = SameFlask.name
variable: int = _cv_app
values: int = MultiDict[str, str]().getlist("a")
log: int = _log("a", "b")


@Flask(__name__).get("/")
def view() -> int:
    return 1
"""
    (tmp_path / "wrong.py").write_text(wrong if side == "cruet" else flasks_names(wrong))
    with pytest.raises(AssertionError) as refused:
        if checker == "mypy":
            mypy(tmp_path, side)
        else:
            pyright(tmp_path, side, "basic")
    said = str(refused.value)
    for line in ("7", "8", "9", "10", "11", "12", "15"):
        assert re.search(rf"wrong\.py:{line}:.*error", said), f"nothing about line {line}:\n{said}"
    assert not re.search(r"wrong\.py:[2-6]:.*error", said), said
