"""Templates given as their sources: compiled once, and yet as if they were each time."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from jinja2 import DictLoader, Environment, TemplateSyntaxError, Undefined, pass_context
from jinja2.ext import Extension
from jinja2.sandbox import SandboxedEnvironment

import cruet
from cruet import Flask, _string_templates
from cruet._string_templates import MOST_CHARACTERS, StringTemplates
from cruet.templating import Environment as OwnEnvironment

KEPT = "_cruet_string_templates"


class Counting(Extension):
    """Counts how often a source is read."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.count = 0

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        self.count += 1
        return source


@pytest.fixture
def counting(app: Flask) -> Iterator[Counting]:
    app.jinja_env.add_extension(Counting)
    with app.app_context():
        yield app.jinja_env.extensions[Counting.identifier]


def render(source: str, **context: Any) -> str:
    return cruet.render_template_string(source, **context)


def kept(app: Flask) -> StringTemplates:
    found = app.jinja_env.__dict__[KEPT]
    assert isinstance(found, StringTemplates)
    return found


def test_a_source_is_compiled_once(counting: Counting) -> None:
    assert [render("{{ a }}", a=number) for number in range(3)] == ["0", "1", "2"]
    assert counting.count == 1
    assert list(cruet.stream_template_string("{{ a }}", a=7)) == ["7"]
    assert counting.count == 1
    assert render("{{ a }}!", a=1) == "1!"
    assert counting.count == 2


def test_nothing_is_made_where_none_is_used(app: Flask) -> None:
    app.jinja_env.loader = DictLoader({"a": "a"})
    with app.app_context():
        assert cruet.render_template("a") == "a"
        assert KEPT not in app.jinja_env.__dict__
        render("b")
        assert len(kept(app)) == 1


def test_each_rendering_has_a_template_of_its_own(counting: Counting, app: Flask) -> None:
    seen = []

    def receive(sender: Flask, template: Any, **extra: Any) -> None:
        seen.append(template)
        template.globals["left"] = "behind"

    with cruet.before_render_template.connected_to(receive, app):
        render("{{ a }}")
    assert render("{{ left }}") == ""
    with cruet.template_rendered.connected_to(receive, app):
        render("{{ a }}")
    assert seen[0] is not seen[1]
    assert {template.name for template in seen} == {None}
    assert render("{{ left }}") == ""


@pytest.mark.parametrize(
    "source",
    [
        "{{ '<a>' }} {{ '<a>'|upper }} {{ ('a'|upper) ~ 'b' }} {{ ['a', 'b']|join('<') }}",
        "{% if 3 is odd %}{{ {'a': 1}|tojson }}{% endif %} {{ '<'|e|e }} {{ 5 is number }}",
        "{% autoescape false %}{{ '<a>'|upper }}{% endautoescape %}{{ '<b>'|safe }}",
        "{% macro m(a='x'|upper) %}{{ caller() }}{{ a }}{% endmacro %}{% call m() %}<{% endcall %}",
        "{% filter upper %}a{{ b|default('<') }}{% endfilter %}{% set c = 'd'|title %}{{ c }}",
        "{% for x in [3, 1]|sort %}{{ loop.index }}{{ x }}{% endfor %}{{ 'a' if b is undefined }}",
        "{% extends 'base' %}{% block a %}{{ super() }}{{ 'x'|upper }}{% endblock %}",
        "{% include 'base' %}{% import 'macros' as m %}{{ m.f('<') }}{{ 'a'.upper() }}{{ 1 + 2 }}",
    ],
)
def test_it_gives_what_compiling_gives(app: Flask, source: str) -> None:
    app.jinja_env.loader = DictLoader(
        {"base": "{% block a %}<{% endblock %}", "macros": "{% macro f(a) %}{{ a }}{% endmacro %}"}
    )
    with app.app_context():
        expected = app.jinja_env.from_string(source).render()
        assert [render(source), render(source)] == [expected, expected]


