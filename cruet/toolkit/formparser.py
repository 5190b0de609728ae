"""Form bodies: application/x-www-form-urlencoded and multipart/form-data (RFC 7578)."""

from __future__ import annotations

import typing as t
from io import BytesIO
from tempfile import SpooledTemporaryFile, TemporaryFile

from .._cruet import MultipartReader, parse_query_pairs
from ._elsewhere import names_from_elsewhere
from .datastructures import FileStorage, Headers, MultiDict
from .exceptions import RequestEntityTooLarge
from .http import parse_options_header
from .sansio.multipart import Field, File, next_raw_event
from .wsgi import get_content_length, get_input_stream

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    t_parse_result = tuple[t.IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]

    class TStreamFactory(t.Protocol):
        """Gives a writable, readable file for an upload, see :func:`default_stream_factory`."""

        def __call__(
            self,
            total_content_length: int | None,
            content_type: str | None,
            filename: str | None,
            content_length: int | None = None,
        ) -> t.IO[bytes]: ...


if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)

# Uploads stay in memory up to this many bytes.
_spool_size = 500 * 1024
# Bodies are read in pieces of this many bytes: a file's are written as they come, and few large
# writes cost a third less than many small ones.
_read_size = 512 * 1024
_page = 4096


def default_stream_factory(
    total_content_length: int | None,
    content_type: str | None,
    filename: str | None,
    content_length: int | None = None,
) -> t.IO[bytes]:
    """The file that an upload is written to: in memory, on disk from 500 KiB on.

    ``total_content_length`` is the whole body's length in bytes, or None; ``content_length`` the
    part's own, where the client told it.
    """
    if SpooledTemporaryFile is not None:
        return t.cast("t.IO[bytes]", SpooledTemporaryFile(max_size=_spool_size, mode="rb+"))
    if total_content_length is None or total_content_length > _spool_size:
        return t.cast("t.IO[bytes]", TemporaryFile("rb+"))
    return BytesIO()


def parse_form_data(
    environ: WSGIEnvironment,
    stream_factory: TStreamFactory | None = None,
    max_form_memory_size: int | None = None,
    max_content_length: int | None = None,
    cls: type[MultiDict[str, t.Any]] | None = None,
    silent: bool = True,
    *,
    max_form_parts: int | None = None,
) -> t_parse_result:
    """Parse the form in a WSGI environ's body into (stream, fields, files).

    The parameters are those of :class:`FormDataParser`. The environ's input must not be read
    otherwise before or after.
    """
    parser = FormDataParser(
        stream_factory=stream_factory,
        max_form_memory_size=max_form_memory_size,
        max_content_length=max_content_length,
        max_form_parts=max_form_parts,
        silent=silent,
        cls=cls,
    )
    return parser.parse_from_environ(environ)


class FormDataParser:
    """Parses bodies whose media type is a form's.

    :param stream_factory: makes the file for an upload, see :func:`default_stream_factory`.
    :param max_form_memory_size: bytes that each field of a multipart body may have; None for no
        limit. Other forms are limited as the whole body is.
    :param max_content_length: bytes that the whole body may have.
    :param cls: the multi-dict for fields and for files.
    :param silent: malformed bodies give an empty form; else ValueError is raised.
    :param max_form_parts: how many parts a multipart body may have.

    Beyond a limit RequestEntityTooLarge is raised, whatever ``silent`` says.
    """

    def __init__(
        self,
        stream_factory: TStreamFactory | None = None,
        max_form_memory_size: int | None = None,
        max_content_length: int | None = None,
        cls: type[MultiDict[str, t.Any]] | None = None,
        silent: bool = True,
        *,
        max_form_parts: int | None = None,
    ) -> None:
        self.stream_factory = default_stream_factory if stream_factory is None else stream_factory
        self.max_form_memory_size = max_form_memory_size
        self.max_content_length = max_content_length
        self.max_form_parts = max_form_parts
        self.cls: type[MultiDict[str, t.Any]] = MultiDict if cls is None else cls
        self.silent = silent

    def parse_from_environ(self, environ: WSGIEnvironment) -> t_parse_result:
        """Parse a WSGI environ's body into (stream, fields, files)."""
        stream = get_input_stream(environ, max_content_length=self.max_content_length)
        content_length = get_content_length(environ)
        mimetype, options = parse_options_header(environ.get("CONTENT_TYPE"))
        return self.parse(stream, mimetype, content_length, options)

    def parse(
        self,
        stream: t.IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> t_parse_result:
        """Parse a stream into (stream, fields, files).

        ``mimetype`` and ``options`` are the content type and its parameters, ``content_length`` is
        in bytes. Where it is no form the stream comes back unread.
        """
        if mimetype == "multipart/form-data":
            parse = self._parse_multipart
        elif mimetype == "application/x-www-form-urlencoded":
            parse = self._parse_urlencoded
        else:
            return stream, self.cls(), self.cls()
        try:
            return parse(stream, mimetype, content_length, options or {})
        except ValueError:
            if not self.silent:
                raise
        return stream, self.cls(), self.cls()

    def _parse_multipart(
        self,
        stream: t.IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str],
    ) -> t_parse_result:
        parser = MultiPartParser(
            stream_factory=self.stream_factory,
            max_form_memory_size=self.max_form_memory_size,
            max_form_parts=self.max_form_parts,
            cls=self.cls,
            buffer_size=_read_size,
        )
        boundary = options.get("boundary", "").encode("ascii")
        if not boundary:
            raise ValueError("Missing boundary")
        form, files = parser.parse(stream, boundary, content_length)
        return stream, form, files

    def _parse_urlencoded(
        self,
        stream: t.IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str],
    ) -> t_parse_result:
        body = stream.read()
        # What is not UTF-8 as it stands is no form that a client may send.
        body.decode()
        return stream, self.cls(parse_query_pairs(body)), self.cls()


