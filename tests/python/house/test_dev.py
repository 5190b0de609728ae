"""./dev: what it says, how it counts, and how it fails."""

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
MODULES = ("setup", "steps", "checks", "cpp_checks")


@pytest.fixture
def dev(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    """Return the modules of tools/dev; they leave sys.modules afterwards."""
    monkeypatch.syspath_prepend(str(ROOT / "tools" / "dev"))
    kept = {name: sys.modules.pop(name) for name in MODULES if name in sys.modules}
    yield {name: importlib.import_module(name) for name in MODULES}
    for name in MODULES:
        sys.modules.pop(name, None)
    sys.modules.update(kept)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "dev"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_names_every_command() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in ("serve", "test", "lint", "bench", "faults", "fuzz", "compat", "clean"):
        assert f"    {command} " in done.stdout


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("serve", "cruet run"),
        ("test", "pytest"),
        ("bench", "toolkit"),
        ("faults", "--case --side"),
        ("fuzz", "multipart"),
        ("compat", "differential flaskr"),
    ],
)
def test_help_names_what_else_a_command_takes(command: str, words: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    epilog = " ".join(done.stdout.rpartition("\n\n")[2].split())
    for word in words.split():
        assert word in epilog


def test_help_names_the_options_that_the_benchmarks_have() -> None:
    told = "".join(run("bench", "--help").stdout.split())  # lines also break at hyphens
    sources = [ROOT / "benchmarks" / "run.py", *(ROOT / "benchmarks" / "toolkit").glob("run.py")]
    options = {word for path in sources for word in re.findall(r'"(--[a-z-]+)"', path.read_text())}
    assert "--rounds" in options
    assert {option for option in options if option not in told} == set()


def test_without_a_command_it_says_how_to_use_it() -> None:
    done = run()
    assert done.returncode == 2
    assert "usage: ./dev" in done.stderr


def test_an_interpreter_that_is_not_there_is_one_line() -> None:
    done = run("test", "--python", "no-such-python")
    assert done.returncode == 1
    assert done.stderr == "FAILED: --python no-such-python: there is no such interpreter\n"


def test_a_failing_step_names_itself(
    dev: dict[str, ModuleType], capsys: pytest.CaptureFixture[str]
) -> None:
    steps = dev["steps"]
    with pytest.raises(steps.Failure, match=r"^Mixing \(exit code 3\)$"):
        steps.step("Mixing", [sys.executable, "-c", "print('lumps'); raise SystemExit(3)"])
    captured = capsys.readouterr()
    assert "==> Mixing" in captured.out
    assert "lumps" in captured.err


def test_a_long_step_shows_that_it_lives(
    dev: dict[str, ModuleType], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev["steps"], "HEARTBEAT", 0.05)
    code = "import time; print('kneading', flush=True); time.sleep(0.5)"
    assert dev["steps"].step("Baking", [sys.executable, "-c", code]) == "kneading\n"
    assert " s  kneading" in capsys.readouterr().out


def test_a_command_that_is_missing_is_a_failure(dev: dict[str, ModuleType]) -> None:
    for run_step in (dev["steps"].step, dev["steps"].show):
        with pytest.raises(dev["steps"].Failure, match="Mixing: no-such-command"):
            run_step("Mixing", ["no-such-command"])


def test_missing_packages_are_named_where_they_may_not_be_installed(
    dev: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    setup = dev["setup"]
    monkeypatch.setattr(setup, "apt_prefix", lambda: None)
    monkeypatch.setattr(setup, "python_packages", lambda python: {"python3-dev": True})
    with pytest.raises(dev["steps"].Failure, match=r"apt-get install no-such-compiler$"):
        setup.system_packages("python3", {"no-such-compiler": "no-such-compiler"})
    monkeypatch.setattr(setup, "present", lambda evidence: False)
    setup.system_packages("python3", {"libevent-dev": "event2/event.h"})
    assert "going on without libevent-dev" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("entry", "passed", "failed"),
    [
        ({"stdout": "All tests passed (12 assertions in 3 test cases)", "result": "OK"}, 3, 0),
        ({"stdout": "All tests passed (1 assertion in 1 test case)", "result": "OK"}, 1, 0),
        ({"stdout": "x\ntest cases: 5 | 3 passed | 2 failed\n", "result": "FAIL"}, 3, 2),
        ({"stdout": "test cases:  4 |  3 passed | 1 failed\n", "result": "FAIL"}, 3, 1),
        ({"stdout": "", "result": "TIMEOUT"}, 0, 1),
        ({"result": "ERROR"}, 0, 1),
        ({"stdout": "", "result": "OK"}, 1, 0),
    ],
)
def test_catch_output_is_counted(
    dev: dict[str, ModuleType], entry: dict[str, str], passed: int, failed: int
) -> None:
    counts = dev["checks"].catch_counts(entry)
    assert (counts.passed, counts.failed) == (passed, failed)


def test_junit_reports_are_counted(dev: dict[str, ModuleType], tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    assert dev["checks"].junit_counts(report) == dev["checks"].Counts()
    report.write_text('<a><testsuite tests="9" failures="1" errors="2" skipped="3"/></a>')
    assert dev["checks"].junit_counts(report) == dev["checks"].Counts(3, 3, 3)


def test_an_old_interpreter_is_refused(dev: dict[str, ModuleType], tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\necho 3 9\n")
    old.chmod(0o755)
    with pytest.raises(dev["steps"].Failure, match=r"Python 3\.9; cruet needs 3\.11"):
        dev["setup"].version_of(str(old))
    old.write_text("#!/bin/sh\necho broken >&2; exit 1\n")
    with pytest.raises(dev["steps"].Failure, match="does not run: broken"):
        dev["setup"].version_of(str(old))


def test_libraries_that_come_later_are_looked_for(
    dev: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    setup = dev["setup"]
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    env = setup.Environment(tmp_path / ".venv", "cp3")
    env.build_folder.mkdir(parents=True)
    steps: list[list[str]] = []
    monkeypatch.setattr(setup, "step", lambda name, command, **_: steps.append(command))
    there = {"g++"}
    monkeypatch.setattr(setup, "present", lambda evidence: evidence in there)
    setup.look_again(env)
    setup.look_again(env)
    assert len(steps) == 1
    # `./dev serve` was first, and installed no Catch2; `./dev test` does.
    there.add("catch2")
    setup.look_again(env)
    assert len(steps) == 2
    assert steps[1][1:] == ["setup", "--reconfigure", "--clearcache", str(env.build_folder)]


def test_cpp_tests_that_were_not_built_are_a_failure(
    dev: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dev["setup"], "ROOT", tmp_path)
    checks = dev["checks"]
    monkeypatch.setattr(checks, "step", lambda *_, **__: "")
    monkeypatch.setattr(checks, "show", lambda *_, **__: 0)
    env = dev["setup"].Environment(tmp_path / ".venv", "cp3")
    log = env.build_folder / "meson-logs" / "testlog.json"
    log.parent.mkdir(parents=True)
    replay = '{"name": "cruet:fuzz_replay", "stdout": "", "result": "OK"}\n'
    log.write_text(replay)
    with pytest.raises(dev["steps"].Failure, match="found no Catch2"):
        checks.run_catch(env, env.build_folder)
    passed = "All tests passed (1 assertion in 1 test case)"
    log.write_text(f'{replay}{{"name": "cruet:core", "stdout": "{passed}", "result": "OK"}}\n')
    assert checks.run_catch(env, env.build_folder).passed == 2


def test_clang_without_its_libraries_is_not_enough_to_fuzz(
    dev: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = dev["setup"]
    monkeypatch.setenv("PATH", str(tmp_path))
    (evidence,) = (e for e in setup.FUZZ_PACKAGES.values() if e.startswith("libclang_rt."))
    assert not setup.present(evidence)
    clang = tmp_path / "clang"
    clang.write_text(f"#!/bin/sh\necho {tmp_path}\n")
    clang.chmod(0o755)
    assert not setup.present(evidence)
    (tmp_path / "lib" / "linux").mkdir(parents=True)
    (tmp_path / "lib" / "linux" / "libclang_rt.fuzzer-x86_64.a").touch()
    assert setup.present(evidence)


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """Return a folder that looks like a virtual environment of this Python, made by hand."""
    folder = tmp_path / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    (folder / "pyvenv.cfg").write_text("include-system-site-packages = false\n")
    return folder


def test_somebody_elses_environment_is_used_where_it_fits(
    dev: dict[str, ModuleType], venv: Path
) -> None:
    setup = dev["setup"]
    setup.virtual_environment(venv, sys.executable)
    (venv / "pyvenv.cfg").write_text("include-system-site-packages = true\n")
    with pytest.raises(dev["steps"].Failure, match=r"takes in the system's packages: move it"):
        setup.virtual_environment(venv, sys.executable)
    (venv / "pyvenv.cfg").write_text("")
    (venv / "bin" / "python").unlink()
    with pytest.raises(dev["steps"].Failure, match="is no virtual environment"):
        setup.virtual_environment(venv, sys.executable)
    (venv / "bin" / "python").symlink_to("/bin/sh")
    with pytest.raises(dev["steps"].Failure, match=r"\.venv was not made by ./dev and is of /"):
        setup.virtual_environment(venv, sys.executable)
    assert (venv / "pyvenv.cfg").exists()


def test_an_environment_that_dev_made_is_made_anew_where_it_does_not_fit(
    dev: dict[str, ModuleType], venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = dev["setup"]
    made: list[list[str]] = []
    monkeypatch.setattr(setup, "step", lambda name, command: made.append(command))
    (venv / setup.MADE_BY_DEV).write_text("unfinished")
    setup.virtual_environment(venv, sys.executable)
    assert made == [[sys.executable, "-m", "venv", str(venv)]]
    assert [path.name for path in venv.iterdir()] == [setup.MADE_BY_DEV]
    (venv / "bin").mkdir()
    (venv / "bin" / "python").touch()
    setup.virtual_environment(venv, sys.executable)
    assert len(made) == 1


def test_clean_leaves_what_dev_did_not_make(
    dev: dict[str, ModuleType],
    venv: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    setup = dev["setup"]
    monkeypatch.setattr(setup, "ROOT", venv.parent)
    (venv.parent / "build").mkdir()
    made = venv.parent / ".venv-3.12"
    made.mkdir()
    (made / setup.MADE_BY_DEV).touch()
    assert setup.clean() == 0
    assert [path.name for path in venv.parent.iterdir()] == [".venv"]
    assert "leaving .venv, which ./dev has not made" in capsys.readouterr().out
