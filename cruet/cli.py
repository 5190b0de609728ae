"""The ``cruet`` command and the click groups that applications add theirs to."""

from __future__ import annotations

import contextlib
import importlib
import os
import platform
import traceback
import typing as t
from collections.abc import Callable
from functools import update_wrapper

import click

from ._cli_commands import routes_command, run_command, shell_command, show_server_banner
from ._cli_dropin import drop_in_command
from ._cli_locate import (
    NoAppException,
    _called_with_wrong_args,
    find_app_by_string,
    find_best_app,
    load_by_import_path,
    locate_app,
    prepare_import,
)
from ._cli_params import CertParamType, SeparatedPathType, _validate_key
from ._cli_params import debug_option as _debug_option
from ._cli_status import status_command, top_command
from .globals import current_app
from .helpers import get_debug_flag, get_load_dotenv
from .toolkit import _spare
from .toolkit._elsewhere import names_from_elsewhere
from .toolkit.utils import cached_property
from .toolkit.utils import import_string as import_string

if t.TYPE_CHECKING:
    from .app import Flask

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(
        __name__, {"cruet.toolkit.serving": "is_running_from_reloader run_simple"}
    )

__all__ = [
    "AppGroup",
    "CertParamType",
    "FlaskGroup",
    "NoAppException",
    "ScriptInfo",
    "SeparatedPathType",
    "_called_with_wrong_args",
    "_validate_key",
    "cli",
    "find_app_by_string",
    "find_best_app",
    "get_version",
    "load_dotenv",
    "locate_app",
    "main",
    "pass_script_info",
    "prepare_import",
    "routes_command",
    "run_command",
    "shell_command",
    "show_server_banner",
    "with_appcontext",
]

# Users know these by this module, in pickles and in what is shown of them.
for _kind in (CertParamType, NoAppException, SeparatedPathType):
    _kind.__module__ = __name__

F = t.TypeVar("F", bound=Callable[..., t.Any])


def get_version(ctx: click.Context, param: click.Parameter, value: t.Any) -> None:
    """Print the versions of Python, of cruet and of what its core was built with, and exit.

    Where ``cruet drop-in`` gave cruet further names, their versions, too.
    """
    if not value or ctx.resilient_parsing:
        return
    from . import _cruet
    from .dropin._place import standing

    lines = [
        f"Python {platform.python_version()}",
        f"cruet {_cruet.version}",
    ]
    lines += [f"{stub.name} {stub.version} (stands for {stub.target})" for stub in standing()]
    lines += [f"{name} {version}" for name, version in _cruet.versions().items()]
    click.echo("\n".join(lines), color=ctx.color)
    ctx.exit()


version_option = click.Option(
    ["--version"],
    help="Show the versions.",
    expose_value=False,
    callback=get_version,
    is_flag=True,
    is_eager=True,
)


class ScriptInfo:
    """What commands know of the application, which is loaded when one asks for it.

    Kept as ``obj`` of the click context. ``create_app`` goes before ``app_import_path``, which
    goes before ``wsgi.py`` and ``app.py`` in the working directory.
    """

    def __init__(
        self,
        app_import_path: str | None = None,
        create_app: Callable[..., Flask] | None = None,
        set_debug_flag: bool = True,
        load_dotenv_defaults: bool = True,
    ) -> None:
        self.app_import_path = app_import_path
        self.create_app = create_app
        #: For commands to share whatever they like.
        self.data: dict[t.Any, t.Any] = {}
        self.set_debug_flag = set_debug_flag
        self.load_dotenv_defaults = get_load_dotenv(load_dotenv_defaults)
        self._loaded_app: Flask | None = None

    def load_app(self) -> Flask:
        """Return the application, loading it the first time; see :class:`NoAppException`."""
        if self._loaded_app is not None:
            return self._loaded_app
        app: Flask | None
        if self.create_app is not None:
            app = self.create_app()
        else:
            app = load_by_import_path(self.app_import_path)
        if app is None:
            raise NoAppException(
                "Could not locate a Flask application. Use the 'cruet --app' option, the"
                " 'CRUET_APP' or 'FLASK_APP' environment variable, or a 'wsgi.py' or 'app.py' file"
                " in the current directory."
            )
        if self.set_debug_flag:
            # Also sets what depends on debug mode, the reloading of templates for one.
            app.debug = get_debug_flag()
        self._loaded_app = app
        return app


