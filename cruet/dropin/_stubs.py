"""What the distributions ``flask`` and ``werkzeug`` hold that let their names stand for cruet's.

Each is a package of one line of code, files that tell type checkers where the names come from, and
the metadata by which pip and :mod:`importlib.metadata` know it.
"""

from __future__ import annotations

import ast
import base64
import csv
import hashlib
import importlib.util
import io
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module

from ._finder import TARGETS

#: Written to ``INSTALLER``, by which a distribution of ours is told from the real one.
INSTALLER = "cruet"

#: Modules of Werkzeug's own that other packages import all the same.
_IMPORTED = frozenset({"_internal", "_reloader"})

_INIT = '''\
"""The name {name} stands for {target} in this environment; `cruet drop-in remove` ends that."""

try:
    from cruet.dropin import take_over
except ModuleNotFoundError as error:
    if error.name not in ("cruet", "cruet.dropin"):
        raise
    raise ModuleNotFoundError(
        "{name} stands for {target} here, but cruet is not installed: `pip install cruet`,"
        " or `pip uninstall flask werkzeug` and install the real ones",
        name=error.name,
    ) from None

take_over(__name__)
'''

_UNRUN = "# For type checkers and editors: in Python this is {target} itself.\n"

_WHEEL = """\
Wheel-Version: 1.0
Generator: cruet
Root-Is-Purelib: true
Tag: py3-none-any
"""


@dataclass(frozen=True)
class Stub:
    """A distribution: its name as pip shows it, its version, what it needs."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    #: Extra → requirements.
    extras: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Console script → ``module:function``.
    scripts: dict[str, str] = field(default_factory=dict)

    @property
    def package(self) -> str:
        """The name to import."""
        return self.name.lower()

    @property
    def target(self) -> str:
        """The package that the name stands for."""
        return TARGETS[self.package]

    @property
    def dist_info(self) -> str:
        """The folder of the metadata."""
        return f"{self.package}-{self.version}.dist-info"

    def metadata(self) -> str:
        """Return the core metadata, version 2.1, that :pep:`566` describes."""
        lines = [
            "Metadata-Version: 2.1",
            f"Name: {self.name}",
            f"Version: {self.version}",
            f"Summary: The name {self.package} for {self.target}, which takes its place",
            "Requires-Python: >=3.11",
            *(f"Requires-Dist: {requirement}" for requirement in self.requires),
        ]
        for extra, requirements in self.extras.items():
            lines.append(f"Provides-Extra: {extra}")
            lines += [f'Requires-Dist: {item}; extra == "{extra}"' for item in requirements]
        return "\n".join(lines) + "\n"

    def entry_points(self) -> str:
        """Return the contents of ``entry_points.txt``."""
        lines = [f"{name} = {function}" for name, function in self.scripts.items()]
        return "\n".join(["[console_scripts]", *lines, ""])

    def files(self) -> dict[str, str]:
        """Return path below site-packages → contents, all but RECORD and the scripts."""
        found = {
            f"{self.package}/__init__.py": _INIT.format(name=self.package, target=self.target),
            f"{self.package}/py.typed": "",
            **dict(_readable_modules(self.package, self.target)),
            f"{self.dist_info}/METADATA": self.metadata(),
            f"{self.dist_info}/WHEEL": _WHEEL,
            f"{self.dist_info}/INSTALLER": f"{INSTALLER}\n",
            f"{self.dist_info}/REQUESTED": "",
            f"{self.dist_info}/top_level.txt": f"{self.package}\n",
        }
        if self.scripts:
            found[f"{self.dist_info}/entry_points.txt"] = self.entry_points()
        return found


STUBS = (
    Stub(
        "Flask",
        "3.1.3",
        requires=("cruet", "Werkzeug>=3.1.0"),
        extras={"async": ("asgiref>=3.2",), "dotenv": ("python-dotenv",)},
        scripts={"flask": "flask.cli:main"},
    ),
    Stub("Werkzeug", "3.1.9", requires=("cruet",), extras={"watchdog": ("watchdog>=2.3",)}),
)


def script(function: str, python: str) -> str:
    """Return a console script that runs ``module:function`` by the interpreter ``python``."""
    module, _, name = function.partition(":")
    first = f"#!{python}\n"
    if len(first) > 127 or " " in python:
        # More than the kernel reads of a first line: a shell starts it, Python sees a string.
        first = f"#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n"
    return f"{first}import sys\n\nfrom {module} import {name}\n\nsys.exit({name}())\n"


def record(files: dict[str, bytes], itself: str) -> str:
    """Return RECORD, as :pep:`376` lays it out, of these files and of ``itself``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for path, contents in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).rstrip(b"=")
        writer.writerow((path, f"sha256={digest.decode()}", len(contents)))
    writer.writerow((itself, "", ""))
    return text.getvalue()


def _readable_modules(package: str, target: str) -> Iterator[tuple[str, str]]:
    """Yield (path, contents) for each module: type checkers read files and run no finders.

    A file names what the module it stands for defines or exports, one to one. It is never run. It
    is no stub, because pyright complains of a stub that has no source beside it.
    """
    top = import_module(target)
    yield f"{package}/__init__.pyi", _names_of(target)
    for module in pkgutil.walk_packages(top.__path__, f"{target}.", onerror=_raise):
        parts = module.name[len(target) + 1 :].split(".")
        foreign = package == "flask" and parts[0] in ("dropin", "server", "toolkit")
        if foreign or any(part.startswith("_") and part not in _IMPORTED for part in parts):
            continue
        path = "/".join([package, *parts, *(["__init__"] if module.ispkg else [])])
        yield f"{path}.py", _UNRUN.format(target=module.name) + _names_of(module.name)


def _names_of(module: str) -> str:
    spec = importlib.util.find_spec(module)
    source = getattr(getattr(spec, "loader", None), "get_source", lambda name: None)(module)
    if source is None:
        raise ImportError(f"{module} has no source to read its names from", name=module)
    lines = [f"    {name} as {name},\n" for name in sorted(_names(ast.parse(source).body))]
    return f"from {module} import (\n{''.join(lines)})\n" if lines else ""


def _names(body: list[ast.stmt]) -> set[str]:
    """Return the names that a module defines, or imports under the same name to hand them on.

    Of those with two underscores at each end only ``__getattr__`` is one.
    """
    found: set[str] = set()
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found.update(one.name for one in names if one.asname == one.name)
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List() as listed):
                found.update(ast.literal_eval(listed))
            case ast.Assign(targets=targets):
                places = [place for target in targets for place in ast.walk(target)]
                found.update(
                    place.id
                    for place in places
                    if isinstance(place, ast.Name) and isinstance(place.ctx, ast.Store)
                )
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.If(test=ast.UnaryOp(op=ast.Not()), orelse=orelse):
                found.update(_names(orelse))  # `if not TYPE_CHECKING`: what checkers do not see
            case ast.If(body=body, orelse=orelse):
                found.update(_names(body), _names(orelse))
            case ast.Try(body=body, handlers=handlers, orelse=orelse):
                parts = [body, orelse, *(handler.body for handler in handlers)]
                found.update(*(_names(part) for part in parts))
    return {name for name in found if not name.startswith("__") or name == "__getattr__"}


def _raise(name: str) -> None:
    error = sys.exc_info()[1]
    raise ImportError(f"cannot import {name}", name=name) from error
