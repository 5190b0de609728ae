"""Values as HTML for the debugger's console: coloured, shortened, and safe from broken reprs.

Everything is text within ``<span>``\\ s of the classes ``number string object module pair key value
extended help brokenrepr``; what is in an ``extended`` span shows when it is asked for.
"""

from __future__ import annotations

import html
import pydoc
import re
import sys
import typing as t
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from traceback import format_exception_only

missing: t.Any = object()

HELP_HTML = """\
<div class=box>
  <h3>%(title)s</h3>
  <pre class=help>%(text)s</pre>
</div>"""
OBJECT_DUMP_HTML = """\
<div class=box>
  <h3>%(title)s</h3>
  %(repr)s
  <table>%(items)s</table>
</div>"""

#: Items of one container and characters of one repr that go to the browser at most, shown or not.
MOST_ITEMS = 1000
MOST_CHARACTERS = 100_000


def escape(text: str) -> str:
    """Escape text for HTML, attributes included."""
    return html.escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")


def debug_repr(obj: object) -> str:
    """Return an object's repr as HTML."""
    return DebugReprGenerator().repr(obj)


def dump(obj: object = missing) -> None:
    """Print an object's attributes, or without an argument the caller's local variables."""
    generator = DebugReprGenerator()
    if obj is missing:
        text = generator.dump_locals(sys._getframe(1).f_locals)
    else:
        text = generator.dump_object(obj)
    _write_html(text)


class _Helper:
    """The console's ``help``: pydoc's, as HTML and without its pager."""

    def __repr__(self) -> str:
        return "Type help(object) for help about object."

    def __call__(self, topic: t.Any | None = None) -> None:
        if topic is None:
            _write_html(f"<span class=help>{self!r}</span>")
            return
        title, _, text = pydoc.plain(pydoc.render_doc(topic, "Help on %s")).partition("\n\n")
        _write_html(HELP_HTML % {"title": escape(title), "text": escape(text)})


helper = _Helper()


def _write_html(text: str) -> None:
    # Within the console, standard output is a stream that escapes what is printed.
    write: Callable[[str], object] = getattr(sys.stdout, "_write", sys.stdout.write)
    write(text)


