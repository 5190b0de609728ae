"""Suites that `./dev test` leaves out: there are many, and each takes its time."""

from __future__ import annotations

from fetched import Sdist

from .suites import Suite

NUMBER = "Number of marshmallow 4 is abstract."
BUNDLE = "It wants no REQUESTS_CA_BUNDLE in the environment."
WORDS = "Authlib's words are others by now."

LONG = {
    "apiflask": Suite(
        Sdist(
            "apiflask",
            "3.1.2",
            "9e19b554631a518a637c8a77887be37f37d46aeeee3d4a863bc4f6f0128bde23",
        ),
        522,
        "asgiref jsonschema==4.25.1 openapi-spec-validator==0.7.2"
        " openapi-schema-validator==0.6.3 pyyaml rfc3339-validator requests authlib==1.6.5"
        " flask-sqlalchemy marshmallow-dataclass flask-marshmallow pydantic[email]"
        " openapi-pydantic",
        reasons={
            "tests.test_openapi_headers::test_spec_with_dict_headers": NUMBER,
        },
        targets="tests examples",
        long=True,
    ),
    "flask-talisman": Suite(
        Sdist(
            "flask-talisman",
            "1.1.0",
            "c5f486f5f54420729f84b3c3850cd63f96e8b033a9629bee66c524ea363797ff",
        ),
        15,
        targets="flask_talisman/talisman_test.py",
        long=True,
    ),
    "flask-socketio": Suite(
        Sdist(
            "flask_socketio",
            "5.7.0",
            "aa01e50106962808dadc245407c3b6354295b1526e888bd154dc7ff4801a7c88",
        ),
        43,
        "redis",
        targets="test_socketio.py",
        long=True,
    ),
    "flask-migrate": Suite(
        Sdist(
            "flask_migrate",
            "4.1.0",
            "1a336b06eb2c3ace005f5f2ded8641d534c18798d64061f6ff11f79e1434126d",
        ),
        7,
        long=True,
    ),
    "flask-compress": Suite(
        Sdist(
            "flask_compress",
            "1.25",
            "802954fb3af048cf4ca2a3b414393bf2b98466ae8067e6654ea0aa34ba34aff5",
        ),
        56,
        "flask-caching",
        long=True,
    ),
    "flask-dance": Suite(
        Sdist(
            "flask_dance",
            "7.1.0",
            "6d0510e284f3d6ff05af918849791b17ef93a008628ec33f3a80578a44b51674",
        ),
        201,
        "flask-dance[sqla,signals] pytest-mock responses freezegun flask-sqlalchemy flask-login"
        " flask-caching betamax oauthlib[signedtoken] coverage",
        reasons={
            "tests.contrib.test_gitlab::test_no_verify_api_call": BUNDLE,
        },
        long=True,
    ),
    "flask-moment": Suite(
        Sdist(
            "flask_moment",
            "1.0.6",
            "2f8969907cbacde4a88319792e8f920ba5c9dd9d99ced2346cad563795302b88",
        ),
        43,
        long=True,
    ),
    "flask-oidc": Suite(
        Sdist(
            "flask_oidc",
            "2.4.0",
            "e72378fcea8f90ccab874836a61f1783092a900c965e52587c1307e38b2e2153",
        ),
        45,
        "responses pytest-mock",
        reasons={
            "tests.test_flask_oidc::test_accept_token_no_token": WORDS,
        },
        long=True,
    ),
    "flask-sock": Suite(
        Sdist(
            "flask-sock",
            "0.7.0",
            "e023b578284195a443b8d8bdb4469e6a6acf694b89aeb51315b1a34fcf427b7d",
        ),
        3,
        long=True,
    ),
    "flask-reuploaded": Suite(
        Sdist(
            "flask_reuploaded",
            "1.6.0",
            "c18910646384281fbcaa2ee7325f3dc68c3278d33ff4cf1f6053716b580954ac",
        ),
        58,
        long=True,
    ),
    "flask-paginate": Suite(
        Sdist(
            "flask_paginate",
            "2026.10.22",
            "231eee20ccf8abe1dc2abadc0349f21e2a328ac359fe7e945ffe33c8fa8c3509",
        ),
        7,
        targets="tests/tests.py",
        long=True,
    ),
    "frozen-flask": Suite(
        Sdist(
            "frozen_flask",
            "1.0.2",
            "53a7895b188b7d59eb8d6fcf3fce18e097d8b4a26b6bb665e176add1a1e03aaf",
        ),
        193,
        long=True,
    ),
    "pytest-flask": Suite(
        Sdist(
            "pytest-flask",
            "1.3.0",
            "58be1c97b21ba3c4d47e0a7691eb41007748506c36bf51004f78df10691fa95e",
        ),
        34,
        "mock",
        long=True,
        pytest="8.4.2",
    ),
    "pytest-httpserver": Suite(
        Sdist(
            "pytest_httpserver",
            "1.2.0",
            "d07744ce2efaafa0575ed3081d416b999c773b09e84aa95065138bedc3e12352",
        ),
        145,
        "requests httpx trustme cryptography",
        long=True,
    ),
    "httpbin-tests": Suite(
        Sdist(
            "httpbin",
            "0.10.4",
            "6023a5a2e8fb8e91abdd6d34d1f1f455092f97d567c25600e1b48ee1178aa738",
        ),
        70,
        long=True,
    ),
    "webargs": Suite(
        Sdist(
            "webargs",
            "8.7.1",
            "799bf9039c76c23fd8dc1951107a75a9e561203c15d6ae8f89c1e46e234636c1",
        ),
        469,
        "webargs[frameworks] pytest-asyncio webtest==3.0.7 webtest-aiohttp==2.0.0 pytest-aiohttp"
        " packaging",
        targets="tests --ignore=tests/test_tornadoparser.py",
        long=True,
    ),
    "sentry-flask": Suite(
        Sdist(
            "sentry_sdk",
            "2.75.0",
            "c38ac2d4b2435c11da821e173bb9d9088c98f41ae92f559ce0e424170a8e1a29",
        ),
        136,
        "sentry-sdk[flask] pytest-forked pytest-localserver jsonschema executing asttokens"
        " responses flask-login brotli pytest-asyncio grpcio socksio httpcore[http2]",
        targets="tests/integrations/flask",
        long=True,
    ),
    "opentelemetry-flask": Suite(
        Sdist(
            "opentelemetry_instrumentation_flask",
            "0.66b1",
            "10f788aff95236f0dbaaa066687283bf6345bb3c77bbb437f0fb67cb6222d5eb",
        ),
        60,
        "opentelemetry-test-utils==0.66b1 opentelemetry-sdk",
        long=True,
    ),
    "opentelemetry-wsgi": Suite(
        Sdist(
            "opentelemetry_instrumentation_wsgi",
            "0.66b1",
            "ce803d8e828e75d7225c25a618b692cbd4687a11be64356308ed1feab0f70bab",
        ),
        52,
        "opentelemetry-test-utils==0.66b1 opentelemetry-sdk",
        long=True,
    ),
    "klein": Suite(
        Sdist(
            "klein",
            "24.8.0",
            "1eef4f583c4f8ef4fc57d8b57753fe6e8935501eb36497bb574064e80e3d0b15",
        ),
        246,
        "treq hypothesis idna mock",
        targets="src/klein -o python_files=test_*.py",
        long=True,
    ),
    "flask-restful": Suite(
        Sdist(
            "Flask-RESTful",
            "0.3.10",
            "fe4af2ef0027df8f9b4f797aba20c5566801b6ade995ac63b588abf1a59cec37",
        ),
        29,
        "mock blinker pynose setuptools<80",
        # The others want what Flask 2.3 and Werkzeug 2.1 have taken away.
        targets="tests/test_accept.py tests/test_api_with_blueprint.py tests/test_cors.py",
        long=True,
    ),
    "isso-tests": Suite(
        Sdist(
            "isso",
            "0.14.0",
            "9e2ac090f49aeb8e33871280fcf9680e0ec68dcca50b5ef72e5f275df623c9e5",
        ),
        113,
        targets="isso/tests",
        long=True,
    ),
}
