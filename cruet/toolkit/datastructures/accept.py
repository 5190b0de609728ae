"""Accept fields: what a client takes, and how gladly (RFC 9110 section 12.5)."""

from __future__ import annotations

import codecs
import collections.abc as cabc
import re
import typing as t
from functools import lru_cache

from .structures import ImmutableList


class Accept(ImmutableList[tuple[str, float]]):
    """(value, quality) pairs, the most specific and best liked first.

    ``accept["text/html"]`` is the quality of a value, 0 where it is not taken; ``accept[0]`` is a
    pair. Subclasses say how values match and how specific they are.

    :param values: pairs, or another instance, whose order is kept.
    """

    def __init__(self, values: Accept | cabc.Iterable[tuple[str, float]] | None = ()) -> None:
        if values is None:
            super().__init__()
            self.provided = False
        elif isinstance(values, Accept):
            self.provided = values.provided
            super().__init__(values)
        else:
            self.provided = True
            super().__init__(
                sorted(values, key=lambda pair: (self._specificity(pair[0]), pair[1]), reverse=True)
            )

    def _specificity(self, value: str) -> tuple[bool, ...]:
        return (value != "*",)

    def _value_matches(self, value: str, item: str) -> bool:
        """Whether the client's ``item`` takes the server's ``value``."""
        return item == "*" or item.lower() == value.lower()

    @t.overload
    def __getitem__(self, key: str) -> float: ...
    @t.overload
    def __getitem__(self, key: t.SupportsIndex) -> tuple[str, float]: ...
    @t.overload
    def __getitem__(self, key: slice) -> list[tuple[str, float]]: ...
    def __getitem__(
        self, key: str | t.SupportsIndex | slice
    ) -> float | tuple[str, float] | list[tuple[str, float]]:
        if isinstance(key, str):
            return self.quality(key)
        return super().__getitem__(key)

    def quality(self, key: str) -> float:
        """The quality of a value, 0 where it is not taken."""
        for item, quality in self:
            if self._value_matches(key, item):
                return quality
        return 0

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, str):
            return super().__contains__(value)
        return any(self._value_matches(value, item) for item, _ in self)

    def index(self, key: str | tuple[str, float]) -> int:  # type: ignore[override]
        """The position of the first entry that takes the value.

        :raises ValueError: there is none.
        """
        if not isinstance(key, str):
            return super().index(key)
        for position, (item, _) in enumerate(self):
            if self._value_matches(key, item):
                return position
        raise ValueError(key)

    def find(self, key: str | tuple[str, float]) -> int:
        """As :meth:`index`, but -1 where there is none."""
        try:
            return self.index(key)
        except ValueError:
            return -1

    def values(self) -> cabc.Iterator[str]:
        """Yield the values without their qualities."""
        for item, _ in self:
            yield item

    def to_header(self) -> str:
        """The field's value."""
        return ",".join(item if quality == 1 else f"{item};q={quality}" for item, quality in self)

    def _best_single_match(self, match: str) -> tuple[str, float] | None:
        for item, quality in self:
            if self._value_matches(match, item):
                return item, quality  # the first one is the most specific
        return None

    @t.overload
    def best_match(self, matches: cabc.Iterable[str]) -> str | None: ...
    @t.overload
    def best_match(self, matches: cabc.Iterable[str], default: str = ...) -> str: ...
    def best_match(self, matches: cabc.Iterable[str], default: str | None = None) -> str | None:
        """Of the values that the server has, the one that the client likes best; between equals
        the more specifically named, then the earlier one. ``default`` where it takes none."""
        result = default
        best_quality: float = -1
        best_specificity: tuple[float, ...] = (-1,)
        for candidate in matches:
            found = self._best_single_match(candidate)
            if found is None or found[1] <= 0 or found[1] < best_quality:
                continue
            specificity = self._specificity(found[0])
            if found[1] > best_quality or specificity > best_specificity:
                result = candidate
                best_quality = found[1]
                best_specificity = specificity
        return result

    @property
    def best(self) -> str | None:
        """The value that the client likes best, None where it names none."""
        return self[0][0] if self else None

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"{type(self).__name__}([{', '.join(map(repr, self))}])"


