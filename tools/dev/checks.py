"""The tests and the linters as ./dev runs them."""

import json
import os
import re
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cpp_checks
from setup import ROOT, Environment
from steps import Failure, announce, show, step

LONG_RUN = "230000"  # questions to cruet and Werkzeug; some grammars have no more to ask
# Meson's b_sanitize, and the tests to run: where there is one thread TSan has nothing to find.
SANITIZERS: dict[str, tuple[str, list[str]]] = {
    "address": ("address,undefined", []),
    "thread": ("thread", ["net", "server", "process", "service"]),
}
# What writes docs/extensions.md: name -> package in tests/support.
TABLES = {"first-examples": "first_examples", "suites": "extension_suites"}
ALLOWED = "tests/python/type_check/stubtest.txt"
STUBTEST = ["mypy.stubtest", "cruet._cruet", "--ignore-disjoint-bases", "--allowlist", ALLOWED]


@dataclass
class Counts:
    """How many tests passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: "Counts") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def test(env: Environment, *, quick: bool, cpp: bool, rest: Sequence[str]) -> int:
    """Run the C++ tests and pytest; print the counts last. Return 1 where anything failed."""
    counts = Counts()
    broken = []
    if cpp:
        counts.add(run_catch(env, env.build_folder))
    pytest_counts, code = run_pytest(env, quick, rest)
    counts.add(pytest_counts)
    if code not in (0, 1):
        broken.append(f"pytest (exit code {code})")
    if not counts.passed and not counts.failed:
        broken.append("no test was run")
    for name in broken:
        print(f"FAILED: {name}", flush=True)
    skipped = f", {counts.skipped} skipped" if counts.skipped else ""
    print(f"\n{counts.passed} passed, {counts.failed} failed{skipped}", flush=True)
    return 1 if counts.failed or broken else 0


def sanitize(env: Environment, kind: str) -> int:
    """Build and run the C++ tests under sanitizers; a report of theirs is a failure."""
    folder = env.build_folder.with_name(f"sanitize-{kind}")
    value, names = SANITIZERS[kind]
    if not (folder / "build.ninja").exists():
        options = [f"-Db_sanitize={value}", "-Db_lundef=false", "-Dtests=enabled"]
        command = [env.tool("meson"), "setup", str(folder), str(ROOT), *options]
        step(f"Setting up {folder.relative_to(ROOT)}", command, env=env.variables())
    counts = run_catch(env, folder, names)
    print(f"\n{counts.passed} passed, {counts.failed} failed", flush=True)
    return 1 if counts.failed else 0


def run_catch(env: Environment, folder: Path, names: Sequence[str] = ()) -> Counts:
    """Build the C++ tests in a Meson build folder, or those named, and run them.

    Return Catch2's counts.
    """
    targets = [f"tests/cpp/test_{name}" for name in names] or ["meson-test-prereq"]
    ninja = [env.tool("ninja"), "-C", str(folder), *targets]
    step("Building the C++ tests", ninja, env=env.variables())
    command = [env.tool("meson"), "test", "-C", str(folder), "--no-rebuild", "--print-errorlogs"]
    code = show("Running the C++ tests", [*command, *names], env=env.variables())
    counts = Counts()
    log = folder / "meson-logs" / "testlog.json"
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    if all("fuzz_replay" in entry["name"] for entry in entries):
        raise Failure("Running the C++ tests: Meson found no Catch2 and built none of them")
    for entry in entries:
        counts.add(catch_counts(entry))
    if code and not counts.failed:
        raise Failure(f"Running the C++ tests (exit code {code})")
    return counts


def catch_counts(entry: dict[str, str]) -> Counts:
    """Count the test cases of one executable from what Catch2 printed; a crash is one failure."""
    output = entry.get("stdout", "")
    if good := re.search(r"All tests passed \(.* in (\d+) test cases?\)", output):
        return Counts(passed=int(good[1]))
    if mixed := re.search(r"^test cases: .*$", output, re.MULTILINE):
        found = {
            kind: int(number) for number, kind in re.findall(r"(\d+) (passed|failed)", mixed[0])
        }
        return Counts(passed=found.get("passed", 0), failed=max(found.get("failed", 0), 1))
    return Counts(passed=1) if entry.get("result") == "OK" else Counts(failed=1)


def run_pytest(
    env: Environment,
    quick: bool,
    rest: Sequence[str],
    variables: Mapping[str, str] | None = None,
) -> tuple[Counts, int]:
    """Run pytest over the whole tree, or over what ``rest`` names; return counts and exit code."""
    others = [] if quick else ["tests/compat", "tests/browser"]
    folders = ["tests/python", *others]
    named = [argument for argument in rest if not argument.startswith("-")]
    targets = [] if named else [folder for folder in folders if (ROOT / folder).is_dir()]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "junit.xml"
        command = [env.python, "-m", "pytest", f"--junitxml={report}"]
        command += ["-m", "not heavy"] if quick else []
        environment = {**env.variables(), **(variables or {})}
        code = show("Running pytest", [*command, *targets, *rest], env=environment, cwd=ROOT)
        return junit_counts(report), code


def junit_counts(report: Path) -> Counts:
    """Read pytest's JUnit report; no report means that nothing ran."""
    if not report.exists():
        return Counts()
    counts = Counts()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        total, failed, errors, skipped = (
            int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")
        )
        counts.add(Counts(total - failed - errors - skipped, failed + errors, skipped))
    return counts


