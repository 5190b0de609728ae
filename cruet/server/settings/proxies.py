"""Which proxies are believed, and what of the fields that they send."""

from __future__ import annotations

from dataclasses import dataclass

from .table import choice, networks, pairs, words

#: Of a field that says of itself where a request came from.
FORWARDED = (
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-prefix",
)
PROXY_PROTOCOLS = ("off", "v1", "v2", "auto")
HEADER_MAPS = ("drop", "refuse", "dangerous")


@dataclass(kw_only=True)
class Proxies:
    """Behind a proxy"""

    forwarded_allow_ips: list[str] = networks(
        ["127.0.0.1", "::1", "unix"],
        "Peers that are believed: addresses, networks such as 10.0.0.0/8, unix for UNIX sockets, "
        "* for everybody.",
        variables="FORWARDED_ALLOW_IPS",
        worker=True,
        why="Gunicorn's: a proxy on this machine, and nobody else.",
    )
    forwarded_headers: list[str] = words(
        [],
        "Fields that peers which are believed may tell of their client by: forwarded (RFC 7239), "
        "x-forwarded-for, -proto, -host, -port, -prefix.",
        among=FORWARDED,
        worker=True,
        why="A proxy hands on what it does not set itself, as its client sent it: only who runs it "
        "knows which fields it sets.",
    )
    secure_scheme_headers: dict[str, str] = pairs(
        {"X-FORWARDED-PROTOCOL": "ssl", "X-FORWARDED-PROTO": "https", "X-FORWARDED-SSL": "on"},
        "Fields and values by which peers that are believed say that their client came over TLS; "
        "two that contradict each other are a 400.",
        worker=True,
        why="Gunicorn's.",
    )
    proxy_protocol: str = choice(
        "off",
        "The version of the PROXY protocol by whose header connections of --proxy-allow-ips begin; "
        "auto is either. It comes before TLS. A connection without it is closed; the fields of "
        "--forwarded-headers are then believed of the peer that it names.",
        PROXY_PROTOCOLS,
        worker=True,
        why="Who may leave it out could have his client write one.",
    )
    proxy_allow_ips: list[str] = networks(
        ["127.0.0.1", "::1", "unix"],
        "Peers whose connections begin with a header of the PROXY protocol, which is believed: as "
        "--forwarded-allow-ips. Those of others do without.",
        worker=True,
        why="Gunicorn's.",
    )
    header_map: str = choice(
        "drop",
        "What becomes of fields with an underscore in their name: dropped, refused with a 400, or "
        "handed on, to be taken for those with hyphens.",
        HEADER_MAPS,
        worker=True,
        why="Gunicorn's and nginx's: X_Real_IP would pass for the X-Real-IP that a proxy vouches "
        "for.",
    )