_mime_split_re = re.compile(r"/|(?:\s*;\s*)")


@lru_cache(maxsize=256)
def _normalize_mime(value: str) -> tuple[str, str, list[str]]:
    """Type, subtype and sorted parameters, in lower case."""
    kind, subtype, *parameters = _mime_split_re.split(value.lower())
    return kind, subtype, sorted(parameters)


@lru_cache(maxsize=256)
def _mime_specificity(value: str) -> tuple[bool, ...]:
    return tuple([part != "*" for part in _mime_split_re.split(value)])


class MIMEAccept(Accept):
    """Accept: media types, with ``*/*`` and ``type/*`` and parameters."""

    def _specificity(self, value: str) -> tuple[bool, ...]:
        return _mime_specificity(value)

    def _value_matches(self, value: str, item: str) -> bool:
        if "/" not in item:
            return False  # what clients send may be anything
        if "/" not in value:
            raise ValueError(f"invalid mimetype {value!r}")
        value_type, value_subtype, value_params = _normalize_mime(value)
        if value_type == "*" and value_subtype != "*":
            raise ValueError(f"invalid mimetype {value!r}")
        item_type, item_subtype, item_params = _normalize_mime(item)
        if item_type == "*" and item_subtype != "*":
            return False
        if "*" in (item_type, value_type):
            return item_type == value_type == "*" or "*" in (item_subtype, value_subtype)
        if item_type != value_type:
            return False
        if "*" in (item_subtype, value_subtype):
            return True
        return item_subtype == value_subtype and item_params == value_params

    def _takes(self, mimetype: str) -> bool:
        return any(self._value_matches(mimetype, item) for item, _ in self)

    @property
    def accept_html(self) -> bool:
        """Whether HTML is taken, as such or as XHTML."""
        return self._takes("text/html") or self.accept_xhtml

    @property
    def accept_xhtml(self) -> bool:
        """Whether XHTML is taken, as such or as XML."""
        return self._takes("application/xhtml+xml") or self._takes("application/xml")

    @property
    def accept_json(self) -> bool:
        """Whether JSON is taken."""
        return self._takes("application/json")


_locale_delim_re = re.compile(r"[_-]")


def _normalize_lang(value: str) -> list[str]:
    """The subtags of a language tag, in lower case."""
    return _locale_delim_re.split(value.lower())


class LanguageAccept(Accept):
    """Accept-Language: language tags; ``de-AT`` and ``de_AT`` are the same."""

    def _value_matches(self, value: str, item: str) -> bool:
        return item == "*" or _normalize_lang(value) == _normalize_lang(item)

    @t.overload
    def best_match(self, matches: cabc.Iterable[str]) -> str | None: ...
    @t.overload
    def best_match(self, matches: cabc.Iterable[str], default: str = ...) -> str: ...
    def best_match(self, matches: cabc.Iterable[str], default: str | None = None) -> str | None:
        """The best of the languages. Where no tag matches whole, primary tags are compared: first
        the client's (``en`` suits one who wants ``en-US``), then the server's (``en-US`` suits one
        who wants ``en``)."""
        matches = list(matches)
        result = super().best_match(matches)
        if result is not None:
            return result

        primary_client = Accept(
            [(_locale_delim_re.split(item, maxsplit=1)[0], quality) for item, quality in self]
        )
        result = primary_client.best_match(matches)
        if result is not None:
            return result

        primary_server = [_locale_delim_re.split(item, maxsplit=1)[0] for item in matches]
        result = super().best_match(primary_server)
        if result is not None:
            return matches[primary_server.index(result)]
        return default


def _normalize_charset(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return name.lower()


class CharsetAccept(Accept):
    """Accept-Charset: names of charsets, all of one charset's names the same."""

    def _value_matches(self, value: str, item: str) -> bool:
        return item == "*" or _normalize_charset(value) == _normalize_charset(item)
