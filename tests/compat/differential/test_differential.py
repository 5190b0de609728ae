"""cruet.toolkit gives Werkzeug's answers, or a listed reason to differ.

`./dev compat differential` asks at least 200,000 questions, other ones each time; with
`--hypothesis-seed=1` behind it, those of that seed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from differential.asking import SHORT, ask
from differential.comparing import Pair
from differential.differences import DIFFERENCES, Difference
from differential.grammars import CASES
from differential.operations import OPERATIONS

pytestmark = pytest.mark.heavy


def test_every_operation_is_asked() -> None:
    assert sorted(CASES) == sorted(OPERATIONS)


@pytest.mark.parametrize("operation", sorted(CASES))
def test_same_answer(operation: str, pair: Pair, long_run: int | None) -> None:
    def answer(*arguments: object) -> None:
        pair.compare(operation, *arguments)

    ask(CASES[operation], answer, long_run and -(-long_run // len(CASES)))


def test_short_run_is_the_same_whatever_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn() -> list[tuple[object, ...]]:
        questions: list[tuple[object, ...]] = []
        ask(CASES["dump_age"], lambda *arguments: questions.append(arguments), None)
        return questions

    before = drawn()
    assert len(before) == SHORT
    source = tmp_path / "with_constants.py"
    source.write_text("SECONDS = [12345.5, 123456789]")
    module = ModuleType("with_constants")
    module.__file__ = str(source)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert drawn() == before


@pytest.mark.parametrize("known", DIFFERENCES, ids=lambda known: known.example[0])
def test_listed_difference_is_one(known: Difference, pair: Pair) -> None:
    operation, arguments = known.example
    ours, theirs = pair.answers(operation, *arguments)
    assert repr(ours) != repr(theirs)
    assert operation in known.operations
    assert known.applies(arguments, ours, theirs)
