"""The console of one frame: runs a line of code and gives the output as HTML."""

from __future__ import annotations

import code
import sys
import typing as t
from collections.abc import Iterable
from contextvars import ContextVar
from types import CodeType

from .repr import debug_repr, dump, escape, helper
from .tbtools import DebugTraceback

if t.TYPE_CHECKING:
    from codeop import CommandCompiler

_stream: ContextVar[HTMLStringO] = ContextVar("werkzeug.debug.console.stream")
_ipy: ContextVar[_InteractiveConsole] = ContextVar("werkzeug.debug.console.ipy")

#: Characters of output that one command may make; an endless loop of prints stops here.
MOST_OUTPUT = 2_000_000


class HTMLStringO:
    """A text stream that escapes what is written to it."""

    def __init__(self) -> None:
        self._buffer: list[str] = []
        self._length = 0

    def isatty(self) -> bool:
        """No terminal."""
        return False

    def close(self) -> None:
        """Do nothing: it is read until :meth:`reset`."""

    def flush(self) -> None:
        """Do nothing: all is written at once."""

    def seek(self, n: int, mode: int = 0) -> None:
        """Do nothing."""

    def readline(self) -> str:
        """Return all that was written, and forget it."""
        return self.reset()

    def reset(self) -> str:
        """Return all that was written, as HTML, and forget it."""
        text = "".join(self._buffer)
        self._buffer.clear()
        self._length = 0
        return text

    def _write(self, x: str) -> None:
        """Write HTML."""
        self._length += len(x)
        if self._length > MOST_OUTPUT:
            raise ValueError(f"more than {MOST_OUTPUT} characters of output")
        self._buffer.append(x)

    def write(self, x: str) -> None:
        """Write text."""
        self._write(escape(x))

    def writelines(self, x: Iterable[str]) -> None:
        """Write lines of text."""
        self._write(escape("".join(x)))


class ThreadedStream:
    """Standard output: the console's in a context that runs a command, the process's elsewhere.

    The first command puts it in place, and it stays: other threads may be in the middle of one.
    """

    _elsewhere: t.ClassVar[t.TextIO | None] = sys.__stdout__

    @staticmethod
    def push() -> None:
        """Send this context's output to a new stream."""
        if not isinstance(sys.stdout, ThreadedStream):
            ThreadedStream._elsewhere = sys.stdout
            sys.stdout = t.cast(t.TextIO, ThreadedStream())
        _stream.set(HTMLStringO())

    @staticmethod
    def fetch() -> str:
        """Return this context's output so far, as HTML."""
        stream = _stream.get(None)
        return "" if stream is None else stream.reset()

    @staticmethod
    def displayhook(obj: object) -> None:
        """Show the value of an expression in the console, and keep it as ``_``."""
        stream = _stream.get(None)
        if stream is None:
            _displayhook(obj)
            return
        if obj is not None:
            _ipy.get().namespace["_"] = obj
            stream._write(debug_repr(obj))

    def __getattr__(self, name: str) -> t.Any:
        return getattr(_stream.get(None) or ThreadedStream._elsewhere, name)

    def __dir__(self) -> list[str]:
        return dir(ThreadedStream._elsewhere)

    def __repr__(self) -> str:
        return repr(ThreadedStream._elsewhere)


# Expressions are shown by the hook of whichever thread runs them.
_displayhook = sys.displayhook
sys.displayhook = ThreadedStream.displayhook


class _ConsoleLoader:
    """Gives tracebacks the source of what was typed."""

    def __init__(self) -> None:
        self._sources: dict[CodeType, str] = {}

    def register(self, code: CodeType, source: str) -> None:
        """Keep the source of a code object and of the functions in it."""
        self._sources[code] = source
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self.register(constant, source)

    def get_source_by_code(self, code: CodeType) -> str | None:
        """Return the source that a code object was compiled from."""
        return self._sources.get(code)


class _InteractiveConsole(code.InteractiveInterpreter):
    """Compiles and runs commands in one namespace."""

    compile: CommandCompiler

    def __init__(self, globals: dict[str, t.Any], locals: dict[str, t.Any]) -> None:
        self.loader = _ConsoleLoader()
        # One dict, or functions that are defined in the console would not see its variables.
        self.namespace: dict[str, t.Any] = {
            # The frame's own come first, where dump() lists them.
            **locals,
            **{name: value for name, value in globals.items() if name not in locals},
            "dump": dump,
            "help": helper,
            "__loader__": self.loader,
        }
        super().__init__(self.namespace)
        self.more = False
        self.buffer: list[str] = []

    def runsource(self, source: str, **kwargs: t.Any) -> str:  # type: ignore[override]
        """Run a line or several; return what was typed, with its prompt, and the output."""
        # Several lines at once are a whole command; of a block that is typed line by line, an empty
        # line is the end.
        source = source.rstrip("\n") + ("\n" if "\n" in source else "")
        ThreadedStream.push()
        prompt = "... " if self.more else ">>> "
        self.buffer.append(source)
        try:
            self.more = super().runsource("\n".join(self.buffer), "<debugger>", "single")
        finally:
            if not self.more:
                self.buffer.clear()
            output = ThreadedStream.fetch()
        return f"{prompt}{escape(source.rstrip())}\n{output}"

    def runcode(self, code: CodeType) -> None:
        """Run compiled code; what it raises is shown. Ctrl-C at the server goes through."""
        self.loader.register(code, "\n".join(self.buffer))
        try:
            exec(code, self.namespace)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._show(error, skip=1)

    def showtraceback(self) -> None:
        """Write the traceback of the error that is being handled."""
        error = sys.exc_info()[1]
        assert error is not None
        self._show(error, skip=1)

    def showsyntaxerror(self, filename: str | None = None, **kwargs: t.Any) -> None:
        """Write the error of a command that does not compile."""
        error = sys.exc_info()[1]
        assert error is not None
        # All its frames are the compiler's.
        self._show(error.with_traceback(None), skip=0)

    def _show(self, error: BaseException, skip: int) -> None:
        text = DebugTraceback(error, skip=skip).render_traceback_html()
        # Beside the limit: it may be this limit that was passed.
        _stream.get()._buffer.append(text)

    def write(self, data: str) -> None:
        """Write text."""
        sys.stdout.write(data)


class Console:
    """An interactive console; its variables start as a frame's and are its own from then on.

    Commands may be incomplete: the next one goes on where the last stopped.
    """

    def __init__(
        self,
        globals: dict[str, t.Any] | None = None,
        locals: dict[str, t.Any] | None = None,
    ) -> None:
        self._ipy = _InteractiveConsole(globals or {}, locals or {})

    @property
    def more(self) -> bool:
        """Whether the last command was the beginning of one."""
        return self._ipy.more

    def eval(self, code: str) -> str:
        """Run ``code``; return it with its prompt and its output, as HTML."""
        token = _ipy.set(self._ipy)
        try:
            return self._ipy.runsource(code)
        finally:
            _ipy.reset(token)
