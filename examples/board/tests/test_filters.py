from __future__ import annotations

from datetime import UTC, datetime

import pytest
from board.filters import ago, paragraphs

NOW = datetime(2026, 5, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stamp", "said"),
    [
        ("2026-05-10 11:59:40", "just now"),
        ("2026-05-10 11:59:00", "1 minute ago"),
        ("2026-05-10 10:00:00", "2 hours ago"),
        ("2026-05-07 12:00:00", "3 days ago"),
        ("2026-04-03 12:00:00", "3 April 2026"),
    ],
)
def test_ago(stamp: str, said: str) -> None:
    assert ago(stamp, NOW) == said


def test_paragraphs_escape_and_break() -> None:
    assert paragraphs("a < b\r\nc\n\n\n\nd") == "<p>a &lt; b<br>\nc</p>\n<p>d</p>"
    assert paragraphs("") == ""