def compat_names() -> dict[str, str]:
    """Return what ./dev compat runs: name -> test file, folder or single test of pytest's."""
    folder = ROOT / "tests" / "compat"
    tests = folder.glob("test_*.py")
    names = {path.stem.removeprefix("test_").replace("_", "-"): str(path) for path in tests}
    names |= {path.parent.name: str(path.parent) for path in folder.glob("*/test_*.py")}
    support = ROOT / "tests" / "support"
    suites = [path.read_text() for path in (support / "extension_suites").glob("*suites.py")]
    for name in re.findall(r'^    "([\w-]+)": Suite\(', "\n".join(suites), re.MULTILINE):
        test = f"test_extensions.py::test_all_pass_but_those_listed[{name}]"
        names[name] = str(folder / test)
    names |= {name: str(support / module / "table.py") for name, module in TABLES.items()}
    return dict(sorted(names.items()))


def fuzz_targets() -> list[str]:
    """Return the names of the fuzz targets."""
    return list(cpp_checks.fuzz_sources())


def compat(env: Environment, *, rest: Sequence[str]) -> int:
    """Run tests/compat alone, or those of it that ``rest`` names, such as ``differential``."""
    named = compat_names()
    if rest and rest[0] in TABLES:
        variables = {**env.variables(), "PYTHONPATH": str(ROOT / "tests" / "support")}
        command = [env.python, "-m", f"{TABLES[rest[0]]}.table", *rest[1:]]
        return show("Trying the extensions", command, env=variables, cwd=ROOT)
    found = {word: named[word] for word in rest if word in named}
    others = [word for word in rest if word not in found]
    variables = {"CRUET_COMPAT": "1"}  # what is too long for ./dev test is run, too
    if "differential" in found:
        # Named alone, the comparison with Werkzeug takes its time.
        variables["CRUET_DIFFERENTIAL"] = LONG_RUN
    targets = list(found.values()) or ["tests/compat"]
    counts, code = run_pytest(env, False, [*targets, *others], {**variables, **os.environ})
    print(f"\n{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped", flush=True)
    return code


def fuzz(env: Environment, *, targets: Sequence[str], seconds: int) -> int:
    """Build and run the fuzz targets, all of them where none is named."""
    return cpp_checks.fuzz(env, targets, seconds)


def lint(env: Environment, *, fix: bool) -> int:
    """Run every linter, each to its end; name at the end those that complained."""
    python = [env.python, "-m"]
    ruff_format = [*python, "ruff", "format"] + ([] if fix else ["--check"])
    ruff_check = [*python, "ruff", "check"] + (["--fix"] if fix else [])
    steps: list[tuple[str, Callable[[], int]]] = [
        ("ruff check", command(ruff_check, env)),
        ("ruff format", command(ruff_format, env)),
        ("mypy --strict", command([*python, "mypy"], env)),
        ("stubtest", command([*python, *STUBTEST], env)),
        ("clang-format", lambda: cpp_checks.clang_format(fix)),
        ("clang-tidy", cpp_checks.clang_tidy),
    ]
    failed = []
    for name, run in steps:
        announce(name)
        if run():
            failed.append(name)
    for name in failed:
        print(f"FAILED: {name}", flush=True)
    print(f"\n{len(steps) - len(failed)} of {len(steps)} linters are content", flush=True)
    return 1 if failed else 0


def command(arguments: list[str], env: Environment) -> Callable[[], int]:
    """Return a function that runs a command in the environment and returns its exit code."""
    return lambda: cpp_checks.call(arguments, env=env.variables())
