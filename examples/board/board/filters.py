"""Template filters and what every template may use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

from cruet import Flask

from .notices import KINDS

# How many of a unit make the next one.
_UNITS = ((60, "minute"), (24, "hour"), (7, "day"))


def ago(stamp: str, now: datetime | None = None) -> str:
    """How long ago a UTC time of the database was: `just now`, `5 minutes ago`, `3 May 2026`."""
    then = datetime.fromisoformat(stamp).replace(tzinfo=UTC)
    amount = ((now or datetime.now(UTC)) - then).total_seconds() / 60
    if amount < 1:
        return "just now"
    for size, unit in _UNITS:
        if amount < size:
            count = int(amount)
            return f"{count} {unit}{'s' if count != 1 else ''} ago"
        amount /= size
    return f"{then.day} {then:%B %Y}"


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs: a blank line parts two, a line end breaks the line."""
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    breaks = Markup("<br>\n")
    return Markup("\n").join(
        Markup("<p>{}</p>").format(breaks.join(map(escape, block.strip().split("\n"))))
        for block in blocks
    )


def _common() -> dict[str, Any]:
    return {"kinds": KINDS}


def init_app(app: Flask) -> None:
    app.add_template_filter(ago)
    app.add_template_filter(paragraphs)
    app.context_processor(_common)
