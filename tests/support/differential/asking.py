"""How the questions of one operation are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.internal.conjecture import providers
from hypothesis.strategies import SearchStrategy

SHORT = 60  # questions an operation in each test run


def ask(
    case: SearchStrategy[tuple[Any, ...]], answer: Callable[..., None], number: int | None
) -> None:
    """Call `answer` with `number` questions, other ones each time; None: `SHORT`, always the same.

    A question for which `answer` raises is made smaller, and raised again with what it was.
    """

    @settings(
        max_examples=SHORT if number is None else number,
        derandomize=number is None,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(case)
    def asked(arguments: tuple[Any, ...]) -> None:
        answer(*arguments)

    if number is None:
        with _no_constants_of_sources():
            asked()
    else:
        asked()


@contextmanager
def _no_constants_of_sources() -> Iterator[None]:
    """Keep hypothesis from drawing the constants that it finds in the modules imported so far.

    They are good questions in a longer run. In a short one they would make all questions others
    whenever a source changes or another test runs before: a difference that nobody has looked into
    yet would then be met by chance, and by who has nothing to do with it.
    """
    provider = providers.HypothesisProvider
    collected = vars(provider)["_local_constants"]
    provider._local_constants = providers.Constants()
    providers.CONSTANTS_CACHE.cache.clear()
    try:
        yield
    finally:
        provider._local_constants = collected
        providers.CONSTANTS_CACHE.cache.clear()
