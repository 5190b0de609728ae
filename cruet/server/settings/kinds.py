"""Kinds of values: how each is read from text, taken from a config file, and written again."""

from __future__ import annotations

import importlib
import inspect
import ipaddress
import json
import os
import re
import typing as t

from ...toolkit._addresses import Address, parse_address


class Kind:
    """One kind of value. Reasons that it raises complete "NAME …": "must be an integer, not 'x'".

    The base is text itself.
    """

    #: In tables: ``text``.
    name = "text"
    #: In help texts: ``--chdir TEXT``.
    metavar = "TEXT"
    #: Given once for each item on the command line.
    repeated = False
    #: The only values that there are, for completion in shells.
    choices: tuple[str, ...] = ()

    def read(self, text: str) -> t.Any:
        """Return the value that a variable or an option gives. :raises ValueError: the reason."""
        return text

    def take(self, value: t.Any) -> t.Any:
        """Return the value that a TOML or Python file gives. :raises ValueError: the reason."""
        if not isinstance(value, str):
            raise ValueError(f"must be a string, not {value!r}")
        return self.read(value)

    def write(self, value: t.Any) -> str:
        """Return the value in TOML, so that a config file gives it again.

        :raises ValueError: only Python can give it.
        """
        return toml_string(str(value))


def toml_string(text: str) -> str:
    """Return a basic string of TOML."""
    # JSON's escapes are TOML's, but JSON leaves DEL alone.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_value(value: t.Any) -> str:
    """Return a value of plain data in TOML, in one line. :raises ValueError: it is none."""
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    if isinstance(value, dict):
        items = [f"{toml_string(str(name))} = {toml_value(item)}" for name, item in value.items()]
        return "{ " + ", ".join(items) + " }"
    raise ValueError(f"cannot be written in TOML: {value!r}")


class Integer(Kind):
    name = "integer"
    metavar = "INTEGER"

    def read(self, text: str) -> int:
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"must be an integer, not {text!r}") from None

    def take(self, value: t.Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"must be an integer, not {value!r}")
        return value

    def write(self, value: t.Any) -> str:
        return str(value)