def test_filters_and_tests_replaced_later_are_seen(counting: Counting, app: Flask) -> None:
    source = "{{ 'a'|mark }}{{ a|mark }}{{ 'yes' if a is good }}{{ 1 is good }}"
    app.jinja_env.filters["mark"] = lambda value: f"{value}1"
    app.jinja_env.tests["good"] = lambda value: True
    assert render(source, a="b") == "a1b1yesTrue"
    app.jinja_env.filters["mark"] = pass_context(lambda context, value: f"{value}{context['a']}")
    assert render(source, a="b") == "abbbyesTrue"
    app.jinja_env.tests["good"] = lambda value: False
    assert render(source, a="b") == "abbbFalse"
    assert counting.count == 3
    app.jinja_env.filters["mark"] = str.upper
    del app.jinja_env.tests["good"]
    with pytest.raises(TemplateSyntaxError, match=r"No test named 'good'\.") as refused:
        render(source, a="b")
    with pytest.raises(TemplateSyntaxError) as expected:
        app.jinja_env.from_string(source)
    assert str(refused.value) == str(expected.value)
    app.jinja_env.tests["good"] = lambda value: True
    assert render(source, a="b") == "AByesTrue"


def test_filters_of_constants_are_called_at_each_rendering(counting: Counting, app: Flask) -> None:
    """Jinja calls them when it compiles, which Flask does for each rendering."""
    language = ["de"]
    app.jinja_env.filters["translated"] = lambda text: f"{text} in {language[0]}"
    app.jinja_env.tests["spoken"] = lambda text: text in language
    source = "{{ 'Hello'|translated }}, {{ ('a'|translated) ~ '!' }} {{ 'fr' is spoken }}"
    assert render(source) == "Hello in de, a in de! False"
    language[0] = "fr"
    assert render(source) == "Hello in fr, a in fr! True"
    assert counting.count == 1


def test_globals_changed_later_are_seen(counting: Counting, app: Flask) -> None:
    source = "{{ word|default('none') }} {{ shout('a')|default('none') if shout else '' }}"
    assert render(source) == "none "
    app.jinja_env.globals["word"] = "one"
    app.jinja_env.globals["shout"] = str.upper
    assert render(source) == "one A"
    app.jinja_env.globals = {"word": "two"}
    assert render(source) == "two "
    app.context_processor(lambda: {"word": "three"})
    assert render(source) == "three "
    assert counting.count == 1


class Loud(Undefined):
    def __str__(self) -> str:
        return "!"


class Lowering(Extension):
    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return source.lower()


@pytest.mark.parametrize(
    ("setting", "value", "source", "before", "after"),
    [
        ("variable_start_string", "[[", "{{ 1 }}[[ 2 }}", "1[[ 2 }}", "{{ 1 }}2"),
        ("trim_blocks", True, "{% if 1 %}\na{% endif %}", "\na", "a"),
        ("keep_trailing_newline", True, "a\n", "a", "a\n"),
        ("line_statement_prefix", "#", "# set a = 1\n{{ a }}", "# set a = 1\n", "1"),
        ("autoescape", False, "{{ '<' }}{{ '<'|upper }}", "&lt;&lt;", "<<"),
        ("autoescape", lambda name: name is not None, "{{ '<' }}", "&lt;", "<"),
        ("finalize", lambda value: "final", "{{ 1 }}", "1", "final"),
        ("undefined", Loud, "{{ a }}", "", "!"),
        ("policies", {"json.dumps_kwargs": {"indent": 1}}, "{{ [1]|tojson }}", "[1]", "[\n 1\n]"),
    ],
)
def test_settings_changed_later_are_seen(
    app: Flask, setting: str, value: Any, source: str, before: str, after: str
) -> None:
    with app.app_context():
        assert [render(source), render(source)] == [before, before]
        known = getattr(app.jinja_env, setting)
        setattr(app.jinja_env, setting, {**known, **value} if setting == "policies" else value)
        assert app.jinja_env.from_string(source).render() == after
        assert [render(source), render(source)] == [after, after]
        setattr(app.jinja_env, setting, known)
        assert render(source) == before


def test_extensions_added_later_are_seen(app: Flask) -> None:
    with app.app_context():
        assert render("A") == "A"
        app.jinja_env.add_extension(Lowering)
        assert render("A") == "a"
        app.jinja_env.add_extension("jinja2.ext.i18n")
        app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
            lambda text, **given: f"new {given}" if given else text,
            lambda one, many, n: many,
            newstyle=False,
        )
        source = "{% trans a='<' %}x {{ a }}{% endtrans %}"
        assert render(source) == "x &lt;"
        app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]
        assert render(source) == "new {&#39;a&#39;: &#39;&lt;&#39;}"


