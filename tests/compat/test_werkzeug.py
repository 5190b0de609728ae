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
    " Host, and a Host with a slash is refused (RFC 9112, section 3.2).",
    "tests.test_serving::test_untrusted_host": "The client sends a fragment in its target, which"
    " is refused (RFC 9112, section 3.2).",
    "tests.test_serving::test_double_slash_path": "A path that begins with two slashes reaches"
    " the application as it was sent, as behind every WSGI server for production.",
    "tests.test_serving::test_chunked_request[True]": "Content-Length beside Transfer-Encoding is"
    " how requests are smuggled, and is refused (RFC 9112, section 6.1).",
    "tests.test_serving::test_multiple_headers_concatenated": "White space around a field's value"
    " is no part of it (RFC 9110, section 5.5); the test wants what follows it kept.",
    "tests.test_serving::test_multiline_header_folding": "A field that goes on in the next line is"
    " refused (RFC 9112, section 5.2).",
    "tests.test_serving::test_streaming_close_response[]": "HTTP/1.1 is spoken without threads,"
    " too: the stream is chunked and the connection goes on.",
    "tests.test_serving::test_streaming_close_response[crash]": "HTTP/1.1 is spoken without"
    " threads, too: the client sees that the stream is broken, which the test wants hidden.",
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
