"""The table of settings: every row complete, and options, variables, files and docs made of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cruet.server.command import run_command
from cruet.server.options import SETTINGS, ServerOptions
from cruet.server.settings.printing import config_text
from cruet.server.settings.sources import Configuration, Sources
from cruet.server.settings.table import Setting
from cruet.toolkit._addresses import Address, OptionError

ROOT = Path(__file__).resolve().parents[3]
ROWS = list(SETTINGS.values())


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(
    said: dict[str, Any] | None = None,
    environ: dict[str, str] | None = None,
    config: str | None = None,
    preset: dict[str, Any] | None = None,
) -> Configuration:
    return Sources(said or {}, environ or {}, config, preset).read()


def refusal(**sources: Any) -> str:
    with pytest.raises(OptionError) as caught:
        read(**sources)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_setting_is_explained(row: Setting) -> None:
    assert row.help.endswith(".")
    assert row.why.endswith("."), "the reason for the default is missing"
    if row.kind.name in ("integer", "number") and row.name != "port":
        assert row.unit
        assert row.least is not None and row.most is not None, "bounds are missing"
    row.check(row.default)


def test_the_documentation_is_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "settings_page.py", "--check"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_options_and_variables_come_from_the_table(row: Setting) -> None:
    options = [option for option in run_command.params if option.name == row.name]
    assert len(options) == row.option
    for option in options:
        assert {row.flag, *row.flags} <= set(option.opts)
        if not row.kind.metavar:
            assert option.secondary_opts == [row.off_flag]
    if row.variable:
        assert row.all_variables[0] == f"CRUET_{row.name.upper()}"


def test_importing_cruet_does_without_the_table() -> None:
    """It would take as long again as much of the framework."""
    code = "import sys, cruet, cruet.cli; print([m for m in sys.modules if 'settings' in m])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


def test_no_name_is_given_twice() -> None:
    names = [name for option in run_command.params for name in option.opts + option.secondary_opts]
    assert sorted(names) == sorted(set(names))
    variables = [name for row in ROWS for name in row.all_variables]
    assert sorted(variables) == sorted(set(variables))


def test_options_are_stronger_than_the_environment_and_that_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "cruet.toml").write_text(
        "workers = 2\nthreads = 2\nkeep_alive = 2\nfactory = true\n"
    )
    configuration = read(
        {"workers": "4", "factory": False}, {"CRUET_WORKERS": "3", "CRUET_THREADS": "3"}
    )
    options = configuration.options
    assert (options.workers, options.threads, options.keep_alive) == (4, 3, 2.0)
    assert options.factory is False
    assert configuration.origin == {
        "workers": "--workers",
        "factory": "--no-factory",
        "threads": "CRUET_THREADS",
        "keep_alive": "cruet.toml",
    }
    assert read(config="").options == ServerOptions(bind=[Address("127.0.0.1", 5000)])
    assert read({}, {"CRUET_KEEP_ALIVE": ""}).options.keep_alive == 2.0
    assert read({}, {"WEB_CONCURRENCY": "5"}).options.workers == 5
    assert read({}, {"WEB_CONCURRENCY": "5", "CRUET_WORKERS": "6"}).options.workers == 6
    assert read(preset={"workers": "7", "backlog": "8"}).options.workers == 2
    assert read(preset={"workers": "7", "backlog": "8"}).options.backlog == 8


HERE = Address("127.0.0.1", 5000)


def _hosts(*names: str) -> list[Address]:
    return [Address(name, port) for port, name in enumerate(names, 1)]


@pytest.mark.parametrize(
    ("said", "environ", "file", "addresses"),
    [
        ({}, {}, "", [HERE]),
        ({"port": "80"}, {}, "", [Address("127.0.0.1", 80)]),
        ({"host": ""}, {}, "", [Address("0.0.0.0", 5000)]),
        ({"host": "::1"}, {"FLASK_RUN_PORT": "80"}, "", [Address("::1", 80)]),
        (
            {"bind": ("a", "b:1,c:2")},
            {},
            "",
            [Address("a", 5000), Address("b", 1), Address("c", 2)],
        ),
        ({"bind": ("a", "b:1"), "port": "7"}, {}, "", [Address("a", 7), Address("b", 1)]),
        ({"bind": ("a",), "host": "b"}, {}, "", [Address("b", 5000), Address("a", 5000)]),
        ({"bind": ("a",)}, {"CRUET_HOST": "b", "CRUET_PORT": "7"}, "", [Address("a", 7)]),
        ({"unix_socket": "s"}, {}, "", [Address(path="s")]),
        ({"unix_socket": "s", "port": "7"}, {}, "", [Address("127.0.0.1", 7), Address(path="s")]),
        ({"unix_socket": "s"}, {"CRUET_PORT": "7"}, "", [Address(path="s")]),
        ({"unix_socket": "s", "bind": ("a:1",)}, {}, "", [Address("a", 1), Address(path="s")]),
        # What is stronger moves a server whose file binds it.
        ({"port": "7"}, {}, "bind = 'a:1'", [Address("127.0.0.1", 7)]),
        ({"port": "7"}, {}, "host = 'a'\nport = 1", [Address("a", 7)]),
        ({}, {"CRUET_BIND": "c:3 unix:s"}, "bind = 'a:1'", [Address("c", 3), Address(path="s")]),
        ({}, {}, "bind = ['a:1', 'unix:s']", [Address("a", 1), Address(path="s")]),
        ({}, {}, "host = 'a'\nport = 1\nbind = 'a:1'", [Address("a", 1)]),
    ],
)
def test_where_to_listen(
    said: dict[str, Any],
    environ: dict[str, str],
    file: str,
    addresses: list[Address],
    tmp_path: Path,
) -> None:
    (tmp_path / "cruet.toml").write_text(file)
    assert read(said, environ).options.bind == addresses


@pytest.mark.parametrize(
    ("said", "threads", "loop"),
    [
        ({}, 1, ""),
        ({"with_threads": True}, 8, ""),
        ({"with_threads": False, "no_async": True}, 1, "poll"),
        ({"with_threads": True, "threads": "3", "loop": "poll"}, 3, "poll"),
        ({"no_async": False}, 1, ""),
    ],
)
def test_other_ways_to_write_a_setting(said: dict[str, Any], threads: int, loop: str) -> None:
    options = read(said).options
    assert (options.threads, options.loop) == (threads, loop)
    assert options.with_threads is options.no_async is None


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"said": {"workers": "0"}}, "--workers must be at least 1"),
        ({"said": {"workers": "x"}}, "--workers must be an integer, not 'x'"),
        ({"said": {"keep_alive": "inf"}}, "--keep-alive must be at most 100000000"),
        ({"said": {"unix_socket_mode": "1777"}}, "--unix-socket-mode must be at most 0o777"),
        ({"said": {"bind": ("a", "[b")}}, "--bind '[b' is no address"),
        ({"environ": {"CRUET_WORKERS": "0"}}, "CRUET_WORKERS: must be at least 1"),
        ({"environ": {"CRUET_FACTORY": "2"}}, "CRUET_FACTORY: must be true or false, not '2'"),
        ({"environ": {"WEB_CONCURRENCY": "x"}}, "WEB_CONCURRENCY: must be an integer, not 'x'"),
        ({"environ": {"FLASK_RUN_PORT": "-1"}}, "FLASK_RUN_PORT: must be at least 0"),
        ({"preset": {"port": "x"}}, "default_map: port must be an integer, not 'x'"),
        ({"config": "no.toml"}, "cannot read 'no.toml': No such file or directory"),
        ({"config": "no.py"}, "cannot read 'no.py': No such file or directory"),
    ],
)
def test_errors_name_source_setting_and_reason(sources: dict[str, Any], message: str) -> None:
    assert refusal(**sources) == message


def test_variables_that_are_nearly_settings() -> None:
    strange = {"CRUET_WORKER": "2", "CRUET_KEEPALIVE": "1", "CRUET_OWN": "1", "CRUET_APP": "a"}
    assert read({}, strange).complaints == [
        "CRUET_KEEPALIVE is no setting; did you mean CRUET_KEEP_ALIVE?",
        "CRUET_WORKER is no setting; did you mean CRUET_WORKERS?",
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("workers = 0", "workers must be at least 1"),
        ("workers = 1.5", "workers must be an integer, not 1.5"),
        ("workers = '2'", "workers must be an integer, not '2'"),
        ("workers = true", "workers must be an integer, not True"),
        ("keep_alive = 'x'", "keep_alive must be a number, not 'x'"),
        ("keep_alive = nan", "keep_alive must be at least 0"),
        ("factory = 1", "factory must be true or false, not 1"),
        ("app = 1", "app must be a string, not 1"),
        ("bind = 8000", "bind must be a string or a list of strings, not 8000"),
        ("bind = ['a', 1]", "bind must be a string or a list of strings, not ['a', 1]"),
        ("bind = 'a:b'", "bind 'b' is not a port number"),
        ("log_level = 'loud'", "log_level must be one of debug, info, warning, error, critical, "),
        ("unix_socket_mode = 1000", "unix_socket_mode must be at most 0o777"),
        ("unix_socket_mode = '9'", "unix_socket_mode must be an octal mode, not '9'"),
        ("worker = 2", "there is no setting 'worker'; did you mean 'workers'?"),
        ("keepalive = 2", "there is no setting 'keepalive'; did you mean 'keep_alive'?"),
        ("zzz = 2", "there is no setting 'zzz'"),
        ("[table]", "there is no setting 'table'"),
        ("workers = ", "Invalid value (at "),
    ],
)
def test_errors_of_a_file(line: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "cruet.toml").write_text(line)
    assert refusal().startswith(f"cruet.toml: {message}")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "cruet.toml").write_bytes(b"app = '\xff'")
    assert refusal().startswith("cruet.toml: 'utf-8' codec can't decode")


def test_a_python_file(tmp_path: Path) -> None:
    (tmp_path / "cruet.conf.py").write_text(
        """
