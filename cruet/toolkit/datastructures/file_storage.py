"""Uploaded files."""

from __future__ import annotations

import collections.abc as cabc
import mimetypes
import os
import typing as t
from io import BytesIO
from shutil import copyfileobj

from .._grammar import parse_options_header
from .._internal import _plain_int
from .headers import Headers
from .structures import MultiDict


class FileStorage:
    """An uploaded file: its stream, the name that the client gave it, and its part's headers.

    What is not defined here is taken from the stream. Whoever opened the stream closes it, here
    with :meth:`close`.

    :param stream: a binary file object; an empty one where None.
    :param filename: the client's name for it, else the stream's own. It is not to be trusted: see
        :func:`cruet.toolkit.utils.secure_filename`.
    :param name: the name of the form field.
    :param content_length: bytes, as the part's headers say.
    """

    def __init__(
        self,
        stream: t.IO[bytes] | None = None,
        filename: str | None = None,
        name: str | None = None,
        content_type: str | None = None,
        content_length: int | None = None,
        headers: Headers | None = None,
    ) -> None:
        self.name = name
        self.stream = stream if stream is not None else BytesIO()
        self.filename = _stream_name(stream) if filename is None else os.fsdecode(filename)
        self.headers = Headers() if headers is None else headers
        if content_type is not None:
            self.headers["Content-Type"] = content_type
        if content_length is not None:
            self.headers["Content-Length"] = str(content_length)

    def _parse_content_type(self) -> None:
        if "_parsed_content_type" not in self.__dict__:
            self._parsed_content_type = parse_options_header(self.content_type)

    @property
    def content_type(self) -> str | None:
        """The part's Content-Type with its parameters; often a guess of the browser's."""
        return self.headers.get("Content-Type")

    @property
    def content_length(self) -> int:
        """Bytes, as the part's headers say; 0 where they do not, as most browsers' do not."""
        try:
            return _plain_int(self.headers.get("Content-Length") or "")
        except ValueError:
            return 0

    @property
    def mimetype(self) -> str:
        """The Content-Type without parameters, in lower case."""
        self._parse_content_type()
        return self._parsed_content_type[0].lower()

    @property
    def mimetype_params(self) -> dict[str, str]:
        """The Content-Type's parameters."""
        self._parse_content_type()
        return self._parsed_content_type[1]

    def save(self, dst: str | os.PathLike[str] | t.IO[bytes], buffer_size: int = 16384) -> None:
        """Write what is left of the stream to a path or an open binary file.

        A file that exists under the path is overwritten.
        """
        if isinstance(dst, (str, os.PathLike)):
            with open(dst, "wb") as file:
                copyfileobj(self.stream, file, buffer_size)
        else:
            copyfileobj(self.stream, dst, buffer_size)

    def close(self) -> None:
        """Close the stream, if it can be."""
        close = getattr(self.stream, "close", None)
        if close is not None:
            close()

    def __bool__(self) -> bool:
        return bool(self.filename)

    def __getattr__(self, name: str) -> t.Any:
        # Before __init__, and while unpickling, there is no stream to look at.
        stream = self.__dict__.get("stream")
        if stream is None:
            raise AttributeError(name)
        try:
            return getattr(stream, name)
        except AttributeError:
            # SpooledTemporaryFile had not all of IOBase before Python 3.11; others still lack some.
            inner = getattr(stream, "_file", None)
            if inner is None:
                raise
            return getattr(inner, name)

    def __iter__(self) -> cabc.Iterator[bytes]:
        return iter(self.stream)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.filename!r} ({self.content_type!r})>"


def _stream_name(stream: t.Any) -> str | None:
    # Temporary files have a number for a name, the standard streams something like <stdin>.
    name = getattr(stream, "name", None)
    if not isinstance(name, (str, bytes, os.PathLike)):
        return None
    text = os.fsdecode(name)
    return None if text[:1] == "<" and text[-1:] == ">" else text


class FileMultiDict(MultiDict[str, FileStorage]):
    """Files by the name of their form field."""

    def add_file(
        self,
        name: str,
        file: str | os.PathLike[str] | t.IO[bytes] | FileStorage,
        filename: str | None = None,
        content_type: str | None = None,
    ) -> None:
        """Add a file: a path, which is opened, a binary file object, or a FileStorage.

        :param content_type: guessed from the file's name where None.
        """
        if isinstance(file, FileStorage):
            self.add(name, file)
            return
        stream: t.IO[bytes]
        if isinstance(file, (str, os.PathLike)):
            if filename is None:
                filename = os.fspath(file)
            stream = open(file, "rb")  # noqa: SIM115
        else:
            stream = t.cast("t.IO[bytes]", file)
        if filename and content_type is None:
            content_type = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        self.add(name, FileStorage(stream, filename, name, content_type))
