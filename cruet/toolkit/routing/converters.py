"""What the variables of a rule match, and their values.

A converter's ``regex`` says which text it matches (no flags, the whole text), ``to_python`` makes a
value of it and ``to_url`` text of a value. Of two converters that match, the one with the lower
``weight`` is tried first. ``part_isolating`` is false for one that can match slashes.

The built-in converters run in C++ as long as nobody overrides these methods.
"""

from __future__ import annotations

import re
import typing as t
import uuid
from urllib.parse import quote

if t.TYPE_CHECKING:
    from .map import Map


class ValidationError(ValueError):
    """Raised by a converter's ``to_python`` where the text is no value: the URL does not match."""


class BaseConverter:
    """One stretch of text without slashes. The base of all converters.

    A subclass whose ``regex`` holds a slash is not part isolating, unless it says so.
    """

    regex = "[^/]+"
    weight = 100
    part_isolating = True

    def __init_subclass__(cls, **kwargs: t.Any) -> None:
        super().__init_subclass__(**kwargs)
        if "regex" in cls.__dict__ and "part_isolating" not in cls.__dict__:
            cls.part_isolating = "/" not in cls.regex

    def __init__(self, map: Map, *args: t.Any, **kwargs: t.Any) -> None:
        self.map = map

    def to_python(self, value: str) -> t.Any:
        """The value of matched text.

        :raises ValidationError: the text is no value.
        """
        return value

    def to_url(self, value: t.Any) -> str:
        """The value as it stands in a URL, percent-encoded.

        :raises ValidationError: it does not fit, and another rule may be tried.
        """
        return quote(str(value), safe="!$&'()*+,/:;=@")


class UnicodeConverter(BaseConverter):
    """``string``: text without slashes, the default.

    :param minlength: fewest characters.
    :param maxlength: most characters.
    :param length: their exact number.
    """

    def __init__(
        self,
        map: Map,
        minlength: int = 1,
        maxlength: int | None = None,
        length: int | None = None,
    ) -> None:
        super().__init__(map)
        if length is not None:
            span = str(int(length))
        else:
            span = f"{int(minlength)},{'' if maxlength is None else int(maxlength)}"
        self.regex = f"[^/]{{{span}}}"


class AnyConverter(BaseConverter):
    """``any``: one of the words given. Building with another raises :exc:`ValueError`."""

    def __init__(self, map: Map, *items: str) -> None:
        super().__init__(map)
        self.items = set(items)
        self.regex = f"(?:{'|'.join([re.escape(item) for item in items])})"

    def to_url(self, value: t.Any) -> str:
        if value in self.items:
            return str(value)
        words = ", ".join(f"'{item}'" for item in sorted(self.items))
        raise ValueError(f"'{value}' is not one of {words}")


class PathConverter(BaseConverter):
    """``path``: text with slashes, but none at the start."""

    part_isolating = False
    regex = "[^/].*?"
    weight = 200


class NumberConverter(BaseConverter):
    """The base of ``int`` and ``float``; set ``num_convert`` and ``regex``.

    :param fixed_digits: how many characters there must be; building fills with zeros.
    :param min: the smallest value.
    :param max: the largest value.
    :param signed: whether there may be a minus sign.
    """

    weight = 50
    num_convert: t.Callable[[t.Any], t.Any] = int

    def __init__(
        self,
        map: Map,
        fixed_digits: int = 0,
        min: int | float | None = None,
        max: int | float | None = None,
        signed: bool = False,
    ) -> None:
        if signed:
            self.regex = self.signed_regex
        super().__init__(map)
        self.fixed_digits = fixed_digits
        self.min = min
        self.max = max
        self.signed = signed

    def to_python(self, value: str) -> t.Any:
        if self.fixed_digits and len(value) != self.fixed_digits:
            raise ValidationError()
        try:
            number = self.num_convert(value)
        except ValueError:
            raise ValidationError() from None
        if (self.min is not None and number < self.min) or (
            self.max is not None and number > self.max
        ):
            raise ValidationError()
        return number

    def to_url(self, value: t.Any) -> str:
        text = str(self.num_convert(value))
        return text.zfill(self.fixed_digits) if self.fixed_digits else text

    @property
    def signed_regex(self) -> str:
        return f"-?{self.regex}"


class IntegerConverter(NumberConverter):
    """``int``: decimal digits."""

    regex = r"\d+"


class FloatConverter(NumberConverter):
    """``float``: decimal digits with a point between them."""

    regex = r"\d+\.\d+"
    num_convert = float

    def __init__(
        self,
        map: Map,
        min: float | None = None,
        max: float | None = None,
        signed: bool = False,
    ) -> None:
        super().__init__(map, min=min, max=max, signed=signed)


class UUIDConverter(BaseConverter):
    """``uuid``: a UUID in its usual form (RFC 9562 section 4)."""

    regex = (
        r"[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-"
        r"[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}"
    )

    def to_python(self, value: str) -> uuid.UUID:
        return uuid.UUID(value)

    def to_url(self, value: uuid.UUID) -> str:
        return str(value)


#: The converters of every map, by name.
DEFAULT_CONVERTERS: t.Mapping[str, type[BaseConverter]] = {
    "default": UnicodeConverter,
    "string": UnicodeConverter,
    "any": AnyConverter,
    "path": PathConverter,
    "int": IntegerConverter,
    "float": FloatConverter,
    "uuid": UUIDConverter,
}
