"""Flask's own tests, under `cruet drop-in`."""

from __future__ import annotations

import pytest
from aliased import Result, environment, run_suite, unexpected
from fetched import FLASK, unpack

TESTS = 490
REQUIREMENTS = ("pytest==9.0.2", "asgiref==3.10.0", "greenlet==3.2.4", "python-dotenv==1.2.1")

REASONS = {
    "tests.test_appctx::test_app_ctx_globals_methods": "`repr(g)` names the module: cruet.",
    "tests.test_reqctx::test_bad_environ_raises_bad_request": "It fails with Flask and Werkzeug"
    " 3.1.9, too, which does not look at a Host before it is asked for.",
}

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = unpack(FLASK, tmp_path_factory.mktemp("flask"), rename=False)
    return run_suite(environment("flask", REQUIREMENTS), folder, "tests")


def test_all_pass_but_those_listed(result: Result) -> None:
    wrong = unexpected(result, REASONS)
    assert not wrong, "\n\n".join(wrong)
    assert len(result.passed) + len(result.failed) + len(result.skipped) == TESTS
