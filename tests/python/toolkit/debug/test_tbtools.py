"""Tracebacks as pages, fragments and text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cruet.toolkit.debug.tbtools import DebugTraceback, render_console_html


def caught(function: object) -> Exception:
    assert callable(function)
    try:
        function()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def divide() -> None:
    zero = 0
    value = [1, 2 / zero]
    raise AssertionError(value)


def shown(error: Exception, **options: bool) -> str:
    return DebugTraceback(error, skip=1, **options).render_traceback_html()


def names(error: Exception, **options: bool) -> list[str]:
    return [frame.name for frame in DebugTraceback(error, skip=1, **options).all_frames]


def test_a_frame_has_its_line_marked_and_its_variables() -> None:
    traceback = DebugTraceback(caught(divide), skip=1)
    (frame,) = traceback.all_frames
    assert (frame.filename, frame.name) == (__file__, "divide")
    assert frame.local_ns["zero"] == 0 and frame.global_ns is globals()
    html = traceback.render_traceback_html()
    assert "value = [1, <mark>2 / zero</mark>]" in html
    assert f'id="frame-{id(frame)}"' in html
    assert re.search(r'<pre class="line before" data-line=\d+>    zero = 0</pre>', html)
    assert '<span class="number">0</span>' in frame.eval("zero")


def test_columns_count_characters_where_the_source_is_not_ascii(tmp_path: Path) -> None:
    source = tmp_path / "umlauts.py"
    source.write_text('def f():\n\treturn "äöü<", [1 / 0]\n', encoding="utf-8")
    namespace: dict[str, object] = {}
    exec(compile(source.read_text(encoding="utf-8"), str(source), "exec"), namespace)
    assert 'return "äöü&lt;", [<mark>1 / 0</mark>]' in shown(caught(namespace["f"]))


def test_text_is_pythons_own() -> None:
    text = DebugTraceback(caught(divide), skip=1).render_traceback_text()
    assert text.startswith("Traceback (most recent call last):\n")
    assert "value = [1, 2 / zero]" in text
    assert text.endswith("ZeroDivisionError: division by zero\n")


def chained() -> None:
    try:
        divide()
    except ZeroDivisionError as error:
        try:
            raise KeyError("<middle>")
        except KeyError:
            raise LookupError("outer") from error


def test_causes_come_first() -> None:
    html = shown(caught(chained))
    first, last = html.index("division by zero"), html.index("LookupError: outer")
    divider = html.index('<div class="exc-divider">')
    assert first < divider < last
    assert "direct cause" in html and "KeyError: " not in html


def test_a_context_that_is_suppressed_is_not_shown() -> None:
    def suppressed() -> None:
        try:
            divide()
        except ZeroDivisionError:
            raise LookupError("outer") from None

    assert '<div class="exc-divider">' not in shown(caught(suppressed))


def test_a_group_is_shown_with_its_members() -> None:
    def group() -> None:
        raise ExceptionGroup("several", [ValueError("one"), caught(divide)])

    html = shown(caught(group))
    assert "<pre class=group>" in html and "ValueError: one" in html and "2 / zero" in html


def test_a_syntax_error_shows_its_place() -> None:
    html = shown(caught(lambda: compile("a = (\n", "some.py", "exec")))
    assert "<pre class=syntaxerror>" in html and 'File "some.py", line 1' in html


def hiding(wish: object) -> Exception:
    def outer() -> None:
        middle()

    def middle() -> None:
        __traceback_hide__ = wish
        inner()

    def inner() -> None:
        raise ValueError

    return caught(outer)


@pytest.mark.parametrize(
    ("wish", "left"),
    [
        (True, ["outer", "inner"]),
        ("before", ["middle", "inner"]),
        ("before_and_this", ["inner"]),
        ("after", ["outer", "middle"]),
        ("after_and_this", ["outer"]),
        ("reset", ["middle", "inner"]),
        ("reset_and_this", ["inner"]),
        (False, ["outer", "middle", "inner"]),
    ],
)
def test_frames_can_hide(wish: object, left: list[str]) -> None:
    assert names(hiding(wish)) == left
    assert names(hiding(wish), hide=False) == ["outer", "middle", "inner"]


def test_where_all_frames_hide_all_are_shown() -> None:
    def alone() -> None:
        __traceback_hide__ = True
        raise ValueError

    assert names(caught(alone)) == ["alone"]


def test_frames_of_libraries_are_marked() -> None:
    def own() -> None:
        re.compile("(")

    traceback = DebugTraceback(caught(own), skip=1)
    assert [frame.is_library for frame in traceback.all_frames][:2] == [False, True]
    assert "<li class=library>" in traceback.render_traceback_html()


def test_a_frame_may_say_more() -> None:
    def telling() -> None:
        __traceback_info__ = "row <7>"
        raise ValueError

    assert "<pre class=info>row &lt;7&gt;</pre>" in shown(caught(telling))


def test_the_page_escapes_what_the_exception_says() -> None:
    def attack() -> None:
        raise ValueError("</title><script>alert(1)</script> --> -->")

    html = DebugTraceback(caught(attack)).render_debugger_html(
        evalex=True, secret="s3", evalex_trusted=False
    )
    body, comment = html.split("<!--")
    assert "<script>alert" not in body
    assert comment.count("-->") == 1 and comment.rstrip().endswith("-->")
    assert "EVALEX = true, EVALEX_TRUSTED = false" in html and 'SECRET = "s3"' in html


def test_an_exception_without_a_message_is_its_name() -> None:
    def silent() -> None:
        raise KeyError

    html = DebugTraceback(caught(silent)).render_debugger_html(False, "s", False)
    assert "<h1 class=errormsg>KeyError</h1>" in html and "EVALEX = false" in html


def test_the_console_page() -> None:
    html = render_console_html("s3", True)
    assert "CONSOLE_MODE = true, EVALEX = true, EVALEX_TRUSTED = true" in html
