"""An application as its users have it, and once more with cruet: two environments alike.

The application is installed from PyPI, unmodified, with Flask, Werkzeug and Gunicorn. In a copy of
that environment the three are uninstalled, and `cruet drop-in install` takes their place. Nothing
else differs: not a file's time, and not even a path, for both move to one place when they serve. So
what is told of either in an answer, an ETag of a file's name and time say, has to be equal.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aliased import CHECK, DROP_IN, drop_in, run_in, tools
from fetched import KEPT, Sdist, unpack
from served import free_port, serving
from walk import Masks, Walk, differences, walked

#: What cruet takes the place of.
REPLACED = ("flask==3.1.3", "werkzeug==3.1.9", "gunicorn==27.0.1")
#: Exits with 1 where a name of cruet's is not the real one.
REAL = "import flask, werkzeug; assert (flask.__name__, werkzeug.__name__) == ('flask', 'werkzeug')"

#: The ways in which `cruet run` serves an application here: options by name.
WAYS = {
    "inline": ("--threads", "1"),
    "threads": ("--threads", "4"),
    "workers": ("--workers", "2"),
}
#: Of either server: some applications have threads that never end, and no request is left then.
END = ("--graceful-timeout", "1")


@dataclass(frozen=True)
class Application:
    """What to install, what to serve, and what its folder has to hold."""

    name: str
    requirements: Sequence[str]
    #: `module:app`, as for `cruet run` and for Gunicorn.
    target: str
    #: What is not on PyPI by itself: the sdist that holds it, and the folder inside.
    source: tuple[Sdist, str] | None = None
    #: Fills the empty folder that the application is started in, with the environment's Python.
    prepare: Callable[[Path, Path], None] = lambda folder, python: None
    variables: dict[str, str] = field(default_factory=dict)


def twins(application: Application) -> Path:
    """The folder of both environments, `flask` and `cruet`; made once and kept."""
    ours = sysconfig.get_paths()["purelib"]
    wanted = repr((application.requirements, application.source, REPLACED, ours, DROP_IN))
    version = f"py{sys.version_info[0]}.{sys.version_info[1]}"
    mark = hashlib.sha256(wanted.encode()).hexdigest()[:8]
    folder = KEPT / f"twins-{application.name}-{version}-{mark}"
    made = folder / "complete"
    if made.exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    venv = (sys.executable, "-m", "venv", "--without-pip", str(folder / "flask"))
    subprocess.run(venv, check=True)
    python = folder / "flask" / "bin" / "python"
    requirements = [*application.requirements, *REPLACED]
    if application.source:
        sdist, inside = application.source
        requirements.append(str(unpack(sdist, folder / "source", inside, rename=False)))
    pip(python, "install", "--no-compile", *requirements)
    run_in(python, "-c", REAL)
    # Links take neither time nor room; files are replaced here, never written to.
    shutil.copytree(folder / "flask", folder / "cruet", symlinks=True, copy_function=os.link)
    python = folder / "cruet" / "bin" / "python"
    pip(python, "uninstall", "--yes", *(name.partition("=")[0] for name in REPLACED))
    drop_in(python)
    run_in(python, "-c", CHECK)
    for side in ("flask", "cruet"):
        (folder / side / "side").write_text(side)
    made.touch()
    return folder


def pip(python: Path, command: str, *arguments: str) -> None:
    """Run this environment's pip on another one."""
    options = ("--quiet", "--disable-pip-version-check", "--python", str(python))
    subprocess.run((sys.executable, "-m", "pip", *options, command, *arguments), check=True)


class Stage:
    """Where an application is served, by either side: one path, one port, one folder for data."""

    def __init__(self, application: Application, folder: Path) -> None:
        self.application = application
        self.data = folder / "data"
        self.port = free_port()
        self._twins = twins(application)

    @contextmanager
    def flask(self) -> Iterator[str]:
        """Serve with Flask on Gunicorn; gives the address."""
        options = ("--threads", "4", "--keep-alive", "60", "--no-control-socket", *END)
        options += ("--bind", f"127.0.0.1:{self.port}")
        with self._served("flask", "gunicorn", *options, self.application.target) as address:
            yield address

    @contextmanager
    def cruet(self, way: str) -> Iterator[str]:
        """Serve with the drop-in on `cruet run`, in one of `WAYS`; gives the address."""
        options = (*WAYS[way], *END, "--port", str(self.port))
        with self._served("cruet", "cruet", "run", self.application.target, *options) as address:
            yield address

    @contextmanager
    def _served(self, side: str, *module: str) -> Iterator[str]:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir()
        python = self._move_in(side) / "bin" / "python"
        self.application.prepare(self.data, python)
        # What an application takes from a set is to come in one order.
        variables = {"PATH": tools(), "PYTHONHASHSEED": "0", **self.application.variables}
        with serving([str(python), "-m", *module], self.port, self.data, variables) as address:
            yield address

    def _move_in(self, side: str) -> Path:
        """Put one of the two environments where both of them serve."""
        here = self._twins / "here"
        if here.exists():
            here.rename(self._twins / (here / "side").read_text())
        return (self._twins / side).rename(here)


class Comparison:
    """A walk through an application on Flask, to which the same walk on cruet has to be equal."""

    def __init__(
        self, application: Application, walk: Walk, folder: Path, masks: Masks = ()
    ) -> None:
        self._stage = Stage(application, folder)
        self._walk = walk
        self._masks = masks
        with self._stage.flask() as address:
            self._theirs = walked(address, walk, masks)

    def check(self, way: str) -> None:
        """Take the walk on cruet, in one of `WAYS`."""
        with self._stage.cruet(way) as address:
            # Several workers get requests each only where there are several connections.
            ours = walked(address, self._walk, self._masks, kept=way != "workers")
        found = differences(ours, self._theirs)
        assert not found, f"{len(found)} differences, cruet's first:\n" + "\n".join(found)
