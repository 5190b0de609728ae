"""Finding the application that a command is about: import paths, factories, default files."""

from __future__ import annotations

import ast
import inspect
import os
import re
import sys
import traceback
import typing as t
from collections.abc import Callable
from types import ModuleType

import click

if t.TYPE_CHECKING:
    from .app import Flask


class NoAppException(click.UsageError):
    """No application could be found or loaded."""


def _is_app(value: object) -> t.TypeGuard[Flask]:
    # The application's module imports this one, for its group of commands.
    from .app import Flask

    return isinstance(value, Flask)


def _called_with_wrong_args(f: Callable[..., Flask]) -> bool:
    """Tell whether the TypeError being handled came from calling ``f`` itself.

    It did where the traceback never enters the function's own code.
    """
    tb = sys.exc_info()[2]
    try:
        while tb is not None:
            if tb.tb_frame.f_code is f.__code__:
                return False
            tb = tb.tb_next
        return True
    finally:
        del tb


def find_best_app(module: ModuleType) -> Flask:
    """Return a module's application.

    ``app`` or ``application``, else the only instance there is, else what ``create_app`` or
    ``make_app`` returns when it needs no arguments. Otherwise :class:`NoAppException`.
    """
    for name in ("app", "application"):
        app = getattr(module, name, None)
        if _is_app(app):
            return app

    matches = [value for value in vars(module).values() if _is_app(value)]
    if len(matches) == 1:
        return matches[0]
    if len(matches) > 1:
        raise NoAppException(
            f"Detected multiple Flask applications in module '{module.__name__}'. Use"
            f" '{module.__name__}:name' to specify the correct one."
        )

    for name in ("create_app", "make_app"):
        factory = getattr(module, name, None)
        if not inspect.isfunction(factory):
            continue
        try:
            app = factory()
        except TypeError as e:
            if not _called_with_wrong_args(factory):
                raise
            raise NoAppException(
                f"Detected factory '{name}' in module '{module.__name__}', but could not call it"
                f" without arguments. Use '{module.__name__}:{name}(args)' to specify arguments."
            ) from e
        if _is_app(app):
            return app

    raise NoAppException(
        "Failed to find Flask application or factory in module"
        f" '{module.__name__}'. Use '{module.__name__}:name' to specify one."
    )


def _parse_app_name(app_name: str) -> tuple[str, list[t.Any], dict[str, t.Any], bool]:
    """Take ``name`` or ``name(literals)`` apart into name, arguments, keywords, and is-a-call."""
    try:
        expr = ast.parse(app_name.strip(), mode="eval").body
    except SyntaxError:
        raise NoAppException(
            f"Failed to parse {app_name!r} as an attribute name or function call."
        ) from None
    if isinstance(expr, ast.Name):
        return expr.id, [], {}, False
    if not isinstance(expr, ast.Call):
        raise NoAppException(f"Failed to parse {app_name!r} as an attribute name or function call.")
    if not isinstance(expr.func, ast.Name):
        raise NoAppException(f"Function reference must be a simple name: {app_name!r}.")
    try:
        args = [ast.literal_eval(arg) for arg in expr.args]
        kwargs = {str(kw.arg): ast.literal_eval(kw.value) for kw in expr.keywords}
    except ValueError:
        # literal_eval takes constants and containers of such, and says nothing useful otherwise.
        raise NoAppException(
            f"Failed to parse arguments as literal values: {app_name!r}."
        ) from None
    return expr.func.id, args, kwargs, True


def find_app_by_string(module: ModuleType, app_name: str) -> Flask:
    """Return the application that a name, or a call of a factory with literals, gives."""
    name, args, kwargs, _ = _parse_app_name(app_name)
    try:
        attr = getattr(module, name)
    except AttributeError as e:
        raise NoAppException(f"Failed to find attribute {name!r} in {module.__name__!r}.") from e

    app = attr
    # A factory is called also where it is named without parentheses.
    if inspect.isfunction(attr):
        try:
            app = attr(*args, **kwargs)
        except TypeError as e:
            if not _called_with_wrong_args(attr):
                raise
            raise NoAppException(
                f"The factory {app_name!r} in module {module.__name__!r} could not be called with"
                " the specified arguments."
            ) from e
    if _is_app(app):
        return app
    raise NoAppException(
        f"A valid Flask application was not obtained from '{module.__name__}:{app_name}'."
    )


def prepare_import(path: str) -> str:
    """Return the dotted name of a file or package and put the folder it starts in on sys.path."""
    path = os.path.realpath(path)
    stem, extension = os.path.splitext(path)
    if extension == ".py":
        path = stem
    if os.path.basename(path) == "__init__":
        path = os.path.dirname(path)

    parts: list[str] = []
    while True:
        path, name = os.path.split(path)
        parts.append(name)
        if not os.path.exists(os.path.join(path, "__init__.py")):
            break
    if sys.path[0] != path:
        sys.path.insert(0, path)
    return ".".join(reversed(parts))


@t.overload
def locate_app(
    module_name: str, app_name: str | None, raise_if_not_found: t.Literal[True] = True
) -> Flask: ...
@t.overload
def locate_app(
    module_name: str, app_name: str | None, raise_if_not_found: t.Literal[False]
) -> Flask | None: ...
def locate_app(
    module_name: str, app_name: str | None, raise_if_not_found: bool = True
) -> Flask | None:
    """Import a module and return its application, by name where one is given.

    A module that does not exist is a :class:`NoAppException`, or None on demand; one that fails
    while it is imported always raises, with its traceback.
    """
    try:
        __import__(module_name)
    except ImportError:
        # Deeper than this frame: the module is there, and what it imports is not.
        tb = sys.exc_info()[2]
        if tb is not None and tb.tb_next is not None:
            raise NoAppException(
                f"While importing {module_name!r}, an ImportError was raised:\n\n"
                f"{traceback.format_exc()}"
            ) from None
        if raise_if_not_found:
            raise NoAppException(f"Could not import {module_name!r}.") from None
        return None
    module = sys.modules[module_name]
    return find_best_app(module) if app_name is None else find_app_by_string(module, app_name)


def load_by_import_path(path: str | None) -> Flask | None:
    """Return the application at ``module:name`` or ``file.py:name``.

    Without a path, that of ``wsgi.py`` or ``app.py`` in the working directory; None if neither is
    there.
    """
    if path:
        # Not at the colon of a Windows drive.
        module, *rest = re.split(r":(?![\\/])", path, maxsplit=1)
        return locate_app(prepare_import(module), rest[0] if rest else None)
    for candidate in ("wsgi.py", "app.py"):
        app = locate_app(prepare_import(candidate), None, raise_if_not_found=False)
        if app is not None:
            return app
    return None
