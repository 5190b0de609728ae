"""The table of suites tells what was run, and what passes with Flask alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from aliased import Result
from extension_suites import table

SUITES = table.SUITES.items()


def test_the_page_tells_of_suites_what_their_tests_ask_for() -> None:
    before, mark, rows = table.PAGE.read_text(encoding="utf-8").partition(table.HEAD)
    assert before.startswith("# ") and mark and rows
    suites = {name: table.row(name, suite.passing, suite.passing) for name, suite in SUITES}
    for row in rows.splitlines():
        assert row == suites[row.split()[1]]


def test_rows_of_other_suites_stay() -> None:
    rows = {name: table.row(name, 1, 2) for name in ("flask-cors", "flask-login")}
    text = f"# Title\n\nwords\n\n{table.HEAD}{rows['flask-login']}\n| gone | 1 | 1 | 1 |\n"
    made = table.page(text, {"flask-cors": rows["flask-cors"]})
    assert made == f"# Title\n\nwords\n\n{table.HEAD}{rows['flask-cors']}\n{rows['flask-login']}\n"
    newer = table.row("flask-login", 3, 3)
    assert table.page(made, {"flask-login": newer}) == made.replace(rows["flask-login"], newer)
    assert table.page("words\n", {"flask-login": newer}) == f"words\n\n{table.HEAD}{newer}\n"


@pytest.mark.parametrize(("with_cruet", "code"), [("ab", 0), ("a", 1), ("abc", 0)])
def test_fewer_than_with_flask_is_a_failure(
    with_cruet: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(name: str, folder: Path, with_flask: bool) -> Result:
        return Result({*("ab" if with_flask else with_cruet)}, set(), {"x": "why"})

    page = tmp_path / "page.md"
    page.write_text("# Title\n")
    monkeypatch.setattr(table, "PAGE", page)
    monkeypatch.setattr(table, "run", run)
    assert table.main(["flask-login"]) == code
    row = f"| flask-login | 0.6.3 | 2 | {len(with_cruet)} |\n"
    assert page.read_text() == f"# Title\n\n{table.HEAD}{row}"
    assert capsys.readouterr().out.endswith("worse: flask-login\n") == bool(code)
