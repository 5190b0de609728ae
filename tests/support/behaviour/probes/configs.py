"""The configuration: how it is loaded, from where, and what is said where it cannot be."""

from __future__ import annotations

import json
import os
import tomllib
from typing import Any

from . import Outcomes


def loading(kit: Any) -> Outcomes:
    Config = kit["config"].Config
    folder = kit.scratch
    files = {
        "good.py": "KEY = 'value'\nlower = 1\nNESTED = {'a': 1}\n_PRIVATE = 1\nimport os\n",
        "syntax.py": "KEY = \n",
        "raises.py": "raise ValueError('in the file')\n",
        "name.py": "FILE = __file__\nNAME = __name__\n",
        "good.json": '{"KEY": "value", "lower": 1}',
        "bad.json": "{",
        "list.json": "[1]",
        "good.toml": 'KEY = "value"\n[TABLE]\na = 1\n',
    }
    for name, text in files.items():
        (folder / name).write_text(text)

    def after(call: Any) -> Any:
        config = Config(str(folder), {"DEFAULT": 1})
        try:
            result = call(config)
        except Exception as error:
            return [kit.plain(error), dict(config)]
        return [result, dict(config)]

    for silent in (False, True):
        for name in (
            "good.py",
            "syntax.py",
            "raises.py",
            "name.py",
            "missing.py",
            "good.py/x",
            ".",
        ):
            yield (
                f"from_pyfile {name} {silent}",
                after(lambda c, n=name, s=silent: c.from_pyfile(n, silent=s)),
            )
        for name in ("good.json", "bad.json", "list.json", "missing.json", "good.json/x", "."):
            yield (
                f"from_file {name} {silent}",
                after(lambda c, n=name, s=silent: c.from_file(n, json.load, silent=s)),
            )
        yield f"from_envvar unset {silent}", after(lambda c, s=silent: c.from_envvar("UNSET_X", s))
        os.environ["SET_X"] = "good.py"
        yield f"from_envvar {silent}", after(lambda c, s=silent: c.from_envvar("SET_X", s))
        os.environ["SET_X"] = "missing.py"
        yield f"from_envvar missing {silent}", after(lambda c, s=silent: c.from_envvar("SET_X", s))
        os.environ["SET_X"] = ""
        yield f"from_envvar empty {silent}", after(lambda c, s=silent: c.from_envvar("SET_X", s))
    yield "from_file toml", after(lambda c: c.from_file("good.toml", tomllib.load, text=False))
    yield "from_file toml as text", after(lambda c: c.from_file("good.toml", tomllib.load))
    yield "from_pyfile of a Path", after(lambda c: c.from_pyfile(folder / "good.py"))
    yield "from_mapping", after(lambda c: c.from_mapping({"A": 1, "b": 2}, C=3, d=4))
    yield "from_mapping of pairs", after(lambda c: c.from_mapping([("A", 1)]))
    yield "from_mapping of nothing", after(lambda c: c.from_mapping())
    yield "from_mapping of two", after(lambda c: c.from_mapping({}, {}))
    yield "from_mapping of a number key", after(lambda c: c.from_mapping({1: 2}))

    class Base:
        BASE = 1
        _UNDER = 1
        lower = 2
        Mixed = 3
        X1 = 4

    class Derived(Base):
        DERIVED = 2

        @property
        def PROPERTY(self) -> int:
            return 5

    yield "from_object of a class", after(lambda c: c.from_object(Base))
    yield "from_object of an instance", after(lambda c: c.from_object(Derived()))
    yield "from_object of a name", after(lambda c: c.from_object("string"))
    yield "from_object of a missing name", after(lambda c: c.from_object("no.such.thing"))
    yield "from_object of a missing attribute", after(lambda c: c.from_object("string.NOTHING"))
    yield "from_object of a dict", after(lambda c: c.from_object({"A": 1}))


def prefixed(kit: Any) -> Outcomes:
    Config = kit["config"].Config
    os.environ.update(
        {
            "FLASK_TEXT": "text",
            "FLASK_NUMBER": "5",
            "FLASK_TRUE": "true",
            "FLASK_PYTHON": "True",
            "FLASK_LIST": "[1, 2]",
            "FLASK_EMPTY": "",
            "FLASK_DICT__a": "1",
            "FLASK_DICT__B__c": "2",
            "FLASK_EXISTING__b": "3",
            "FLASK_lower": "4",
            "FLASK__UNDER": "5",
            "FLASK___": "6",
            "OTHER_KEY": "7",
            "_X": "8",
        }
    )

    def after(call: Any) -> Any:
        config = Config("/", {"EXISTING": {"a": 1}})
        try:
            result = call(config)
        except Exception as error:
            return [kit.plain(error), sorted(config.items())]
        kept = sorted(pair for pair in config.items() if "FLASK" not in pair[0])
        return [result, [pair for pair in kept if pair[0] not in os.environ]]

    yield "plain", after(lambda c: c.from_prefixed_env())
    yield "another prefix", after(lambda c: c.from_prefixed_env("OTHER"))
    yield "no prefix", after(lambda c: len(c) if c.from_prefixed_env("") else 0)
    yield "an own loader", after(lambda c: c.from_prefixed_env("OTHER", loads=lambda s: s + "!"))
    yield "a loader that fails", after(lambda c: c.from_prefixed_env("OTHER", loads=int))
    os.environ["FLASK_TEXT__A"] = "1"
    yield "into a text", after(lambda c: c.from_prefixed_env())


