"""Small applications do in cruet what they do in Flask, or there is a listed reason not to.

The same probes, `tests/support/behaviour/probes`, run in both frameworks, and in cruet in each way
that a request comes: by WSGI, from the wire as far as the response, and as far as the bytes sent.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from behaviour import comparing, driver
from behaviour.differences import DIFFERENCES

pytestmark = pytest.mark.heavy

PROBES = sorted(driver.probes())
#: How many outcomes are compared at least, in each way.
COMPARED = 11_000


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("behaviour")
    comparing.prepare(folder)
    return folder


@pytest.mark.parametrize("way", comparing.WAYS)
@pytest.mark.parametrize("probe", PROBES)
def test_same_outcomes(probe: str, way: str, folder: Path) -> None:
    wrong = comparing.unexpected([*comparing.differing(probe, way, folder)], DIFFERENCES)
    assert not wrong, "\n".join(wrong)


def test_every_probe_comes_to_its_end(folder: Path) -> None:
    outcomes = comparing.run("flask", "wsgi", folder)
    assert [probe for probe in PROBES if driver.ENDED in outcomes[probe]] == []
    assert sum(map(len, outcomes.values())) > COMPARED


@pytest.mark.parametrize("known", DIFFERENCES, ids=lambda known: known.patterns[0])
def test_listed_difference_is_one(known: comparing.Difference, folder: Path) -> None:
    for way in known.ways:
        found = [each for probe in PROBES for each in comparing.differing(probe, way, folder)]
        idle = [p for p in known.patterns if not any(known.matches(p, entry) for entry in found)]
        assert idle == [], f"in the way {way} these do not differ"
