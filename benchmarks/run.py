"""Measure cruet beside its peers, all in one interleaved run; ./dev bench calls this.

CPU microseconds a request are the clock ticks of the server's whole process tree over wrk's count
of answers. Every round starts, warms, loads and stops each side once; the median of the rounds
counts.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import processes, report
from benchmarks.processes import Unmeasurable
from benchmarks.sides import BIN, ROOT, SIDES, WORKLOADS, Side, Workload

RESULTS = ROOT / "benchmarks" / "results"
WARM_UP = 1  # seconds
Sample = dict[str, float]


def measure(side: Side, workload: Workload, seconds: int, connections: int) -> Sample:
    """Run one side under one workload once.

    Returns microseconds of CPU a request, requests a second and the resident bytes of the process
    that worked most. Raises Unmeasurable with the reason.
    """
    server_core, load_core = processes.cores()
    port = processes.free_port()
    app = "bare_wsgi" if side.bare else workload.app
    command = side.command(f"benchmarks.apps.{app}:app", port)
    url = f"http://127.0.0.1:{port}{'/' if side.bare else workload.path}"
    with processes.running(command, port, server_core, side.env, ROOT) as pid:
        status, body, cookie = processes.fetch(url)
        if status != 200 or workload.contains not in body:
            raise Unmeasurable(f"answered {status} and {body[:60]!r}")
        kept = cookie if workload.session else None
        if workload.session and not kept:
            raise Unmeasurable("set no session cookie")
        processes.load(url, load_core, WARM_UP, connections, kept)
        before = {process: processes.ticks(process) for process in processes.tree(pid)}
        load = processes.load(url, load_core, seconds, connections, kept)
        after = {process: processes.ticks(process) for process in processes.tree(pid)}
        spent = {process: ticks - before.get(process, 0) for process, ticks in after.items()}
        busiest = max(spent, key=lambda process: spent[process])
        return {
            "cpu_us": sum(spent.values()) * processes.TICK / load.requests,
            "rps": load.rate,
            "rss": processes.resident(busiest),
        }


def measure_all(options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Measure what was chosen; workload -> side -> samples or the reason why there are none."""
    found: dict[str, dict[str, Any]] = {}
    chosen = [w for w in WORKLOADS if not options.workload or w.name in options.workload]
    sides = [s for s in SIDES if not options.side or any(word in s.name for word in options.side)]
    for number in range(options.rounds):
        for workload in chosen:
            for side in sides:
                if not side.only or workload.name in side.only:
                    entry = found.setdefault(workload.name, {}).setdefault(
                        side.name, {"samples": []}
                    )
                    one(side, workload, options, entry, f"round {number + 1}/{options.rounds}")
    return found


def one(
    side: Side, workload: Workload, options: argparse.Namespace, entry: dict[str, Any], label: str
) -> None:
    """Take one sample into ``entry`` and say what it was; note there why it could not be taken."""
    if "reason" in entry:
        return
    try:
        sample = measure(side, workload, options.seconds, options.connections)
    except Unmeasurable as reason:
        entry["reason"] = str(reason)
        print(f"{label}  {workload.name:20} {side.name:26} {reason}", flush=True)
        return
    entry["samples"].append(sample)
    figures = (
        f"{sample['cpu_us']:8.1f} us  {sample['rps']:9.0f} /s  {sample['rss'] / 2**20:6.1f} MiB"
    )
    print(f"{label}  {workload.name:20} {side.name:26} {figures}", flush=True)


def measure_imports(times: int) -> dict[str, Sample]:
    """Import each framework afresh, in turn; return median milliseconds and peak resident bytes."""
    code = (
        "import time, sys; t = time.perf_counter(); import {name};"
        "t = time.perf_counter() - t; import resource;"
        "print(t * 1e3, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)"
    )
    samples: dict[str, list[list[float]]] = {"cruet": [], "flask": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(times):
            for name, taken in samples.items():
                command = [sys.executable, "-c", code.format(name=name)]
                done = subprocess.run(
                    command, cwd=folder, capture_output=True, text=True, check=False
                )
                if done.returncode == 0:
                    taken.append([float(word) for word in done.stdout.split()])
    return {
        name: {
            "ms": statistics.median(t[0] for t in taken),
            "rss": statistics.median(t[1] for t in taken),
        }
        for name, taken in samples.items()
        if taken
    }


def versions() -> dict[str, str]:
    """Return the versions of what was measured."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "list", "--format=json"],
        capture_output=True,
        text=True,
        check=False,
    )
    wanted = {"cruet", "flask", "werkzeug", "gunicorn", "granian", "fastwsgi", "bjoern", "jinja2"}
    listed = json.loads(done.stdout or "[]")
    found = {item["name"]: item["version"] for item in listed if item["name"].lower() in wanted}
    return {"Python": platform.python_version(), **found}


def main() -> int:
    """Measure, print the tables, write the results."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=2, help="of load a sample; default 2")
    parser.add_argument(
        "--rounds", type=int, default=3, help="samples a side and workload; default 3"
    )
    parser.add_argument("--connections", type=int, default=64, help="default 64")
    parser.add_argument("--workload", action="append", help="only this one; may be repeated")
    parser.add_argument(
        "--side", action="append", help="only names that hold this; may be repeated"
    )
    parser.add_argument("--no-write", action="store_true", help="leave benchmarks/results as it is")
    options = parser.parse_args()
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    started = time.monotonic()
    results = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "seconds": options.seconds,
        "rounds": options.rounds,
        "connections": options.connections,
        "cores": len(os.sched_getaffinity(0)),
        "versions": versions(),
        "imports": measure_imports(2 * options.rounds + 1),
        "workloads": measure_all(options),
    }
    print(f"\n{report.markdown(results)}\n{report.goals(results)}")
    print(f"measured in {time.monotonic() - started:.0f} s")
    if not options.no_write:
        write(results)
    return 0


def write(results: dict[str, Any]) -> None:
    """Write the samples, the tables and the plot under benchmarks/results."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps(results, indent=1) + "\n")
    (RESULTS / "latest.md").write_text(report.markdown(results) + "\n" + report.goals(results))
    (RESULTS / "latest.svg").write_text(report.plot(results))
    print(f"written: {Path('benchmarks/results')}/latest.json, latest.md, latest.svg")


if __name__ == "__main__":
    sys.exit(main())
