"""The matcher under a map, for those who use it on its own."""

from __future__ import annotations

from cruet import _cruet


class StateMachineMatcher(_cruet.Matcher):
    """Bound rules, found by domain, path and method.

    :param merge_slashes: ask for another path where slashes follow each other.
    """
