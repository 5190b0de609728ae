"""Writes into docs/extensions.md how many tests of each suite pass with Flask, and with cruet.

    ./dev compat suites [NAME ...]

Every suite that is named, or each, is run twice, in two environments of its own: with Flask and
Werkzeug, and with cruet and the drop-in. The rows of the others stay as they are.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from aliased import Result, environment, run_suite
from fetched import ROOT, unpack

from .long_suites import LONG
from .suites import SUITES as QUICK

SUITES = {**QUICK, **LONG}

PAGE = ROOT / "docs" / "extensions.md"
MARK = "## Their own tests\n"
HEAD = f"""\
{MARK}
How many tests of a package's sdist pass with Flask 3.1.3 and Werkzeug 3.1.9, and how many with
cruet and the drop-in. `./dev compat suites NAME` measures a row anew. What fails with either is
listed in `tests/support/extension_suites`, with the reason.

| suite | version | with Flask | with cruet |
|---|---|---|---|
"""
ROW = re.compile(r"^\| (\S+) \| \S+ \| \d+ \| \d+ \|$", re.MULTILINE)
# The extensions call it, Python 3.12 deprecates it, and their settings make errors of warnings.
UTCNOW = "ignore:datetime.datetime.utc:DeprecationWarning"


def run(name: str, folder: Path, with_flask: bool = False) -> Result:
    """Run a suite, unpacked into a folder, under the drop-in or else with Flask itself."""
    suite = SUITES[name]
    unpacked = unpack(suite.sdist, folder, rename=False)
    itself = f"{suite.sdist.name}=={suite.sdist.version}"
    needed = (f"pytest=={suite.pytest}", itself, *suite.requirements.split())
    python = environment(name, needed, with_flask=with_flask)
    options = ["-o", "addopts=", "-W", UTCNOW]
    if name != "pytest-flask":  # whose plugin stands in the way of other suites
        options += ["-p", "no:flask"]
    return run_suite(python, unpacked, *options, *suite.targets.split())


def row(name: str, with_flask: int, with_cruet: int) -> str:
    """Return a suite's line of the table."""
    return f"| {name} | {SUITES[name].sdist.version} | {with_flask} | {with_cruet} |"


def page(text: str, rows: dict[str, str]) -> str:
    """Return the page with these rows of the table, and those others that it has of a suite."""
    before, _, table = text.partition(MARK)
    kept = {found[1]: found[0] for found in ROW.finditer(table) if found[1] in SUITES}
    kept |= rows
    lines = "".join(f"{kept[name]}\n" for name in sorted(kept))
    return f"{before.rstrip()}\n\n{HEAD}{lines}"


def main(names: list[str]) -> int:
    """Run the suites; return 1 where cruet passes fewer tests than Flask does."""
    worse = []
    for name in names or SUITES:
        counts = []
        for with_flask in (True, False):
            with tempfile.TemporaryDirectory() as folder:
                counts.append(len(run(name, Path(folder), with_flask).passed))
        rows = {name: row(name, *counts)}
        print(rows[name], flush=True)
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), rows), encoding="utf-8")
        if counts[1] < counts[0]:
            worse.append(name)
    print("\n" + (f"worse: {' '.join(worse)}" if worse else "as many pass as with Flask"))
    return 1 if worse else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        sys.exit(f"FAILED: {error}")
