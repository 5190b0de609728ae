"""The interactive debugger: tracebacks in the browser, with a console in each frame.

Whoever may use a console runs what he likes in the application's process. It takes a page from a
trusted host, that page's secret, and the PIN that the server has logged. Even so it is for
development alone.
"""

from __future__ import annotations

import getpass
import hashlib
import hmac
import json
import os
import sys
import threading
import time
import typing as t
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from io import BytesIO
from zlib import adler32

from .._internal import _log
from ..exceptions import NotFound, SecurityError
from ..http import parse_cookie
from ..sansio.utils import host_is_trusted
from ..security import gen_salt
from ..utils import send_file
from ..wrappers.request import Request
from ..wrappers.response import Response
from .console import Console
from .tbtools import DebugFrameSummary, DebugTraceback, render_console_html

if t.TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Seconds for which a browser that gave the PIN need not give it again.
PIN_TIME = 60 * 60 * 24 * 7
#: Wrong PINs after which no more are looked at until the server is started again.
MOST_GUESSES = 10
#: Frames that are kept for their consoles; with them all that their variables refer to.
MOST_FRAMES = 2000

_machine_id: str | bytes | None = None


def hash_pin(pin: str) -> str:
    """Return what a browser's cookie holds in place of the PIN: 12 hexadecimal digits."""
    return hashlib.sha256(f"{pin} added salt".encode("utf-8", "replace")).hexdigest()[:12]


def get_machine_id() -> str | bytes | None:
    """Return what tells this machine from others, read once; None where nothing does."""
    global _machine_id
    if _machine_id is None:
        _machine_id = _read_machine_id()
    return _machine_id


def _read_machine_id() -> bytes | None:
    found = b""
    # The second changes with each start; containers have no more than that.
    for name in ("/etc/machine-id", "/proc/sys/kernel/random/boot_id"):
        try:
            with open(name, "rb") as file:
                found = file.readline().strip()
        except OSError:
            continue
        if found:
            break
    # Containers of one host share its id, not their control group.
    try:
        with open("/proc/self/cgroup", "rb") as file:
            found += file.readline().strip().rpartition(b"/")[2]
    except OSError:
        pass
    return found or uuid.getnode().to_bytes(6, "big")


def get_pin_and_cookie_name(
    app: WSGIApplication,
) -> tuple[str, str] | tuple[None, None]:
    """Return the PIN and the name of its cookie: both stay the same for an application.

    ``WERKZEUG_DEBUG_PIN`` gives digits of one's own, with dashes as liked, or ``off`` for no PIN.
    """
    wanted = os.environ.get("WERKZEUG_DEBUG_PIN")
    if wanted == "off":
        return None, None
    digest = hashlib.sha256(b"cruet debugger")
    for part in _application_traits(app):
        data = part if isinstance(part, bytes) else part.encode("utf-8", "replace")
        digest.update(len(data).to_bytes(4, "big") + data)
    cookie_name = f"__wzd{digest.hexdigest()[:20]}"
    if wanted is not None and wanted.replace("-", "").isdecimal():
        return (wanted if "-" in wanted else _grouped(wanted)), cookie_name
    digest.update(b"the PIN, which the cookie's name must not tell")
    return _grouped(f"{int(digest.hexdigest(), 16):09d}"[:9]), cookie_name


def _application_traits(app: WSGIApplication) -> Iterator[str | bytes]:
    """Yield what is known to whoever runs the application, some of it to nobody else."""
    name = getattr(app, "__module__", None) or type(app).__module__
    yield name
    yield str(getattr(app, "__name__", type(app).__name__))
    yield str(getattr(sys.modules.get(name), "__file__", None))
    try:
        yield getpass.getuser()
    except (ImportError, KeyError, OSError):
        yield "nobody"  # a user id without a name, as containers have
    yield str(uuid.getnode())
    yield get_machine_id() or b""


def _grouped(digits: str) -> str:
    """Put dashes between groups of equal size, where there can be such."""
    for size in (5, 4, 3):
        if len(digits) % size == 0:
            return "-".join(digits[at : at + size] for at in range(0, len(digits), size))
    return digits


class _ConsoleFrame:
    """Stands for a frame where a console belongs to none."""

    id = 0

    def __init__(self, namespace: dict[str, t.Any]) -> None:
        self.console = Console(namespace)

    def eval(self, code: str) -> t.Any:
        """Run ``code``; return the output as HTML."""
        return self.console.eval(code)


