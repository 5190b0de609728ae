"""Tracebacks for the debugger: as a page with source and consoles, as a fragment, as text."""

from __future__ import annotations

import html
import itertools
import linecache
import os
import site
import sys
import sysconfig
import traceback
import typing as t
from collections.abc import Iterator
from types import CodeType, TracebackType

from .._elsewhere import names_from_elsewhere
from ..utils import cached_property

if t.TYPE_CHECKING:
    from .console import Console

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)

#: Lines of source shown before and after the one that a frame stopped at.
CONTEXT = 5

HEADER = """\
<!doctype html>
<html lang=en>
<head>
<meta charset=utf-8>
<meta name=viewport content="width=device-width, initial-scale=1">
<title>%(title)s - debugger</title>
<link rel=stylesheet href="?__debugger__=yes&amp;cmd=resource&amp;f=style.css">
<link rel=icon href="?__debugger__=yes&amp;cmd=resource&amp;f=icon.svg">
<script>
var CONSOLE_MODE = %(console)s, EVALEX = %(evalex)s, EVALEX_TRUSTED = %(evalex_trusted)s,
    SECRET = "%(secret)s";
</script>
<script src="?__debugger__=yes&amp;cmd=resource&amp;f=debugger.js" defer></script>
</head>
<body>
<div class=debugger>
"""

FOOTER = """\
</div>
<dialog class=pin-prompt>
  <form method=dialog>
    <h3>The console is locked</h3>
    <p>The server has written a PIN to its log. It unlocks the console in this browser.</p>
    <label>PIN <input name=pin autocomplete=off inputmode=numeric size=14></label>
    <p class=pin-answer role=status></p>
    <p class=buttons><button value=unlock class=main>Unlock</button>
      <button value=cancel>Cancel</button></p>
  </form>
</dialog>
</body>
</html>
"""

PAGE_HTML = (
    HEADER
    + """\
<header class=detail>
  <p class=kind>%(exception_type)s</p>
  <h1 class=errormsg>%(exception)s</h1>
</header>
<nav>
  <button data-view=traceback aria-pressed=true>Traceback</button>
  <button data-view=plain aria-pressed=false>Text</button>
  <label><input type=checkbox class=libraries> all frames of libraries</label>
  <button class=copy>Copy</button>
</nav>
%(summary)s
<div class=plain hidden><pre class=plaintext>%(plaintext)s</pre></div>
<p class=explanation>The debugger caught an exception in your WSGI application. A click on a frame
shows more of its source; <b>&gt;_</b> opens a console in it, where <code>dump()</code> lists its
variables.</p>
<noscript><p class=explanation>Consoles need JavaScript.</p></noscript>
"""
    + FOOTER
    + """
<!--

%(plaintext_comment)s
-->
"""
)

CONSOLE_HTML = (
    HEADER
    + """\
<header class=detail><h1>Console</h1></header>
<p class=explanation>Python in the process of the application. <code>dump()</code> lists the
variables there are, <code>dump(x)</code> the attributes of an object.</p>
<div class=console-place></div>
<noscript><p class=explanation>The console needs JavaScript.</p></noscript>
"""
    + FOOTER
)

SUMMARY_HTML = """\
<div class="%(classes)s">
%(title)s<ul>%(frames)s</ul>
%(description)s
</div>
"""

FRAME_HTML = """\
<div class="frame" id="frame-%(id)d">
  <h4><cite class=filename title="%(path)s">%(filename)s</cite>
    <span>line <em class=line>%(lineno)s</em>, in</span>
    <code class=function>%(function_name)s</code></h4>
  <div class="source%(library)s">%(lines)s</div>%(info)s
</div>
"""

CAUSE = "The exception above was the direct cause of this one"
CONTEXT_OF = "While the exception above was being handled, this one was raised"


def escape(text: str) -> str:
    """Escape text for the inside of an element."""
    return html.escape(text, quote=False)


