"""The command line: which application is loaded, what commands say, which options they have."""

from __future__ import annotations

import os
import sys
from typing import Any

from . import Outcomes

MODULES = {
    "single.py": "app = flask.Flask('single')\n",
    "application.py": "application = flask.Flask('application')\n",
    "other.py": "other = flask.Flask('other')\n",
    "several.py": "one = flask.Flask('one')\ntwo = flask.Flask('two')\n",
    "both.py": "app = flask.Flask('app')\nmore = flask.Flask('more')\n",
    "nothing.py": "value = 5\n",
    "not_an_app.py": "app = 5\n",
    "factory.py": "def create_app(name='made'):\n    return flask.Flask(name)\n",
    "maker.py": "def make_app():\n    return flask.Flask('maker')\n",
    "own_factory.py": "def own(a, b=1):\n    return flask.Flask(f'{a}-{b}')\n",
    "needs.py": "def create_app(needed):\n    return flask.Flask(needed)\n",
    "gives_nothing.py": "def create_app():\n    return None\n",
    "raises_type_error.py": "def create_app():\n    raise TypeError('inside')\n",
    "raises.py": "raise ValueError('while imported')\n",
    "raises_in_factory.py": "def create_app():\n    raise ValueError('in the factory')\n",
    "imports_missing.py": "import no_such_module\n",
    "syntax.py": "app = \n",
    "package/__init__.py": "",
    "package/inner.py": "app = flask.Flask('inner')\n",
    "package/init_app/__init__.py": "app = flask.Flask('init_app')\n",
    "nested/app.py": "app = flask.Flask('nested')\n",
    "callable_object.py": "class Made:\n    def __call__(self):\n        return flask.Flask('x')\n"
    "create_app = Made()\n",
    "with_commands.py": "app = flask.Flask('with_commands')\n"
    "@app.cli.command('own')\ndef own():\n    'Say something.'\n"
    "    print('own', flask.current_app.name)\n"
    "@app.cli.command('run-as')\ndef other():\n    print('debug', flask.current_app.debug)\n",
    "routed.py": "app = flask.Flask('routed')\n"
    "app.add_url_rule('/b/<int:x>', 'second', len, methods=['POST', 'GET'])\n"
    "app.add_url_rule('/a', 'first', len)\n"
    "app.add_url_rule('/c/', 'third', len, methods=['PUT'])\n",
    "subdomains.py": "app = flask.Flask('subdomains')\napp.config['SERVER_NAME'] = 'x.org'\n"
    "app.add_url_rule('/', 'b', len, subdomain='b')\napp.add_url_rule('/', 'a', len)\n",
    "hosts.py": "app = flask.Flask('hosts', host_matching=True, static_folder=None)\n"
    "app.add_url_rule('/', 'b', len, host='b.org')\n"
    "app.add_url_rule('/', 'a', len, host='a.org')\n",
    "unrouted.py": "app = flask.Flask('unrouted', static_folder=None)\n",
    "shelled.py": "app = flask.Flask('shelled')\n"
    "@app.shell_context_processor\ndef names():\n    return {'more': 'given'}\n",
    "told.py": "import os\napp = flask.Flask(os.environ.get('TOLD', 'untold'))\n",
}


def _fill(kit: Any) -> None:
    for name, text in MODULES.items():
        path = kit.scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"import {kit.flask.__name__} as flask\n{text}")
    os.chdir(kit.scratch)


def _run(kit: Any, *arguments: str, cli: Any = None, **options: Any) -> Any:
    """Exit code, output, error output and exception of a command."""
    testing = __import__("click.testing").testing
    before = set(sys.modules), list(sys.path), dict(os.environ)
    command = kit["cli"].cli if cli is None else cli
    try:
        found = testing.CliRunner().invoke(command, arguments, **options)
    finally:
        for name in set(sys.modules) - before[0]:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if file.startswith(str(kit.scratch)):
                del sys.modules[name]
        sys.path[:] = before[1]
        os.environ.clear()
        os.environ.update(before[2])
    error = None if isinstance(found.exception, SystemExit) else found.exception
    return [found.exit_code, found.stdout, found.stderr, kit.plain(error)]