pass_script_info = click.make_pass_decorator(ScriptInfo, ensure=True)


def with_appcontext(f: F) -> F:
    """Run a command within the context of the application that its script info loads.

    Commands of ``app.cli`` and ``blueprint.cli`` are wrapped so already.
    """

    @click.pass_context
    def decorator(ctx: click.Context, /, *args: t.Any, **kwargs: t.Any) -> t.Any:
        if not current_app:
            app = ctx.ensure_object(ScriptInfo).load_app()
            ctx.with_resource(app.app_context())
        return ctx.invoke(f, *args, **kwargs)

    return update_wrapper(decorator, f)  # type: ignore[return-value]


class AppGroup(click.Group):
    """A group whose commands run within the application's context."""

    def command(  # type: ignore[override]
        self, *args: t.Any, **kwargs: t.Any
    ) -> Callable[[Callable[..., t.Any]], click.Command]:
        """As click's, with :func:`with_appcontext` unless ``with_appcontext=False``."""
        wrap = kwargs.pop("with_appcontext", True)

        def decorator(f: Callable[..., t.Any]) -> click.Command:
            function = with_appcontext(f) if wrap else f
            return super(AppGroup, self).command(*args, **kwargs)(function)  # type: ignore[no-any-return]

        return decorator

    def group(  # type: ignore[override]
        self, *args: t.Any, **kwargs: t.Any
    ) -> Callable[[Callable[..., t.Any]], click.Group]:
        """As click's, making an :class:`AppGroup` unless ``cls`` says otherwise."""
        kwargs.setdefault("cls", AppGroup)
        return super().group(*args, **kwargs)  # type: ignore[no-any-return]


class _Commands:
    """Mixed into Flask and Blueprint."""

    if t.TYPE_CHECKING:
        cli: click.Group
    else:

        @cached_property
        def cli(self) -> click.Group:
            """Commands of the application, or of the blueprint, shown by ``cruet --help``."""
            return AppGroup(name=self.name)


def _set_app(ctx: click.Context, param: click.Option, value: str | None) -> str | None:
    if value is not None:
        ctx.ensure_object(ScriptInfo).app_import_path = value
    return value


# Eager, like the environment file: the application must be known before commands are looked up.
_app_option = click.Option(
    ["-A", "--app"],
    metavar="IMPORT",
    envvar="CRUET_APP",
    help=(
        "The application or the factory function to load, as 'module:name'. The module is a dotted"
        " name or a file. Without a name, 'app', 'application', 'create_app' or 'make_app' is"
        " taken; 'name(args)' passes arguments."
    ),
    is_eager=True,
    expose_value=False,
    callback=_set_app,
)


def _env_file_callback(ctx: click.Context, param: click.Option, value: str | None) -> str | None:
    try:
        import dotenv  # noqa: F401
    except ImportError:
        if value is not None:
            raise click.BadParameter(
                "python-dotenv must be installed to load an env file.", ctx, param
            ) from None
    # The default files are loaded although the option is not given, unless that is turned off.
    defaults = ctx.obj.load_dotenv_defaults
    if value is not None or defaults:
        load_dotenv(value, load_defaults=defaults)
    return value


_env_file_option = click.Option(
    ["-e", "--env-file"],
    type=click.Path(exists=True, dir_okay=False),
    help=(
        "Load environment variables from this file, which goes before '.env' and '.flaskenv'."
        " Variables that are set already go before all. python-dotenv must be installed."
    ),
    is_eager=True,
    expose_value=False,
    callback=_env_file_callback,
)


