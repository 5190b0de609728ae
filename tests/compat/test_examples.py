"""The example applications' own tests."""

from __future__ import annotations

from fetched import ROOT, run_suite


def test_the_boards_own_tests_pass() -> None:
    assert "36 passed" in run_suite(ROOT / "examples" / "board", "tests")
