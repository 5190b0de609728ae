"""The cases of tests/faults in short: what they count must come out right, however long it takes.

``./dev faults`` runs them in full, with their times, beside other servers.
"""

from __future__ import annotations

import pytest
from faults import clients, disks, processes
from faults.figures import SHORT, Case
from faults.sides import CRUET, Side

from benchmarks.processes import Unmeasurable

CASES = [*processes.CASES, *clients.CASES, *disks.CASES]


@pytest.mark.parametrize("side", CRUET, ids=lambda side: side.name)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_counts(case: Case, side: Side) -> None:
    try:
        figures = case.measure(side, SHORT)
    except Unmeasurable as error:
        pytest.skip(str(error))
    counts = [figure for figure in figures if not figure.unit and figure.goal]
    assert counts
    assert [f"{each.what}: {each.value}" for each in counts if not each.met] == []