class MultiPartParser:
    """Parses multipart/form-data streams; fields into memory, files into streams.

    :param stream_factory: makes the file for an upload, see :func:`default_stream_factory`.
    :param max_form_memory_size: bytes that each field may have; None for no limit.
    :param cls: the multi-dict for fields and for files.
    :param buffer_size: how many bytes are read at once.
    :param max_form_parts: how many parts there may be.
    """

    def __init__(
        self,
        stream_factory: TStreamFactory | None = None,
        max_form_memory_size: int | None = None,
        cls: type[MultiDict[str, t.Any]] | None = None,
        buffer_size: int = 64 * 1024,
        max_form_parts: int | None = None,
    ) -> None:
        self.max_form_memory_size = max_form_memory_size
        self.max_form_parts = max_form_parts
        self.stream_factory = default_stream_factory if stream_factory is None else stream_factory
        self.cls: type[MultiDict[str, t.Any]] = MultiDict if cls is None else cls
        self.buffer_size = buffer_size

    def fail(self, message: str) -> t.NoReturn:
        """Raise ValueError."""
        raise ValueError(message)

    def get_part_charset(self, headers: Headers) -> str:
        """The charset of a field: what its content type tells, of a few safe ones, else UTF-8."""
        _, options = parse_options_header(headers.get("Content-Type"))
        charset = options.get("charset", "").lower()
        return charset if charset in {"ascii", "us-ascii", "utf-8", "iso-8859-1"} else "utf-8"

    def start_file_streaming(self, event: File, total_content_length: int | None) -> t.IO[bytes]:
        """Make the stream that a file is written to."""
        return self.stream_factory(
            total_content_length=total_content_length,
            filename=event.filename,
            content_type=event.headers.get("Content-Type"),
            content_length=event.headers.get("Content-Length", 0, type=int),
        )

    def parse(
        self, stream: t.IO[bytes], boundary: bytes, content_length: int | None
    ) -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
        """Read the stream to its end into (fields, files); ValueError where it is malformed,
        RequestEntityTooLarge beyond a limit."""
        # The reader takes 0 for no limit; the collector refuses the first part.
        reader = MultipartReader(boundary, max_parts=self.max_form_parts or 0)
        collector = _Collector(self, content_length)
        try:
            more = True
            while more:
                reader.receive(stream.read(collector.read_size(self.buffer_size)) or None)
                while more and (event := next_raw_event(reader)) is not None:
                    more = collector.take(event)
        except BaseException:
            collector.close()
            raise
        return self.cls(collector.fields), self.cls(collector.files)


class _Collector:
    """Turns a reader's events into fields and files."""

    def __init__(self, parser: MultiPartParser, content_length: int | None) -> None:
        self.parser = parser
        self.content_length = content_length
        self.fields: list[tuple[str, str]] = []
        self.files: list[tuple[str, FileStorage]] = []
        self.part: Field | File | None = None
        self.text: list[bytes] = []
        self.text_size = 0
        self.file: t.IO[bytes] | None = None
        self.file_size = 0

    def read_size(self, most: int) -> int:
        """How many bytes to read next, up to ``most``: where a file is being written, so many that
        the write after it ends with a page. Writes of parts of pages cost half as much again."""
        if self.file is None or most <= _page:
            return most
        return most - (self.file_size + most) % _page

    def take(self, event: tuple[t.Any, ...]) -> bool:
        """Take an event; False where it was the last."""
        kind = event[0]
        if kind in ("file", "field") and self.parser.max_form_parts == 0:
            raise RequestEntityTooLarge()
        if kind == "data":
            _, data, more = event
            if self.file is not None:
                self.file.write(data)
                self.file_size += len(data)
            else:
                self._take_text(data)
            if not more:
                self._end_part()
        elif kind == "file":
            _, name, filename, headers = event
            self.part = File(name or "", filename, Headers(headers))
            self.file = self.parser.start_file_streaming(self.part, self.content_length)
            self.file_size = 0
        elif kind == "field":
            self.part = Field(event[1] or "", Headers(event[2]))
            self.text_size = 0
        return bool(kind != "epilogue")

    def _take_text(self, data: bytes) -> None:
        self.text_size += len(data)
        limit = self.parser.max_form_memory_size
        if limit is not None and self.text_size > limit:
            raise RequestEntityTooLarge()
        self.text.append(data)

    def _end_part(self) -> None:
        part = self.part
        if isinstance(part, File):
            assert self.file is not None
            self.file.seek(0)
            stored = FileStorage(self.file, part.filename, part.name, headers=part.headers)
            self.files.append((part.name, stored))
            self.file = None
        elif part is not None:
            charset = self.parser.get_part_charset(part.headers)
            self.fields.append((part.name, b"".join(self.text).decode(charset, "replace")))
            self.text.clear()

    def close(self) -> None:
        """Give back the files of a body that could not be parsed."""
        if self.file is not None:
            self.file.close()
        for _, stored in self.files:
            stored.close()
