"""What matching and building raise."""

from __future__ import annotations

import difflib
import typing as t
from functools import cached_property

from .._elsewhere import names_from_elsewhere
from ..exceptions import BadRequest, HTTPException

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from ..wrappers.request import Request
    from ..wrappers.response import Response
    from .map import MapAdapter
    from .rules import Rule

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)


class RoutingException(Exception):
    """The base of what the map raises to ask for something of its caller."""


class RequestRedirect(HTTPException, RoutingException):
    """The path matches under another URL.

    :param new_url: that URL, absolute.
    """

    code = 308

    def __init__(self, new_url: str) -> None:
        super().__init__(new_url)
        self.new_url = new_url

    def get_response(
        self,
        environ: WSGIEnvironment | Request | None = None,
        scope: dict[str, t.Any] | None = None,
    ) -> Response:
        from ..utils import redirect

        return redirect(self.new_url, self.code)


class RequestPath(RoutingException):
    """The path matches when written so."""

    __slots__ = ("path_info",)

    def __init__(self, path_info: str) -> None:
        self.path_info = path_info


class RequestAliasRedirect(RoutingException):
    """An alias matches; the URL is that of the endpoint's other rule."""

    def __init__(self, matched_values: t.Mapping[str, t.Any], endpoint: t.Any) -> None:
        self.matched_values = matched_values
        self.endpoint = endpoint


class BuildError(RoutingException, LookupError):
    """No rule of the endpoint fits the values.

    :param endpoint: what was to be built.
    :param values: the values given.
    :param method: the method asked for, if any.
    :param adapter: whose rules the suggestion is searched in.
    """

    def __init__(
        self,
        endpoint: t.Any,
        values: t.Mapping[str, t.Any],
        method: str | None,
        adapter: MapAdapter | None = None,
    ) -> None:
        super().__init__(endpoint, values, method)
        self.endpoint = endpoint
        self.values = values
        self.method = method
        self.adapter = adapter

    @cached_property
    def suggested(self) -> Rule | None:
        """The rule that was most likely meant."""
        return self.closest_rule(self.adapter)

    def closest_rule(self, adapter: MapAdapter | None) -> Rule | None:
        """The rule whose endpoint, arguments and methods are most like those asked for."""
        if adapter is None:
            return None
        rules = list(adapter.map.iter_rules())
        return max(rules, key=self._likeness, default=None)

    def _likeness(self, rule: Rule) -> float:
        endpoint = difflib.SequenceMatcher(a=str(rule.endpoint), b=str(self.endpoint)).ratio()
        arguments = set(self.values or ()).issubset(rule.arguments)
        return (
            0.98 * endpoint
            + 0.01 * arguments
            + 0.01 * bool(rule.methods and self.method in rule.methods)
        )

    def __str__(self) -> str:
        message = [f"Could not build url for endpoint {self.endpoint!r}"]
        if self.method:
            message.append(f" ({self.method!r})")
        if self.values:
            message.append(f" with values {sorted(self.values)!r}")
        message.append(".")
        if self.suggested is not None:
            message.append(self._hint(self.suggested))
        return "".join(message)

    def _hint(self, rule: Rule) -> str:
        if self.endpoint != rule.endpoint:
            return f" Did you mean {rule.endpoint!r} instead?"
        hint = ""
        if self.method and rule.methods is not None and self.method not in rule.methods:
            hint += f" Did you mean to use methods {sorted(rule.methods)!r}?"
        missing = rule.arguments.union(rule.defaults or ()).difference(self.values)
        if missing:
            hint += f" Did you forget to specify values {sorted(missing)!r}?"
        return hint


class WebsocketMismatch(BadRequest):
    """400: only a WebSocket rule matches an HTTP request, or the reverse."""


class NoMatch(Exception):
    """Nothing matches.

    :param have_match_for: the methods that rules of the path would take.
    :param websocket_mismatch: whether a rule of the other kind has the path.
    """

    __slots__ = ("have_match_for", "websocket_mismatch")

    def __init__(self, have_match_for: set[str], websocket_mismatch: bool) -> None:
        self.have_match_for = have_match_for
        self.websocket_mismatch = websocket_mismatch
