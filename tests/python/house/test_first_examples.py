"""The table of extensions tells of every example, and of every failure."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from first_examples import table


def test_the_page_has_a_row_for_each_example() -> None:
    text = table.PAGE.read_text(encoding="utf-8").partition("\n## ")[0]
    rows = re.findall(r"^\| (\S+) \| (\S+) \|", text, re.MULTILINE)
    first_lines = [path.read_text(encoding="utf-8").split("\n")[0] for path in _examples()]
    assert rows.pop(0) == ("package", "version")
    assert len(rows) == len(first_lines) == 32
    for first in first_lines:
        package, _, version = first.removeprefix("# requires: ").split()[0].partition("==")
        assert (package, version) in rows


@pytest.mark.parametrize(
    ("source", "imports", "works"),
    [
        ("import sys", "", ""),
        ("import sys\nassert not sys, 'a | b'", "", "no: AssertionError: a | b"),
        ("import sys, no_such", *["no: ModuleNotFoundError: No module named 'no_such'"] * 2),
    ],
)
def test_what_fails_is_told(
    source: str, imports: str, works: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "environment", lambda *_: Path(table.sys.executable))
    path = tmp_path / "some.py"
    path.write_text(f"# requires: some==1 other\n{source}\n")
    state = table.look_at(path)
    assert state == table.State("some", "1", imports, works)
    assert state.row().count(" | ") == 3


def test_what_cannot_be_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Path:
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(table, "environment", fail)
    path = tmp_path / "some.py"
    path.write_text("# requires: some==1\n")
    assert table.look_at(path).imports.startswith("cannot be installed")


def _examples() -> list[Path]:
    return sorted(table.EXAMPLES.glob("*.py"))
