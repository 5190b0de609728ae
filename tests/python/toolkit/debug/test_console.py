"""Commands in the debugger's console."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from cruet.toolkit.debug.console import MOST_OUTPUT, Console, HTMLStringO, ThreadedStream


@pytest.fixture(autouse=True)
def stdout() -> Iterator[None]:
    """The console's stream stays in place of standard output; here it goes again."""
    kept = sys.stdout
    yield
    sys.stdout = kept


@pytest.fixture
def console() -> Console:
    return Console({"a": 1}, {"b": 2})


def test_an_expression_is_shown_and_kept(console: Console) -> None:
    assert console.eval("a + b") == '>>> a + b\n<span class="number">3</span>'
    assert console.eval("_ * 2") == '>>> _ * 2\n<span class="number">6</span>'
    assert console.eval("None") == ">>> None\n"


def test_a_block_goes_over_several_commands(console: Console) -> None:
    assert console.eval("for i in range(2):") == ">>> for i in range(2):\n"
    assert console.more
    assert console.eval("    print(i)") == "...     print(i)\n"
    assert console.eval("") == "... \n0\n1\n"
    assert not console.more
    assert console.eval("if i:\n    i") == '>>> if i:\n    i\n<span class="number">1</span>'


def test_a_function_sees_the_consoles_variables(console: Console) -> None:
    console.eval("c = 5")
    console.eval("def f(): return a + c\n")
    assert '<span class="number">6</span>' in console.eval("f()")


def test_output_is_escaped(console: Console) -> None:
    assert console.eval("print('<b>')") == ">>> print(&#39;&lt;b&gt;&#39;)\n&lt;b&gt;\n"


def test_an_error_is_a_traceback_with_the_line_that_was_typed(console: Console) -> None:
    console.eval("def f(): return 1 / 0\n")
    shown = console.eval("f()")
    assert "ZeroDivisionError" in shown
    assert "return <mark>1 / 0</mark>" in shown
    assert "console.py" not in shown


def test_a_syntax_error_has_no_frames(console: Console) -> None:
    shown = console.eval("1 +* 2")
    assert "<pre class=syntaxerror>" in shown and "SyntaxError" in shown
    assert "codeop" not in shown


def test_exit_does_not_end_the_server(console: Console) -> None:
    assert "SystemExit" in console.eval("raise SystemExit(3)")


def test_an_interrupt_goes_through(console: Console) -> None:
    with pytest.raises(KeyboardInterrupt):
        console.eval("raise KeyboardInterrupt")
    assert console.eval("a").endswith('<span class="number">1</span>')


def test_output_without_end_is_an_error(console: Console) -> None:
    shown = console.eval("while True: print('x' * 1000)\n")
    assert "characters of output" in shown
    assert len(shown) < MOST_OUTPUT * 1.1


def test_a_variable_can_be_deleted_and_help_is_there(console: Console) -> None:
    console.eval("del a")
    assert "NameError" in console.eval("a")
    assert "Help on class int" in console.eval("help(int)")
    assert "Local variables in frame" in console.eval("dump()")


def test_other_threads_write_to_the_process(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    console.eval("1")
    thread = threading.Thread(target=lambda: print("elsewhere"))
    thread.start()
    thread.join()
    sys.displayhook(None)
    assert isinstance(sys.stdout, ThreadedStream)
    assert capsys.readouterr().out == "elsewhere\n"


def test_the_stream_is_a_text_stream() -> None:
    stream = HTMLStringO()
    stream.writelines(["<a>\n", "b"])
    stream.seek(0)
    stream.flush()
    stream.close()
    assert not stream.isatty()
    assert stream.readline() == "&lt;a&gt;\nb"
    assert stream.reset() == ""
