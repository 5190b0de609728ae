"""Lists, dicts and sets with HTTP's needs: immutable, converting, of several values, telling."""

from __future__ import annotations

import collections.abc as cabc
import typing as t
import warnings

from ..._cruet import CMultiDict, CTypeConversionDict
from ..._cruet import iter_multi_items as iter_multi_items
from .._grammar import dump_header
from ..exceptions import BadRequestKeyError
from .mixins import (
    ImmutableDictMixin,
    ImmutableListMixin,
    ImmutableMultiDictMixin,
    UpdateDictMixin,
)

K = t.TypeVar("K")
V = t.TypeVar("V")
T = t.TypeVar("T")


class ImmutableList(ImmutableListMixin, list[V]):  # type: ignore[misc]
    """A list that refuses every change and hashes by its items."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list.__repr__(self)})"


class TypeConversionDict(CTypeConversionDict[K, V]):
    """A dict whose ``get(key, default, type=int)`` converts.

    The default is given where the key is missing, and where ``type(value)`` raises ValueError or
    TypeError.
    """


class ImmutableTypeConversionDict(ImmutableDictMixin[K, V], TypeConversionDict[K, V]):  # type: ignore[misc]
    """A TypeConversionDict that refuses every change. :meth:`copy` gives one that does not."""

    def copy(self) -> TypeConversionDict[K, V]:
        return TypeConversionDict(self)

    def __copy__(self) -> t.Self:
        return self


class MultiDict(CMultiDict[K, V], TypeConversionDict[K, V]):
    """A dict with several values a key, as query strings and forms have them.

    Lookups give the first value and :meth:`getlist` all of them. It takes pairs, as in
    ``MultiDict([("a", 1), ("a", 2)])``, or a mapping, whose list, tuple and set values count as
    several. A missing key raises BadRequestKeyError, a KeyError that is also a 400.
    """


class ImmutableMultiDict(ImmutableMultiDictMixin[K, V], MultiDict[K, V]):  # type: ignore[misc]
    """A MultiDict that refuses every change. :meth:`copy` gives one that does not."""

    def copy(self) -> MultiDict[K, V]:  # type: ignore[override]
        return MultiDict(self)

    def __copy__(self) -> t.Self:
        return self

    def __or__(self, other: t.Any) -> MultiDict[K, V]:  # type: ignore[override]
        return self.copy().__or__(other)


class CombinedMultiDict(ImmutableMultiDictMixin[K, V], MultiDict[K, V]):  # type: ignore[misc]
    """Several multi-dicts seen as one, read-only and live; the earlier ones come first.

    :param dicts: the multi-dicts, kept and not copied.
    """

    def __init__(self, dicts: cabc.Iterable[MultiDict[K, V]] | None = None) -> None:
        super().__init__()
        self.dicts: list[MultiDict[K, V]] = list(dicts or ())

    def __reduce_ex__(self, protocol: t.SupportsIndex) -> t.Any:
        return type(self), (self.dicts,)

    @classmethod
    def fromkeys(cls, keys: t.Any, value: t.Any = None) -> t.NoReturn:
        raise TypeError(f"cannot create {cls.__name__!r} instances by fromkeys")

    def __getitem__(self, key: K) -> V:
        for one in self.dicts:
            if key in one:
                return one[key]
        raise BadRequestKeyError(key)

    @t.overload
    def get(self, key: K, default: None = None, type: None = None) -> V | None: ...
    @t.overload
    def get(self, key: K, default: V, type: None = None) -> V: ...
    @t.overload
    def get(self, key: K, default: T, type: None = None) -> V | T: ...
    @t.overload
    def get(self, key: K, default: None = None, *, type: cabc.Callable[[V], T]) -> T | None: ...
    @t.overload
    def get(self, key: K, default: T, type: cabc.Callable[[V], T]) -> T: ...
    def get(self, key: K, default: t.Any = None, type: t.Any = None) -> t.Any:
        """The first value of the first dict that has the key and whose value converts."""
        for one in self.dicts:
            if key in one:
                if type is None:
                    return one[key]
                try:
                    return type(one[key])
                except (ValueError, TypeError):
                    pass
        return default

    @t.overload
    def getlist(self, key: K, type: None = None) -> list[V]: ...
    @t.overload
    def getlist(self, key: K, type: cabc.Callable[[V], T]) -> list[T]: ...
    def getlist(self, key: K, type: t.Any = None) -> list[t.Any]:
        """All values of the key in all dicts."""
        return [value for one in self.dicts for value in one.getlist(key, type)]

    def _keys_impl(self) -> set[K]:
        return set().union(*self.dicts)

    def keys(self) -> cabc.Iterable[K]:  # type: ignore[override]
        return self._keys_impl()

    def __iter__(self) -> cabc.Iterator[K]:
        return iter(self._keys_impl())

    def __len__(self) -> int:
        return len(self._keys_impl())

    def __contains__(self, key: object) -> bool:
        return any(key in one for one in self.dicts)

    def items(self, multi: bool = False) -> cabc.Iterable[tuple[K, V]]:  # type: ignore[override]
        """Yield (key, first value), or a pair for every value where ``multi`` is true."""
        seen = set()
        for one in self.dicts:
            for key, value in one.items(multi):
                if multi:
                    yield key, value
                elif key not in seen:
                    seen.add(key)
                    yield key, value

    def values(self) -> cabc.Iterable[V]:  # type: ignore[override]
        for _, value in self.items():
            yield value

    def lists(self) -> cabc.Iterable[tuple[K, list[V]]]:
        """Each key with the values of all dicts."""
        merged: dict[K, list[V]] = {}
        for one in self.dicts:
            for key, values in one.lists():
                merged.setdefault(key, []).extend(values)
        return list(merged.items())

    def listvalues(self) -> cabc.Iterable[list[V]]:
        return (values for _, values in self.lists())

    def copy(self) -> MultiDict[K, V]:  # type: ignore[override]
        """A mutable multi-dict of all values."""
        return MultiDict(self)

    def __or__(self, other: t.Any) -> MultiDict[K, V]:  # type: ignore[override]
        return self.copy().__or__(other)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.dicts!r})"


class ImmutableDict(ImmutableDictMixin[K, V], dict[K, V]):  # type: ignore[misc]
    """A dict that refuses every change and hashes by its items. :meth:`copy` gives a plain dict."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict.__repr__(self)})"

    def copy(self) -> dict[K, V]:
        return dict(self)

    def __copy__(self) -> t.Self:
        return self


