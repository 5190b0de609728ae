"""Applications written by others: fetched from PyPI, renamed to cruet, unpacked for a test.

Nothing of them is kept in the repository. An sdist is fetched once, its hash checked, and kept in
`build/fetched`; each test gets an unpacked copy of its own.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "fetched"

# `flask` and `werkzeug` as whole names, so that `flaskr` and `flask_jsonify` stay what they are.
# A URL, a distribution name in metadata (`flask>=3`) or a name behind a dot is something else.
_NAME = re.compile(r"(?<![\w./-])(flask|werkzeug)(?=[.\s,\"'\]]|$)", re.MULTILINE)
_NEW = {"flask": "cruet", "werkzeug": "cruet.toolkit"}


@dataclass(frozen=True)
class Sdist:
    """A source distribution on PyPI: its name, version and the SHA-256 of the archive."""

    name: str
    version: str
    sha256: str

    @property
    def archive(self) -> Path:
        return KEPT / f"{self.name}-{self.version}.tar.gz"


FLASK = Sdist("flask", "3.1.3", "0ef0e52b8a9cd932855379197dd8f94047b359ca0a78695144304cb45f87c9eb")


def fetch(sdist: Sdist) -> Path:
    """The archive of `sdist`, kept or else from PyPI. Raises where the hash differs."""
    if not sdist.archive.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
                *("--no-binary", sdist.name, "--dest", str(KEPT)),
                f"{sdist.name}=={sdist.version}",
            ],
            check=True,
        )
    found = hashlib.sha256(sdist.archive.read_bytes()).hexdigest()
    if found != sdist.sha256:
        raise RuntimeError(f"{sdist.archive}: its SHA-256 is {found}, not {sdist.sha256}")
    return sdist.archive


def unpack(sdist: Sdist, into: Path, inside: str = "", rename: bool = True) -> Path:
    """Unpack `sdist`, rename what its Python files import and return the folder `inside` it."""
    with tarfile.open(fetch(sdist)) as archive:
        # Debian's 3.11.2 has no filters yet; the hash says that the archive is the one we know.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(into, **safely)
    folder = into / f"{sdist.name}-{sdist.version}" / inside
    for path in folder.rglob("*.py") if rename else ():
        text = path.read_text(encoding="utf-8")
        path.write_text(renamed(text), encoding="utf-8")
    return folder


def renamed(source: str) -> str:
    """Python source with `flask` and `werkzeug` replaced by cruet's names."""
    return _NAME.sub(lambda found: _NEW[found[1]], source)


def run_suite(folder: Path, *options: str) -> str:
    """Run the tests of an application in `folder` by a pytest of its own; returns the closing line.

    Fails with the whole output where a test failed or none ran.
    """
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=_environment(folder),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{folder.name}'s tests fail:\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip().splitlines()[-1]


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(folder)}