def mapping(kit: Any) -> Outcomes:
    Config = kit["config"].Config
    config = Config("/root", {"A_ONE": 1, "A_TWO": 2, "B": 3, "a_low": 4})
    yield "repr", repr(config)
    for lowercase in (False, True):
        for trim in (False, True):
            yield f"get_namespace {lowercase} {trim}", config.get_namespace("A_", lowercase, trim)
    yield "get_namespace, all", config.get_namespace("")
    yield "missing", kit.tries(lambda: config["MISSING"])
    yield "root_path", config.root_path
    yield "bare", kit.tries(Config)
    app = kit.app()
    yield "of an application", [type(app.config).__name__, app.config.root_path]
    app = kit.app(options={"instance_relative_config": True, "instance_path": "/instance"})
    yield "relative to the instance", app.config.root_path

    class Own(Config):  # type: ignore[valid-type, misc]
        def __getitem__(self, key: str) -> Any:
            if key == "COMPUTED":
                return "computed"
            return super().__getitem__(key)

    class App(kit.flask.Flask):  # type: ignore[name-defined, misc]
        config_class = Own
        default_config = {**kit.flask.Flask.default_config, "MORE": 1, "TESTING": "own"}

    app = App("probe")
    yield "own", [app.config["COMPUTED"], app.config["MORE"], app.config["TESTING"]]

    class Attributes(kit.flask.Flask):  # type: ignore[name-defined, misc]
        upper = kit["config"].ConfigAttribute("TEXT", get_converter=str.upper)

    app = Attributes("probe")
    app.upper = "text"
    yield "attribute", [app.config["TEXT"], app.upper, type(Attributes.upper).__name__]
    app.testing = True
    app.secret_key = "x"
    app.permanent_session_lifetime = 5
    names = ("TESTING", "SECRET_KEY", "PERMANENT_SESSION_LIFETIME")
    yield "forwarded", [app.config[name] for name in names]
    yield "converted", repr(app.permanent_session_lifetime)
    del app.config["SECRET_KEY"]
    yield "deleted", kit.tries(lambda: app.secret_key)
    for name in ("MAX_CONTENT_LENGTH", "TRUSTED_HOSTS", "SESSION_COOKIE_NAME", "MAX_COOKIE_SIZE"):
        app = kit.app()
        app.add_url_rule("/", "view", lambda: repr(kit.flask.session.setdefault("a", 1)))
        del app.config[name]
        yield f"without {name}", kit.ask(app)


def environment(kit: Any) -> Outcomes:
    helpers = kit["helpers"]
    for value in (None, "", "0", "1", "true", "false", "no", "NO", "False", "yes", "off", "x", " "):
        for name in ("FLASK_DEBUG", "FLASK_SKIP_DOTENV", "FLASK_ENV"):
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        yield (
            f"{value!r}",
            [
                helpers.get_debug_flag(),
                helpers.get_load_dotenv(),
                helpers.get_load_dotenv(False),
                kit.flask.Flask("probe").debug,
            ],
        )


def instance_paths(kit: Any) -> Outcomes:
    import sys

    root = kit.scratch
    for path in (
        *("alone.py", "package/__init__.py", "package/inner.py", "package/more/__init__.py"),
        *(
            "lib/python3/site-packages/site_alone.py",
            "lib/python3/site-packages/site_package/__init__.py",
        ),
        *("spaced/names/part.py", "site-packages/bare_alone.py"),
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(
            f"import {kit.flask.__name__} as flask\n"
            "def made():\n"
            "    app = flask.Flask(__name__)\n"
            "    return app\n"
        )
    for folder in ("", "lib/python3/site-packages", "site-packages"):
        sys.path.insert(0, str(root / folder))
    for name in (
        *("alone", "package", "package.inner", "package.more", "site_alone", "site_package"),
        *("bare_alone", "spaced.names.part"),
    ):

        def made(name: str = name) -> Any:
            module = __import__(name, fromlist=["made"])
            app = module.made()
            return [app.instance_path, app.root_path, app.name]

        yield name, kit.tries(made)
    yield "a namespace", kit.tries(lambda: kit.flask.Flask("spaced.names").root_path)
    yield (
        "a namespace's instance",
        kit.tries(lambda: kit.flask.Flask("spaced.names", root_path="/x").instance_path),
    )
    get_root_path = kit["helpers"].get_root_path
    yield "get_root_path", [kit.tries(get_root_path, name) for name in ("alone", "package.more")]
    yield "get_root_path of an unknown", get_root_path("no.such.module") == os.getcwd()
    find_package = kit["sansio.scaffold"].find_package
    for name in ("alone", "package.inner", "site_package", "bare_alone"):
        yield f"find_package {name}", kit.tries(find_package, name)
    app = kit.app(options={"instance_path": str(root)})
    with app.open_instance_resource("made.txt", "w") as file:
        file.write("made")
    with app.open_instance_resource("made.txt") as file:
        yield "open_instance_resource", file.read()
    with app.open_instance_resource("made.txt", "r") as file:
        yield "open_instance_resource as text", file.read()
    yield "open_instance_resource, missing", kit.tries(app.open_instance_resource, "missing")
