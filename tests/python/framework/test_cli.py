"""The command, its groups, and how they find the application."""

from __future__ import annotations

import os
import ssl
import sys
import types
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import cruet
from cruet import Blueprint, Flask
from cruet.cli import (
    AppGroup,
    FlaskGroup,
    NoAppException,
    ScriptInfo,
    cli,
    find_best_app,
    load_dotenv,
    locate_app,
    prepare_import,
    routes_command,
    run_command,
    shell_command,
    with_appcontext,
)


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A folder to put modules in, which are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def module(**names: Any) -> Any:
    found = types.ModuleType("a_module")
    vars(found).update(names)
    return found


def test_finding_the_best_application() -> None:
    one, two = Flask("one"), Flask("two")
    assert find_best_app(module(app=one, other=two)) is one
    assert find_best_app(module(application=one, other=two)) is one
    assert find_best_app(module(whatever=one)) is one

    def create_app() -> Flask:
        return two

    def make_app(needed: int) -> Flask:
        return two

    def create_broken() -> Flask:
        raise TypeError("inside")

    assert find_best_app(module(create_app=create_app)) is two
    with pytest.raises(NoAppException, match="without arguments"):
        find_best_app(module(make_app=make_app))
    with pytest.raises(NoAppException, match="multiple"):
        find_best_app(module(a=one, b=two))
    with pytest.raises(NoAppException, match="Failed to find"):
        find_best_app(module())
    with pytest.raises(TypeError, match="inside"):
        find_best_app(module(create_app=create_broken))


def test_locating_by_name(folder: Path) -> None:
    (folder / "site_app.py").write_text(
        "from cruet import Flask\n"
        "first = Flask('first')\n"
        "def create(name='made', number=0):\n    return Flask(f'{name}{number}')\n"
        "number = 5\n"
    )
    (folder / "broken_app.py").write_text("import nothing_of_that_name\n")
    assert locate_app("site_app", "first").name == "first"
    assert locate_app("site_app", "create").name == "made0"
    assert locate_app("site_app", "create()").name == "made0"
    assert locate_app("site_app", "create('x', number=3)").name == "x3"
    for name, message in [
        ("nothing", "Failed to find attribute"),
        ("number", "valid Flask application"),
        ("create(1, 2, 3)", "could not be called"),
        ("create(open)", "literal values"),
        ("a.b", "Failed to parse"),
        ("a.b()", "simple name"),
        ("create(", "Failed to parse"),
    ]:
        with pytest.raises(NoAppException, match=message):
            locate_app("site_app", name)
    with pytest.raises(NoAppException, match="ImportError was raised"):
        locate_app("broken_app", None)
    with pytest.raises(NoAppException, match="Could not import"):
        locate_app("no_such_app", None)
    assert locate_app("no_such_app", None, raise_if_not_found=False) is None


def test_prepare_import(folder: Path) -> None:
    (folder / "package" / "inner").mkdir(parents=True)
    for name in ("package/__init__.py", "package/inner/__init__.py", "package/inner/mod.py"):
        (folder / name).touch()
    assert prepare_import("package/inner/mod.py") == "package.inner.mod"
    assert prepare_import("package/__init__.py") == "package"
    assert prepare_import(str(folder / "single.py")) == "single"
    assert sys.path[0] == str(folder)


def test_script_info(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ScriptInfo(create_app=lambda: Flask("made")).load_app().name == "made"
    with pytest.raises(NoAppException, match="FLASK_APP"):
        ScriptInfo().load_app()
    (folder / "wsgi.py").write_text("from cruet import Flask\napp = Flask('default')\n")
    monkeypatch.setenv("FLASK_DEBUG", "1")
    info = ScriptInfo()
    assert info.load_app().name == "default"
    assert info.load_app() is info.load_app()
    assert info.load_app().debug
    (folder / "other.py").write_text("from cruet import Flask\nsite = Flask('other')\n")
    assert ScriptInfo(f"{folder}/other.py:site").load_app().name == "other"


def test_commands_of_the_application(app: Flask) -> None:
    blueprint = Blueprint("bp", __name__)
    merged = Blueprint("merged", __name__, cli_group=None)

    @app.cli.command()
    @click.argument("word")
    def say(word: str) -> None:
        click.echo(f"{word} {cruet.current_app.name}")

    @blueprint.cli.command("name")
    def name() -> None:
        click.echo("in group")

    @merged.cli.command("loose")
    def loose() -> None:
        click.echo("no group")

    app.register_blueprint(blueprint)
    app.register_blueprint(merged)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["say", "hello"]).output == "hello framework_app\n"
    assert runner.invoke(say, ["bye"]).output == "bye framework_app\n"
    assert runner.invoke(args=["bp", "name"]).output == "in group\n"
    assert runner.invoke(args=["loose"]).output == "no group\n"


