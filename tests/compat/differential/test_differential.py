"""cruet.toolkit gives Werkzeug's answers, or a listed reason to differ.

`./dev compat differential` asks at least 200,000 questions, other ones each time.
"""

from __future__ import annotations

import pytest
from differential.comparing import Pair
from differential.differences import DIFFERENCES, Difference
from differential.grammars import CASES
from differential.operations import OPERATIONS
from hypothesis import HealthCheck, Phase, given, settings

pytestmark = pytest.mark.heavy

SHORT = 60  # questions an operation in each test run
PHASES = (Phase.explicit, Phase.generate, Phase.shrink)


def test_every_operation_is_asked() -> None:
    assert sorted(CASES) == sorted(OPERATIONS)


@pytest.mark.parametrize("operation", sorted(CASES))
def test_same_answer(operation: str, pair: Pair, long_run: int | None) -> None:
    @settings(
        max_examples=-(-long_run // len(CASES)) if long_run else SHORT,
        derandomize=long_run is None,
        database=None,
        deadline=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )
    @given(CASES[operation])
    def ask(arguments: tuple[object, ...]) -> None:
        pair.compare(operation, *arguments)

    ask()


@pytest.mark.parametrize("known", DIFFERENCES, ids=lambda known: known.example[0])
def test_listed_difference_is_one(known: Difference, pair: Pair) -> None:
    operation, arguments = known.example
    ours, theirs = pair.answers(operation, *arguments)
    assert repr(ours) != repr(theirs)
    assert operation in known.operations
    assert known.applies(arguments, ours, theirs)
