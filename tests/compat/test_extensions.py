"""The tests of Flask's extensions, under `cruet drop-in`: as many pass as with Flask itself."""

from __future__ import annotations

import os

import pytest
from aliased import unexpected
from extension_suites.table import SUITES, run

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("name", SUITES)
def test_all_pass_but_those_listed(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    suite = SUITES[name]
    if suite.long and "CRUET_COMPAT" not in os.environ:
        pytest.skip(f"many suites take long: ./dev compat {name}")
    result = run(name, tmp_path_factory.mktemp(name))
    wrong = unexpected(result, suite.reasons)
    assert not wrong, "\n\n".join(wrong)
    assert len(result.passed) == suite.passing
