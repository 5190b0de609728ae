"""What cruet is compared with, each in an environment of its own: Werkzeug, and Flask with it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from fetched import KEPT

WERKZEUG = "3.1.9"
FLASK = "3.1.3"
#: What Flask stands on is of the same version on both sides, for click and Jinja have words of
#: their own in what users see.
SHARED = (
    *("asgiref", "blinker", "click", "cryptography", "itsdangerous", "Jinja2", "MarkupSafe"),
    "python-dotenv",
)


def environment(package: str) -> Path:
    """The interpreter of an environment with `werkzeug` or `flask` in it, made once and kept."""
    wanted = [f"werkzeug=={WERKZEUG}"]
    if package == "flask":
        wanted += [f"flask=={FLASK}", *(f"{name}=={metadata.version(name)}" for name in SHARED)]
    digest = hashlib.sha256(repr(wanted).encode()).hexdigest()[:8]
    version = f"py{sys.version_info[0]}.{sys.version_info[1]}"
    folder = KEPT / f"{package}-{version}-{digest}"
    python = folder / "bin" / "python"
    made = folder / "complete"
    if not made.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *wanted], check=True)
        made.touch()
    return python