def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    folders = {paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders.update(site.getsitepackages())
    folders.add(site.getusersitepackages())
    # cruet itself, also where it runs from a clone.
    folders.add(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    return tuple(os.path.realpath(folder) + os.sep for folder in folders)


_LIBRARIES = _library_folders()


class DebugFrameSummary(traceback.FrameSummary):
    """A frame of a traceback with its variables, so that code can be run in it."""

    def __init__(
        self,
        *,
        locals: dict[str, t.Any],
        globals: dict[str, t.Any],
        source: str | None = None,
        **kwargs: t.Any,
    ) -> None:
        # Not given to the base class, which would make a repr of each variable.
        super().__init__(locals=None, **kwargs)
        self.local_ns = locals
        self.global_ns = globals
        self._source = source

    @cached_property
    def info(self) -> str | None:
        """What the frame has to say in a variable ``__traceback_info__``."""
        found = self.local_ns.get("__traceback_info__")
        return None if found is None else str(found)

    @cached_property
    def is_library(self) -> bool:
        """Whether the frame's code is the standard library's or of an installed package."""
        # Frames of extension modules name sources that are not installed.
        if self.filename.startswith("<frozen ") or self.filename.endswith(".pyx"):
            return True
        return os.path.realpath(self.filename).startswith(_LIBRARIES)

    @cached_property
    def console(self) -> Console:
        """The console of this frame, which keeps its variables from one command to the next."""
        from .console import Console

        return Console(self.global_ns, self.local_ns)

    def eval(self, code: str) -> t.Any:
        """Run ``code`` in the frame's console; return the output as HTML."""
        return self.console.eval(code)

    def render_html(self, mark_library: bool) -> str:
        """Return the frame with the source around its line."""
        info = f"<pre class=info>{escape(self.info)}</pre>" if self.info else ""
        return FRAME_HTML % {
            "id": id(self),
            "path": html.escape(self.filename),
            "filename": escape(_short(self.filename)),
            "lineno": self.lineno,
            "function_name": escape(self.name),
            "lines": "".join(self._rendered_lines()),
            "library": " library" if mark_library and self.is_library else "",
            "info": info,
        }

    def _rendered_lines(self) -> Iterator[str]:
        lines = self._source_lines()
        number = self.lineno or 0
        if not 0 < number <= len(lines):
            return
        first = max(1, number - CONTEXT)
        part = [line.expandtabs(4).rstrip() for line in lines[first - 1 : number + CONTEXT]]
        spare = min((len(line) - len(line.lstrip()) for line in part if line), default=0)
        for at, line in enumerate(part, first):
            if at == number:
                kind, text = "current", self._marked(lines[number - 1], spare)
            else:
                kind, text = ("before" if at < number else "after"), escape(line[spare:])
            yield f'<pre class="line {kind}" data-line={at}>{text}</pre>'

    def _source_lines(self) -> list[str]:
        if self._source is not None:
            return self._source.splitlines()
        return linecache.getlines(self.filename, self.global_ns)

    def _marked(self, line: str, spare: int) -> str:
        """Return the current line with the expression that failed in a ``<mark>``."""
        text = line.rstrip()
        # Columns count bytes of UTF-8; a traceback gives them for code that has them.
        start, end = getattr(self, "colno", None), getattr(self, "end_colno", None)
        whole = text.expandtabs(4)[spare:]
        if start is None or end is None or self.end_lineno != self.lineno:
            return escape(whole)
        encoded = line.encode()
        before, inside, after = (
            part.decode(errors="replace")
            for part in (encoded[:start], encoded[start:end], encoded[end:])
        )
        if not inside or not (before.strip() or after.strip()):
            return escape(whole)
        before = before.expandtabs(4)[spare:]
        return f"{escape(before)}<mark>{escape(inside)}</mark>{escape(after.rstrip())}"


def _short(filename: str) -> str:
    """Return a path from the working folder or its ``sys.path`` folder on, whichever is short."""
    best = filename
    for folder in (os.getcwd(), *sys.path):
        prefix = os.path.abspath(folder) + os.sep
        if filename.startswith(prefix) and len(filename) - len(prefix) < len(best):
            best = filename[len(prefix) :]
    return best


def _process_traceback(
    exc: BaseException,
    te: traceback.TracebackException | None = None,
    *,
    skip: int = 0,
    hide: bool = True,
) -> traceback.TracebackException:
    """Give every traceback of the chain frames with variables, less those that hide themselves."""
    if te is None:
        te = traceback.TracebackException.from_exception(exc, lookup_lines=False, compact=True)
    for part, error in _chain(te, exc):
        frames = [_summary(tb) for tb in _tracebacks(error.__traceback__)]
        frames = frames[skip:] if error is exc else frames
        part.stack[:] = _visible(frames) if hide else frames
    return te


def _chain(
    te: traceback.TracebackException | None, exc: BaseException | None
) -> Iterator[tuple[traceback.TracebackException, BaseException]]:
    """Yield each traceback with its exception, the one raised last first."""
    seen: set[int] = set()
    while te is not None and exc is not None and id(exc) not in seen:
        seen.add(id(exc))
        yield te, exc
        if te.__cause__ is not None:
            te, exc = te.__cause__, exc.__cause__
        elif te.__suppress_context__:
            return
        else:
            te, exc = te.__context__, exc.__context__


def _tracebacks(tb: TracebackType | None) -> Iterator[TracebackType]:
    while tb is not None:
        yield tb
        tb = tb.tb_next


def _summary(tb: TracebackType) -> DebugFrameSummary:
    frame = tb.tb_frame
    code = frame.f_code
    lines: dict[str, t.Any] = {}
    positions = next(itertools.islice(code.co_positions(), tb.tb_lasti // 2, None), None)
    if positions is not None and positions[0] == tb.tb_lineno:
        _, lines["end_lineno"], lines["colno"], lines["end_colno"] = positions
    source = _typed_source(frame.f_globals, code)
    if source is not None:
        wanted = source.splitlines()[tb.tb_lineno - 1 : tb.tb_lineno]
        lines["line"] = wanted[0].strip() if wanted else ""
    linecache.lazycache(code.co_filename, frame.f_globals)
    return DebugFrameSummary(
        filename=code.co_filename,
        lineno=tb.tb_lineno,
        name=code.co_name,
        locals=frame.f_locals,
        globals=frame.f_globals,
        source=source,
        lookup_line=False,
        **lines,
    )


def _typed_source(namespace: dict[str, t.Any], code: CodeType) -> str | None:
    """Return the source of code that was typed into a console."""
    ask = getattr(namespace.get("__loader__"), "get_source_by_code", None)
    return None if ask is None else t.cast("str | None", ask(code))


def _visible(frames: list[DebugFrameSummary]) -> list[DebugFrameSummary]:
    """Leave out frames as their variables ``__traceback_hide__`` say.

    ``True`` hides a frame, ``"before"`` those before it, ``"after"`` those after it;
    ``..._and_this`` hides the frame too. ``"reset"`` hides what is before and ends an ``"after"``.
    """
    shown: list[DebugFrameSummary] = []
    hiding = False
    for frame in frames:
        wish = frame.local_ns.get("__traceback_hide__", False)
        what, _, this = wish.partition("_and_") if isinstance(wish, str) else ("", "", "")
        keep = not hiding
        if what in ("before", "reset"):
            shown.clear()
            hiding = False if what == "reset" else hiding
            keep = not this
        elif what == "after":
            hiding = True
            keep = keep and not this
        elif wish:
            keep = False
        if keep:
            shown.append(frame)
    return shown or frames


class DebugTraceback:
    """An exception with all that it came from.

    :param skip: the number of outermost frames to leave out.
    :param hide: whether frames may hide themselves, see ``__traceback_hide__``.
    """

    def __init__(
        self,
        exc: BaseException,
        te: traceback.TracebackException | None = None,
        *,
        skip: int = 0,
        hide: bool = True,
    ) -> None:
        self._te = _process_traceback(exc, te, skip=skip, hide=hide)
        self._exception = exc

    def __str__(self) -> str:
        return f"<{type(self).__name__} {self._te}>"

    @cached_property
    def all_tracebacks(self) -> list[tuple[str | None, traceback.TracebackException]]:
        """The chain, the exception raised last first, each with why the next one is shown."""
        found: list[tuple[str | None, traceback.TracebackException]] = []
        for te, _ in _chain(self._te, self._exception):
            reason = None
            if te.__cause__ is not None:
                reason = CAUSE
            elif te.__context__ is not None and not te.__suppress_context__:
                reason = CONTEXT_OF
            found.append((reason, te))
        return found

    @cached_property
    def all_frames(self) -> list[DebugFrameSummary]:
        """The frames of the whole chain."""
        return [
            frame
            for _, te in self.all_tracebacks
            for frame in te.stack
            if isinstance(frame, DebugFrameSummary)
        ]

    def render_traceback_text(self) -> str:
        """Return the traceback as Python prints it."""
        return "".join(self._te.format())

    def render_traceback_html(self, include_title: bool = True) -> str:
        """Return the traceback as a fragment of a page, without the means to run code in it."""
        library = [frame.is_library for frame in self.all_frames]
        mark_library = any(library) and not all(library)
        rows: list[str] = []
        for reason, te in reversed(self.all_tracebacks):
            if reason and rows:
                rows.append(f'<li><div class="exc-divider">{reason}:</div>\n')
            rows.extend(
                f"<li{_if_library(frame, mark_library)}>{frame.render_html(mark_library)}\n"
                for frame in te.stack
                if isinstance(frame, DebugFrameSummary)
            )
            if te is not self._te:
                rows.append(f"<li><blockquote>{_message(te)}</blockquote>\n")
        classes = ["traceback"] + ([] if self.all_frames else ["noframe-traceback"])
        return SUMMARY_HTML % {
            "classes": " ".join(classes),
            "title": self._title(include_title),
            "frames": "".join(rows),
            "description": self._description(),
        }

    def _title(self, included: bool) -> str:
        if not included:
            return ""
        if issubclass(type(self._exception), SyntaxError) and not self.all_frames:
            return "<h3>Syntax error</h3>\n"
        return "<h3>Traceback <em>(most recent call last)</em>:</h3>\n"

    def _description(self) -> str:
        if isinstance(self._exception, SyntaxError):
            return f"<pre class=syntaxerror>{_message(self._te)}</pre>"
        if isinstance(self._exception, BaseExceptionGroup):
            # A tree of tracebacks: text shows it better than boxes would.
            return f"<pre class=group>{escape(self.render_traceback_text())}</pre>"
        return f"<blockquote>{_message(self._te)}</blockquote>"

    def render_debugger_html(self, evalex: bool, secret: str, evalex_trusted: bool) -> str:
        """Return the page.

        :param evalex: give each frame a console.
        :param secret: what the page has to send with each command.
        :param evalex_trusted: the browser has given the PIN.
        """
        lines = list(self._te.format_exception_only())
        text = self.render_traceback_text()
        kind = type(self._exception)
        module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
        name = module + kind.__qualname__
        message = "".join(lines).strip()
        return PAGE_HTML % {
            **_settings(False, evalex, secret, evalex_trusted),
            "title": escape(lines[-1].strip() if lines else kind.__name__),
            "exception": escape(message.removeprefix(f"{name}: ")),
            "exception_type": escape(name),
            "summary": self.render_traceback_html(include_title=False),
            "plaintext": escape(text),
            "plaintext_comment": text.replace("--", "-\u2010"),
        }


def _if_library(frame: DebugFrameSummary, marked: bool) -> str:
    return " class=library" if marked and frame.is_library else ""


def _message(te: traceback.TracebackException) -> str:
    return escape("".join(te.format_exception_only()))


def _settings(console: bool, evalex: bool, secret: str, trusted: bool) -> dict[str, str]:
    def script(value: bool) -> str:
        return "true" if value else "false"

    return {
        "console": script(console),
        "evalex": script(evalex),
        "evalex_trusted": script(trusted),
        "secret": secret,
    }


def render_console_html(secret: str, evalex_trusted: bool) -> str:
    """Return the page of a console that belongs to no traceback."""
    settings = _settings(True, True, secret, evalex_trusted)
    return CONSOLE_HTML % {"title": "Console", **settings}