class CallbackDict(UpdateDictMixin[K, V]):
    """A dict that calls ``on_update`` with itself after every change."""

    def __init__(
        self,
        initial: cabc.Mapping[K, V] | cabc.Iterable[tuple[K, V]] | None = None,
        on_update: cabc.Callable[[t.Any], None] | None = None,
    ) -> None:
        dict.__init__(self, initial or ())
        self.on_update = on_update

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dict.__repr__(self)}>"


class HeaderSet(cabc.MutableSet[str]):
    """The members of a list-valued field such as Vary or Allow: ordered, compared without case.

    :param headers: the members; their case is kept.
    :param on_update: called with the set after every change.
    """

    def __init__(
        self,
        headers: cabc.Iterable[str] | None = None,
        on_update: cabc.Callable[[t.Any], None] | None = None,
    ) -> None:
        self._headers = list(headers or ())
        self._set = {header.lower() for header in self._headers}
        self.on_update = on_update

    def _changed(self) -> None:
        if self.on_update is not None:
            self.on_update(self)

    def add(self, header: str) -> None:
        """Add a member unless it is there."""
        self.update((header,))

    def update(self, iterable: cabc.Iterable[str]) -> None:
        """Add those members that are not there."""
        added = False
        for header in iterable:
            if header.lower() not in self._set:
                self._headers.append(header)
                self._set.add(header.lower())
                added = True
        if added:
            self._changed()

    def remove(self, header: str) -> None:
        """Take a member away.

        :raises KeyError: it is not there.
        """
        key = header.lower()
        if key not in self._set:
            raise KeyError(header)
        self._set.remove(key)
        self._headers = [one for one in self._headers if one.lower() != key]
        self._changed()

    def discard(self, header: str) -> None:
        """Take a member away if it is there."""
        if header in self:
            self.remove(header)

    def find(self, header: str) -> int:
        """The member's position, -1 where it is not there."""
        key = header.lower()
        for position, one in enumerate(self._headers):
            if one.lower() == key:
                return position
        return -1

    def index(self, header: str) -> int:
        """The member's position.

        :raises IndexError: it is not there.
        """
        position = self.find(header)
        if position < 0:
            raise IndexError(header)
        return position

    def clear(self) -> None:
        """Take all members away."""
        self._set.clear()
        self._headers.clear()
        self._changed()

    def as_set(self, preserve_casing: bool = False) -> set[str]:
        """A plain set of the members, in lower case unless their case is wanted."""
        return set(self._headers) if preserve_casing else set(self._set)

    def to_header(self) -> str:
        """The field's value."""
        return dump_header(self._headers)

    def __getitem__(self, idx: t.SupportsIndex) -> str:
        return self._headers[idx]

    def __delitem__(self, idx: t.SupportsIndex) -> None:
        del self._headers[idx]
        self._set = {one.lower() for one in self._headers}
        self._changed()

    def __setitem__(self, idx: t.SupportsIndex, value: str) -> None:
        self._headers[idx] = value
        self._set = {one.lower() for one in self._headers}
        self._changed()

    def __contains__(self, header: object) -> bool:
        return isinstance(header, str) and header.lower() in self._set

    def __len__(self) -> int:
        # A field may name a member twice; it is still one.
        return len(self._set)

    def __iter__(self) -> cabc.Iterator[str]:
        return iter(self._headers)

    def __bool__(self) -> bool:
        return bool(self._set)

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._headers!r})"


def __getattr__(name: str) -> t.Any:
    if name in {"OrderedMultiDict", "ImmutableOrderedMultiDict"}:
        from . import _ordered

        warnings.warn(
            f"{name!r} is deprecated and will be removed in Werkzeug 3.2. Use"
            f" {name.replace('Ordered', '')!r} instead.",
            DeprecationWarning,
            stacklevel=3,
        )
        return getattr(_ordered, f"_{name}")
    if name in {"_OrderedMultiDict", "_ImmutableOrderedMultiDict"}:
        from . import _ordered

        return getattr(_ordered, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