class Number(Kind):
    name = "number"
    metavar = "NUMBER"

    def read(self, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise ValueError(f"must be a number, not {text!r}") from None

    def take(self, value: t.Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"must be a number, not {value!r}")
        return float(value)

    def write(self, value: t.Any) -> str:
        return f"{value:.10f}".rstrip("0").rstrip(".")


class Flag(Kind):
    name = "true or false"
    metavar = ""
    _WORDS: t.Final = {
        **dict.fromkeys(("1", "true", "yes", "on", "t", "y"), True),
        **dict.fromkeys(("0", "false", "no", "off", "f", "n"), False),
    }

    def read(self, text: str) -> bool:
        try:
            return self._WORDS[text.strip().lower()]
        except KeyError:
            raise ValueError(f"must be true or false, not {text!r}") from None

    def take(self, value: t.Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError(f"must be true or false, not {value!r}")
        return value

    def write(self, value: t.Any) -> str:
        return "true" if value else "false"


class Choice(Kind):
    name = "choice"

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.choices = choices
        self.metavar = f"[{'|'.join(filter(None, choices))}]"

    def read(self, text: str) -> str:
        # INFO is as good as info.
        if text.lower() in self.choices:
            return text.lower()
        if text not in self.choices:
            names = ", ".join(choice or '""' for choice in self.choices)
            raise ValueError(f"must be one of {names}, not {text!r}")
        return text


class Mode(Kind):
    """Permissions. Text is octal; ``0o660`` in TOML and Python too."""

    name = "octal mode"
    metavar = "OCTAL"

    def read(self, text: str) -> int:
        if not re.fullmatch(r"(0o)?[0-7]{1,6}", text):
            raise ValueError(f"must be an octal mode, not {text!r}")
        return int(text.removeprefix("0o"), 8)

    def take(self, value: t.Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        return int(super().take(value))

    def write(self, value: t.Any) -> str:
        return f"0o{value:o}"


class Words(Kind):
    """A list of texts; several in one are separated by commas or blanks."""

    name = "list of texts"
    repeated = True

    def read(self, text: str) -> list[t.Any]:
        return [self.read_one(word) for word in re.split(r"[,\s]+", text) if word]

    def read_one(self, word: str) -> t.Any:
        return word

    def take(self, value: t.Any) -> list[t.Any]:
        if isinstance(value, str):
            return self.read(value)
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            raise ValueError(f"must be a string or a list of strings, not {value!r}")
        return [self.read_one(word) for word in value]

    def write(self, value: t.Any) -> str:
        return f"[{', '.join(toml_string(str(item)) for item in value)}]"


class WordsAmong(Words):
    """A list of some of the words that there are, in any case."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.choices = choices

    def read_one(self, word: str) -> str:
        if word.lower() not in self.choices:
            raise ValueError(f"may hold {', '.join(self.choices)}, not {word!r}")
        return word.lower()


class Networks(Words):
    """IP addresses and networks, ``unix`` and ``*``, as the core's ``net/address_set.hpp``."""

    name = "list of networks"
    metavar = "NETWORK"

    def read_one(self, word: str) -> str:
        if word not in ("*", "unix"):
            try:
                ipaddress.ip_network(word)
            except ValueError as error:
                raise ValueError(f"may hold addresses and networks, but {error}") from None
        return word


class Pairs(Kind):
    """Texts by name: ``NAME=VALUE,NAME=VALUE``, a table in TOML, a dict in Python."""

    name = "table of texts"
    metavar = "NAME=VALUE"

    def read(self, text: str) -> dict[str, str]:
        found = {}
        for item in filter(None, (part.strip() for part in text.split(","))):
            name, equals, value = item.partition("=")
            if not (equals and name.strip()):
                raise ValueError(f"must be NAME=VALUE, not {item!r}")
            found[name.strip()] = value.strip()
        return found

    def take(self, value: t.Any) -> dict[str, str]:
        if isinstance(value, str):
            return self.read(value)
        good = isinstance(value, dict) and all(
            isinstance(text, str) for pair in value.items() for text in pair
        )
        if not good:
            raise ValueError(f"must be a table of strings, not {value!r}")
        return dict(value)

    def write(self, value: t.Any) -> str:
        items = (f"{toml_string(name)} = {toml_string(text)}" for name, text in value.items())
        return f"{{ {', '.join(items)} }}" if value else "{}"


class Addresses(Words):
    """Addresses to listen on. Without a default port they stay words: they get `port`'s later."""

    name = "list of addresses"
    metavar = "ADDRESS"

    def __init__(self, default_port: int | None = None) -> None:
        self.default_port = default_port

    def read_one(self, word: str) -> str | Address:
        address = parse_address(word, self.default_port or 0)
        return word if self.default_port is None else address

    def take(self, value: t.Any) -> list[t.Any]:
        if isinstance(value, list) and value and all(isinstance(v, Address) for v in value):
            return value
        return super().take(value)

    def write(self, value: t.Any) -> str:
        return super().write([str(item).removeprefix("http://") for item in value])


class Paths(Words):
    """Paths; several in one text are separated as in ``PATH``."""

    name = "list of paths"
    metavar = "PATHS"
    repeated = False

    def read(self, text: str) -> list[t.Any]:
        return [path for path in text.split(os.pathsep) if path]


class Files(Words):
    """Paths, one for each time that it is given; more in one text are separated as in ``PATH``."""

    name = "list of paths"
    metavar = "PATH"

    def read(self, text: str) -> list[t.Any]:
        return [path for path in text.split(os.pathsep) if path]


class Variables(Words):
    """Variables of the environment, each as ``NAME=VALUE``; one for each time it is given."""

    name = "list of NAME=VALUE"
    metavar = "NAME=VALUE"

    def read(self, text: str) -> list[t.Any]:
        return [self.read_one(text)]

    def read_one(self, word: str) -> str:
        if not word.partition("=")[0] or "=" not in word or "\0" in word:
            raise ValueError(f"must be NAME=VALUE, not {word!r}")
        return word


class Directories(Words):
    """Directories, separated by commas, as Gunicorn has them; or a list."""

    name = "list of directories"
    metavar = "DIRECTORIES"
    repeated = False

    def read(self, text: str) -> list[t.Any]:
        return [path for path in text.split(",") if path]


class Hook(Kind):
    """A function, or where there can be none ``MODULE:FUNCTION``, with so many parameters."""

    name = "function"
    metavar = "MODULE:FUNCTION"

    def __init__(self, *parameters: str, optional: int = 0) -> None:
        self.parameters = parameters
        #: So many of the last are left out where the function does not take them.
        self.optional = optional

    def read(self, text: str) -> str:
        if not re.fullmatch(r"[\w.]+:[\w.]+", text):
            raise ValueError(f"must be MODULE:FUNCTION, not {text!r}")
        return text

    def take(self, value: t.Any) -> t.Any:
        if isinstance(value, str):
            return self.read(value)
        if not callable(value):
            raise ValueError(f"must be a function, not {value!r}")
        self.arity(value)
        return value

    def write(self, value: t.Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"cannot be written in TOML: {value!r}")
        return toml_string(value)

    def arity(self, function: t.Any) -> int:
        """Return how many of the parameters a function gets. :raises ValueError: it fits none."""
        for count in range(len(self.parameters), len(self.parameters) - self.optional - 1, -1):
            try:
                inspect.signature(function).bind(*self.parameters[:count])
            except TypeError:
                continue
            except ValueError:
                pass  # a function of C that does not tell
            return count
        raise ValueError(f"must take {', '.join(self.parameters)}")

    def find(self, value: t.Any) -> t.Any:
        """Return the function that a value names. :raises ValueError: there is none, or it does
        not take the parameters.
        """
        if isinstance(value, str):
            module, _, path = value.partition(":")
            try:
                found: t.Any = importlib.import_module(module)
                for part in path.split("."):
                    found = getattr(found, part)
            except (ImportError, AttributeError) as error:
                raise ValueError(f"{value!r} cannot be found: {error}") from None
            value = found
        return self.take(value)


class Path(Kind):
    name = "path"
    metavar = "PATH"
