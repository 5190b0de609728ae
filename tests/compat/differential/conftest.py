"""How many questions are asked, and whom."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from differential.comparing import Pair
from differential.peer import Peer

ASKED = pytest.StashKey[Pair]()


@pytest.fixture(scope="session")
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    with Peer() as peer:
        request.config.stash[ASKED] = pair = Pair(peer)
        yield pair


@pytest.fixture(scope="session")
def long_run() -> int | None:
    """Questions in a longer run; None in a short one, which is always the same."""
    asked = os.environ.get("CRUET_DIFFERENTIAL")
    return int(asked) if asked else None


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if ASKED not in config.stash:
        return
    pair = config.stash[ASKED]
    excused = sum(pair.excused.values())
    terminalreporter.write_line(
        f"cruet and Werkzeug: {pair.asked} questions, {excused} answers differ for listed reasons"
    )
    for reason, count in sorted(pair.excused.items(), key=lambda pair: -pair[1]):
        terminalreporter.write_line(f"{count:7}  {reason}")