def loading(kit: Any) -> Outcomes:
    _fill(kit)
    for given in (
        *("single", "single.py", "single:app", "single:missing", "single:app.name", "single:app()"),
        *(
            "single:1",
            "single:'x'",
            "single:[",
            "single:",
            ":app",
            "application",
            "other",
            "several",
        ),
        *(
            "several:two",
            "both",
            "nothing",
            "nothing:value",
            "not_an_app",
            "not_an_app:app",
            "factory",
        ),
        *("factory:create_app", "factory:create_app()", "factory:create_app('x')"),
        *("factory:create_app(name='y')", "factory:create_app(1, 2)", "factory:create_app(x)"),
        *("factory:create_app(name=x)", "maker", "own_factory:own('a')", "own_factory:own(1, b=2)"),
        *("own_factory:own", "own_factory", "needs", "needs:create_app", "gives_nothing"),
        *("gives_nothing:create_app", "raises_type_error", "raises", "raises_in_factory"),
        *(
            "imports_missing",
            "syntax",
            "missing",
            "missing:app",
            "package.inner",
            "package/inner.py",
        ),
        *("package", "package.init_app", "package/init_app/__init__.py", "nested/app.py", "nested"),
        *(
            "callable_object",
            "callable_object:create_app",
            "string",
            "single.app",
            "single:app:more",
        ),
        *("  single  ", "single: app ", "single:app # comment"),
    ):
        info = kit["cli"].ScriptInfo(app_import_path=given)
        path, modules = list(sys.path), set(sys.modules)
        yield given, kit.tries(lambda info=info: info.load_app().name)
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            del sys.modules[name]
        yield f"--app {given}", _run(kit, "--app", given, "routes")
    for files in ((), ("wsgi.py",), ("app.py",), ("wsgi.py", "app.py")):
        folder = kit.scratch / f"found-{'-'.join(files)}"
        folder.mkdir()
        for name in files:
            (folder / name).write_text(
                f"import {kit.flask.__name__} as flask\napp = flask.Flask({name!r})\n"
            )
        os.chdir(folder)
        info = kit["cli"].ScriptInfo()
        path, modules = list(sys.path), set(sys.modules)
        yield f"found {files}", kit.tries(lambda info=info: info.load_app().name)
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            del sys.modules[name]
        yield f"routes with {files}", _run(kit, "routes")
    info = kit["cli"].ScriptInfo(create_app=lambda: kit.flask.Flask("created"))
    yield "create_app", [info.load_app().name, info.load_app() is info.load_app()]
    info = kit["cli"].ScriptInfo(create_app=lambda: None)
    yield "create_app gives nothing", kit.tries(info.load_app)
    yield "script info", [info.app_import_path, info.data, info.set_debug_flag]


def commands(kit: Any) -> Outcomes:
    _fill(kit)
    for arguments in (
        *(["own"], ["missing"], ["run-as"], ["own", "--help"], ["own", "more"]),
        *(["--debug", "run-as"], ["--no-debug", "run-as"]),
    ):
        yield " ".join(arguments), _run(kit, "--app", "with_commands", *arguments)
    for app in ("raises", "missing", "nothing"):
        for command in ("own", "routes"):
            yield f"{app} {command}", _run(kit, "--app", app, command)
    yield (
        "debug by the environment",
        _run(kit, "--app", "with_commands", "run-as", env={"FLASK_DEBUG": "1"}),
    )
    yield "the application by the environment", _run(kit, "own", env={"FLASK_APP": "with_commands"})
    yield (
        "an option before the environment",
        _run(kit, "--app", "with_commands", "own", env={"FLASK_APP": "missing"}),
    )
    for arguments in (["--wrong"], ["--app"], ["routes", "--wrong"], ["routes", "--sort", "x"]):
        yield " ".join(arguments), _run(kit, *arguments)
    for app in ("with_commands", "raises", "missing"):
        found = _run(kit, "--app", app, "--help")
        listed = [
            line.split()[0] for line in found[1].partition("Commands:")[2].splitlines()[1:] if line
        ]
        ours = [name for name in listed if name not in ("drop-in", "status", "top")]
        yield f"--help of {app}", [found[0], ours, found[2]]


def routes(kit: Any) -> Outcomes:
    _fill(kit)
    for app in ("routed", "subdomains", "hosts", "unrouted"):
        for sort in (None, "endpoint", "methods", "domain", "rule", "match"):
            for more in ([], ["--all-methods"]):
                arguments = [*(["--sort", sort] if sort else []), *more]
                label = f"{app} {' '.join(arguments)}"
                yield label, _run(kit, "--app", app, "routes", *arguments)
    yield "short", _run(kit, "-A", "routed", "routes", "-s", "rule")


