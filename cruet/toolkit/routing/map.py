"""Maps and their adapters."""

from __future__ import annotations

import typing as t
from threading import Lock

from cruet import _cruet

from .._elsewhere import names_from_elsewhere
from ..datastructures import ImmutableDict
from .converters import DEFAULT_CONVERTERS, BaseConverter

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)


class MapAdapter(_cruet.MapAdapter):
    """Matches and builds URLs for one host and place; made by :meth:`Map.bind` and
    :meth:`Map.bind_to_environ`."""


class Map(_cruet.Map):
    """The rules of an application, in the order in which they are tried.

    Static parts go before variables, longer ones before shorter, and lighter converters before
    heavier. Rules may be added at any time.

    :param rules: rules and rule factories to begin with.
    :param default_subdomain: of rules that name none.
    :param strict_slashes: a path that lacks only the last slash of a rule is redirected to it;
        otherwise it matches.
    :param merge_slashes: a path with several slashes in a row is redirected to the one without.
    :param redirect_defaults: a path that spells out another rule's defaults is redirected to it.
    :param converters: further converters, by name.
    :param sort_parameters: sort the query of built URLs.
    :param sort_key: by what of the (name, value) pairs.
    :param host_matching: rules name hosts, not subdomains.
    """

    #: The converters that every map begins with.
    default_converters: t.Mapping[str, type[BaseConverter]] = ImmutableDict(DEFAULT_CONVERTERS)

    #: Kept for those who replace it; the map needs no lock.
    lock_class = Lock

    _adapter_class = MapAdapter
