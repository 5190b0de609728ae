"""Where the time of each request goes."""

from __future__ import annotations

import os
import sys
import time
import typing as t
from cProfile import Profile
from pstats import Stats

from ..wsgi import get_path_info

if t.TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class ProfilerMiddleware:
    """Profiles the application and its response's body, request by request.

    Profiling slows everything down, and two requests at once cannot both be profiled: this is for
    development.

    :param stream: where the statistics are written as text, None for nowhere.
    :param sort_by: columns to sort the statistics by, see :meth:`pstats.Stats.sort_stats`.
    :param restrictions: which lines are written, see :meth:`pstats.Stats.print_stats`.
    :param profile_dir: an existing directory that gets a file for each request, None for no files.
    :param filename_format: a file's name, with ``{method}``, ``{path}``, ``{elapsed}`` milliseconds
        and ``{time}`` seconds since 1970; or a function of the environ, which has these two under
        ``werkzeug.profiler``.
    """

    def __init__(
        self,
        app: WSGIApplication,
        stream: t.IO[str] | None = sys.stdout,
        sort_by: t.Iterable[str] = ("time", "calls"),
        restrictions: t.Iterable[str | int | float] = (),
        profile_dir: str | None = None,
        filename_format: str
        | t.Callable[[WSGIEnvironment], str] = "{method}.{path}.{elapsed:.0f}ms.{time:.0f}.prof",
    ) -> None:
        self._app = app
        self._stream = stream
        self._sort_by = sort_by
        self._restrictions = restrictions
        self._profile_dir = profile_dir
        self._filename_format = filename_format

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> t.Iterable[bytes]:
        """Profile the request; its body is collected before it is sent."""
        body: list[bytes] = []

        def collecting(status: str, headers: t.Any, exc_info: t.Any = None) -> t.Any:
            start_response(status, headers, exc_info)
            return body.append

        def run() -> None:
            answer = self._app(environ, t.cast("StartResponse", collecting))
            try:
                body.extend(answer)
            finally:
                close = getattr(answer, "close", None)
                if close is not None:
                    close()

        profile = Profile()
        start = time.perf_counter()
        profile.runcall(run)
        elapsed = (time.perf_counter() - start) * 1000
        if self._profile_dir is not None:
            name = self._filename(environ, elapsed)
            profile.dump_stats(os.path.join(self._profile_dir, name))
        if self._stream is not None:
            stats = Stats(profile, stream=self._stream)
            stats.sort_stats(*self._sort_by)
            print("-" * 80, file=self._stream)
            print(f"PATH: {get_path_info(environ)!r}", file=self._stream)
            stats.print_stats(*self._restrictions)
            print(f"{'-' * 80}\n", file=self._stream)
        return [b"".join(body)]

    def _filename(self, environ: WSGIEnvironment, elapsed: float) -> str:
        now = time.time()
        if not isinstance(self._filename_format, str):
            environ["werkzeug.profiler"] = {"elapsed": elapsed, "time": now}
            return self._filename_format(environ)
        return self._filename_format.format(
            method=environ["REQUEST_METHOD"],
            path=environ["PATH_INFO"].strip("/").replace("/", ".") or "root",
            elapsed=elapsed,
            time=now,
        )
