"""Werkzeug's own tests, under `cruet drop-in`."""

from __future__ import annotations

import pytest
from aliased import Result, environment, run_suite, unexpected
from fetched import Sdist, unpack

WERKZEUG = Sdist(
    "werkzeug", "3.1.9", "55ca7c70a75689be937aa27f8ff4b018f06ff4838fc73045560bf0f5a1291060"
)
TESTS = 981
REQUIREMENTS = (
    "pytest==9.1.1",
    "pytest-timeout==2.4.0",
    "watchdog==6.0.0",
    "ephemeral-port-reserve==1.1.4",
    "cryptography==50.0.2",
    "cffi==2.1.1",
)

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = unpack(WERKZEUG, tmp_path_factory.mktemp("werkzeug"), rename=False)
    python = environment("werkzeug", REQUIREMENTS)
    return run_suite(python, folder, "--timeout=60", "tests")


def test_all_pass(result: Result) -> None:
    wrong = unexpected(result, {})
    assert not wrong, "\n\n".join(wrong)
    assert len(result.skipped) == 1
    assert len(result.passed) + len(result.failed) + len(result.skipped) == TESTS
