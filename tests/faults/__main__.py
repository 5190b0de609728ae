"""Run the cases on every side, print one table, write it; ``./dev faults`` calls this."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import resource
import sys
import time
import typing as t
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT)]

from benchmarks.processes import Unmeasurable  # noqa: E402

from . import clients, disks, processes, report  # noqa: E402
from .figures import FULL, Case  # noqa: E402
from .sides import SIDES, Side  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "faults.md"
CASES = [*processes.CASES, *clients.CASES, *disks.CASES]


def measure(case: Case, side: Side) -> report.Entry:
    """Run one case on one side."""
    try:
        figures = case.measure(side, FULL)
    except Unmeasurable as error:
        return report.Entry(side.name, reason=str(error))
    for figure in figures:
        note = f"  {'met' if figure.met else 'MISSED'}: {figure.goal}" if figure.goal else ""
        print(f"    {side.name:18} {figure.what}: {figure.exactly()}{note}", flush=True)
    return report.Entry(side.name, figures)


def main() -> int:
    """Measure, print, write. Returns 1 where cruet misses a goal."""
    parser = argparse.ArgumentParser(prog="./dev faults", description=__doc__)
    parser.add_argument(
        "--case",
        action="append",
        choices=[case.name for case in CASES],
        help="only this one; may be repeated",
    )
    parser.add_argument(
        "--side", action="append", help="only names that hold this; may be repeated"
    )
    parser.add_argument("--no-write", action="store_true", help="leave benchmarks/results as it is")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    sides = [
        side
        for side in SIDES
        if not options.side or any(part in side.name for part in options.side)
    ]
    begin = time.monotonic()
    found: list[tuple[Case, list[report.Entry]]] = []
    for case in CASES:
        if options.case and case.name not in options.case:
            continue
        print(f"{case.title} ({case.name})", flush=True)
        found.append((case, [measure(case, side) for side in sides]))
    table = report.markdown(found, [side.name for side in sides])
    print(f"\n{table}\nmeasured in {time.monotonic() - begin:.0f} s")
    if not options.no_write:
        write(table, found)
    return report.missed(found, "cruet")


def versions() -> dict[str, str]:
    """Return the versions of everything that is measured."""
    found = {"Python": platform.python_version()}
    return found | {name: metadata.version(name) for name in ("cruet", "gunicorn", "granian")}


def write(table: str, found: report.Found) -> None:
    """Write the figures under benchmarks/results, and the page with the table."""
    results: dict[str, t.Any] = {
        "versions": versions(),
        "load": round(os.getloadavg()[1], 1),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "cores": len(os.sched_getaffinity(0)),
        "cases": {case.name: [entry.as_json() for entry in entries] for case, entries in found},
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "faults.json").write_text(json.dumps(results, indent=1) + "\n")
    said = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    PAGE.write_text(
        f"{report.INTRODUCTION}\n{table}\n{said}; {results['cores']} cores, "
        f"load average of the last five minutes {results['load']}.\n"
    )
    print("written: benchmarks/results/faults.json, docs/faults.md")


if __name__ == "__main__":
    sys.exit(main())
