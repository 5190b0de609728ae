"""What both toolkits are asked. Each function takes the toolkit's package and plain values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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

Operation = Callable[..., Any]

OPERATIONS: dict[str, Operation] = {
    function.__name__: function
    for module in (
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
    for function in vars(module).values()
    if getattr(function, "__module__", None) == module.__name__
    and not function.__name__.startswith("_")
}
