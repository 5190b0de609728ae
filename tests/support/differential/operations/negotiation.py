"""Content negotiation."""

from __future__ import annotations

from typing import Any

_KINDS = {
    "any": "Accept",
    "mime": "MIMEAccept",
    "charset": "CharsetAccept",
    "language": "LanguageAccept",
}


def accept(kit: Any, value: str, kind: str, offers: list[str], default: str | None) -> Any:
    found = kit.http.parse_accept_header(value, getattr(kit.datastructures, _KINDS[kind]))
    shown = [
        *([*found], found.to_header(), str(found), found.best, [*found.values()], len(found)),
        *(bool(found), found.best_match(offers, default)),
        [_each(found, offer) for offer in offers],
    ]
    if kind == "mime":
        shown.append([found.accept_html, found.accept_xhtml, found.accept_json])
    return shown


def accept_made(kit: Any, items: list[tuple[str, float]], kind: str, offers: list[str]) -> Any:
    made = getattr(kit.datastructures, _KINDS[kind])(items)
    return [[*made], made.to_header(), made.best_match(offers), [_each(made, o) for o in offers]]


def _each(found: Any, offer: str) -> Any:
    answers = [found[offer], found.quality(offer), offer in found, found.find(offer)]
    try:
        return [*answers, found.index(offer)]
    except ValueError:
        return [*answers, "ValueError"]


def request_accepts(kit: Any, fields: dict[str, str]) -> Any:
    request = kit.wrappers.Request({"REQUEST_METHOD": "GET", **fields})
    return [
        [*kind]
        for kind in (
            request.accept_mimetypes,
            request.accept_charsets,
            request.accept_encodings,
            request.accept_languages,
        )
    ]