def shell(kit: Any) -> Outcomes:
    _fill(kit)
    code = "print(app.name, more)\nprint(sorted(k for k in globals() if k[0] != '_'))\n"
    yield "shell", _run(kit, "--app", "shelled", "shell", input=code)
    yield "no application", _run(kit, "--app", "missing", "shell", input=code)
    startup = kit.scratch / "startup.py"
    startup.write_text("started = 5\n")
    yield (
        "startup",
        _run(
            kit,
            "--app",
            "shelled",
            "shell",
            input="print(started)\n",
            env={"PYTHONSTARTUP": str(startup)},
        ),
    )


def _option(parameter: Any) -> Any:
    return [
        *(sorted(parameter.opts), sorted(parameter.secondary_opts), parameter.is_flag),
        *(parameter.is_eager, parameter.multiple, parameter.required),
        *(parameter.expose_value, parameter.hidden, parameter.nargs),
    ]


#: Flask's own options, which are there with the same meaning.
OPTIONS = {
    "": ("--version", "--app", "--env-file", "--debug"),
    "run": (
        *("--debug", "--host", "--port", "--cert", "--key", "--reload", "--debugger"),
        *("--with-threads", "--extra-files", "--exclude-patterns"),
    ),
    "routes": ("--sort", "--all-methods"),
    "shell": (),
}


def options(kit: Any) -> Outcomes:
    cli = kit["cli"].cli
    for name, wanted in OPTIONS.items():
        command = cli.commands[name] if name else cli
        known = {option: each for each in command.params for option in each.opts}
        for option in wanted:
            yield f"{name} {option}", _option(known[option])
        yield f"{name} short help", [command.name == name or not name, bool(command.help)]
    sort = next(each for each in cli.commands["routes"].params if each.name == "sort")
    yield "sorts", [list(sort.type.choices), sort.default]
    group = kit["cli"].FlaskGroup(
        name="group", add_default_commands=False, add_version_option=False
    )
    yield "a bare group", [sorted(group.commands), sorted(each.name for each in group.params)]
    group = kit["cli"].FlaskGroup(name="group", params=[__import__("click").Option(["--more"])])
    yield "a group with options", sorted(each.name for each in group.params)
    yield (
        "its settings",
        [group.context_settings["auto_envvar_prefix"], group.set_debug_flag, group.load_dotenv],
    )


#: Arguments and variables of `run`, in debug mode.
RUNS: tuple[tuple[list[str], dict[str, str]], ...] = (
    (["--debug"], {}),
    ([], {"FLASK_DEBUG": "1"}),
    (["--debug", "--host", "0.0.0.0", "--port", "80"], {}),
    (["--debug", "-h", "::1", "-p", "0"], {}),
    (["--debug"], {"FLASK_RUN_HOST": "1.2.3.4", "FLASK_RUN_PORT": "81"}),
    (["--debug", "-p", "82"], {"FLASK_RUN_PORT": "81"}),
    (["--debug", "-p", "x"], {}),
    (["--debug"], {"FLASK_RUN_PORT": "x"}),
    (["--debug"], {"FLASK_RUN_RELOAD": "0", "FLASK_RUN_WITH_THREADS": "0"}),
    (["--reload", "--no-debugger"], {}),
    ([], {"FLASK_RUN_RELOAD": "1", "FLASK_RUN_DEBUGGER": "0"}),
    (["--debug"], {"FLASK_RUN_EXTRA_FILES": "a:b", "FLASK_RUN_EXCLUDE_PATTERNS": "*x:*y"}),
    (["--debug"], {"FLASK_RUN_CERT": "adhoc"}),
    (["--debugger", "--without-threads"], {}),
    (["--debug", "--extra-files", "a:b", "--exclude-patterns", "c"], {}),
    (["--debug", "--cert", "adhoc"], {}),
    (["--debug", "--cert", "missing.pem"], {}),
    (["--debug", "--cert", "cert.pem"], {}),
    (["--debug", "--key", "key.pem"], {}),
    (["--debug", "--cert", "adhoc", "--key", "key.pem"], {}),
    (["--debug", "--cert", "cert.pem", "--key", "key.pem"], {}),
    (["--debug", "--no-reload", "--wrong"], {}),
    (["--debug", "--no-reload"], {}),
)