def test_groups(runner: CliRunner) -> None:
    group = AppGroup("group")

    @group.command()
    def inside() -> None:
        click.echo(cruet.current_app.name)

    @group.command(with_appcontext=False)
    def outside() -> None:
        click.echo(str(bool(cruet.current_app)))

    @group.group()
    def sub() -> None:
        pass

    @sub.command()
    def deeper() -> None:
        click.echo(cruet.current_app.name)

    @click.command()
    @with_appcontext
    def alone() -> None:
        click.echo(cruet.current_app.name)

    info = ScriptInfo(create_app=lambda: Flask("made"))
    assert runner.invoke(group, ["inside"], obj=info).output == "made\n"
    assert runner.invoke(group, ["outside"], obj=info).output == "False\n"
    assert runner.invoke(group, ["sub", "deeper"], obj=info).output == "made\n"
    assert runner.invoke(alone, obj=info).output == "made\n"


def test_own_group(runner: CliRunner) -> None:
    def create_app() -> Flask:
        app = Flask("made")
        app.cli.add_command(click.Command("of-app", callback=lambda: click.echo("of the app")))
        return app

    @click.group(cls=FlaskGroup, create_app=create_app)
    def group() -> None:
        """A script."""

    @group.command()
    def own() -> None:
        click.echo(f"{cruet.current_app.name} {cruet.current_app.debug}")

    assert runner.invoke(group, ["own"]).output == "made False\n"
    assert runner.invoke(group, ["--debug", "own"]).output == "made True\n"
    os.environ.pop("FLASK_DEBUG", None)
    assert runner.invoke(group, ["of-app"]).output == "of the app\n"
    result = runner.invoke(group, ["--help"])
    assert result.exit_code == 0
    for name in ("of-app", "own", "routes", "run", "shell"):
        assert f"\n  {name}" in result.output


