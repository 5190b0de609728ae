"""Headers, multi-dicts and sets: sequences of changes."""

from __future__ import annotations

from typing import Any


def _applied(target: Any, steps: list[tuple[Any, ...]], shown: Any) -> Any:
    """What each step, (method, arguments, keywords), gives, and how things stand then."""
    seen = []
    for name, arguments, keywords in steps:
        try:
            result = getattr(target, name)(*arguments, **keywords)
        except Exception as error:
            # A BadRequestKeyError stands for a KeyError.
            result = ["raises", "KeyError" if isinstance(error, KeyError) else type(error).__name__]
        if result is not None and hasattr(result, "__next__"):
            result = [*result]
        seen.append([name, result, shown(target)])
    return seen


def headers(kit: Any, start: list[tuple[str, str]], steps: list[tuple[Any, ...]]) -> Any:
    made = kit.datastructures.Headers(start)
    return _applied(made, steps, lambda found: [found.to_wsgi_list(), str(found), len(found)])


def environ_headers(kit: Any, environ: dict[str, str], names: list[str]) -> Any:
    found = kit.datastructures.EnvironHeaders(environ)
    return [
        sorted(found),
        len(found),
        [[found.get(name), found.getlist(name), name in found] for name in names],
    ]


def multi_dict(kit: Any, start: list[tuple[str, str]], steps: list[tuple[Any, ...]]) -> Any:
    made = kit.datastructures.MultiDict(start)
    return _applied(made, steps, lambda found: [[*found.items(multi=True)], [*found.lists()]])


def combined(kit: Any, parts: list[list[tuple[str, str]]], names: list[str]) -> Any:
    structures = kit.datastructures
    made = structures.CombinedMultiDict([structures.MultiDict(part) for part in parts])
    return [
        [[made.get(name), made.getlist(name), name in made] for name in names],
        [
            *([*made.items(multi=True)], sorted(made.keys()), sorted(made.lists())),
            *(sorted(made.to_dict().items()), len(made)),
        ],
    ]


def header_set_changed(kit: Any, start: list[str], steps: list[tuple[Any, ...]]) -> Any:
    calls: list[int] = []
    made = kit.datastructures.HeaderSet(start, lambda found: calls.append(1))
    seen = _applied(made, steps, lambda found: [[*found], found.to_header()])
    return [seen, len(calls)]
