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

# The development server is cruet's own, as in production, and does not read what HTTP forbids.
REASONS = {
    "tests.test_serving::test_server[unix socket]": "The client sends the socket's path as its"
    " Host, and what is no host must be answered with 400 (RFC 9112, section 3.2).",
    "tests.test_serving::test_untrusted_host": "The client sends a fragment in its target, which"
    " is invalid, and should not be put right by guessing (RFC 9112, section 3.2).",
    "tests.test_serving::test_chunked_request[True]": "Content-Length beside Transfer-Encoding is"
    " how requests are smuggled, the more so one that is no number; it ought to be an error"
    " (RFC 9112, section 6.3).",
    "tests.test_serving::test_multiple_headers_concatenated": "White space around a field's value"
    " must be left out (RFC 9110, section 5.5); the test wants what follows it kept.",
    "tests.test_serving::test_multiline_header_folding": "A field that goes on in the next line is"
    " refused or joined by spaces (RFC 9112, section 5.2); the test wants the tabs kept.",
    "tests.test_serving::test_streaming_close_response[]": "The test wants a body that ends with"
    " the connection, as of HTTP/1.0; without threads, too, HTTP/1.1 is spoken and it is chunked.",
    "tests.test_serving::test_streaming_close_response[crash]": "The test wants a broken stream to"
    " look whole; being chunked, it is seen to be cut short (RFC 9112, section 8).",
}

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = unpack(WERKZEUG, tmp_path_factory.mktemp("werkzeug"), rename=False)
    python = environment("werkzeug", REQUIREMENTS)
    return run_suite(python, folder, "--timeout=60", "tests")


def test_all_pass_but_those_listed(result: Result) -> None:
    wrong = unexpected(result, REASONS)
    assert not wrong, "\n\n".join(wrong)
    assert len(result.skipped) == 1
    assert len(result.passed) + len(result.failed) + len(result.skipped) == TESTS