def test_errors_of_loading_are_told(runner: CliRunner, folder: Path) -> None:
    result = runner.invoke(cli, ["missing"])
    assert result.exit_code == 2
    assert "FLASK_APP" in result.stderr
    result = runner.invoke(cli, ["--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.stdout
    (folder / "app.py").write_text("raise ValueError('at import')\n")
    result = runner.invoke(cli, ["--help"])
    assert result.exit_code == 0
    assert "ValueError: at import" in result.stderr


@pytest.mark.parametrize("name", ["FLASK_APP", "CRUET_APP"])
def test_application_from_the_environment(
    runner: CliRunner, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (folder / f"{name.lower()}.py").write_text("from cruet import Flask\nx = Flask('by env')\n")
    monkeypatch.setenv(name, f"{name.lower()}:x")
    assert "static" in runner.invoke(cli, ["routes"]).output


def test_routes(runner: CliRunner) -> None:
    app = Flask("x")
    app.add_url_rule("/a/<int:n>", "second", lambda n: "", methods=["GET", "POST"])
    app.add_url_rule("/b", "first", lambda: "", methods=["POST"])
    group = FlaskGroup(create_app=lambda: app)

    def first_column(*args: str) -> list[str]:
        output = runner.invoke(group, ["routes", *args]).output
        return [line.split()[0] for line in output.splitlines()[2:]]

    assert first_column() == ["first", "second", "static"]
    assert first_column("-s", "rule") == ["second", "first", "static"]
    assert first_column("-s", "methods") == ["static", "second", "first"]
    assert first_column("-s", "match") == [rule.endpoint for rule in app.url_map.iter_rules()]
    assert "HEAD" not in runner.invoke(group, ["routes"]).output
    assert "GET, HEAD, OPTIONS, POST" in runner.invoke(group, ["routes", "--all-methods"]).output
    empty = FlaskGroup(create_app=lambda: Flask("empty", static_folder=None))
    assert "No routes" in runner.invoke(empty, ["routes"]).output


def test_shell(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    @app.shell_context_processor
    def names() -> dict[str, Any]:
        return {"extra": 1}

    def interact(banner: str, local: dict[str, Any]) -> None:
        seen.update(local, banner=banner)

    monkeypatch.setattr("code.interact", interact)
    monkeypatch.delattr(sys, "__interactivehook__", raising=False)
    result = FlaskGroup(create_app=lambda: app).main(["shell"], standalone_mode=False)
    assert result is None
    assert seen["app"] is app
    assert seen["extra"] == 1
    assert "App: framework_app" in seen["banner"]
    os.environ.pop("FLASK_RUN_FROM_CLI", None)


def test_dotenv(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dotenv")
    for name in ("CRUET_T_A", "CRUET_T_B", "CRUET_T_C"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("CRUET_T_D", "set before")
    (folder / ".env").write_text("CRUET_T_A=env\nCRUET_T_D=env\n")
    (folder / ".flaskenv").write_text("CRUET_T_A=flaskenv\nCRUET_T_B=flaskenv\n")
    (folder / "own").write_text("CRUET_T_C=own\n")
    assert load_dotenv()
    assert os.environ["CRUET_T_A"] == "env"
    assert os.environ["CRUET_T_B"] == "flaskenv"
    assert os.environ["CRUET_T_D"] == "set before"
    assert load_dotenv("own", load_defaults=False)
    assert os.environ["CRUET_T_C"] == "own"
    assert not load_dotenv("none", load_defaults=False)


def test_without_dotenv(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "dotenv", None)
    assert not load_dotenv()
    (folder / ".env").touch()
    assert not load_dotenv()
    assert "python-dotenv" in capsys.readouterr().err


def test_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    def params(*args: str) -> Any:
        return run_command.make_context("run", list(args)).params["cert"]

    assert params("--cert", __file__, "--key", __file__) == (__file__, __file__)
    assert params("--key", __file__, "--cert", __file__) == (__file__, __file__)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    monkeypatch.setitem(sys.modules, "a_context", context)  # type: ignore[arg-type]
    assert params("--cert", "a_context") is context
    monkeypatch.setitem(sys.modules, "cryptography", types.ModuleType("cryptography"))
    assert params("--cert", "adhoc") == "adhoc"
    for args in (
        ["--cert", __file__],
        ["--key", __file__],
        ["--cert", "adhoc", "--key", __file__],
        ["--cert", "a_context", "--key", __file__],
        ["--cert", "no.such.thing"],
    ):
        with pytest.raises(click.BadParameter):
            params(*args)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(click.BadParameter, match="cryptography"):
        params("--cert", "adhoc")
    monkeypatch.setitem(sys.modules, "ssl", None)
    with pytest.raises(click.BadParameter, match="SSL support"):
        params("--cert", __file__)


def test_run_serves(monkeypatch: pytest.MonkeyPatch, runner: CliRunner) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(
        "cruet.toolkit.serving.run_simple", lambda *args, **kwargs: calls.append((args, kwargs))
    )
    app = Flask("served")
    group = FlaskGroup(create_app=lambda: app)
    group.add_command(run_command)
    result = runner.invoke(group, ["run", "-p", "81", "--reload", "--extra-files", "a:b"])
    assert result.exit_code == 0, result.output
    assert "Debug mode: off" in result.output
    (host, port, served), options = calls[0]
    assert (host, port, served) == ("127.0.0.1", 81, app)
    assert options["use_reloader"] and not options["use_debugger"]
    assert options["extra_files"] == ["a", "b"]

    os.environ.pop("FLASK_RUN_FROM_CLI", None)
    app.config["SERVER_NAME"] = "there:82"
    app.run(debug=True, load_dotenv=False)
    (host, port, served), options = calls[1]
    assert (host, port) == ("there", 82)
    assert options["use_reloader"] and options["use_debugger"] and options["threaded"]
    app.run("0.0.0.0", 0, load_dotenv=False)
    assert calls[2][0][:2] == ("0.0.0.0", 0)


def test_run_within_a_command_does_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    Flask("x").run()
    assert "Ignoring a call to 'app.run()'" in capsys.readouterr().out


def test_version(runner: CliRunner) -> None:
    result = runner.invoke(cli, ["--version"])
    assert result.exit_code == 0
    for name in ("Python", "cruet", "llhttp", "poll"):
        assert name in result.output


def test_shell_runs_the_start_up_file(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import code

    startup = tmp_path / "startup.py"
    startup.write_text("at_start = 6 * 7\n")
    monkeypatch.setenv("PYTHONSTARTUP", str(startup))
    app.shell_context_processor(lambda: {"own": "name"})
    seen: dict[str, Any] = {}
    monkeypatch.setattr(code, "interact", lambda banner, local: seen.update(local, banner=banner))
    result = app.test_cli_runner().invoke(shell_command)
    assert result.exit_code == 0, result.output
    assert seen["at_start"] == 42
    assert seen["own"] == "name"
    assert seen["app"] is app
    assert f"App: {app.import_name}\n" in seen["banner"]


def test_routes_of_hosts_and_of_nothing() -> None:
    empty = Flask("empty", static_folder=None)
    result = empty.test_cli_runner().invoke(routes_command)
    assert result.output == "No routes were registered.\n"
    hosts = Flask("hosts", host_matching=True, static_folder=None)
    hosts.add_url_rule("/", "index", host="api.example.org")
    result = hosts.test_cli_runner().invoke(routes_command)
    assert result.output.splitlines() == [
        "Endpoint  Methods  Host             Rule",
        "--------  -------  ---------------  ----",
        "index     GET      api.example.org  /   ",
    ]


def test_run_reads_dotenv_files(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cruet.toolkit import serving

    (tmp_path / ".env").write_text("FLASK_DEBUG=1\nOWN_OF_DOTENV=yes\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OWN_OF_DOTENV", "")
    monkeypatch.delenv("OWN_OF_DOTENV")
    calls: list[Any] = []
    monkeypatch.setattr(serving, "run_simple", lambda *a, **kw: calls.append((a, kw)))
    app.run(load_dotenv=False)
    assert not app.debug
    app.run(port=8000)
    assert app.debug
    assert os.environ["OWN_OF_DOTENV"] == "yes"
    (plain, reloading) = calls
    assert plain[0] == ("127.0.0.1", 5000, app)
    assert plain[1] == {"use_reloader": False, "use_debugger": False, "threaded": True}
    assert reloading[0] == ("127.0.0.1", 8000, app)
    assert reloading[1] == {"use_reloader": True, "use_debugger": True, "threaded": True}
