"""How others see what a server does."""

from __future__ import annotations

from dataclasses import dataclass

from ...toolkit._addresses import Address
from .table import addresses

#: Where nobody says another port.
METRICS_PORT = 9101


@dataclass(kw_only=True)
class Watching:
    """Watching"""

    metrics_bind: list[Address] = addresses(
        "Where /metrics (for Prometheus, of all workers together), /health and /ready are "
        f"answered: HOST:PORT, or HOST for port {METRICS_PORT}, or unix:PATH.",
        default_port=METRICS_PORT,
        shown="none",
        why="cruet status and cruet top need no port; whoever scrapes says from where.",
        fixed=True,
    )
