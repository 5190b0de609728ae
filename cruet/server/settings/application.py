"""Which application is served."""

from __future__ import annotations

from dataclasses import dataclass

from .table import directories, flag, text, variables


@dataclass(kw_only=True)
class Application:
    """The application"""

    app: str | None = text(
        None,
        "MODULE:APP or MODULE:create_app(), where neither the command line nor CRUET_APP names it.",
        why="An application file wsgi.py or app.py is found without it.",
        option=False,
        variable=False,
    )
    factory: bool = flag(
        False,
        "APP is a function that makes the application.",
        why="APP is the application itself, as for every WSGI server.",
    )
    env: list[str] = variables(
        "NAME=VALUE, a variable of the environment that the application sees; may be repeated.",
        flags="-e",
        why="The application has the server's own environment.",
    )
    pythonpath: list[str] = directories(
        "Directories to import from, separated by commas, before the working directory.",
        why="The working directory is imported from.",
    )
