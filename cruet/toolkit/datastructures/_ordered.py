"""Multi-dicts that keep the order of all items, not of each key's values alone.

Deprecated in Werkzeug and kept for those who name them: MultiDict keeps the order that matters.
"""

from __future__ import annotations

import collections.abc as cabc
import typing as t
from copy import deepcopy

from ..exceptions import BadRequestKeyError
from .mixins import ImmutableMultiDictMixin
from .structures import MultiDict, iter_multi_items

K = t.TypeVar("K")
V = t.TypeVar("V")


class _OrderedMultiDict(MultiDict[K, V]):
    """The items live in one list; the dict below has each key's values, as MultiDict does."""

    def __init__(self, mapping: t.Any = None) -> None:
        super().__init__()
        self._pairs: list[tuple[K, V]] = []
        if mapping is not None:
            self.update(mapping)

    def _forget(self, key: K) -> None:
        self._pairs = [pair for pair in self._pairs if pair[0] != key]

    def _order_of_keys(self) -> list[K]:
        return list(dict.fromkeys(key for key, _ in self._pairs))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MultiDict):
            return NotImplemented
        if isinstance(other, _OrderedMultiDict):
            return self._pairs == other._pairs
        return dict(self.lists()) == dict(other.lists())

    __hash__ = None  # type: ignore[assignment]

    def __reduce_ex__(self, protocol: t.SupportsIndex) -> t.Any:
        return type(self), (list(self._pairs),)

    def __getstate__(self) -> t.Any:
        return list(self._pairs)

    def __setstate__(self, values: t.Any) -> None:
        dict.clear(self)
        self._pairs = []
        for key, value in values:
            self.add(key, value)

    def __setitem__(self, key: K, value: V) -> None:
        self.setlist(key, [value])

    def __delitem__(self, key: K) -> None:
        super().__delitem__(key)
        self._forget(key)

    def keys(self) -> t.Any:
        return iter(self._order_of_keys())

    def __iter__(self) -> cabc.Iterator[K]:
        return iter(self._order_of_keys())

    def values(self) -> t.Any:
        return (value for _, value in self.items())

    def items(self, multi: bool = False) -> t.Any:
        if multi:
            return iter(self._pairs)
        return ((key, self[key]) for key in self._order_of_keys())

    def lists(self) -> t.Any:
        return ((key, self.getlist(key)) for key in self._order_of_keys())

    def listvalues(self) -> t.Any:
        return (values for _, values in self.lists())

    def deepcopy(self, memo: t.Any = None) -> t.Self:
        return type(self)(deepcopy(self._pairs, memo))

    def add(self, key: K, value: V) -> None:
        super().add(key, value)
        self._pairs.append((key, value))

    def setlist(self, key: K, new_list: cabc.Iterable[V]) -> None:
        self.poplist(key)
        for value in new_list:
            self.add(key, value)

    def setlistdefault(self, key: t.Any, default_list: t.Any = None) -> t.NoReturn:
        raise TypeError("setlistdefault is unsupported for ordered multi dicts")

    def update(self, mapping: t.Any) -> None:
        for key, value in iter_multi_items(mapping):
            self.add(key, value)

    def clear(self) -> None:
        super().clear()
        self._pairs = []

    def poplist(self, key: K) -> list[V]:
        self._forget(key)
        return super().poplist(key)

    def pop(self, key: K, *args: t.Any, **kwargs: t.Any) -> t.Any:
        value = super().pop(key, *args, **kwargs)
        self._forget(key)
        return value

    def popitem(self) -> tuple[K, V]:
        key, values = self.popitemlist()
        return key, values[0]

    def popitemlist(self) -> tuple[K, list[V]]:
        if not self._pairs:
            raise BadRequestKeyError("popitem from an empty dict")
        key = self._pairs[0][0]
        return key, self.poplist(key)


class _ImmutableOrderedMultiDict(ImmutableMultiDictMixin[K, V], _OrderedMultiDict[K, V]):  # type: ignore[misc]
    """The immutable one; it hashes by the order of its items."""

    def __init__(self, mapping: t.Any = None) -> None:
        MultiDict.__init__(self)
        self._pairs = []
        for key, value in iter_multi_items(mapping or ()):
            _OrderedMultiDict.add(self, key, value)

    def _iter_hashitems(self) -> cabc.Iterable[t.Any]:
        return enumerate(self.items(multi=True))

    def copy(self) -> _OrderedMultiDict[K, V]:  # type: ignore[override]
        return _OrderedMultiDict(self)

    def __copy__(self) -> t.Self:
        return self

    def __or__(self, other: t.Any) -> _OrderedMultiDict[K, V]:  # type: ignore[override]
        return self.copy().__or__(other)
