"""JSON: the provider, jsonify, tagged JSON."""

from __future__ import annotations

import dataclasses
import io
from collections import namedtuple
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from markupsafe import Markup

from . import Outcomes


@dataclasses.dataclass
class _Point:
    x: int
    y: Any = None


class _Colour(StrEnum):
    RED = "red"


_Pair = namedtuple("_Pair", "a b")

VALUES: dict[str, Any] = {
    "None": None,
    "text": "ä<>&'\"\u2028",
    "date": date(2024, 5, 6),
    "datetime": datetime(2024, 5, 6, 7, 8, 9, 10, tzinfo=UTC),
    "naive datetime": datetime(2024, 5, 6, 7, 8, 9),
    "time": time(7, 8),
    "timedelta": timedelta(1),
    "UUID": UUID(int=5),
    "Decimal": Decimal("1.10"),
    "dataclass": _Point(1, _Point(2, UUID(int=1))),
    "dataclass's class": _Point,
    "Markup": Markup("<b>"),
    "namedtuple": _Pair(1, 2),
    "enum": _Colour.RED,
    "set": {1},
    "bytes": b"a",
    "nan": float("nan"),
    "mixed keys": {1: 1, "a": 2},
    "number keys": {2: 1, 1: 2},
    "bool keys": {True: 1},
    "tuple keys": {(1, 2): 3},
    "nested": {"b": [{"d": 1, "c": [1, 2]}], "a": {}},
    "large": 10**30,
}


def outside(kit: Any) -> Outcomes:
    json = kit.flask.json
    for label, value in VALUES.items():
        yield label, kit.tries(json.dumps, value)
        with kit.app().app_context():
            yield f"{label} in an app context", kit.tries(json.dumps, value)
    yield "options", kit.tries(json.dumps, {"b": 1, "a": "ä"}, indent=1, ensure_ascii=False)
    yield "default", kit.tries(json.dumps, {1}, default=list)
    for text in ("[1]", b"[1]", "{", "", "NaN", b"\xff"):
        yield f"loads {text!r}", kit.tries(json.loads, text)
        with kit.app().app_context():
            yield f"loads {text!r} in an app context", kit.tries(json.loads, text)
    out = io.StringIO()
    json.dump({"a": [UUID(int=1)]}, out)
    yield "dump", out.getvalue()
    yield "load", kit.tries(json.load, io.StringIO('{"a": 1}'))
    yield "load bytes", kit.tries(json.load, io.BytesIO(b'{"a": 1}'))
    yield "load with an option", kit.tries(json.loads, "1.5", parse_float=str)


def jsonify(kit: Any) -> Outcomes:
    flask = kit.flask
    calls: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
        "nothing": ((), {}),
        "one": (([1],), {}),
        "several": ((1, "a", None), {}),
        "keywords": ((), {"b": 1, "a": 2}),
        "both": ((1,), {"a": 2}),
        **{label: ((value,), {}) for label, value in VALUES.items()},
    }
    for debug in (False, True):
        for label, (arguments, keywords) in calls.items():
            app = kit.app(DEBUG=debug)
            app.add_url_rule("/", "view", lambda a=arguments, k=keywords: flask.jsonify(*a, **k))
            yield f"debug {debug}: {label}", kit.ask(app)


def options(kit: Any) -> Outcomes:
    flask = kit.flask
    value = {"b": "ä", "a": [1, {"d": 1, "c": 2}]}
    for label, given in {
        "sort_keys": {"sort_keys": False},
        "ensure_ascii": {"ensure_ascii": False},
        "compact": {"compact": False},
        "compact True": {"compact": True},
        "mimetype": {"mimetype": "application/own+json"},
        "default": {"default": lambda value: "default"},
    }.items():
        for debug in (False, True):
            app = kit.app(DEBUG=debug)
            for name, each in given.items():
                setattr(app.json, name, each)
            app.add_url_rule(
                "/", "view", lambda: {**value, "o": {1}} if "default" in given else value
            )
            app.add_url_rule("/jsonify", "jsonify", lambda: flask.jsonify(value))
            app.add_url_rule("/dumps", "dumps", lambda: flask.json.dumps(value))
            app.add_url_rule(
                "/template",
                "template",
                lambda: flask.render_template_string("{{ value|tojson }}", value=value),
            )
            for path in ("/", "/jsonify", "/dumps", "/template"):
                yield f"{label} debug {debug} {path}", kit.ask(app, path)
    provider = kit["json.provider"]
    default = provider.DefaultJSONProvider
    names = ("ensure_ascii", "sort_keys", "compact", "mimetype")
    yield "defaults", [getattr(default, name) for name in names]
    base = provider.JSONProvider(kit.app())
    yield "base", [kit.tries(base.dumps, 1), kit.tries(base.loads, "1")]


