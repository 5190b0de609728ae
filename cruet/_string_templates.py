"""Templates given as their sources: what they compile to is kept for the next time.

What a template gives is what compiling its source each time would give:

- It is compiled anew where a setting of the environment that compiling looks at has changed, or a
  filter or test that it uses is another function than before.
- Jinja calls filters and tests with constant arguments, as in ``{{ "Hello"|translated }}``, when it
  compiles. Here they are called at each rendering, as if it were compiled for each.
- Nothing is kept for an environment with a ``finalize`` function, which Jinja calls when it
  compiles, too, nor for one that has a way of its own to compile.

Only code is kept: each rendering has a template object of its own. An extension's own parsing is
done once for a source, as it is for a template of a file.
"""

from __future__ import annotations

import typing as t
from collections import OrderedDict
from operator import attrgetter
from threading import Lock
from types import CodeType

from jinja2 import Environment, Template, TemplateSyntaxError, nodes

#: The most templates that are kept for an environment; beyond, the least recently used goes.
MOST_TEMPLATES = 128
#: The most characters that their sources have together. One with more than a quarter is not kept.
MOST_CHARACTERS = 256 * 1024

_NAME = "_cruet_string_templates"
_settings = attrgetter(
    *("block_start_string", "block_end_string", "variable_start_string", "variable_end_string"),
    *("comment_start_string", "comment_end_string", "line_statement_prefix"),
    *("line_comment_prefix", "trim_blocks", "lstrip_blocks", "newline_sequence"),
    *("keep_trailing_newline", "optimized", "is_async", "sandboxed", "code_generator_class"),
)
_METHODS = {
    name: getattr(Environment, name)
    for name in (
        *("from_string", "compile", "parse", "preprocess"),
        *("_parse", "_tokenize", "_generate", "_compile"),
    )
}
_Functions = list[tuple[str, t.Any]]


class _Kept(t.NamedTuple):
    code: CodeType
    filters: _Functions
    tests: _Functions

    def is_current(self, environment: Environment) -> bool:
        """Tell whether the filters and tests that were compiled for are those of today."""
        filters, tests = environment.filters, environment.tests
        for name, function in self.filters:
            if filters.get(name) is not function:
                return False
        return all(tests.get(name) is function for name, function in self.tests)


class StringTemplates:
    """The code of one environment's templates; any number of threads may use it."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self._compiled_for = _way_to_compile(environment)
        self._kept: OrderedDict[tuple[str, bool], _Kept] = OrderedDict()
        self._characters = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def characters(self) -> int:
        """How many characters the sources have together."""
        return self._characters

    def code(self, source: str) -> CodeType:
        """Return the code of a source, compiled now or before."""
        environment = self.environment
        autoescape = environment.autoescape
        # from_string's templates have no name.
        key = (source, bool(autoescape(None) if callable(autoescape) else autoescape))
        way = _way_to_compile(environment)
        with self._lock:
            if way != self._compiled_for:
                self._kept.clear()
                self._characters = 0
                self._compiled_for = way
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
        if kept is None or not kept.is_current(environment):
            kept = _compile(environment, source)
            if len(source) <= MOST_CHARACTERS // 4:
                self._keep(key, kept, way)
        return kept.code

    def _keep(self, key: tuple[str, bool], kept: _Kept, way: object) -> None:
        with self._lock:
            # Another thread may have changed the settings since.
            if way != self._compiled_for:
                return
            if key not in self._kept:
                self._characters += len(key[0])
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_TEMPLATES or self._characters > MOST_CHARACTERS:
                oldest, _ = self._kept.popitem(last=False)
                self._characters -= len(oldest[0])


def template_of(environment: Environment, source: str) -> Template:
    """Return a template of a source as ``environment.from_string(source)`` does.

    :raises jinja2.TemplateSyntaxError: as that does.
    """
    if type(source) is not str or environment.finalize is not None or not _is_plain(environment):
        return environment.from_string(source)
    kept: StringTemplates | None = environment.__dict__.get(_NAME)
    # An overlay has the attributes of the environment that it was made of.
    if kept is None or kept.environment is not environment:
        kept = StringTemplates(environment)
        setattr(environment, _NAME, kept)
    code, names = kept.code(source), environment.make_globals(None)
    return environment.template_class.from_code(environment, code, names)


def _is_plain(environment: Environment) -> bool:
    """Tell whether it is Jinja itself that compiles."""
    kind, own = type(environment), environment.__dict__
    return all(
        getattr(kind, name) is method and name not in own for name, method in _METHODS.items()
    )


def _way_to_compile(environment: Environment) -> object:
    """Return what is equal as long as a source compiles to the same."""
    return (
        _settings(environment),
        [*environment.extensions.values()],
        # Of Jinja's i18n extension, which looks at it when it parses.
        getattr(environment, "newstyle_gettext", None),
        environment.policies.copy(),
    )


def _compile(environment: Environment, source: str) -> _Kept:
    try:
        tree = environment.parse(source)
        filters = [*tree.find_all(nodes.Filter)]
        tests = [*tree.find_all(nodes.Test)]
        for node in (*filters, *tests):
            node.as_const = _is_no_constant  # type: ignore[method-assign]
        # Noted before they are compiled for: what changes in between is seen next time.
        filters_then = {one.name: environment.filters.get(one.name) for one in filters}
        tests_then = {one.name: environment.tests.get(one.name) for one in tests}
        return _Kept(environment.compile(tree), [*filters_then.items()], [*tests_then.items()])
    except TemplateSyntaxError:
        # Raised once more, with the source that an error's text quotes.
        return _Kept(environment.compile(source), [], [])


def _is_no_constant(eval_ctx: nodes.EvalContext | None = None) -> t.NoReturn:
    raise nodes.Impossible