class DebuggedApplication:
    """Shows the tracebacks of a WSGI application in the browser.

    :param evalex: give each frame a console, and :attr:`console_path` one.
    :param request_key: kept for compatibility.
    :param console_path: the path of a console outside any frame; None for none.
    :param console_init_func: makes the variables of that console.
    :param show_hidden_frames: show frames that hide themselves, by ``__traceback_hide__``.
    :param pin_security: ask for the PIN before the first command.
    :param pin_logging: log the PIN when the server starts, and when a browser asks for it.

    ``trusted_hosts`` lists the hosts that pages with consoles may come from; a name with a leading
    dot stands for all names below it too.
    """

    _pin: str | None
    _pin_cookie: str | None

    def __init__(
        self,
        app: WSGIApplication,
        evalex: bool = False,
        request_key: str = "werkzeug.request",
        console_path: str = "/console",
        console_init_func: Callable[[], dict[str, t.Any]] | None = None,
        show_hidden_frames: bool = False,
        pin_security: bool = True,
        pin_logging: bool = True,
    ) -> None:
        self.app = app
        self.evalex = evalex
        self.frames: OrderedDict[int, DebugFrameSummary | _ConsoleFrame] = OrderedDict()
        self.frame_contexts: dict[int, list[AbstractContextManager[None]]] = {}
        self.request_key = request_key
        self.console_path = console_path
        self.console_init_func = console_init_func or None
        self.show_hidden_frames = show_hidden_frames
        self.secret = gen_salt(20)
        self.pin_logging = pin_logging
        self.trusted_hosts = [".localhost", "127.0.0.1"]
        self._guesses = 0
        self._guessing = threading.Lock()
        if not pin_security:
            self.pin = None
        elif os.environ.get("WERKZEUG_RUN_MAIN") == "true" and pin_logging:
            _log("warning", " * Debugger is active!")
            if self.pin:
                _log("info", " * Debugger PIN: %s", self.pin)
            else:
                _log("warning", " * Debugger PIN disabled. DEBUGGER UNSECURED!")

    @property
    def pin(self) -> str | None:
        """The PIN; None where none is asked for."""
        if not hasattr(self, "_pin"):
            self._pin, self._pin_cookie = get_pin_and_cookie_name(self.app)
        return self._pin

    @pin.setter
    def pin(self, value: str | None) -> None:
        self._pin = value

    @property
    def pin_cookie_name(self) -> str:
        """The name of the cookie that says that a browser has given the PIN."""
        if not hasattr(self, "_pin_cookie"):
            pin, self._pin_cookie = get_pin_and_cookie_name(self.app)
            if not hasattr(self, "_pin"):
                self._pin = pin
        return self._pin_cookie or ""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the debugger's own requests; hand all others on."""
        request = Request(environ)
        answer: Callable[..., Iterable[bytes]] = self.debug_application
        if request.args.get("__debugger__") == "yes":
            answer = self._debugger_answer(request) or answer
        elif self.evalex and self.console_path and request.path == self.console_path:
            answer = self.display_console(request)
        return answer(environ, start_response)

    def _debugger_answer(self, request: Request) -> Response | None:
        """Answer a request that a debugger's page made; None where it is no such request."""
        command = request.args.get("cmd")
        filename = request.args.get("f")
        if command == "resource" and filename:
            return self.get_resource(request, filename)
        if not hmac.compare_digest(request.args.get("s", "").encode(), self.secret.encode()):
            return None
        if command == "pinauth":
            return self.pin_auth(request)
        if command == "printpin":
            return self.log_pin_request(request)
        frame = self.frames.get(request.args.get("frm", type=int, default=-1))
        if not self.evalex or command is None or frame is None:
            return None
        if not self.check_pin_trust(request.environ):
            return None
        return self.execute_command(request, command, frame)

    def debug_application(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterator[bytes]:
        """Run the application; what it raises becomes a page."""
        contexts: list[AbstractContextManager[t.Any]] = []
        if self.evalex:
            # Applications hand over what has to be entered again for their frames' consoles.
            environ["werkzeug.debug.preserve_context"] = contexts.append
        body: Iterable[bytes] | None = None
        start = _Start(start_response)
        try:
            try:
                body = self.app(environ, t.cast("StartResponse", start))
                yield from body
            finally:
                if body is not None and hasattr(body, "close"):
                    body.close()
        except Exception as error:
            # The first frame is this method's.
            traceback = DebugTraceback(error, skip=1, hide=not self.show_hidden_frames)
            page = self._page(environ, traceback, contexts)
            errors = environ["wsgi.errors"]
            try:
                start.error = error
                yield from page(environ, t.cast("StartResponse", start))
            except Exception:  # the server's complaint that headers are out already
                errors.write("The debugger caught an exception after the response had started:\n")
            errors.write(traceback.render_traceback_text())

    def _page(
        self,
        environ: WSGIEnvironment,
        traceback: DebugTraceback,
        contexts: list[AbstractContextManager[t.Any]],
    ) -> Response:
        evalex = self.evalex and self.check_host_trust(environ)
        if evalex:
            self._keep(traceback.all_frames, contexts)
        text = traceback.render_debugger_html(
            evalex=evalex,
            secret=self.secret,
            evalex_trusted=bool(self.check_pin_trust(environ)),
        )
        return Response(text, status=500, mimetype="text/html")

    def _keep(
        self,
        frames: list[DebugFrameSummary],
        contexts: list[AbstractContextManager[t.Any]],
    ) -> None:
        """Keep frames for their consoles, and let go of the oldest ones."""
        for frame in frames[-MOST_FRAMES:]:
            self.frames[id(frame)] = frame
            self.frame_contexts[id(frame)] = contexts
        while len(self.frames) > MOST_FRAMES:
            old, _ = self.frames.popitem(last=False)
            self.frame_contexts.pop(old, None)

    def execute_command(
        self, request: Request, command: str, frame: DebugFrameSummary | _ConsoleFrame
    ) -> Response:
        """Run a command in a frame, within the contexts of the frame's request."""
        if not self.check_host_trust(request.environ):
            return _refusal(request)
        with ExitStack() as stack:
            for context in self.frame_contexts.get(id(frame), []):
                stack.enter_context(context)
            response = Response(frame.eval(command), mimetype="text/html")
        # The page takes an answer without this for the application's.
        response.headers["Debugger-Prompt"] = "..." if frame.console.more else ">>>"
        return response

    def display_console(self, request: Request) -> Response:
        """Return the page of the console outside any frame."""
        if not self.check_host_trust(request.environ):
            return _refusal(request)
        if 0 not in self.frames:
            namespace = dict(self.console_init_func()) if self.console_init_func else {}
            namespace.setdefault("app", self.app)
            self.frames[0] = _ConsoleFrame(namespace)
        trusted = bool(self.check_pin_trust(request.environ))
        text = render_console_html(secret=self.secret, evalex_trusted=trusted)
        return Response(text, mimetype="text/html")

    def get_resource(self, request: Request, filename: str) -> Response:
        """Return one of the page's files."""
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shared")
        if filename != os.path.basename(filename):
            return NotFound().get_response(request.environ)
        try:
            with open(os.path.join(folder, filename), "rb") as file:
                data = file.read()
        except (OSError, ValueError):  # the latter for a NUL in the name
            return NotFound().get_response(request.environ)
        return send_file(
            BytesIO(data), request.environ, download_name=filename, etag=str(adler32(data))
        )

    def check_pin_trust(self, environ: WSGIEnvironment) -> bool | None:
        """Tell whether the browser has given the PIN; None where its cookie is a wrong one."""
        if self.pin is None:
            return True
        value = parse_cookie(environ).get(self.pin_cookie_name)
        if not value or "|" not in value:
            return False
        stamp, _, digest = value.partition("|")
        if not (stamp.isascii() and stamp.isdigit()):
            return False
        if not hmac.compare_digest(digest.encode(), hash_pin(self.pin).encode()):
            return None
        # A stamp of more digits than any time has is as good as none.
        return len(stamp) <= 15 and time.time() - PIN_TIME < int(stamp)

    def check_host_trust(self, environ: WSGIEnvironment) -> bool:
        """Tell whether the request names a host that is trusted with a console."""
        return host_is_trusted(environ.get("HTTP_HOST"), self.trusted_hosts)

    def _take_guess(self) -> bool:
        """Count a guess before it is looked at: guesses made at the same time count as well."""
        with self._guessing:
            self._guesses += 1
            return self._guesses <= MOST_GUESSES

    def _fail_pin_auth(self) -> None:
        time.sleep(5.0 if self._guesses > 5 else 0.5)

    def pin_auth(self, request: Request) -> Response:
        """Compare the PIN that was sent; the right one sets the cookie."""
        if not self.check_host_trust(request.environ):
            return _refusal(request)
        trust = self.check_pin_trust(request.environ)
        auth = exhausted = False
        if trust:
            auth = True
        elif not self._take_guess():
            exhausted = True
        elif trust is not None and self._is_pin(request.args.get("pin", "")):
            self._guesses = 0
            auth = True
        else:
            # A wrong cookie was a guess as well.
            self._fail_pin_auth()
        response = Response(
            json.dumps({"auth": auth, "exhausted": exhausted}), mimetype="application/json"
        )
        if auth and self.pin is not None:
            response.set_cookie(
                self.pin_cookie_name,
                f"{int(time.time())}|{hash_pin(self.pin)}",
                httponly=True,
                samesite="Strict",
                secure=request.is_secure,
            )
        elif trust is None:
            response.delete_cookie(self.pin_cookie_name)
        return response

    def _is_pin(self, entered: str) -> bool:
        wanted = (self.pin or "").replace("-", "")
        return hmac.compare_digest(entered.strip().replace("-", "").encode(), wanted.encode())

    def log_pin_request(self, request: Request) -> Response:
        """Log the PIN for whoever has a page open that asks for it."""
        if not self.check_host_trust(request.environ):
            return _refusal(request)
        if self.pin_logging and self.pin is not None:
            _log("info", " * To enable the debugger you need to enter the security pin:")
            _log("info", " * Debugger pin code: %s", self.pin)
        return Response("")


def _refusal(request: Request) -> Response:
    return SecurityError().get_response(request.environ)


class _Start:
    """Starts the page in place of a response that may have been started (PEP 3333, errors)."""

    def __init__(self, start_response: StartResponse) -> None:
        self._start_response = start_response
        self._started = False
        self.error: Exception | None = None

    def __call__(
        self, status: str, headers: list[tuple[str, str]], exc_info: t.Any = None
    ) -> Callable[[bytes], object]:
        if self._started and self.error is not None and exc_info is None:
            exc_info = (type(self.error), self.error, self.error.__traceback__)
        self._started = True
        if exc_info is None:
            return self._start_response(status, headers)
        return self._start_response(status, headers, exc_info)