def own_provider(kit: Any) -> Outcomes:
    flask = kit.flask
    provider = kit["json.provider"]
    calls: list[str] = []

    class Provider(provider.DefaultJSONProvider):  # type: ignore[name-defined, misc]
        def dumps(self, obj: Any, **kwargs: Any) -> str:
            calls.append("dumps")
            return "own " + str(super().dumps(obj, **kwargs))

        def loads(self, s: Any, **kwargs: Any) -> Any:
            calls.append("loads")
            return ["own", super().loads(s, **kwargs)]

    class App(flask.Flask):  # type: ignore[name-defined, misc]
        json_provider_class = Provider

    for how in ("class", "instance"):
        app = kit.app(App if how == "class" else None)
        if how == "instance":
            app.json = Provider(app)
        app.add_url_rule("/", "view", lambda: {"a": 1})
        app.add_url_rule("/list", "list", lambda: [1])
        app.add_url_rule("/jsonify", "jsonify", lambda: flask.jsonify(1))
        app.add_url_rule("/json", "json", lambda: flask.request.json, methods=["POST"])
        app.add_url_rule(
            "/template", "template", lambda: flask.render_template_string("{{ 1|tojson }}")
        )
        app.add_url_rule(
            "/own", "own", lambda: repr(flask.make_response("own 1").get_json(force=True))
        )
        for path in ("/", "/list", "/jsonify", "/template", "/own"):
            calls.clear()
            yield f"{how} {path}", kit.ask(app, path)
            yield f"{how} {path}: calls", calls.copy()
        yield f"{how} /json", kit.form(app, "/json", b"[1]", "application/json")
        client = app.test_client()
        yield f"{how} client", kit.tries(lambda: client.post("/json", json={"a": 1}).get_json())


def tagged(kit: Any) -> Outcomes:
    tag = kit["json.tag"]
    serializer = tag.TaggedJSONSerializer()
    for label, value in {
        **VALUES,
        "tuple": (1, (2,)),
        "tagged": {" t": [1]},
        "two": {" t": 1, "a": 2},
    }.items():
        yield label, kit.tries(serializer.dumps, value)
        yield (
            f"{label} and back",
            kit.tries(lambda value=value: serializer.loads(serializer.dumps(value))),
        )
    for text in (
        '{" t": 5}',
        '{" u": "x"}',
        '{" b": "="}',
        '{" x": 1}',
        '{" d": "x"}',
        "{",
        '{" di": 5}',
    ):
        yield f"loads {text}", kit.tries(serializer.loads, text)
    yield "order", [[each.key, type(each).__name__] for each in serializer.order]
    yield "keys", list(serializer.tags)

    class Own(tag.JSONTag):  # type: ignore[name-defined, misc]
        __slots__ = ()
        key = " own"

        def check(self, value: Any) -> bool:
            return isinstance(value, complex)

        def to_json(self, value: Any) -> Any:
            return [value.real, value.imag]

        def to_python(self, value: Any) -> Any:
            return complex(*value)

    yield "registered", kit.tries(serializer.register, Own)
    yield "twice", kit.tries(serializer.register, Own)
    yield "by force", kit.tries(serializer.register, Own, force=True, index=0)
    yield "of an own kind", kit.tries(lambda: serializer.loads(serializer.dumps({"a": [1j]})))
    yield "order then", [type(each).__name__ for each in serializer.order]
    base = tag.JSONTag(serializer)
    yield (
        "base",
        [kit.tries(base.check, 1), kit.tries(base.to_json, 1), kit.tries(base.to_python, 1)],
    )
    yield "tag", kit.tries(tag.TagTuple(serializer).tag, (1, 2))
