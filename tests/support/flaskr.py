"""flaskr, the application of Flask's tutorial, from Flask's sdist."""

from __future__ import annotations

import subprocess
from pathlib import Path

from fetched import FLASK
from twins import Application


def prepare(folder: Path, python: Path) -> None:
    """Make the database, in the environment's own instance folder, as the tutorial does."""
    subprocess.run([python, "-m", "flask", "--app", "flaskr", "init-db"], cwd=folder, check=True)


FLASKR = Application("flaskr", (), "flaskr:create_app()", (FLASK, "examples/tutorial"), prepare)