class FlaskGroup(AppGroup):
    """A group that has the commands of the application beside its own.

    ``create_app`` gives the application; otherwise ``--app``, ``CRUET_APP`` or ``FLASK_APP`` names
    it. Packages add commands through the entry points ``flask.commands``.
    """

    def __init__(
        self,
        add_default_commands: bool = True,
        create_app: Callable[..., Flask] | None = None,
        add_version_option: bool = True,
        load_dotenv: bool = True,
        set_debug_flag: bool = True,
        **extra: t.Any,
    ) -> None:
        params: list[click.Parameter] = list(extra.pop("params", None) or ())
        params += [_env_file_option, _app_option, _debug_option]
        if add_version_option:
            params.append(version_option)
        settings = extra.setdefault("context_settings", {})
        settings.setdefault("auto_envvar_prefix", "FLASK")
        super().__init__(params=params, **extra)

        self.create_app = create_app
        self.load_dotenv = load_dotenv
        self.set_debug_flag = set_debug_flag
        if add_default_commands:
            for command in (run_command, shell_command, routes_command):
                self.add_command(command)
        self._loaded_plugin_commands = False

    def _load_plugin_commands(self) -> None:
        if self._loaded_plugin_commands:
            return
        # Here, because it takes longer to import than the rest of this module.
        from importlib.metadata import entry_points

        for entry_point in entry_points(group="flask.commands"):
            self.add_command(entry_point.load(), entry_point.name)
        self._loaded_plugin_commands = True

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if self.commands.get(name) is drop_in_command:
            # Plug-ins import flask, which this command is about to put in place.
            return drop_in_command
        self._load_plugin_commands()
        # Own and plug-in commands first: they must work also where the application fails to load.
        command = super().get_command(ctx, name)
        if command is not None:
            return command
        info = ctx.ensure_object(ScriptInfo)
        try:
            app = info.load_app()
        except NoAppException as e:
            click.secho(f"Error: {e.format_message()}\n", err=True, fg="red")
            return None
        # Commands that were added without with_appcontext run in the context as well.
        if not current_app or current_app._get_current_object() is not app:  # type: ignore[attr-defined]
            ctx.with_resource(app.app_context())
        return app.cli.get_command(ctx, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._load_plugin_commands()
        names = set(super().list_commands(ctx))
        info = ctx.ensure_object(ScriptInfo)
        try:
            names.update(info.load_app().cli.list_commands(ctx))
        except NoAppException as e:
            click.secho(f"Error: {e.format_message()}\n", err=True, fg="red")
        except Exception:
            click.secho(f"{traceback.format_exc()}\n", err=True, fg="red")
        return sorted(names)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: t.Any,
    ) -> click.Context:
        # Tells app.run() in a module that is imported by a command to do nothing.
        os.environ["FLASK_RUN_FROM_CLI"] = "true"
        if "obj" not in extra and "obj" not in self.context_settings:
            extra["obj"] = ScriptInfo(
                create_app=self.create_app,
                set_debug_flag=self.set_debug_flag,
                load_dotenv_defaults=self.load_dotenv,
            )
        return super().make_context(info_name, args, parent=parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        only_help = len(args) == 1 and args[0] in self.get_help_option_names(ctx)
        if only_help or (not args and self.no_args_is_help):
            # Help is eager too and would come first; it lists the application's commands.
            _env_file_option.handle_parse_result(ctx, {}, [])
            _app_option.handle_parse_result(ctx, {}, [])
        return super().parse_args(ctx, args)


def load_dotenv(path: str | os.PathLike[str] | None = None, load_defaults: bool = True) -> bool:
    """Set environment variables from files, those that are not set yet.

    ``path`` goes before ``.env``, which goes before ``.flaskenv``; both are looked for upwards from
    the working directory. Returns whether anything was found. Without python-dotenv, says so where
    there is a file.
    """
    try:
        import dotenv
    except ImportError:
        if path or os.path.isfile(".env") or os.path.isfile(".flaskenv"):
            click.secho(
                " * Tip: There are .env files present. Install python-dotenv to use them.",
                fg="yellow",
                err=True,
            )
        return False

    values: dict[str, str | None] = {}
    files = []
    if load_defaults:
        files += [dotenv.find_dotenv(name, usecwd=True) for name in (".flaskenv", ".env")]
    if path is not None and os.path.isfile(path):
        files.append(os.fspath(path))
    for file in files:
        if file:
            values |= dotenv.dotenv_values(file, encoding="utf-8")
    for key, value in values.items():
        if value is not None:
            os.environ.setdefault(key, value)
    return bool(values)


cli = FlaskGroup(
    name="cruet",
    help="""\
A general utility script for cruet applications.

An application to load must be given with the '--app' option, the 'CRUET_APP' or
'FLASK_APP' environment variable, or with a 'wsgi.py' or 'app.py' file in the
current directory.
""",
)
cli.add_command(drop_in_command)
cli.add_command(status_command)
cli.add_command(top_command)


def main() -> None:
    """Run the ``cruet`` command."""
    _spare.await_turn(_get_ready)
    cli.main()


def _get_ready() -> None:
    """Import what a server in development needs, but nothing of the application's."""
    for name in ("jinja2", "watchfiles", "cruet.server.run", "cruet.toolkit.debug"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


if __name__ == "__main__":
    main()
