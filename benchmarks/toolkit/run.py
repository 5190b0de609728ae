"""Measure cruet's toolkit beside Werkzeug's; ./dev bench toolkit calls this.

Both sides and a C++ program on the headers run as processes of their own, on one core, and take
turns: every case has a short sample of CPU time on each side in every round. The median of a case's
samples counts, and ratios are between medians of one run.
"""

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from benchmarks import processes
from benchmarks.processes import Unmeasurable
from benchmarks.run import versions
from benchmarks.sides import ROOT, build_on_headers
from benchmarks.toolkit import report
from benchmarks.toolkit.cases import TEXTS, Case, cases

RESULTS = ROOT / "benchmarks" / "results"
SOURCE = Path(__file__).with_name("native.cpp")
# What is installed is measured, not the sources that lie beside this folder.
WORKER = (
    f"import sys; sys.path.append({str(ROOT)!r}); import benchmarks.toolkit.worker as w; w.main()"
)
SAMPLE = 0.004  # seconds of CPU time that one sample is to take
LARGE = 2**20  # bytes from which on a body's memory is measured


class Side:
    """A process that answers a line of JSON with one."""

    def __init__(self, command: Sequence[str | Path], core: int) -> None:
        self.process = subprocess.Popen(
            ["taskset", "-c", str(core), *map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def __enter__(self) -> "Side":
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def ask(self, **question: object) -> dict[str, float]:
        """Send one line and read the answer. Raises Unmeasurable where the process is gone."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except OSError:
            line = ""
        if not line:
            raise Unmeasurable(f"{self.process.args!r} ended at {question}")
        answer: dict[str, float] = json.loads(line)
        return answer


class Sampler:
    """One case on one side: how many turns fill a sample, and what was measured."""

    def __init__(self, side: Side, key: object, turns: int = 1) -> None:
        self.side, self.key, self.number = side, key, 1
        # The least of several: one that was disturbed, as the first is by what has to be fetched
        # into the caches, would pass for a full sample, and all of them would be such first ones.
        while turns * min(self.take() for _ in range(3)) * self.number < SAMPLE * 1e9 / 2:
            self.number *= 2
        self.samples: list[float] = []

    def take(self) -> float:
        """Nanoseconds an operation."""
        return self.side.ask(case=self.key, number=self.number)["ns"]

    def sample(self) -> None:
        self.samples.append(self.take())


def measure(listed: list[Case], chosen: list[int], commands: dict[str, Any], rounds: int) -> Any:
    """Take the samples of the chosen cases, in turns; side -> case -> samples."""
    core = processes.cores()[0]
    with ExitStack() as stack:
        sides = {n: stack.enter_context(Side(c, core)) for n, c in commands.items()}
        samplers: dict[str, dict[str, Sampler]] = {name: {} for name in sides}
        natives = set(sides["native"].ask(case="", number=0)) if "native" in sides else set()
        for index in chosen:
            case = listed[index]
            for name, side in sides.items():
                if name != "native":
                    turns = case.times * case.unrolled
                    samplers[name][case.name] = Sampler(side, index, turns)
                elif case.name in natives:
                    samplers[name][case.name] = Sampler(side, case.name)
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", end="\r", file=sys.stderr, flush=True)
            # Each side goes first as often as last.
            order = list(sides) if number % 2 else list(reversed(sides))
            for index in chosen:
                for name in order:
                    if sampler := samplers[name].get(listed[index].name):
                        sampler.sample()
        print(file=sys.stderr)
    return {n: {case: s.samples for case, s in by.items()} for n, by in samplers.items()}


def measure_memory(listed: list[Case], chosen: list[int], commands: dict[str, Any]) -> Any:
    """How much the resident memory of a fresh process grows by a large body, in bytes."""
    grown: dict[str, dict[str, float]] = {}
    for index in chosen:
        if (listed[index].size or 0) < LARGE:
            continue
        for name, command in commands.items():
            key = listed[index].name if name == "native" else index
            with Side(command, processes.cores()[0]) as side:
                kib = side.ask(case=key, number="memory")["kib"]
            grown.setdefault(listed[index].name, {})[name] = kib * 1024
    return grown


def median_and_least(samples: Any, name: str) -> dict[str, dict[str, float]]:
    """A case's figures by side, in nanoseconds an operation."""
    taken = {side: by[name] for side, by in samples.items() if name in by}
    return {
        "ns": {side: statistics.median(values) for side, values in taken.items()},
        "least": {side: min(values) for side, values in taken.items()},
    }


def measure_all(options: argparse.Namespace) -> dict[str, Any]:
    """Measure what was chosen, and return what is written."""
    with tempfile.TemporaryDirectory() as folder:
        listed = cases(Path(folder))
        chosen = [
            i
            for i, case in enumerate(listed)
            if not options.case or any(word in case.name for word in options.case)
        ]
        commands: dict[str, list[str | Path]] = {
            "cruet": [options.cruet, "-P", "-c", WORKER, "cruet", folder],
            "peer": [options.peer, "-P", "-c", WORKER, "peer", folder],
        }
        if not options.no_native:
            commands["native"] = [build_on_headers("toolkit", [SOURCE]), folder, *TEXTS]
        before = os.getloadavg()[0]
        samples = measure(listed, chosen, commands, options.rounds)
        memory = measure_memory(listed, chosen, commands)
    told = ("name", "peer", "goal", "size")
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "rounds": options.rounds,
        "versions": versions(),
        # The machine's own, of one minute; this run alone makes it 1.
        "load": {"before": before, "after": os.getloadavg()[0], "cores": os.cpu_count()},
        "cases": [
            {
                **{key: getattr(listed[i], key) for key in told},
                **median_and_least(samples, listed[i].name),
            }
            for i in chosen
        ],
        "memory": memory,
    }


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench toolkit", description=__doc__)
    parser.add_argument("--rounds", type=int, default=41, help="samples a side and case")
    parser.add_argument("--case", action="append", help="only names that hold this; repeatable")
    parser.add_argument("--no-native", action="store_true", help="leave the C++ program out")
    parser.add_argument("--no-write", action="store_true", help="leave benchmarks/results as it is")
    parser.add_argument("--cruet", default=sys.executable, help="another Python that has cruet")
    parser.add_argument("--peer", default=sys.executable, help="another Python that has Werkzeug")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables, write the results."""
    options = parse(arguments)
    started = time.monotonic()
    results = measure_all(options)
    text = report.markdown(results)
    print(f"{text}\nmeasured in {time.monotonic() - started:.0f} s")
    if not options.no_write:
        (RESULTS / "toolkit.json").write_text(json.dumps(results, indent=1) + "\n")
        (RESULTS / "toolkit.md").write_text(text)
        print(f"written: {os.path.relpath(RESULTS, ROOT)}/toolkit.json, toolkit.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
