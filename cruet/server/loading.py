"""Finding the application that is to be served: ``module:app``, ``module:create_app()``."""

from __future__ import annotations

import ast
import importlib
import os
import sys
import typing as t
from types import ModuleType


class AppLoadError(Exception):
    """There is no such application. The message is one line; no traceback is needed."""


def load_app(target: str, factory: bool = False) -> t.Callable[..., t.Any]:
    """Import the application that ``target`` names.

    ``target`` is a dotted module or the path of a Python file, then a colon and the name of an
    attribute (dots allowed), which may be called with literal arguments. Without a name
    ``application`` and ``app`` are tried, then whatever Flask's own rules find. With ``factory``
    the attribute is called without arguments. The working directory is put on ``sys.path``.

    :raises AppLoadError: module, attribute or call do not exist or give no WSGI application.
        What the application's own code raises is not caught.
    """
    module_name, _, expression = target.partition(":")
    module = import_module(module_name)
    if expression:
        app = _evaluate(module, expression, factory)
    else:
        app = _guess(module, factory)
    if not callable(app):
        raise AppLoadError(f"{target!r} is {_kind(app)}, not a WSGI application")
    return t.cast("t.Callable[..., t.Any]", app)


def import_module(name: str) -> ModuleType:
    """Import a module by dotted name or by path. :raises AppLoadError: it does not exist."""
    if not name:
        raise AppLoadError("no module is named")
    cwd = os.getcwd()
    if cwd not in sys.path:
        sys.path.insert(0, cwd)
    if name.endswith(".py") or os.sep in name:
        name = _name_of_file(name)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # Only the module asked for; an import that fails within it is the application's own.
        if error.name is not None and (name == error.name or name.startswith(error.name + ".")):
            raise AppLoadError(f"there is no module named {error.name!r}") from None
        raise


def _name_of_file(path: str) -> str:
    path = os.path.realpath(path)
    stem = path.removesuffix(".py")
    if not (os.path.isfile(stem + ".py") or os.path.isdir(stem)):
        raise AppLoadError(f"there is no file {path!r}")
    if os.path.basename(stem) == "__init__":
        stem = os.path.dirname(stem)
    parts: list[str] = []
    while True:
        stem, part = os.path.split(stem)
        parts.append(part)
        if not part or not os.path.exists(os.path.join(stem, "__init__.py")):
            break
    if stem not in sys.path:
        sys.path.insert(0, stem)
    return ".".join(reversed(parts))


def _evaluate(module: ModuleType, expression: str, factory: bool) -> t.Any:
    try:
        node = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError:
        raise AppLoadError(f"{expression!r} is neither a name nor a call") from None
    called = isinstance(node, ast.Call)
    function = node.func if isinstance(node, ast.Call) else node
    value = _attribute(module, function, expression)
    if isinstance(node, ast.Call):
        try:
            args = [ast.literal_eval(arg) for arg in node.args]
            kwargs = {str(kw.arg): ast.literal_eval(kw.value) for kw in node.keywords}
        except ValueError:
            raise AppLoadError(f"the arguments in {expression!r} are not literals") from None
        return _call(value, expression, args, kwargs)
    if factory and not called:
        return _call(value, expression, [], {})
    return value


def _attribute(module: ModuleType, node: ast.expr, expression: str) -> t.Any:
    if isinstance(node, ast.Name):
        owner: t.Any = module
        name = node.id
    elif isinstance(node, ast.Attribute):
        owner = _attribute(module, node.value, expression)
        name = node.attr
    else:
        raise AppLoadError(f"{expression!r} is neither a name nor a call")
    try:
        return getattr(owner, name)
    except AttributeError:
        where = f"module {module.__name__!r}" if owner is module else repr(ast.unparse(node))
        raise AppLoadError(f"{where} has no attribute {name!r}") from None


def _call(function: t.Any, expression: str, args: list[t.Any], kwargs: dict[str, t.Any]) -> t.Any:
    if not callable(function):
        raise AppLoadError(f"{expression!r} cannot be called: it is {_kind(function)}")
    try:
        return function(*args, **kwargs)
    except TypeError as error:
        # Only a call that did not even start is a wrong target.
        if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
            raise
        raise AppLoadError(f"{expression!r} cannot be called so: {error}") from None


def _guess(module: ModuleType, factory: bool) -> t.Any:
    names = ("create_app", "make_app") if factory else ("application", "app")
    for name in names:
        value = getattr(module, name, None)
        if value is not None:
            return _call(value, name, [], {}) if factory else value
    from ..cli import NoAppException, find_best_app

    try:
        return find_best_app(module)
    except NoAppException:
        wanted = " or ".join(repr(name) for name in names)
        raise AppLoadError(
            f"module {module.__name__!r} has no {wanted}; name it as {module.__name__}:NAME"
        ) from None


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"
