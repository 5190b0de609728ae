"""The matcher under a map, for those who use it on its own."""

from __future__ import annotations

import typing as t

from cruet import _cruet

from .._elsewhere import names_from_elsewhere

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)


class StateMachineMatcher(_cruet.Matcher):
    """Bound rules, found by domain, path and method.

    :param merge_slashes: ask for another path where slashes follow each other.
    """