def serving(kit: Any) -> Outcomes:
    """What `run` and `app.run` call `run_simple` with."""
    _fill(kit)
    for name in ("cert.pem", "key.pem"):
        (kit.scratch / name).write_text("")
    calls: list[Any] = []

    def run_simple(host: str, port: int, app: Any, **given: Any) -> None:
        calls.append([host, port, getattr(app, "name", "?"), sorted(given.items())])

    module, cli = kit["toolkit.serving"], kit["cli"]
    originals = module.run_simple, getattr(cli, "run_simple", None)
    module.run_simple = cli.run_simple = run_simple
    try:
        for arguments, variables in RUNS:
            calls.clear()
            found = _run(kit, "--app", "single", "run", *arguments, env=dict(variables))
            # What it says when it refuses is a text of click's and of each setting's.
            refused = bool(found[0]) and not calls
            yield f"run {arguments} {variables}", ["refused" if refused else found, calls.copy()]
        for app in ("missing", "nothing", "needs"):
            calls.clear()
            found = _run(kit, "--app", app, "run", "--debug")
            yield f"{app} with debug", [found, calls.copy()]
        for app in ("raises", "syntax"):
            found = _run(kit, "--app", app, "run", "--debug")
            yield f"{app} with debug", [found[0], calls.copy()]
        for config, given in (
            ({}, {}),
            ({"SERVER_NAME": "example.org:8000"}, {}),
            ({"SERVER_NAME": "example.org"}, {}),
            ({"SERVER_NAME": "example.org:8000"}, {"host": "1.2.3.4", "port": 80}),
            ({"SERVER_NAME": "example.org:8000"}, {"port": 0}),
            ({"DEBUG": True}, {}),
            ({}, {"debug": True}),
            ({"DEBUG": True}, {"debug": False}),
            ({}, {"debug": True, "use_reloader": False, "threaded": False, "processes": 2}),
            ({}, {"port": "81"}),
            ({}, {"load_dotenv": False}),
        ):
            calls.clear()
            app = kit.app(**config)
            os.environ.pop("FLASK_RUN_FROM_CLI", None)
            out = kit.tries(_printed, app.run, given)
            yield f"{config} {given}", [out, calls.copy(), app.debug]
    finally:
        module.run_simple = originals[0]
        if originals[1] is None:
            del cli.run_simple
        else:
            cli.run_simple = originals[1]


def _printed(function: Any, given: Any) -> str:
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        function(**given)
    return out.getvalue()


def dotenv(kit: Any) -> Outcomes:
    _fill(kit)
    (kit.scratch / ".flaskenv").write_text("TOLD=flaskenv\nFLASK_APP=told\n")
    own = kit.scratch / "own.env"
    own.write_text("TOLD=own\n")
    for label, arguments, variables in (
        ("flaskenv", [], {}),
        ("skipped", [], {"FLASK_SKIP_DOTENV": "1", "FLASK_APP": "told"}),
        ("not skipped", [], {"FLASK_SKIP_DOTENV": "0"}),
        ("a variable before it", [], {"TOLD": "variable"}),
        ("an own file", ["-e", str(own)], {}),
        ("an own file by a variable", [], {"FLASK_ENV_FILE": str(own)}),
        ("a missing file", ["-e", "missing.env"], {}),
        (
            "skipped with an own file",
            ["-e", str(own)],
            {"FLASK_SKIP_DOTENV": "1", "FLASK_APP": "told"},
        ),
    ):
        code = "print(app.name)\n"
        yield label, _run(kit, *arguments, "shell", input=code, env=variables)
    (kit.scratch / ".env").write_text("TOLD=env\n")
    yield "env", _run(kit, "shell", input="print(app.name)\n")
    below = kit.scratch / "nested"
    os.chdir(below)
    yield (
        "from a folder below",
        _run(kit, "--app", "app", "shell", input="import os\nos.getenv('TOLD')\n"),
    )
    load = kit["cli"].load_dotenv
    for label, given in {
        "load_dotenv": (),
        "load_dotenv of a file": (str(own),),
        "load_dotenv of a missing file": ("missing.env",),
        "load_dotenv of a file alone": (str(own), False),
        "load_dotenv of nothing": (None, False),
    }.items():
        os.environ.pop("TOLD", None)
        yield label, [kit.tries(load, *given), os.environ.get("TOLD"), os.getcwd()]
