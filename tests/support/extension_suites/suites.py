"""Which suites there are, what they need, and what of them fails with Flask itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from fetched import Sdist


@dataclass(frozen=True)
class Suite:
    """A package's tests, as its sdist holds them.

    :ivar passing: how many pass, with Flask and with cruet.
    :ivar requirements: besides the package itself, separated by spaces.
    :ivar reasons: tests that fail with either, and why.
    :ivar targets: what pytest is given in the sdist's folder, separated by spaces.
    :ivar long: `./dev test` leaves it out, and `./dev compat` does not.
    """

    sdist: Sdist
    passing: int
    requirements: str = ""
    reasons: dict[str, str] = field(default_factory=dict)
    targets: str = "tests"
    long: bool = False
    pytest: str = "9.0.2"


GROUP = "Since click 8.2 a group of commands that is given none ends with 2, not with 0."
DATACLASS = "SQLAlchemy 2.0.44 refuses a dataclass with a `__table__`."

SUITES = {
    "flask-login": Suite(
        Sdist(
            "Flask-Login",
            "0.6.3",
            "5e23d14a607ef12806c699590b89d0f0e0d67baeec599d75947bf9c147330333",
        ),
        114,
        "semantic-version",
    ),
    "flask-sqlalchemy": Suite(
        Sdist(
            "flask_sqlalchemy",
            "3.1.1",
            "e4b68bb881802dda1a7d878b2fc84c06d1ee57fb40b874d3dc97dabfa36b8312",
        ),
        450,
        "sqlalchemy==2.0.44",
        reasons={
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
        "flask-babel email-validator",
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
        "asgiref",
    ),
    "flask-smorest": Suite(
        Sdist(
            "flask_smorest",
            "0.46.2",
            "7d9099a37a5add415670d6904ae032eefc1d2ba2432f060d7c048c74fc655a80",
        ),
        552,
        "apispec[yaml]",
    ),
    "flask-marshmallow": Suite(
        Sdist(
            "flask_marshmallow",
            "1.5.0",
            "7c06b56e41647eccdb3cd57c25b109f19191b4c62509362bd64920cdf601a066",
        ),
        50,
        "flask-sqlalchemy==3.1.1 sqlalchemy==2.0.44 marshmallow-sqlalchemy",
    ),
    "flask-jwt-extended": Suite(
        Sdist(
            "flask_jwt_extended",
            "4.7.4",
            "78fd0f460317facf3a0084a6457ffaf2f1dda9eefbd576f94cea35b0eadd5531",
        ),
        180,
        "cryptography python-dateutil",
    ),
    "flask-openapi3": Suite(
        Sdist(
            "flask_openapi3",
            "4.3.2",
            "a53a74bd71f07f5fa491c9cc928c7fc2c005a62f21e06b6aa27cfc11aa9ae1bc",
        ),
        118,
        "flask-openapi3[yaml] asgiref",
    ),
    "flask-vite": Suite(
        Sdist(
            "flask_vite",
            "0.6.1",
            "1681765668fa9dc7ca985f5ee395b1f7ed1d4db861407cccbcfdaf0346d4112c",
        ),
        18,
        "pytest-mock",
        reasons={
            "tests.test_flask_vite::test_cli": GROUP,
        },
    ),
    "pytest-localserver": Suite(
        Sdist(
            "pytest_localserver",
            "0.10.0.post0",
            "06c21a66609d862b42bd9cb816334820e696ea8f77cacddfe159127d48649851",
        ),
        64,
        "pytest-localserver[smtp] requests six",
    ),
    "flask-caching": Suite(
        Sdist(
            "flask_caching",
            "2.5.1",
            "f75b451fde3faac0e278da72263818134deca8c4ba6bb07b9b3b238991368dae",
        ),
        142,
        "flask[async] pytest-asyncio pytest-xprocess asgiref redis",
        # The others want servers.
        targets="tests/test_view.py tests/test_memoize.py tests/test_subclassing.py"
        " tests/test_signals.py tests/test_serializer.py tests/test_hash_method.py"
        " tests/test_cachelib.py tests/test_templates.py tests/test_init.py"
        " --deselect=tests/test_init.py::test_init_nullcache[MemcachedCache]",
    ),
}