import os
from pathlib import Path

class Machine:
    cores = 3

def cores():
    return Machine.cores

HERE = os.path.dirname(os.path.abspath(__file__))
port = 8000
bind = f"0.0.0.0:{port}"
workers = cores() * 2
unix_socket_mode = 0o600
chain = HERE
"""
    )
    configuration = read()
    assert configuration.options.workers == 6
    assert configuration.options.bind == [Address("0.0.0.0", 8000)]
    assert configuration.options.unix_socket_mode == 0o600
    assert set(configuration.origin.values()) == {"cruet.conf.py"}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("\nwrkers = 3", "there is no setting 'wrkers'; did you mean 'workers'?"),
        ("workers = '3'", "workers must be an integer, not '3'"),
        ("\n1 / 0", "2: ZeroDivisionError: division by zero"),
        ("import no_such_module_anywhere", "1: ModuleNotFoundError: No module named"),
        ("def f(", "1: SyntaxError: "),
    ],
)
def test_errors_of_a_python_file(source: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "c.py").write_text(source)
    text = refusal(config="c.py")
    assert text.startswith("c.py:")
    assert text.removeprefix("c.py:").lstrip().startswith(message)


def test_two_files_need_a_choice(tmp_path: Path) -> None:
    (tmp_path / "cruet.toml").write_text("workers = 2")
    (tmp_path / "cruet.conf.py").write_text("workers = 3")
    assert refusal() == "there are cruet.toml and cruet.conf.py; choose one with --config"
    assert read(config="cruet.conf.py").options.workers == 3
    assert read(config="").options.workers == 1


def _not_the_default(row: Setting) -> Any:
    kind = row.kind.name
    if kind in ("integer", "number", "octal mode"):
        value = row.least if row.least != row.default else row.most
        return row.kind.take(int(value or 0))
    if kind == "true or false":
        return not row.default
    if kind == "choice":
        return next(choice for choice in row.kind.choices if choice != row.default)
    if kind == "name or number":
        return "root"
    if kind == "format":
        return '%(h)s "%(r)s"'
    if kind == "list of networks":
        return ["10.0.0.0/8", "unix", "2001:db8::1"]
    if kind == "table of texts":
        return {"X-A": 'b "quoted"', "X-B": ""}
    if kind.startswith("list") and row.kind.choices:
        return list(row.kind.choices)
    if kind == "list of addresses":
        return [Address("::1", 1), Address(path='/a"b')]
    if kind in ("function", "list of NAME=VALUE"):
        return "a.b:c" if kind == "function" else ["A=b c", "D="]
    return ["a b", "c"] if kind.startswith("list") else 'a "quoted" \\ \x7f path'


def test_what_is_printed_can_be_read_again(tmp_path: Path) -> None:
    changed = {name: _not_the_default(row) for name, row in SETTINGS.items() if not row.into}
    options = ServerOptions(**changed)
    text = config_text(Configuration(options, dict.fromkeys(changed, "here")))
    (tmp_path / "printed.toml").write_text(text)
    assert read(config="printed.toml").options == options
    # With nothing said, all are comments.
    lines = config_text(read()).splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
    names = [re.match(r"# (\w+)( =|:) ", line) for line in lines]
    assert [name[1] for name in names if name] == [row.name for row in ROWS if not row.into]


def test_a_table_is_printed_in_one_line(tmp_path: Path) -> None:
    table = {"version": 1, "a b": {"x": [True, 1.5, "\x7f"], "y": {}}}
    options = ServerOptions(log_config=table)
    text = config_text(Configuration(options, {"log_config": "here"}))
    (tmp_path / "printed.toml").write_text(text)
    assert read(config="printed.toml").options.log_config == table
    # What TOML cannot say is there as a comment.
    options.log_config = {"()": print}
    assert "# log_config: {" in config_text(Configuration(options, {"log_config": "here"}))


def test_print_and_check(tmp_path: Path) -> None:
    runner = CliRunner()
    (tmp_path / "cruet.toml").write_text("app = 'hello_of_settings:app'\nworkers = 3")
    (tmp_path / "hello_of_settings.py").write_text("def app(environ, start_response): ...")
    result = runner.invoke(run_command, ["--print-config", "-p", "0"])
    assert result.exit_code == 0
    assert "workers = 3  # cruet.toml\n" in result.output
    assert 'bind = ["127.0.0.1:0"]  # --port\n' in result.output
    for arguments, code, message in (
        ([], 0, ""),
        (["nowhere_of_settings:app"], 3, "cruet: there is no module named 'nowhere_of_settings'"),
        (["hello_of_settings:nobody"], 3, "has no attribute 'nobody'"),
        (["-w", "0"], 1, "Error: --workers must be at least 1"),
    ):
        result = runner.invoke(run_command, ["--check-config", *arguments])
        assert result.exit_code == code
        assert message in result.output
        assert bool(result.output) == bool(code)


def test_values_given_in_python_are_checked() -> None:
    with pytest.raises(OptionError, match="workers must be at least 1"):
        ServerOptions(workers=0)
    with pytest.raises(OptionError, match="log_level must be one of"):
        ServerOptions(log_level="loud")
    assert ServerOptions().bind is not ServerOptions().bind
