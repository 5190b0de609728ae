"""Put llhttp's source archive where Meson looks for it; Meson runs this before asking for llhttp.

llhttp's generated C is published in the source distribution of httptools. Its name and hash stand
in ``subprojects/llhttp.wrap``; nothing is done where the archive, or (as in cruet's own source
distribution) the unpacked source, is already there. Where it cannot be had, exits with one line
that says what to do.
"""

import configparser
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

SUBPROJECTS = Path(__file__).resolve().parent.parent / "subprojects"


def sha256(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def download(requirement: str, folder: str) -> None:
    """Let pip fetch the source distribution of ``requirement`` into ``folder``."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        ":all:",
    ]
    command += [
        "--no-build-isolation",
        "--disable-pip-version-check",
        "--dest",
        folder,
        requirement,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(done.stderr[-2000:])
        sys.exit(
            f"llhttp's source ({requirement}) could not be downloaded. It needs pip and "
            f"setuptools>=77 beside {sys.executable}; "
            "or put the archive into subprojects/packagecache/ by hand."
        )


def main() -> None:
    """Fetch the archive unless it is there, and check its hash."""
    wrap = configparser.ConfigParser(interpolation=None)
    wrap.read(SUBPROJECTS / "llhttp.wrap")
    source = wrap["wrap-file"]
    archive = SUBPROJECTS / "packagecache" / source["source_filename"]
    if (SUBPROJECTS / source["directory"] / "meson.build").exists():
        return
    if archive.exists() and sha256(archive) == source["source_hash"]:
        return
    with tempfile.TemporaryDirectory(dir=SUBPROJECTS) as folder:
        name, _, version = source["directory"].partition("-")
        download(f"{name}=={version}", folder)
        fetched = Path(folder) / archive.name
        if not fetched.exists() or sha256(fetched) != source["source_hash"]:
            sys.exit(
                f"{archive.name}: the downloaded archive does not have the hash in llhttp.wrap"
            )
        archive.parent.mkdir(exist_ok=True)
        fetched.replace(archive)


if __name__ == "__main__":
    main()