def test_another_environment_has_its_own(app: Flask) -> None:
    with app.app_context():
        assert render("{{ 1 }}[[ 2 ]]") == "1[[ 2 ]]"
        first, given = app.jinja_env, {"variable_start_string": "[[", "variable_end_string": "]]"}
        app.jinja_env = OwnEnvironment(app, **given)
        assert render("{{ 1 }}[[ 2 ]]") == "{{ 1 }}2"
        # An overlay starts with all attributes of the environment below.
        app.jinja_env = first.overlay(**given)  # type: ignore[arg-type, assignment]
        assert KEPT in app.jinja_env.__dict__
        assert render("{{ 1 }}[[ 2 ]]") == "{{ 1 }}2"
        assert kept(app).environment is app.jinja_env
        app.jinja_env = first
        assert render("{{ 1 }}[[ 2 ]]") == "1[[ 2 ]]"


def test_one_that_compiles_in_its_own_way_is_asked_each_time(app: Flask) -> None:
    class Stamped(OwnEnvironment):
        stamp = 0

        def _parse(self, source: str, name: str | None, filename: str | None) -> Any:
            self.stamp += 1
            return super()._parse(f"{source}{self.stamp}", name, filename)

    app.jinja_env = Stamped(app)
    with app.app_context():
        assert [render("a"), render("a")] == ["a1", "a2"]
        app.jinja_env = OwnEnvironment(app)
        app.jinja_env.from_string = lambda source: Environment().from_string("own")  # type: ignore
        assert render("a") == "own"


def test_a_sandbox_stays_one(app: Flask) -> None:
    app.jinja_env = SandboxedEnvironment()  # type: ignore[assignment]
    with app.app_context():
        for _ in range(2):
            assert render("{{ 'a'|upper }}") == "A"
            with pytest.raises(Exception, match="unsafe"):
                render("{{ ''.__class__.__mro__ }}")
        assert len(kept(app)) == 2


def test_errors_are_those_of_jinja_and_are_not_kept(app: Flask) -> None:
    with app.app_context():
        for source in ("a\n{% if %}", "{{ 1|nothing }}", "{% block a %}{% endblock %}" * 2):
            with pytest.raises(TemplateSyntaxError) as expected:
                app.jinja_env.from_string(source)
            for _ in range(2):
                with pytest.raises(TemplateSyntaxError) as raised:
                    render(source)
                assert str(raised.value) == str(expected.value)
                assert raised.value.lineno == expected.value.lineno
        render("{{ a }}")
        assert len(kept(app)) == 1


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Compiling takes its time."""
    monkeypatch.setattr(_string_templates, "MOST_TEMPLATES", 16)
    return 16


def test_the_least_recently_used_go(counting: Counting, app: Flask, few: int) -> None:
    for number in range(few):
        render(f"{number}")
    assert render("0") == "0"
    assert (len(kept(app)), counting.count) == (few, few)
    render("another")
    render("0")
    assert (len(kept(app)), counting.count) == (few, few + 1)
    render("1")
    assert counting.count == few + 2


def test_long_sources_are_few(app: Flask) -> None:
    quarter = MOST_CHARACTERS // 4
    with app.app_context():
        for number in range(10):
            assert len(render(f"{number}{'a' * (quarter - 1)}")) == quarter
        assert (len(kept(app)), kept(app).characters) == (4, MOST_CHARACTERS)
        render("a" * (quarter + 1))
        assert len(kept(app)) == 4
        render("b")
        assert (len(kept(app)), kept(app).characters) == (4, MOST_CHARACTERS - quarter + 1)


def test_memory_is_bounded_whatever_the_sources_are(app: Flask, few: int) -> None:
    def send(numbers: range) -> None:
        for number in numbers:
            render("{{ a|upper }}" * 20 + str(number))

    with app.app_context():
        tracemalloc.start()
        try:
            send(range(few + 5))
            gc.collect()
            full = tracemalloc.get_traced_memory()[0]
            send(range(1000, 1000 + 4 * few))
            gc.collect()
            assert tracemalloc.get_traced_memory()[0] < 2 * full
        finally:
            tracemalloc.stop()


def test_threads_share_what_is_kept(app: Flask) -> None:
    wrong: list[str] = []

    def work(own: int) -> None:
        with app.app_context():
            for turn in range(200):
                number = (turn * own) % 40
                text = render(f"{{{{ a|upper }}}} {number}", a=f"a{own}")
                if text != f"A{own} {number}":
                    wrong.append(text)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(kept(app)) == 40
