"""What is asked: hypothesis strategies made from the grammars, with mistakes put in.

Each module has `CASES`, for every operation of its counterpart in `operations/` what it is asked.
"""

from __future__ import annotations

from typing import Any

from hypothesis.strategies import SearchStrategy

from . import (
    conditions,
    cookies,
    forms,
    headers,
    messages,
    negotiation,
    places,
    routing,
    structures,
)

CASES: dict[str, SearchStrategy[tuple[Any, ...]]] = {
    **conditions.CASES,
    **cookies.CASES,
    **forms.CASES,
    **headers.CASES,
    **messages.CASES,
    **negotiation.CASES,
    **places.CASES,
    **routing.CASES,
    **structures.CASES,
}