class DebugReprGenerator:
    """Makes one repr; an object within itself is shown as ``[...]``."""

    def __init__(self) -> None:
        self._stack: list[t.Any] = []

    def list_repr(self, obj: Iterable[t.Any], recursive: bool) -> str:
        """Return the repr of a list or a subclass."""
        return self._sequence(obj, recursive, "[", "]", list)

    def tuple_repr(self, obj: Iterable[t.Any], recursive: bool) -> str:
        """Return the repr of a tuple or a subclass."""
        return self._sequence(obj, recursive, "(", ")", tuple)

    def set_repr(self, obj: Iterable[t.Any], recursive: bool) -> str:
        """Return the repr of a set or a subclass."""
        return self._sequence(obj, recursive, "set([", "])", set)

    def frozenset_repr(self, obj: Iterable[t.Any], recursive: bool) -> str:
        """Return the repr of a frozenset or a subclass."""
        return self._sequence(obj, recursive, "frozenset([", "])", frozenset)

    def deque_repr(self, obj: Iterable[t.Any], recursive: bool) -> str:
        """Return the repr of a deque or a subclass."""
        left = '<span class="module">collections.</span>deque(['
        return self._sequence(obj, recursive, left, "])", deque)

    def _sequence(
        self, obj: Iterable[t.Any], recursive: bool, left: str, right: str, base: type
    ) -> str:
        if recursive:
            return _add_subclass_info(f"{left}...{right}", obj, base)
        text = left + _joined((self.repr(item) for item in obj), shown=8) + right
        return _add_subclass_info(text, obj, base)

    def dict_repr(self, d: dict[t.Any, t.Any], recursive: bool, limit: int = 5) -> str:
        """Return the repr of a dict or a subclass; the first ``limit - 1`` pairs are shown."""
        if recursive:
            return _add_subclass_info("{...}", d, dict)
        pairs = (
            f'<span class="pair"><span class="key">{self.repr(key)}</span>: '
            f'<span class="value">{self.repr(value)}</span></span>'
            for key, value in d.items()
        )
        return _add_subclass_info("{" + _joined(pairs, shown=limit - 1) + "}", d, dict)

    def regex_repr(self, obj: t.Pattern[t.AnyStr]) -> str:
        """Return the repr of a compiled expression, with its pattern as a raw literal."""
        pattern = repr(obj.pattern).replace("\\\\", "\\")
        pattern = f"r{pattern}" if isinstance(obj.pattern, str) else f"rb{pattern[1:]}"
        return f're.compile(<span class="string regex">{html.escape(pattern, quote=False)}</span>)'

    def string_repr(self, obj: str | bytes, limit: int = 70) -> str:
        """Return the repr of text or bytes; past ``limit`` characters it is extended."""
        literal = repr(obj)
        if len(literal) > MOST_CHARACTERS:
            literal = f"{literal[:MOST_CHARACTERS]}… ({len(obj)} in all)"
        text = '<span class="string">'
        if len(literal) - limit > 2:
            text += escape(literal[:limit])
            text += f'<span class="extended">{escape(literal[limit:])}</span>'
        else:
            text += escape(literal)
        return _add_subclass_info(f"{text}</span>", obj, (str, bytes))

    def object_repr(self, obj: t.Any) -> str:
        """Return what the object's own ``__repr__`` says."""
        literal = repr(obj)
        if len(literal) > MOST_CHARACTERS:
            literal = f"{literal[:MOST_CHARACTERS]}…"
        return f'<span class="object">{escape(literal)}</span>'

    def fallback_repr(self) -> str:
        """Return what is shown for an object whose repr raises; within the except block."""
        try:
            info = "".join(format_exception_only(*sys.exc_info()[:2]))
        except Exception:  # an exception whose own str() raises
            info = "?"
        return f'<span class="brokenrepr">&lt;broken repr ({escape(info.strip())})&gt;</span>'

    def dispatch_repr(self, obj: t.Any, recursive: bool) -> str:
        """Return the repr by the object's type."""
        if obj is helper:
            return f'<span class="help">{helper!r}</span>'
        if isinstance(obj, int | float | complex):
            return f'<span class="number">{escape(repr(obj))}</span>'
        if isinstance(obj, str | bytes):
            return self.string_repr(obj)
        if isinstance(obj, re.Pattern):
            return self.regex_repr(obj)
        for base, render in self._containers():
            if isinstance(obj, base):
                return render(obj, recursive)
        return self.object_repr(obj)

    def _containers(self) -> tuple[tuple[type, Callable[[t.Any, bool], str]], ...]:
        return (
            (list, self.list_repr),
            (tuple, self.tuple_repr),
            (set, self.set_repr),
            (frozenset, self.frozenset_repr),
            (dict, self.dict_repr),
            (deque, self.deque_repr),
        )

    def repr(self, obj: object) -> str:
        """Return an object's repr as HTML. Raises nothing, whatever the object's methods do."""
        recursive = any(obj is item for item in self._stack)
        self._stack.append(obj)
        try:
            return self.dispatch_repr(obj, recursive)
        except Exception:
            return self.fallback_repr()
        finally:
            self._stack.pop()

    def dump_object(self, obj: object) -> str:
        """Return a table of an object's attributes, or of a dict's items where keys are text."""
        if isinstance(obj, dict) and all(isinstance(key, str) for key in obj):
            items = [(key, self.repr(value)) for key, value in islice(obj.items(), MOST_ITEMS)]
            return self.render_object_dump(items, "Contents of")
        items = []
        for name in dir(obj):
            try:
                items.append((name, self.repr(getattr(obj, name))))
            except Exception:  # attributes may raise whatever they like
                continue
        title = f"Details for {object.__repr__(obj)[1:-1]}"
        return self.render_object_dump(items, title, self.repr(obj))

    def dump_locals(self, d: dict[str, t.Any]) -> str:
        """Return a table of local variables."""
        items = [(name, self.repr(value)) for name, value in d.items()]
        return self.render_object_dump(items, "Local variables in frame")

    def render_object_dump(
        self, items: list[tuple[str, str]], title: str, repr: str | None = None
    ) -> str:
        """Return a table of names, and values that are HTML already."""
        rows = [
            f"<tr><th>{escape(name)}<td><pre class=repr>{value}</pre>\n" for name, value in items
        ]
        return OBJECT_DUMP_HTML % {
            "title": escape(title),
            "repr": f"<pre class=repr>{repr}</pre>" if repr else "",
            "items": "".join(rows),
        }


def _joined(items: Iterator[str], shown: int) -> str:
    """Join reprs with commas; those after the first ``shown`` are extended."""
    first = list(islice(items, shown))
    rest = list(islice(items, MOST_ITEMS))
    if next(items, None) is not None:
        rest.append("…")
    text = ", ".join(first)
    if rest:
        text += f', <span class="extended">{", ".join(rest)}</span>'
    return text


def _add_subclass_info(inner: str, obj: object, base: type | tuple[type, ...]) -> str:
    """Put the name of the object's class around a repr where it is a subclass of ``base``."""
    kind = type(obj)
    if kind in (base if isinstance(base, tuple) else (base,)):
        return inner
    module = ""
    if kind.__module__ not in ("__builtin__", "builtins", "exceptions"):
        module = f'<span class="module">{escape(kind.__module__)}.</span>'
    return f"{module}{escape(kind.__name__)}({inner})"
