"""The benchmark's report: medians, tables, goals, plot; and what it measures of processes."""

import os
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


def samples(*cpu: float, rss: float = 2.0**20) -> dict[str, Any]:
    return {"samples": [{"cpu_us": value, "rps": 1e6 / value, "rss": rss} for value in cpu]}


@pytest.fixture
def results() -> dict[str, Any]:
    hello = {
        "cruet": samples(10, 30, 20),
        "bare WSGI, bjoern": samples(10),
        "Flask, Gunicorn sync": samples(200, rss=2.0**21),
        "Flask, <odd>": {"samples": [], "reason": "did not start: x"},
    }
    return {
        "seconds": 2,
        "rounds": 3,
        "connections": 64,
        "versions": {"Python": "3.11.2"},
        "imports": {"cruet": {"ms": 50.0, "rss": 1e6}, "flask": {"ms": 100.0, "rss": 2e6}},
        "workloads": {"hello": hello},
    }


def test_table_holds_medians_and_reasons(results: dict[str, Any]) -> None:
    from benchmarks import report

    table = report.markdown(results)
    assert "| cruet | 20.0 (50.0k) | 1.0 |" in table
    assert "| Flask, <odd> | – | – |" in table
    assert "- Flask, <odd>, hello: did not start: x" in table


def test_goals_are_ratios_within_the_run(results: dict[str, Any]) -> None:
    from benchmarks import report

    goals = report.goals(results)
    assert "| hello over a bare WSGI function on bjoern | 2.000 | 1.500 | missed |" in goals
    assert "| hello over Flask on Gunicorn sync | 0.100 | 0.071 | missed |" in goals
    assert "| RSS of a worker over Flask's on Gunicorn sync | 0.500 | 1.000 | met |" in goals
    assert "nginx" not in goals


def test_plot_is_well_formed_and_names_every_measured_side(results: dict[str, Any]) -> None:
    from benchmarks import report

    texts = [node.text for node in ElementTree.fromstring(report.plot(results)).iter()]
    assert {"hello", "cruet", "bare WSGI, bjoern"} <= set(texts)
    assert "Flask, <odd>" not in texts


def test_cpu_time_of_the_process_tree_is_seen() -> None:
    from benchmarks import processes

    before = processes.ticks(os.getpid())
    deadline = time.monotonic() + 5
    while processes.ticks(os.getpid()) <= before and time.monotonic() < deadline:
        sum(range(10_000))
    assert processes.ticks(os.getpid()) > before
    assert os.getpid() in processes.tree(os.getppid())
    assert processes.resident(os.getpid()) > 2**20
    assert processes.ticks(2**22 + 1) == processes.resident(2**22 + 1) == 0


def test_a_server_that_does_not_start_is_unmeasurable(tmp_path: Path) -> None:
    from benchmarks import processes

    command = [sys.executable, "-c", "raise SystemExit('no such app')"]
    core = processes.cores()[0]
    with (
        pytest.raises(processes.Unmeasurable, match="did not start: no such app"),
        processes.running(command, processes.free_port(), core, {}, tmp_path),
    ):
        pytest.fail("it started")


def test_a_build_that_fails_tells_the_error() -> None:
    from benchmarks import processes, sides

    code = "print('fine so far\\nmeson.build:1: ERROR: no compiler\\na log is here'); exit(1)"
    with pytest.raises(processes.Unmeasurable, match=r"meson\.build:1: ERROR: no compiler$"):
        sides.quietly([sys.executable, "-c", code])
    with pytest.raises(processes.Unmeasurable, match=r"no output$"):
        sides.quietly([sys.executable, "-c", "exit(1)"])


def test_builds_find_the_tools_beside_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks import sides

    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    code = f"import shutil; exit(shutil.which('python') != {str(sides.BIN / 'python')!r})"
    sides.quietly([sys.executable, "-c", code])


def test_a_server_is_stopped_with_its_children(tmp_path: Path) -> None:
    from benchmarks import processes

    port = processes.free_port()
    code = (
        "import http.server, subprocess, sys;"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"http.server.test(http.server.SimpleHTTPRequestHandler, port={port}, bind='127.0.0.1')"
    )
    with processes.running(
        [sys.executable, "-c", code], port, processes.cores()[0], {}, tmp_path
    ) as pid:
        assert processes.fetch(f"http://127.0.0.1:{port}/")[0] == 200
        pids = processes.tree(pid)
        assert len(pids) > 1
    with pytest.raises(processes.Unmeasurable):
        processes.fetch(f"http://127.0.0.1:{port}/")
    deadline = time.monotonic() + 5
    while any(processes.resident(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(processes.resident(pid) for pid in pids)
