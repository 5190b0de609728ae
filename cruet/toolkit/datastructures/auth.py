"""Credentials and challenges (RFC 9110 section 11; Basic: RFC 7617, Digest: RFC 7616)."""

from __future__ import annotations

import base64
import binascii
import collections.abc as cabc
import typing as t

from .._grammar import dump_header, parse_dict_header, quote_header_value
from .structures import CallbackDict


def _split_scheme(value: str | None) -> tuple[str, str]:
    scheme, _, rest = (value or "").partition(" ")
    return scheme.lower(), rest.strip(" \t")


def _is_token68(text: str) -> bool:
    # A token may end in padding; parameters have a "=" with something behind it.
    return "=" not in text.rstrip("=")


def _no_dunder(name: str) -> None:
    # Otherwise copy and pickle would take every hook for present, with the value None.
    if name[:2] == name[-2:] == "__":
        raise AttributeError(name)


class Authorization:
    """A request's credentials.

    ``type`` is the scheme in lower case; ``parameters`` holds its parameters, which are attributes
    and items too, None where missing; ``token`` is set for schemes that have one instead. Basic has
    the parameters ``username`` and ``password``.
    """

    def __init__(
        self,
        auth_type: str,
        data: dict[str, str | None] | None = None,
        token: str | None = None,
    ) -> None:
        self.type = auth_type
        self.parameters: dict[str, str | None] = {} if data is None else data
        self.token = token

    def __getattr__(self, name: str) -> str | None:
        _no_dunder(name)
        return t.cast("dict[str, str | None]", self.__dict__.get("parameters", {})).get(name)

    def __getitem__(self, name: str) -> str | None:
        return self.parameters.get(name)

    def get(self, key: str, default: str | None = None) -> str | None:
        """The parameter, or the default."""
        return self.parameters.get(key, default)

    def __contains__(self, key: str) -> bool:
        return key in self.parameters

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Authorization):
            return NotImplemented
        return (
            other.type == self.type
            and other.token == self.token
            and other.parameters == self.parameters
        )

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def from_header(cls, value: str | None) -> t.Self | None:
        """Parse an Authorization field; None where it is missing or its Basic data is broken."""
        if not value:
            return None
        scheme, rest = _split_scheme(value)
        if scheme == "basic":
            try:
                decoded = base64.b64decode(rest, validate=True).decode()
            except (binascii.Error, UnicodeError, ValueError):
                return None
            username, _, password = decoded.partition(":")
            return cls(scheme, {"username": username, "password": password})
        if _is_token68(rest):
            return cls(scheme, None, rest)
        return cls(scheme, parse_dict_header(rest), None)

    def to_header(self) -> str:
        """The field's value."""
        if self.type == "basic":
            pair = f"{self.username}:{self.password}".encode()
            return f"Basic {base64.b64encode(pair).decode('ascii')}"
        if self.token is not None:
            return f"{self.type.title()} {self.token}"
        return f"{self.type.title()} {dump_header(self.parameters)}"

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.to_header()}>"


# RFC 7616 section 3.3: these are quoted in a challenge whatever they hold.
_always_quoted = frozenset({"realm", "domain", "nonce", "opaque", "qop"})


class WWWAuthenticate:
    """A response's challenge.

    ``type`` is the scheme in lower case; parameters are attributes and items, None where missing;
    setting one to None takes it away. ``token`` stands for them in schemes that have one instead.
    """

    _own = frozenset(
        {"type", "parameters", "token", "_type", "_parameters", "_token", "_on_update"}
    )

    def __init__(
        self,
        auth_type: str,
        values: dict[str, str | None] | None = None,
        token: str | None = None,
    ) -> None:
        self._type = auth_type.lower()
        self._on_update: cabc.Callable[[WWWAuthenticate], None] | None = None
        self._token = token
        self._watch(values)

    def _watch(self, values: cabc.Mapping[str, str | None] | None) -> None:
        self._parameters: CallbackDict[str, str | None] = CallbackDict(values, self._parameter_set)

    def _parameter_set(self, _: t.Any) -> None:
        self._trigger_on_update()

    def _trigger_on_update(self) -> None:
        if self._on_update is not None:
            self._on_update(self)

    @property
    def type(self) -> str:
        """The scheme, in lower case."""
        return self._type

    @type.setter
    def type(self, value: str) -> None:
        self._type = value
        self._trigger_on_update()

    @property
    def parameters(self) -> dict[str, str | None]:
        """The parameters; changes are seen by the response."""
        return self._parameters

    @parameters.setter
    def parameters(self, value: dict[str, str | None]) -> None:
        self._watch(value)
        self._trigger_on_update()

    @property
    def token(self) -> str | None:
        """What stands in the parameters' place, or None."""
        return self._token

    @token.setter
    def token(self, value: str | None) -> None:
        self._token = value
        self._trigger_on_update()

    def __getitem__(self, key: str) -> str | None:
        return self._parameters.get(key)

    def __setitem__(self, key: str, value: str | None) -> None:
        if value is None:
            self._parameters.pop(key, None)
        else:
            self._parameters[key] = value

    def __delitem__(self, key: str) -> None:
        self._parameters.pop(key, None)

    def __getattr__(self, name: str) -> str | None:
        _no_dunder(name)
        if name in self._own:
            raise AttributeError(name)
        return self[name]

    def __setattr__(self, name: str, value: t.Any) -> None:
        if name in self._own:
            super().__setattr__(name, value)
        else:
            self[name] = value

    def __delattr__(self, name: str) -> None:
        del self[name]

    def __contains__(self, key: str) -> bool:
        return key in self._parameters

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, WWWAuthenticate):
            return NotImplemented
        return (
            other.type == self.type
            and other.token == self.token
            and dict(other.parameters) == dict(self.parameters)
        )

    __hash__ = None  # type: ignore[assignment]

    def __reduce_ex__(self, protocol: t.SupportsIndex) -> t.Any:
        return type(self), (self._type, dict(self._parameters), self._token)

    def get(self, key: str, default: str | None = None) -> str | None:
        """The parameter, or the default."""
        return self._parameters.get(key, default)

    @classmethod
    def from_header(cls, value: str | None) -> t.Self | None:
        """Parse a WWW-Authenticate field with one challenge; None where it is missing."""
        if not value:
            return None
        scheme, rest = _split_scheme(value)
        if not rest:
            return cls(scheme)
        if _is_token68(rest):
            return cls(scheme, None, rest)
        return cls(scheme, parse_dict_header(rest), None)

    def to_header(self) -> str:
        """The field's value."""
        scheme = self._type.title()
        if self._token is not None:
            return f"{scheme} {self._token}"
        if not self._parameters:
            return scheme
        if self._type != "digest":
            return f"{scheme} {dump_header(self._parameters)}"
        items = [
            f"{key}={quote_header_value(value, allow_token=key not in _always_quoted)}"
            for key, value in self._parameters.items()
        ]
        return f"Digest {', '.join(items)}"

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.to_header()}>"
