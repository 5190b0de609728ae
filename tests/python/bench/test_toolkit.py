"""The toolkit's benchmark: its cases run, its table says what was measured. No time is asserted."""

import json
import subprocess
import sys
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


def case(name: str, own: float, other: float, **rest: Any) -> dict[str, Any]:
    given = {"peer": "Werkzeug", "goal": None, "size": None, "ns": {"cruet": own, "peer": other}}
    return {"name": name, **given, **rest}


@pytest.fixture
def results() -> dict[str, Any]:
    ns = {"cruet": 100.0, "peer": 150.0, "native": 40.0}
    return {
        "rounds": 41,
        "versions": {"Python": "3.11.2"},
        "cases": [
            case("fast", 100, 900, goal=8),
            case("slow", 2000, 3000, goal=3),
            case("upload", 1e9, 2e9, size=20 * 2**20),
            case("match, 10 rules", 0, 0, ns=ns),
            case("match, 10,000 rules", 0, 0, ns={**ns, "cruet": 90.0}),
        ],
        "load": {"before": 5.0, "after": 1.25, "cores": 2},
        "memory": {"upload": {"cruet": 2.0**19, "peer": 2.0**20}},
    }


def test_table_tells_ratios_and_whether_goals_are_met(results: dict[str, Any]) -> None:
    from benchmarks.toolkit import report

    table = report.markdown(results)
    assert "| fast | 100 ns | 900 ns | Werkzeug | 9.0x | 8x, met | – |" in table
    assert "| slow | 2.00 µs | 3.00 µs | Werkzeug | 1.5x | 3x, missed | – |" in table
    assert "| upload | 20 MiB/s | 10 MiB/s | Werkzeug | 2.0x |  | – |" in table
    assert "at most 1): cruet 0.90, peer 1.00, native 1.00." in table
    assert "on 2 cores: 5.0 before, 1.2 after, of which this run makes 1. Others worked" in table
    assert "before upload: cruet 0.5 MiB, peer 1.0 MiB." in table


def test_table_of_one_case_does_without_the_others(results: dict[str, Any]) -> None:
    from benchmarks.toolkit import report

    results["cases"] = [case("fast", 100, 900, ns={"cruet": 100.0})]
    results["load"]["before"] = 0.5
    table = report.markdown(results)
    assert "| fast | 100 ns | – | Werkzeug | – |  | – |" in table
    assert "10,000" not in table
    assert "0.5 before" in table and "Others" not in table


def test_table_tells_neighbours_apart(results: dict[str, Any]) -> None:
    from benchmarks.toolkit import report

    name = report.NEIGHBOURS
    results["cases"].append(case(name, 100, 900, ns={"cruet": 100.0, "peer": 400.0}))
    line = next(line for line in report.markdown(results).splitlines() if "side by side" in line)
    own = {one["name"]: one["ns"] for one in results["cases"]}[report.FEW]
    assert line.endswith(f"cruet {100 / own['cruet']:.2f}, peer {400 / own['peer']:.2f}.")


def test_every_case_runs_on_cruet(tmp_path: Path) -> None:
    from benchmarks.toolkit.cases import cases
    from benchmarks.toolkit.worker import Prepared

    listed = cases(tmp_path)
    assert len({one.name for one in listed}) == len(listed)
    for one in listed:
        if "10,000" not in one.name:
            # In a context of its own: some push a request's, and leave it.
            run = copy_context().run
            assert run(lambda one=one: Prepared(one, own=True).measure(1)) > 0, one.name


def test_peers_run_the_same_or_their_own_code(tmp_path: Path) -> None:
    from benchmarks.toolkit.cases import cases
    from benchmarks.toolkit.worker import Prepared

    listed = {one.name: one for one in cases(tmp_path)}
    assert "from werkzeug.http import parse_date" in listed["parse_date"].code(own=False)[0]
    for name in ("parse_qs", "parse_cookies"):
        assert Prepared(listed[name], own=False).measure(1) > 0


def test_worker_answers_times_and_memory(tmp_path: Path) -> None:
    from benchmarks.toolkit.cases import cases
    from benchmarks.toolkit.run import WORKER

    number = next(i for i, one in enumerate(cases(tmp_path)) if one.name == "safe_join")
    lines = [json.dumps({"case": number, "number": n}) for n in (2, "memory")]
    done = subprocess.run(
        [sys.executable, "-P", "-c", WORKER, "cruet", str(tmp_path)],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    time, memory = map(json.loads, done.stdout.splitlines())
    assert time["ns"] > 0
    assert memory["kib"] >= 0


def test_a_side_that_ends_is_unmeasurable() -> None:
    from benchmarks.processes import Unmeasurable, cores
    from benchmarks.toolkit.run import Side

    with (
        Side([sys.executable, "-c", "import sys; sys.stdin.readline()"], cores()[0]) as side,
        pytest.raises(Unmeasurable, match="ended at"),
    ):
        side.ask(case=0, number=1)
