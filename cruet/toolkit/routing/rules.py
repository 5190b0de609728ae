"""Rules, and what makes rules."""

from __future__ import annotations

import string
import typing as t

from cruet import _cruet
from cruet._cruet import parse_converter_args as parse_converter_args

from .._elsewhere import names_from_elsewhere

if t.TYPE_CHECKING:
    from .map import Map

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)


class RuleFactory:
    """Makes rules for a map; :class:`Rule` makes itself."""

    def get_rules(self, map: Map) -> t.Iterable[Rule]:
        """The rules, unbound.

        :param map: the map that they are for.
        """
        raise NotImplementedError()


class Rule(_cruet.Rule, RuleFactory):
    """One URL rule.

    A rule is a path with variables, ``<converter(arguments):name>``, of which converter and
    arguments may be left out. It begins with a slash; one that ends in a slash is a branch, and a
    path that lacks the slash is redirected to it (see `strict_slashes`).

    :param string: the rule.
    :param defaults: values that the rule stands for without spelling them; of the rules of an
        endpoint the one whose defaults fit is built, and others redirect to it.
    :param subdomain: a rule for the subdomain; the map's default if not given.
    :param methods: the methods it takes, any by default. ``GET`` brings ``HEAD``.
    :param build_only: never matches.
    :param endpoint: what the rule leads to.
    :param strict_slashes: overrides the map's.
    :param merge_slashes: overrides the map's.
    :param redirect_to: a URL with ``<name>`` variables, or a function of the adapter and the values
        that gives one; a match redirects there.
    :param alias: a match redirects to the endpoint's rule that is no alias.
    :param host: a rule for the host, when the map matches hosts.
    :param websocket: matches WebSocket requests only.
    """


class Subdomain(RuleFactory):
    """Puts rules under a subdomain.

    :param subdomain: a rule for the subdomain.
    :param rules: rules and factories.
    """

    def __init__(self, subdomain: str, rules: t.Iterable[RuleFactory]) -> None:
        self.subdomain = subdomain
        self.rules = rules

    def get_rules(self, map: Map) -> t.Iterator[Rule]:
        for rule in _made_by(self.rules, map):
            rule.subdomain = self.subdomain
            yield rule


class Submount(RuleFactory):
    """Puts rules under a path.

    :param path: what their paths begin with.
    :param rules: rules and factories.
    """

    def __init__(self, path: str, rules: t.Iterable[RuleFactory]) -> None:
        self.path = path.rstrip("/")
        self.rules = rules

    def get_rules(self, map: Map) -> t.Iterator[Rule]:
        for rule in _made_by(self.rules, map):
            rule.rule = self.path + rule.rule
            yield rule


class EndpointPrefix(RuleFactory):
    """Puts a prefix before the endpoints of rules, which are strings.

    :param prefix: the prefix.
    :param rules: rules and factories.
    """

    def __init__(self, prefix: str, rules: t.Iterable[RuleFactory]) -> None:
        self.prefix = prefix
        self.rules = rules

    def get_rules(self, map: Map) -> t.Iterator[Rule]:
        for rule in _made_by(self.rules, map):
            rule.endpoint = self.prefix + rule.endpoint
            yield rule


def _made_by(factories: t.Iterable[RuleFactory], map: Map) -> t.Iterator[Rule]:
    """Copies of all rules: a factory's own stay as they are, for another map."""
    for factory in factories:
        for rule in factory.get_rules(map):
            yield rule.empty()


class RuleTemplate:
    """Rules with ``$placeholders`` (:class:`string.Template`) in their strings.

    Called with values for the placeholders it gives a factory of the filled rules::

        resource = RuleTemplate([Rule("/$name/", endpoint="$name.list")])
        Map([resource(name="user"), resource(name="page")])

    :param rules: rules and factories.
    """

    def __init__(self, rules: t.Iterable[RuleFactory]) -> None:
        self.rules = list(rules)

    def __call__(self, *args: t.Any, **kwargs: t.Any) -> RuleTemplateFactory:
        return RuleTemplateFactory(self.rules, dict(*args, **kwargs))


class RuleTemplateFactory(RuleFactory):
    """What a :class:`RuleTemplate` gives when called."""

    def __init__(self, rules: t.Iterable[RuleFactory], context: dict[str, t.Any]) -> None:
        self.rules = rules
        self.context = context

    def _fill(self, value: t.Any) -> t.Any:
        if isinstance(value, str):
            return string.Template(value).substitute(self.context)
        return value

    def get_rules(self, map: Map) -> t.Iterator[Rule]:
        for rule in _made_by(self.rules, map):
            if rule.defaults:
                rule.defaults = {key: self._fill(value) for key, value in rule.defaults.items()}
            if rule.subdomain is not None:
                rule.subdomain = self._fill(rule.subdomain)
            if rule.methods is not None:
                rule.methods = {self._fill(method) for method in rule.methods}
            rule.endpoint = self._fill(rule.endpoint)
            rule.rule = self._fill(rule.rule)
            yield rule.empty()
