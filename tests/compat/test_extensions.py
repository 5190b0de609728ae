"""The tests of Flask's extensions, under `cruet drop-in`: as many pass as with Flask itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from aliased import environment, run_suite, unexpected
from fetched import Sdist, unpack


@dataclass(frozen=True)
class Suite:
    """An extension's tests: how many pass, what they need, which fail and why."""

    sdist: Sdist
    passing: int
    requirements: tuple[str, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)


DATACLASS = "It fails with Flask, too: SQLAlchemy 2.0.44 refuses a dataclass with a `__table__`."

SUITES = {
    "flask-login": Suite(
        Sdist(
            "Flask-Login",
            "0.6.3",
            "5e23d14a607ef12806c699590b89d0f0e0d67baeec599d75947bf9c147330333",
        ),
        114,
        ("semantic-version",),
    ),
    "flask-sqlalchemy": Suite(
        Sdist(
            "flask_sqlalchemy",
            "3.1.1",
            "e4b68bb881802dda1a7d878b2fc84c06d1ee57fb40b874d3dc97dabfa36b8312",
        ),
        450,
        ("sqlalchemy==2.0.44",),
        {
            "tests.test_model_bind::test_explicit_table[db2]": DATACLASS,
            "tests.test_model_bind::test_explicit_table[db4]": DATACLASS,
        },
    ),
    "flask-wtf": Suite(
        Sdist(
            "flask_wtf",
            "1.3.0",
            "61d5dabc50c3df885c297dcbd80810443a5d632106c8a69cab8ce740f0cdd7cc",
        ),
        83,
        ("flask-babel", "email-validator"),
    ),
    "flask-cors": Suite(
        Sdist(
            "flask_cors",
            "6.0.5",
            "30c5031552cd59f620ac0c8211dac45b345d3b2df310e7721879e4f46ef9c601",
        ),
        98,
    ),
    "flask-httpauth": Suite(
        Sdist(
            "flask_httpauth",
            "4.8.1",
            "88499b22f1353893743c3cd68f2ca561c4ad9ef75cd6bcc7f621161cd0e80744",
        ),
        121,
        ("asgiref",),
    ),
    "flask-smorest": Suite(
        Sdist(
            "flask_smorest",
            "0.46.2",
            "7d9099a37a5add415670d6904ae032eefc1d2ba2432f060d7c048c74fc655a80",
        ),
        552,
        ("apispec[yaml]",),
    ),
    "flask-marshmallow": Suite(
        Sdist(
            "flask_marshmallow",
            "1.5.0",
            "7c06b56e41647eccdb3cd57c25b109f19191b4c62509362bd64920cdf601a066",
        ),
        50,
        ("flask-sqlalchemy==3.1.1", "sqlalchemy==2.0.44", "marshmallow-sqlalchemy"),
    ),
}

# The extensions call it, Python 3.12 deprecates it, and their settings make errors of warnings.
UTCNOW = "ignore:datetime.datetime.utc:DeprecationWarning"

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("name", SUITES)
def test_all_pass_but_those_listed(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    suite = SUITES[name]
    folder = unpack(suite.sdist, tmp_path_factory.mktemp(name), rename=False)
    itself = f"{suite.sdist.name}=={suite.sdist.version}"
    python = environment(name, ("pytest==9.0.2", itself, *suite.requirements))
    options = ("-p", "no:flask", "-o", "addopts=", "-W", UTCNOW)
    result = run_suite(python, folder, *options, "tests")
    wrong = unexpected(result, suite.reasons)
    assert not wrong, "\n\n".join(wrong)
    assert len(result.passed) == suite.passing
