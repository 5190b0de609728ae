"""What it costs to be told of every request; ./dev bench logs calls this.

One worker on one core answers hello the native way, wrk asks on the other. Every round measures
each way of logging once. What a way costs is the median over the rounds of its CPU time a request
over that of the way without in the same round.
"""

import argparse
import datetime
import json
import socket
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import run
from benchmarks.sides import ROOT, WORKLOADS, Side, cruet

RESULTS = ROOT / "benchmarks" / "results"
MOST = 1.10
NONE = "none"


def ways(folder: Path, receiver: str) -> dict[str, list[str]]:
    """Return the ways of logging: options of `cruet run` by name."""
    file = ["--access-log", str(folder / "access.log")]
    return {
        NONE: [],
        "Gunicorn's format, to a file": file,
        "JSON, to a file": [*file, "--access-log-format", "json"],
        "Gunicorn's format, to syslog over UDP": ["--access-log", "syslog", "--syslog", receiver],
        "statsd over UDP": ["--statsd-host", receiver],
    }


def with_options(options: list[str]) -> Side:
    """Return cruet, told so."""
    return Side("cruet", lambda target, port: [*cruet(target, port), *options])


def measure(seconds: int, rounds: int, connections: int) -> dict[str, list[float]]:
    """Return CPU microseconds a request of each way, a figure a round."""
    hello = WORKLOADS[0]
    found: dict[str, list[float]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        # Nobody reads: what does not fit is dropped, which costs the sender no less.
        bound = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        bound.bind(("127.0.0.1", 0))
        receiver = f"127.0.0.1:{bound.getsockname()[1]}"
        for number in range(rounds):
            for name, options in ways(folder, receiver).items():
                sample = run.measure(with_options(options), hello, seconds, connections)
                found.setdefault(name, []).append(sample["cpu_us"])
                print(
                    f"round {number + 1}/{rounds}  {name:40} {sample['cpu_us']:8.2f} us"
                    f"  {sample['rps']:9.0f} /s",
                    flush=True,
                )
                for log in folder.iterdir():
                    log.unlink()
    return found


def ratios(found: dict[str, list[float]]) -> dict[str, float]:
    """Return what each way costs, as a multiple of the way without."""
    without = found[NONE]
    return {
        name: statistics.median(a / b for a, b in zip(figures, without, strict=True))
        for name, figures in found.items()
    }


def table(found: dict[str, list[float]]) -> str:
    """Return the table, with the goal each is held to."""
    lines = ["| log | CPU, us a request | over none | at most | |", "|---|---|---|---|---|"]
    for name, ratio in ratios(found).items():
        goal = "| |" if name == NONE else f"{MOST:.2f} | {'met' if ratio <= MOST else 'missed'} |"
        lines.append(f"| {name} | {statistics.median(found[name]):.2f} | {ratio:.3f} | {goal}")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, print the table, write it."""
    parser = argparse.ArgumentParser(prog="./dev bench logs", description=__doc__)
    parser.add_argument("--seconds", type=int, default=2, help="of load a sample; default 2")
    parser.add_argument("--rounds", type=int, default=5, help="default 5")
    parser.add_argument("--connections", type=int, default=64, help="default 64")
    parser.add_argument("--no-write", action="store_true", help="leave benchmarks/results as it is")
    options = parser.parse_args()
    found = measure(options.seconds, options.rounds, options.connections)
    print(f"\n{table(found)}")
    if not options.no_write:
        results = {
            "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "seconds": options.seconds,
            "cpu_us": found,
        }
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "logs.json").write_text(json.dumps(results, indent=1) + "\n")
        (RESULTS / "logs.md").write_text(table(found))
        print("written: benchmarks/results/logs.json, logs.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
