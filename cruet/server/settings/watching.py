"""How others see what a server does."""

from __future__ import annotations

from dataclasses import dataclass

from ...toolkit._addresses import Address
from .table import addresses, text

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
    statsd_host: str = text(
        "",
        "Address of a statsd that is told of requests, workers and the log, by datagrams: "
        "HOST:PORT, HOST for port 8125, or unix:PATH.",
        shown="none",
        why="Prometheus asks for itself. The names are Gunicorn's, gunicorn.requests and so on, so "
        "that dashboards go on.",
        fixed=True,
    )
    statsd_prefix: str = text(
        "",
        "Stands before the names that statsd is told; a dot is put behind it.",
        shown="none",
        why="Tells services apart that share one statsd.",
        fixed=True,
    )
    dogstatsd_tags: str = text(
        "",
        "Tags for DogStatsD behind each line, as team:web,env:live.",
        shown="none",
        why="Other statsds do not know them.",
        fixed=True,
    )
