"""Static files in front of a WSGI application, for development and small sites."""

from __future__ import annotations

import collections.abc as cabc
import importlib.util
import mimetypes
import os
import posixpath
import typing as t
from datetime import UTC, datetime
from fnmatch import fnmatch
from io import BytesIO
from time import time
from zlib import adler32

from .._elsewhere import names_from_elsewhere
from ..http import http_date, is_resource_modified
from ..security import safe_join
from ..utils import get_content_type
from ..wsgi import get_path_info, wrap_file

if t.TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)

# Opens a file: (the file, time of its last change, size in bytes).
_TOpener = t.Callable[[], tuple[t.IO[bytes], datetime, int]]
# Finds a file by its path below an export, None for the export itself: (its name, its opener).
_TLoader = t.Callable[[str | None], tuple[str | None, _TOpener | None]]


class SharedDataMiddleware:
    """Answers requests for files below the exported paths; all others go to the application.

    :param exports: by path of the URL, or as pairs: a directory, a file, or (package, directory in
        it).
    :param disallow: a pattern (:mod:`fnmatch`) of file names that are not to be had.
    :param cache: send ETag and Expires, and honour conditional requests.
    :param cache_timeout: seconds for which clients need not ask again.
    :param fallback_mimetype: for files whose name does not tell.
    """

    def __init__(
        self,
        app: WSGIApplication,
        exports: cabc.Mapping[str, str | tuple[str, str]]
        | t.Iterable[tuple[str, str | tuple[str, str]]],
        disallow: str | None = None,
        cache: bool = True,
        cache_timeout: int = 60 * 60 * 12,
        fallback_mimetype: str = "application/octet-stream",
    ) -> None:
        self.app = app
        self.exports: list[tuple[str, _TLoader]] = []
        self.cache = cache
        self.cache_timeout = cache_timeout
        self.disallow = disallow
        self.fallback_mimetype = fallback_mimetype
        pairs = exports.items() if isinstance(exports, cabc.Mapping) else exports
        for path, source in pairs:
            self.exports.append((path, self._loader_of(source)))

    def _loader_of(self, source: str | tuple[str, str]) -> _TLoader:
        if isinstance(source, tuple):
            return self.get_package_loader(*source)
        if isinstance(t.cast(object, source), str):
            file = os.path.isfile(source)
            return self.get_file_loader(source) if file else self.get_directory_loader(source)
        raise TypeError(f"unknown def {source!r}")

    def is_allowed(self, filename: str) -> bool:
        """Whether a file of that name may be had; subclasses may say otherwise."""
        return self.disallow is None or not fnmatch(filename, self.disallow)

    def _opener(self, filename: str) -> _TOpener:
        return lambda: (
            open(filename, "rb"),
            datetime.fromtimestamp(os.path.getmtime(filename), tz=UTC),
            os.path.getsize(filename),
        )

    def get_file_loader(self, filename: str) -> _TLoader:
        """A loader that has this one file."""
        return lambda _: (os.path.basename(filename), self._opener(filename))

    def get_package_loader(self, package: str, package_path: str) -> _TLoader:
        """A loader of the files in a package's directory, wherever its loader has it."""
        load_time = datetime.now(UTC)
        spec = importlib.util.find_spec(package)
        if spec is None or spec.loader is None:
            raise ImportError(f"there is no package {package!r}")
        reader = spec.loader.get_resource_reader(package)  # type: ignore[attr-defined]

        def loader(path: str | None) -> tuple[str | None, _TOpener | None]:
            joined = None if path is None else safe_join(package_path, path)
            if joined is None:
                return None, None
            name = posixpath.basename(joined)
            try:
                resource = reader.open_resource(joined)
            except OSError:
                return None, None
            if isinstance(resource, BytesIO):
                size = len(resource.getvalue())
                return name, lambda: (resource, load_time, size)
            filename = resource.name
            resource.close()
            return name, self._opener(filename)

        return loader

    def get_directory_loader(self, directory: str) -> _TLoader:
        """A loader of the files in a directory."""

        def loader(path: str | None) -> tuple[str | None, _TOpener | None]:
            joined = directory if path is None else safe_join(directory, path)
            if joined is None or not os.path.isfile(joined):
                return None, None
            return os.path.basename(joined), self._opener(joined)

        return loader

    def generate_etag(self, mtime: datetime, file_size: int, real_filename: str) -> str:
        """The entity tag of a file, without quotes."""
        checksum = adler32(os.fsencode(real_filename))
        return f"wzsdm-{mtime.timestamp()}-{file_size}-{checksum}"

    def _find(self, path: str) -> tuple[str, _TOpener] | None:
        for prefix, loader in self.exports:
            found: tuple[str | None, _TOpener | None] = (None, None)
            if prefix == path:
                found = loader(None)
            folder = prefix if prefix.endswith("/") else f"{prefix}/"
            if found[1] is None and path.startswith(folder):
                found = loader(path[len(folder) :])
            if found[0] is not None and found[1] is not None:
                return found[0], found[1]
        return None

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> t.Iterable[bytes]:
        """Send the file, or call the application."""
        try:
            found = self._find(get_path_info(environ))
        except ValueError:  # NUL bytes in the path
            found = None
        if found is None or not self.is_allowed(found[0]):
            return self.app(environ, start_response)
        name, opener = found
        guessed = mimetypes.guess_type(name)[0] or self.fallback_mimetype
        file, changed, size = opener()
        headers = [("Date", http_date())]
        if self.cache:
            etag = f'"{self.generate_etag(changed, size, name)}"'
            headers += [
                ("Etag", etag),
                ("Cache-Control", f"max-age={self.cache_timeout}, public"),
            ]
            if not is_resource_modified(environ, etag, last_modified=changed):
                file.close()
                start_response("304 Not Modified", headers)
                return []
            headers.append(("Expires", http_date(time() + self.cache_timeout)))
        else:
            headers.append(("Cache-Control", "public"))
        headers += [
            ("Content-Type", get_content_type(guessed, "utf-8")),
            ("Content-Length", str(size)),
            ("Last-Modified", http_date(changed)),
        ]
        start_response("200 OK", headers)
        return wrap_file(environ, file)
