"""The probes, by what of the framework they look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: What a probe yields: labels and outcomes.
Outcomes = Iterator[tuple[str, Any]]
