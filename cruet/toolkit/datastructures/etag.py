"""Sets of entity tags, as If-Match and If-None-Match hold them (RFC 9110 section 8.8.3)."""

from __future__ import annotations

import collections.abc as cabc

from .._grammar import generate_etag, quote_etag, unquote_etag


class ETags(cabc.Collection[str]):
    """Strong and weak tags; ``star_tag`` stands for all, and then there are no strong ones.

    Iteration, length and ``in`` are about the strong tags.
    """

    def __init__(
        self,
        strong_etags: cabc.Iterable[str] | None = None,
        weak_etags: cabc.Iterable[str] | None = None,
        star_tag: bool = False,
    ) -> None:
        self._strong = frozenset(() if star_tag or not strong_etags else strong_etags)
        self._weak = frozenset(weak_etags or ())
        self.star_tag = star_tag

    def as_set(self, include_weak: bool = False) -> set[str]:
        """A new set of the strong tags, and the weak ones too if wanted."""
        return set(self._strong | self._weak) if include_weak else set(self._strong)

    def is_weak(self, etag: str) -> bool:
        """Whether the tag is among the weak ones."""
        return etag in self._weak

    def is_strong(self, etag: str) -> bool:
        """Whether the tag is among the strong ones."""
        return etag in self._strong

    def contains_weak(self, etag: str) -> bool:
        """Whether the tag matches in the weak comparison."""
        return self.is_weak(etag) or self.contains(etag)

    def contains(self, etag: str) -> bool:
        """Whether the tag matches in the strong comparison."""
        return self.star_tag or self.is_strong(etag)

    def contains_raw(self, etag: str) -> bool:
        """Whether a tag matches that is quoted, and marked ``W/`` if weak."""
        if not etag:
            return False
        tag, weak = unquote_etag(etag)
        return self.contains_weak(tag) if weak else self.contains(tag)

    def to_header(self) -> str:
        """The field's value."""
        if self.star_tag:
            return "*"
        return ", ".join(
            [quote_etag(tag) for tag in self._strong]
            + [quote_etag(tag, weak=True) for tag in self._weak]
        )

    def __call__(
        self, etag: str | None = None, data: bytes | None = None, include_weak: bool = False
    ) -> bool:
        """Whether the tag, or that of the data, matches.

        :raises TypeError: neither is given.
        """
        if etag is None:
            if data is None:
                raise TypeError("'data' is required when 'etag' is not given.")
            etag = generate_etag(data)
        if include_weak and etag in self._weak:
            return True
        return etag in self._strong

    def __bool__(self) -> bool:
        return bool(self.star_tag or self._strong or self._weak)

    def __str__(self) -> str:
        return self.to_header()

    def __len__(self) -> int:
        return len(self._strong)

    def __iter__(self) -> cabc.Iterator[str]:
        return iter(self._strong)

    def __contains__(self, etag: object) -> bool:
        return isinstance(etag, str) and self.contains(etag)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self)!r}>"
