"""Times the cases of one side in a process of its own; run.py starts it and asks it line by line.

A line ``{"case": 3, "number": 100}`` is answered with ``{"ns": nanoseconds an operation}`` of CPU
time, so that others on this core count little; one with ``"memory"`` for the number with ``{"kib":
growth of the peak of resident memory}`` by a call.
"""

import json
import sys
import time
import timeit
from pathlib import Path

from benchmarks.toolkit.cases import Case, cases


class Prepared:
    """One case that is set up."""

    def __init__(self, case: Case, own: bool) -> None:
        setup, call = case.code(own)
        self.case = case
        names: dict[str, object] = {}
        exec(setup, names)  # code of cases.py
        calls = "\n".join([call] * case.unrolled)
        self.timer = timeit.Timer(calls, "pass", timer=time.process_time, globals=names)

    def measure(self, number: int) -> float:
        """Nanoseconds an operation, over ``number`` turns."""
        seconds = self.timer.timeit(number)
        return seconds * 1e9 / (number * self.case.unrolled * self.case.times)


def status(field: str) -> int:
    """A figure of this process in KiB, as VmHWM, the peak of its resident memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == field:
            return int(rest.split()[0])
    raise LookupError(field)


def main() -> None:
    """Answer lines until there are no more."""
    own, folder = sys.argv[1] == "cruet", Path(sys.argv[2])
    listed = cases(folder)
    prepared: dict[int, Prepared] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        case = asked["case"]
        if case not in prepared:
            prepared[case] = Prepared(listed[case], own)
        if asked["number"] == "memory":
            before = status("VmRSS")
            prepared[case].measure(1)
            answer: dict[str, float] = {"kib": max(0, status("VmHWM") - before)}
        else:
            answer = {"ns": prepared[case].measure(asked["number"])}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
