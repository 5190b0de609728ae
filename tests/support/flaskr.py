"""flaskr, the application of Flask's tutorial, from Flask's sdist."""

from __future__ import annotations

import subprocess
from pathlib import Path

from fetched import Sdist
from twins import Application

FLASK = Sdist("flask", "3.1.3", "0ef0e52b8a9cd932855379197dd8f94047b359ca0a78695144304cb45f87c9eb")


def prepare(folder: Path, python: Path) -> None:
    """Make the database, in the environment's own instance folder, as the tutorial does."""
    subprocess.run([python, "-m", "flask", "--app", "flaskr", "init-db"], cwd=folder, check=True)


FLASKR = Application("flaskr", (), "flaskr:create_app()", (FLASK, "examples/tutorial"), prepare)
