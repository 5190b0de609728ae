"""Rules, matched and built."""

from __future__ import annotations

from typing import Any


def _rule(kit: Any, described: dict[str, Any]) -> Any:
    described = dict(described)
    factory = described.pop("inside", None)
    rule = kit.routing.Rule(described.pop("rule"), **described)
    if factory is None:
        return rule
    kind, text = factory
    return getattr(kit.routing, kind)(text, [rule])


def _map(kit: Any, rules: list[dict[str, Any]], options: dict[str, Any]) -> Any:
    return kit.routing.Map([_rule(kit, rule) for rule in rules], **options)


def matches(
    kit: Any,
    rules: list[dict[str, Any]],
    options: dict[str, Any],
    bind: dict[str, Any],
    requests: list[tuple[str, str, dict[str, Any]]],
) -> Any:
    """The outcome of each request, (path, method, further arguments), over one map."""
    adapter = _map(kit, rules, options).bind(**bind)
    return [_match(kit, adapter, *request) for request in requests]


def _match(kit: Any, adapter: Any, path: str, method: str, further: dict[str, Any]) -> Any:
    exceptions = kit.routing
    try:
        endpoint, values = adapter.match(path, method, **further)
        answer = ["match", endpoint, values]
    except exceptions.RequestRedirect as error:
        answer = ["redirect", error.new_url, error.code, type(error).__name__]
    except kit.exceptions.MethodNotAllowed as error:
        answer = ["method", sorted(error.valid_methods or ())]
    except kit.exceptions.HTTPException as error:
        answer = ["error", error.code]
        if hasattr(error, "websocket_mismatch"):
            answer.append("websocket")
    return [*answer, sorted(adapter.allowed_methods(path)), adapter.test(path, method)]


def builds(
    kit: Any,
    rules: list[dict[str, Any]],
    options: dict[str, Any],
    bind: dict[str, Any],
    wanted: list[tuple[str, dict[str, Any], dict[str, Any]]],
) -> Any:
    """The URL of each (endpoint, values, further arguments) over one map."""
    adapter = _map(kit, rules, options).bind(**bind)
    return [_build(kit, adapter, *request) for request in wanted]


def _build(kit: Any, adapter: Any, endpoint: str, values: Any, further: dict[str, Any]) -> Any:
    try:
        return adapter.build(endpoint, values, **further)
    except kit.routing.BuildError as error:
        suggested = error.suggested
        return ["BuildError", str(error), suggested.endpoint if suggested else None]
    except ValueError as error:
        return [type(error).__name__]


def bound_to_environ(
    kit: Any,
    rules: list[dict[str, Any]],
    options: dict[str, Any],
    environ: dict[str, str],
    server_name: str | None,
) -> Any:
    environ = {
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        **environ,
    }
    adapter = _map(kit, rules, options).bind_to_environ(environ, server_name=server_name)
    shown = [adapter.server_name, adapter.script_name, adapter.subdomain, adapter.url_scheme]
    shown += [adapter.path_info, adapter.default_method]
    return [*shown, _match(kit, adapter, adapter.path_info, adapter.default_method, {})]


def described(kit: Any, rule: dict[str, Any]) -> Any:
    """A rule's own attributes and text once it is in a map."""
    made = _rule(kit, rule)
    mapped = kit.routing.Map([made])
    rules = [*mapped.iter_rules()]
    return [
        [
            *(found.rule, found.endpoint, sorted(found.arguments), found.is_leaf),
            *(sorted(found.methods) if found.methods else None, found.defaults),
            # The methods stand there as a set.
            *(repr(found).partition(" (")[0], repr(found).rpartition(" -> ")[2]),
            *(found.subdomain, found.host, found.websocket, found.alias, found.build_only),
        ]
        for found in rules
    ]


def converter_arguments(kit: Any, text: str) -> Any:
    return kit.routing.rules.parse_converter_args(text)


def converted(kit: Any, converter: str, text: str, value: Any) -> Any:
    """One converter's rule alone: what it takes, and what it writes."""
    mapped = kit.routing.Map([kit.routing.Rule(f"/<{converter}:x>", endpoint="e")])
    adapter = mapped.bind("example.org")
    return [
        _match(kit, adapter, "/" + text, "GET", {}),
        _build(kit, adapter, "e", {"x": value}, {}),
    ]
