"""Range, Content-Range and If-Range (RFC 9110 section 14)."""

from __future__ import annotations

import collections.abc as cabc
import typing as t
from datetime import datetime

from .._grammar import http_date, is_byte_range_valid, quote_etag

T = t.TypeVar("T")


class IfRange:
    """The condition of an If-Range field: an entity tag without quotes, or a date, or neither."""

    def __init__(self, etag: str | None = None, date: datetime | None = None) -> None:
        self.etag = etag
        self.date = date

    def to_header(self) -> str:
        """The field's value."""
        if self.date is not None:
            return http_date(self.date)
        if self.etag is None:
            return ""
        # Clients may send what is no tag, and is equal to none.
        return self.etag if '"' in self.etag else quote_etag(self.etag)

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self)!r}>"


class Range:
    """What a Range field asks for.

    :param units: mostly ``bytes``.
    :param ranges: (begin, end) pairs, end excluded and None for "up to the last"; a negative begin
        counts from the end and has no end of its own.
    :raises ValueError: a pair is none of these.
    """

    def __init__(self, units: str, ranges: cabc.Sequence[tuple[int, int | None]]) -> None:
        self.units = units
        self.ranges = ranges
        for start, end in ranges:
            if start is None or (end is not None and (start < 0 or start >= end)):
                raise ValueError(f"({start}, {end}) is not a valid range.")

    def range_for_length(self, length: int | None) -> tuple[int, int] | None:
        """(begin, end) within a body of that many bytes; None where there is not exactly one byte
        range, or it lies outside."""
        if self.units != "bytes" or length is None or len(self.ranges) != 1:
            return None
        start, end = self.ranges[0]
        if end is None:
            end = length
            if start < 0:
                start += length
        if is_byte_range_valid(start, end, length):
            return start, min(end, length)
        return None

    def make_content_range(self, length: int | None) -> ContentRange | None:
        """The Content-Range for a body of that many bytes, None as :meth:`range_for_length`."""
        found = self.range_for_length(length)
        if found is None:
            return None
        return ContentRange(self.units, found[0], found[1], length)

    def to_header(self) -> str:
        """The field's value."""
        ranges = []
        for begin, end in self.ranges:
            if end is None:
                ranges.append(f"{begin}-" if begin >= 0 else str(begin))
            else:
                ranges.append(f"{begin}-{end - 1}")
        return f"{self.units}={','.join(ranges)}"

    def to_content_range_header(self, length: int | None) -> str | None:
        """The value of the Content-Range field, None as :meth:`range_for_length`."""
        content_range = self.make_content_range(length)
        return None if content_range is None else content_range.to_header()

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self)!r}>"


class _CallbackProperty(t.Generic[T]):
    """An attribute whose assignment is told to ``on_update``."""

    def __set_name__(self, owner: type[ContentRange], name: str) -> None:
        self.attr = f"_{name}"

    @t.overload
    def __get__(self, instance: None, owner: type[ContentRange] | None) -> t.Self: ...
    @t.overload
    def __get__(self, instance: ContentRange, owner: type[ContentRange] | None) -> T: ...
    def __get__(
        self, instance: ContentRange | None, owner: type[ContentRange] | None
    ) -> t.Self | T:
        if instance is None:
            return self
        return t.cast(T, getattr(instance, self.attr))

    def __set__(self, instance: ContentRange, value: T) -> None:
        setattr(instance, self.attr, value)
        instance._changed()


class ContentRange:
    """The part of a body that a response holds: [start, stop) of length, None for unknown.

    Without units there is no field. The class is false then.
    """

    units: _CallbackProperty[str | None] = _CallbackProperty()
    start: _CallbackProperty[int | None] = _CallbackProperty()
    stop: _CallbackProperty[int | None] = _CallbackProperty()
    length: _CallbackProperty[int | None] = _CallbackProperty()

    def __init__(
        self,
        units: str | None,
        start: int | None,
        stop: int | None,
        length: int | None = None,
        on_update: cabc.Callable[[ContentRange], None] | None = None,
    ) -> None:
        self.on_update: cabc.Callable[[ContentRange], None] | None = None
        self.set(start, stop, length, units)
        self.on_update = on_update

    def _changed(self) -> None:
        if self.on_update is not None:
            self.on_update(self)

    def set(
        self,
        start: int | None,
        stop: int | None,
        length: int | None = None,
        units: str | None = "bytes",
    ) -> None:
        """Set all at once.

        :raises AssertionError: the range does not lie in the length.
        """
        if not is_byte_range_valid(start, stop, length):
            raise AssertionError("Bad range provided")
        self._units = units
        self._start = start
        self._stop = stop
        self._length = length
        self._changed()

    def unset(self) -> None:
        """Take the field away."""
        self.set(None, None, units=None)

    def to_header(self) -> str:
        """The field's value, empty where there are no units."""
        if self._units is None:
            return ""
        length = "*" if self._length is None else self._length
        if self._start is None or self._stop is None:
            return f"{self._units} */{length}"
        return f"{self._units} {self._start}-{self._stop - 1}/{length}"

    def __bool__(self) -> bool:
        return self._units is not None

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self)!r}>"
