"""Other packages' own test-suites, under `cruet drop-in`.

A suite runs in an environment of its own: cruet from the environment that runs these tests, the
drop-in, and after it, by pip, what the suite needs. Neither Flask nor Werkzeug is in it: pip finds
that the drop-in fulfils what the others require.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fetched import KEPT, ROOT

#: What `cruet drop-in install` writes; environments made by another one are not used again.
DROP_IN = (ROOT / "cruet" / "dropin" / "_stubs.py").read_bytes()
#: What the drop-in stands for.
FLASK = ("flask==3.1.3", "werkzeug==3.1.9")
#: Exits with 1 where a name does not stand for cruet.
CHECK = "import cruet, flask, werkzeug; assert (flask, werkzeug) == (cruet, cruet.toolkit)"


@dataclass(frozen=True)
class Result:
    """The tests of a run by their ids, such as `tests.test_http.TestRange::test_if[x]`."""

    passed: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)  # with what was said


def environment(suite: str, requirements: Sequence[str], with_flask: bool = False) -> Path:
    """The interpreter of an environment for a suite, made once and kept.

    With ``with_flask`` it is one with Flask instead of the drop-in, to compare with.
    """
    ours = sysconfig.get_paths()["purelib"]
    wanted = hashlib.sha256(repr((requirements, ours, DROP_IN)).encode()).hexdigest()[:8]
    version = f"py{sys.version_info[0]}.{sys.version_info[1]}"
    folder = KEPT / f"{'flask' if with_flask else 'suite'}-{suite}-{version}-{wanted}"
    python = folder / "bin" / "python"
    made = folder / "complete"
    if made.exists():
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    if with_flask:
        see_ours(python)
        run_in(python, *install, *FLASK, *requirements)
    else:
        drop_in(python)
        if requirements:
            run_in(python, *install, *requirements)
        run_in(python, "-c", CHECK)
    made.touch()
    return python


def drop_in(python: Path) -> None:
    """Make cruet and what it needs importable in an environment, and put the drop-in there."""
    see_ours(python)
    run_in(python, "-m", "cruet", "drop-in", "install")


def see_ours(python: Path) -> None:
    """Have an environment see the packages of the one that runs these tests, after its own."""
    ours = sysconfig.get_paths()["purelib"]
    query = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    packages = Path(subprocess.check_output([str(python), "-c", query], text=True).strip())
    (packages / "cruet-environment.pth").write_text(f"import site; site.addsitedir({ours!r})\n")


def run_in(python: Path, *arguments: str) -> None:
    """Run an environment's interpreter, elsewhere than in the root, which holds cruet's sources."""
    environment = {**os.environ, "PATH": tools()}
    subprocess.run([str(python), *arguments], check=True, cwd=python.parent, env=environment)


def tools() -> str:
    """The PATH for an editable installation, which builds when it is imported."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"


def run_suite(python: Path, folder: Path, *options: str) -> Result:
    """Run pytest in `folder`. A run that is not one fails with its output."""
    report = folder / "report.xml"
    done = subprocess.run(
        [
            *(str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *(f"--junitxml={report}", *options),
        ],
        cwd=folder,
        env={**os.environ, "PATH": f"{python.parent}{os.pathsep}{tools()}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )
    assert done.returncode in (0, 1), f"pytest ended with {done.returncode}:\n{done.stdout}"
    return read_report(report)


def read_report(report: Path) -> Result:
    """Read pytest's JUnit report."""
    result = Result()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        failures = [child for child in case if child.tag in ("failure", "error")]
        if failures:
            result.failed[name] = failures[0].text or failures[0].get("message") or ""
        elif any(child.tag == "skipped" for child in case):
            result.skipped.add(name)
        else:
            result.passed.add(name)
    return result


def unexpected(result: Result, listed: dict[str, str]) -> list[str]:
    """What is wrong with a result: failures that no reason is listed for, and reasons too many."""
    said = [f"{name} fails:\n{why}" for name, why in result.failed.items() if name not in listed]
    said += [f"{name} is listed and passes" for name in listed if name in result.passed]
    known = {*result.failed, *result.passed, *result.skipped}
    said += [f"{name} is listed and there is no such test" for name in listed if name not in known]
    return said
