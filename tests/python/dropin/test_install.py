"""`cruet drop-in`: the names flask and werkzeug in environments made for it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

SITE = sysconfig.get_path("purelib")
INSTALLED = "flask 3.1.3 stands for cruet\nwerkzeug 3.1.9 stands for cruet.toolkit\n"

pytestmark = pytest.mark.heavy


class Env:
    """A virtual environment that sees this one's packages behind its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
        subprocess.run(make, check=True)
        (self.site,) = folder.glob("lib/python*/site-packages")
        (self.site / "behind.pth").write_text(f"import site; site.addsitedir({SITE!r})\n")

    def run(self, *command: str, code: int | None = 0, **variables: str) -> str:
        """Run a command in an empty folder; return its output, both kinds."""
        here = self.folder.parent / "work"
        here.mkdir(exist_ok=True)
        done = subprocess.run(
            [str(self.folder / "bin" / "python"), *command],
            cwd=here,
            env={**_without_python_path(), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert code is None or done.returncode == code, done.stdout
        return done.stdout

    def drop_in(self, *arguments: str, code: int = 0, **variables: str) -> str:
        return self.run("-m", "cruet", "drop-in", *arguments, code=code, **variables)

    def files(self) -> dict[str, tuple[int, int, bytes]]:
        """Return path → mode, time of change and contents of all files."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and "lib64" not in path.parts:
                state = path.stat()
                name = str(path.relative_to(self.folder))
                found[name] = (state.st_mode, state.st_mtime_ns, path.read_bytes())
        return found

    def put(self, name: str, version: str, *, record: bool = True) -> None:
        """Install a package by hand, as pip leaves it, with a script and what Python compiled."""
        package = name.lower()
        script = self.folder / "bin" / package
        script.write_text(f"#!/bin/sh\necho {package}\n")
        script.chmod(0o700)
        files = {
            f"{package}/__init__.py": f"who = 'the real {package}'\n",
            f"{package}/sub/data.txt": "data",
            f"{package}-{version}.dist-info/METADATA": (
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
            ),
            f"{package}-{version}.dist-info/INSTALLER": "pip\n",
        }
        listed = [*files, f"../../../bin/{package}", f"{package}-{version}.dist-info/RECORD"]
        if record:
            lines = "".join(f"{path},,\n" for path in listed)
            files[f"{package}-{version}.dist-info/RECORD"] = lines
        for path, text in files.items():
            (self.site / path).parent.mkdir(parents=True, exist_ok=True)
            (self.site / path).write_text(text)
        self.run("-c", f"import {package}")
        assert list((self.site / package).glob("__pycache__/*.pyc"))


def _without_python_path() -> dict[str, str]:
    drop = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if name not in drop}


@pytest.fixture
def env(tmp_path: Path) -> Env:
    return Env(tmp_path / "env")


def test_install_status_remove(env: Env) -> None:
    before = env.files()
    assert "flask is not installed" in env.drop_in("status", code=1)
    assert env.drop_in("install") == INSTALLED
    assert env.drop_in("install") == INSTALLED
    assert env.drop_in("status") == INSTALLED
    env.run("-c", "import flask, werkzeug")
    assert env.drop_in("remove") == "removed flask 3.1.3\nremoved werkzeug 3.1.9\n"
    assert env.files() == before
    assert env.drop_in("remove") == "the drop-in is not installed\n"


def test_it_goes_in_after_extensions_that_bring_commands(env: Env) -> None:
    """They import flask, and Flask's users have them before the drop-in."""
    (env.site / "greeter.py").write_text(
        "import click, flask\n@click.command()\ndef greet(): click.echo(flask.__name__)\n"
    )
    metadata = env.site / "greeter-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: greeter\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[flask.commands]\ngreet = greeter:greet\n")
    assert "flask is not installed" in env.drop_in("status", code=1)
    assert env.drop_in("install") == INSTALLED
    assert env.run("-m", "cruet", "greet") == "cruet\n"
    assert env.drop_in("remove") == "removed flask 3.1.3\nremoved werkzeug 3.1.9\n"


def test_what_an_earlier_cruet_wrote_goes(env: Env) -> None:
    before = env.files()
    env.drop_in("install")
    now = set(env.files())
    record = env.site / "flask-3.1.3.dist-info" / "RECORD"
    for name in ("flask/gone.pyi", "flask/old/__init__.py", "flask/old/part.py"):
        (env.site / name).parent.mkdir(exist_ok=True)
        (env.site / name).write_text("")
        record.write_text(f"{record.read_text()}{name},,\n")
    env.run("-m", "compileall", "-q", str(env.site / "flask" / "old"))
    assert list(env.site.glob("flask/old/__pycache__/*.pyc"))
    env.drop_in("install")
    assert set(env.files()) == now
    assert not (env.site / "flask" / "old").exists()
    env.drop_in("remove")
    assert env.files() == before


def test_the_names_are_cruets_modules_once(env: Env) -> None:
    env.drop_in("install")
    code = """
import flask.json.provider, werkzeug.datastructures.structures
from unittest import mock
from importlib import metadata, resources
import cruet, cruet.toolkit, sys, pickle, pkgutil
assert flask is cruet and werkzeug is cruet.toolkit and flask.json.provider is cruet.json.provider
with mock.patch("werkzeug.serving.run_simple") as patched:
    assert cruet.toolkit.serving.run_simple is patched
assert metadata.version("flask") == "3.1.3" == metadata.version("Flask")
assert metadata.version("werkzeug") == "3.1.9"
assert set(metadata.metadata("flask").get_all("Provides-Extra")) == {"async", "dotenv"}
assert metadata.packages_distributions()["flask"] == ["Flask"]
for file in metadata.files("flask") + metadata.files("werkzeug"):
    assert file.locate().exists(), file
(script,) = metadata.entry_points(group="console_scripts", name="flask")
assert script.load() is cruet.cli.main
assert (resources.files("flask") / "py.typed").is_file()
assert pkgutil.get_data("werkzeug.debug", "shared/debugger.js")
import flask.sansio.app, flask.testing, flask.cli, werkzeug.test, werkzeug.routing
files = [getattr(m, "__file__", None) for m in {id(m): m for m in sys.modules.values()}.values()]
files = [f for f in files if f and "cruet" in f]
assert len(files) == len(set(files)) > 40
"""
    env.run("-W", "error", "-c", code)


@pytest.mark.parametrize("name", ["_request_ctx_stack", "Markup", "escape", "json.JSONEncoder"])
def test_what_flask_dropped_stays_away(env: Env, name: str) -> None:
    env.drop_in("install")
    code = f"""
import flask, flask.json, importlib.util, operator
try:
    operator.attrgetter({name!r})(flask)
except AttributeError:
    pass
else:
    raise SystemExit(1)
assert importlib.util.find_spec('flask.scaffold') is None
"""
    env.run("-c", code)


def test_commands_under_flasks_name(env: Env) -> None:
    env.drop_in("install")
    flask = str(env.folder / "bin" / "flask")
    assert os.access(flask, os.X_OK)
    work = env.folder.parent / "work"
    (work / "app.py").write_text(
        "from flask import Flask\napp = Flask(__name__)\n\n\n"
        "@app.get('/hi')\ndef hi():\n    return 'hi'\n"
    )
    for command in ([flask], ["-m", "flask"]):
        assert "/hi" in env.run(*command, "routes")
        usage = env.run(*command, "--help").splitlines()[0]
        assert usage.startswith("Usage: " + ("python -m flask" if len(command) > 1 else "flask"))


def test_the_version_is_flasks_where_flask_is_asked(env: Env) -> None:
    own = env.run("-c", "import cruet; print(cruet.__version__)")
    env.drop_in("install")
    assert env.run("-c", "import cruet; print(cruet.__version__)") == own
    said = env.run("-W", "always", "-c", "import flask; print(flask.__version__)")
    assert said.splitlines()[-1] == "3.1.3" or said.startswith("3.1.3\n")
    assert "<string>:1: DeprecationWarning" in said
    said = env.run(str(env.folder / "bin" / "flask"), "--version")
    assert "\nFlask 3.1.3 (stands for cruet)\nWerkzeug 3.1.9 (stands for cruet.toolkit)\n" in said
    env.drop_in("remove")
    assert "Flask" not in env.run("-m", "cruet", "--version")


def test_filters_of_warnings_know_flasks_modules(env: Env) -> None:
    code = """
import sys, warnings
if sys.argv[1] == "flask":
    import flask
from cruet import Flask
app = Flask("some", subdomain_matching=True)
app.config["SERVER_NAME"] = "localhost:3000"
warnings.simplefilter("error")
warnings.filterwarnings("ignore", "Current server name", UserWarning, sys.argv[1] + ".app")
assert app.test_client().get("/", "http://other:3000").status_code == 404
"""
    env.run("-c", code, "cruet")
    env.drop_in("install")
    env.run("-c", code, "flask")


def test_a_process_started_by_a_process_has_the_names_too(env: Env) -> None:
    env.drop_in("install")
    code = """
import multiprocessing, flask.sessions
def main():
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        assert pool.apply(flask.sessions.session_json_serializer.dumps, ({"a": 1},)) == '{"a":1}'
if __name__ == "__main__":
    main()
"""
    path = env.folder.parent / "spawns.py"
    path.write_text(code)
    env.run(str(path))


def test_pip_knows_them_and_takes_them_out(env: Env) -> None:
    before = env.files()
    env.drop_in("install")
    requirements = ["flask[async,dotenv]>=3", "Werkzeug<4"]
    install = ["-m", "pip", "install", "--no-index", "--dry-run", *requirements]
    assert "Requirement already satisfied: flask" in env.run(*install)
    assert "flask" not in env.run("-m", "pip", "check", code=None).lower()
    env.run("-c", "import flask, werkzeug")
    env.run("-m", "pip", "uninstall", "--yes", "flask", "werkzeug")
    assert env.files() == before


def test_a_real_flask_is_refused_or_kept_and_put_back_exactly(env: Env) -> None:
    env.put("Flask", "3.0.0")
    env.put("Werkzeug", "3.0.1")
    (env.site / "flask" / "own.txt").write_text("written by hand")
    before = env.files()
    said = env.drop_in("install", code=1)
    assert said.startswith("Error: Flask 3.0.0 and Werkzeug 3.0.1 are installed in ")
    assert "pip uninstall flask werkzeug" in said and "--replace" in said
    assert env.files() == before

    said = env.drop_in("install", "--replace")
    assert said.startswith("took out Flask 3.0.0, kept in ") and "took out Werkzeug 3.0.1" in said
    assert "Flask 3.0.0 is kept in" in env.drop_in("status")
    env.run("-c", "import flask, cruet; assert flask is cruet")
    said = env.drop_in("remove")
    assert "put back Flask 3.0.0\nput back Werkzeug 3.0.1\n" in said
    assert env.files() == before
    assert env.run("-c", "import flask; print(flask.who)") == "the real flask\n"
    assert not (env.folder / "share").exists()


def test_what_is_kept_comes_back_after_pip_took_the_drop_in_out(env: Env) -> None:
    env.put("Flask", "3.0.0")
    before = env.files()
    env.drop_in("install", "--replace")
    env.run("-m", "pip", "uninstall", "--yes", "flask", "werkzeug")
    assert env.drop_in("remove") == "put back Flask 3.0.0\n"
    assert env.files() == before


def test_a_real_flask_that_came_later_stays(env: Env) -> None:
    env.put("Flask", "3.0.0")
    env.drop_in("install", "--replace")
    env.run("-m", "pip", "uninstall", "--yes", "flask")
    env.put("Flask", "3.1.0")
    assert "flask 3.1.0 is the real one" in env.drop_in("status", code=1)
    said = env.drop_in("remove", code=1)
    assert said.startswith("Error: Flask 3.0.0 stays in ")
    assert env.run("-c", "import flask; print(flask.who)") == "the real flask\n"


def test_nothing_changes_where_it_cannot_be_done(env: Env) -> None:
    env.put("Flask", "3.0.0", record=False)
    before = env.files()
    assert "has no list of its files" in env.drop_in("install", "--replace", code=1)
    assert env.files() == before


def test_files_that_nobody_accounts_for_are_named(env: Env) -> None:
    (env.site / "werkzeug").mkdir()
    (env.site / "werkzeug" / "__init__.py").write_text("")
    said = env.drop_in("install", "--replace", code=1)
    assert f"{env.site / 'werkzeug'} belongs to no installed distribution" in said
    assert not (env.site / "flask").exists()


def test_a_flask_earlier_on_the_path_is_named(env: Env, tmp_path: Path) -> None:
    (tmp_path / "first" / "flask").mkdir(parents=True)
    (tmp_path / "first" / "flask" / "__init__.py").write_text("")
    said = env.drop_in("install", code=1, PYTHONPATH=str(tmp_path / "first"))
    assert "first/flask/__init__.py comes before" in said


def test_a_failure_half_way_leaves_everything_as_it_was(env: Env) -> None:
    env.put("Flask", "3.0.0")
    before = env.files()
    code = """
from cruet.dropin import _install
from cruet.dropin._place import DropInError, Place
from pathlib import Path
write, count = Path.write_bytes, []
def full(path, data):
    count.append(path)
    if len(count) > 20:
        raise OSError(28, "No space left on device")
    return write(path, data)
Path.write_bytes = full
try:
    _install.install(Place.current(), replace=True)
except DropInError as error:
    assert "No space left" in str(error)
else:
    raise AssertionError
"""
    env.run("-c", code)
    assert env.files() == before


def test_an_environment_of_somebody_else(env: Env) -> None:
    code = """
import os
os.access = lambda path, mode: False
from cruet.cli import main
import sys
sys.argv = ["cruet", "drop-in", sys.argv[1]]
main()
"""
    for command in ("install", "remove"):
        said = env.run("-c", code, command, code=1)
        assert "is not writable: run this as the owner" in said


def test_the_systems_python_is_left_alone(env: Env) -> None:
    code = """
import sys, sysconfig
sys.base_prefix = sys.prefix
get_path = sysconfig.get_path
sysconfig.get_path = lambda name, *a: {here!r} if name == "stdlib" else get_path(name, *a)
from cruet.cli import main
sys.argv = ["cruet", "drop-in", *sys.argv[1:]]
main()
"""
    (env.folder / "EXTERNALLY-MANAGED").write_text("")
    code = code.replace("{here!r}", repr(str(env.folder)))
    assert "package manager" in env.run("-c", code, "install", code=1)
    assert env.run("-c", code, "install", "--break-system-packages") == INSTALLED


def test_without_cruet_the_names_say_so(env: Env) -> None:
    env.drop_in("install")
    (env.site / "behind.pth").unlink()
    said = env.run("-c", "import flask", code=1)
    assert "flask stands for cruet here, but cruet is not installed" in said


def test_the_real_flask_from_the_index(env: Env) -> None:
    install = ["-m", "pip", "install", "-q", "--no-deps", "--ignore-installed"]
    env.run(*install, "flask==3.1.3", "werkzeug==3.1.9")
    real = "import flask, flask.testing; print('cruet' in flask.Flask.__module__)"
    assert env.run("-c", real) == "False\n"
    before = env.files()
    env.drop_in("install", "--replace")
    assert env.run("-c", real) == "True\n"
    assert "flask" not in env.run("-m", "pip", "check", code=None).lower()
    env.drop_in("remove")
    assert env.run("-c", real) == "False\n"
    assert env.files() == before
