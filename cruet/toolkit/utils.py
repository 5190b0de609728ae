"""What applications need besides requests: redirects, downloads, imports, kept properties."""

from __future__ import annotations

import io
import mimetypes
import os
import pkgutil
import re
import sys
import typing as t
import unicodedata
from datetime import datetime
from time import time
from urllib.parse import quote
from zlib import adler32

from markupsafe import escape

from .._cruet import own_attributes
from ._elsewhere import names_from_elsewhere
from ._internal import _DictAccessorProperty, _missing, _wsgi_decoding_dance
from .datastructures import Headers
from .exceptions import NotFound
from .http import dump_options_header
from .security import _windows_device_files, safe_join
from .wsgi import wrap_file

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from .wrappers.request import Request
    from .wrappers.response import Response

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)

_T = t.TypeVar("_T")


class cached_property(property, t.Generic[_T]):
    """A property whose function is called once; assignment and ``del`` work on what is kept.

    The value is kept in the instance's ``__dict__``, or in the slot ``_cache_NAME`` of a class
    with slots.

    :param name: the attribute's name, where it is not the function's.
    """

    def __init__(
        self,
        fget: t.Callable[[t.Any], _T],
        name: str | None = None,
        doc: str | None = None,
    ) -> None:
        super().__init__(fget, doc=doc)
        self.__name__ = name or fget.__name__
        self.slot_name = f"_cache_{self.__name__}"
        self.__module__ = fget.__module__

    def __set__(self, obj: object, value: _T) -> None:
        try:
            own_attributes(obj)[self.__name__] = value
        except AttributeError:
            setattr(obj, self.slot_name, value)

    def __get__(self, obj: object, type: type | None = None) -> _T:  # type: ignore[override]
        if obj is None:
            return t.cast(_T, self)
        try:
            kept = own_attributes(obj)
        except AttributeError:
            return self._of_slot(obj)
        try:
            return t.cast(_T, kept[self.__name__])
        except KeyError:
            pass
        value = kept[self.__name__] = self.fget(obj)  # type: ignore[misc]
        return t.cast(_T, value)

    def _of_slot(self, obj: object) -> _T:
        value = getattr(obj, self.slot_name, _missing)
        if value is _missing:
            value = self.fget(obj)  # type: ignore[misc]
            setattr(obj, self.slot_name, value)
        return t.cast(_T, value)

    def __delete__(self, obj: object) -> None:
        try:
            del own_attributes(obj)[self.__name__]
        except AttributeError:
            delattr(obj, self.slot_name)


class environ_property(_DictAccessorProperty[_T]):
    """An attribute of a request over a key of its environ; read-only unless told otherwise."""

    read_only = True

    def lookup(self, obj: Request) -> WSGIEnvironment:
        return obj.environ


class header_property(_DictAccessorProperty[_T]):
    """An attribute of a request or response over one of its header fields."""

    def lookup(self, obj: Request | Response) -> Headers:  # type: ignore[override]
        return obj.headers


# RFC 7303 and RFC 6922: text under another name, which has a charset all the same.
_charset_mimetypes = {
    "application/ecmascript",
    "application/javascript",
    "application/sql",
    "application/xml",
    "application/xml-dtd",
    "application/xml-external-parsed-entity",
}


def get_content_type(mimetype: str, charset: str) -> str:
    """The media type with the charset where it is one of text."""
    if mimetype.startswith("text/") or mimetype in _charset_mimetypes or mimetype.endswith("+xml"):
        return f"{mimetype}; charset={charset}"
    return mimetype


_filename_ascii_strip_re = re.compile(r"[^A-Za-z0-9_.-]")


def secure_filename(filename: str) -> str:
    """A name that may be given to a file without harm: ASCII, no separators, no leading dots.

    ``../../etc/passwd`` gives ``etc_passwd``. The result may be empty, and it may be the name of a
    file that exists: it is on the caller to see to both.
    """
    filename = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode("ascii")
    for sep in os.sep, os.altsep:
        if sep:
            filename = filename.replace(sep, " ")
    filename = _filename_ascii_strip_re.sub("", "_".join(filename.split())).strip("._")
    if os.name == "nt" and filename.split(".")[0].upper() in _windows_device_files:
        filename = f"_{filename}"
    return filename


def _response_class() -> type[Response]:
    # The wrappers stand above this module, which they use.
    from .wrappers.response import Response

    return Response


def redirect(location: str, code: int = 302, Response: type[Response] | None = None) -> Response:
    """A response that sends the client to another URL.

    :param code: 301, 302, 303, 305, 307 or 308 (RFC 9110 section 15.4).
    :param Response: the class of the response.
    """
    shown = escape(location)
    response = (Response or _response_class())(
        "<!doctype html>\n"
        "<html lang=en>\n"
        "<title>Redirecting...</title>\n"
        "<h1>Redirecting...</h1>\n"
        "<p>You should be redirected automatically to the target URL: "
        f'<a href="{shown}">{shown}</a>. If not, click the link.\n',
        code,
        mimetype="text/html",
    )
    response.headers["Location"] = location
    return response


def append_slash_redirect(environ: WSGIEnvironment, code: int = 308) -> Response:
    """A redirect to the request's URL with a slash at the end of the path.

    It is relative to the last part of the path, so that neither the application's root nor a
    path that begins with two slashes can lead it astray.
    """
    path = _wsgi_decoding_dance(environ["PATH_INFO"])
    tail = path.rpartition("/")[2]
    target = f"{quote(tail, safe=_segment_safe)}/" if tail else "./"
    # A colon in the first part of a relative reference would be taken for a scheme's.
    if ":" in target:
        target = f"./{target}"
    query_string = environ.get("QUERY_STRING")
    if query_string:
        target = f"{target}?{query_string}"
    return redirect(target, code)


_segment_safe = "!$&'()*+,:;=@"


def send_file(
    path_or_file: os.PathLike[str] | str | t.IO[bytes],
    environ: WSGIEnvironment,
    mimetype: str | None = None,
    as_attachment: bool = False,
    download_name: str | None = None,
    conditional: bool = True,
    etag: bool | str = True,
    last_modified: datetime | float | None = None,
    max_age: int | t.Callable[[str | None], int | None] | None = None,
    use_x_sendfile: bool = False,
    response_class: type[Response] | None = None,
    _root_path: os.PathLike[str] | str | None = None,
) -> Response:
    """A response that sends a file, or the part that the request asks for.

    Never pass a path that a client gave; that is what :func:`send_from_directory` is for.

    :param path_or_file: a path, or a file object open in binary mode at its beginning; the server
        closes it.
    :param mimetype: guessed from the name where None.
    :param as_attachment: offer to save the file rather than show it.
    :param download_name: the name that the browser is told, where it is not the file's own.
    :param conditional: honour conditions and ranges of the request. Needs ``environ``.
    :param etag: false for none, text for that one, else it is made of path, size and time.
    :param last_modified: when the file was changed, seconds since 1970 or a datetime; a path tells.
    :param max_age: seconds for which the client need not ask again, or a function of the path.
    :param use_x_sendfile: let the server that stands in front send the path.
    :param _root_path: what a relative path is relative to.
    :raises TypeError: the media type cannot be guessed, or an attachment has no name.
    :raises ValueError: the file is open in text mode.
    :raises RequestedRangeNotSatisfiable: the request asks for a part that there is not.
    """
    path, file, size, mtime, seed = _open_for_sending(path_or_file, _root_path, use_x_sendfile)
    if last_modified is None:
        last_modified = mtime
    if download_name is None and path is not None:
        download_name = os.path.basename(path)
    headers = Headers()
    mimetype = _sent_type(mimetype, download_name, as_attachment, headers)
    _set_disposition(headers, download_name, as_attachment)
    if use_x_sendfile and path is not None:
        headers["X-Sendfile"] = path
    response = _file_response(response_class or _response_class(), environ, file, mimetype, headers)
    try:
        if size is not None:
            response.content_length = size
        if last_modified is not None:
            response.last_modified = last_modified  # type: ignore[assignment]
        _set_caching(response, max_age(path) if callable(max_age) else max_age)
        if isinstance(etag, str):
            response.set_etag(etag)
        elif etag and path is not None:
            response.set_etag(f"{mtime}-{size}-{adler32(seed) & 0xFFFFFFFF}")
        if conditional:
            response = _make_conditional(response, environ, size)
    except BaseException:
        if file is not None:
            file.close()
        raise
    return response


_Opened = tuple[str | None, "t.IO[bytes] | None", "int | None", "float | None", bytes]


def _open_for_sending(
    path_or_file: os.PathLike[str] | str | t.IO[bytes],
    root: os.PathLike[str] | str | None,
    elsewhere: bool,
) -> _Opened:
    """(path, open file, size in bytes, time of the last change, path as bytes) of what is sent; no
    file where it is sent ``elsewhere``."""
    if isinstance(path_or_file, (str, os.PathLike)):
        path = os.path.join(root, path_or_file) if root is not None else path_or_file
        path = os.path.abspath(path)
        stat = os.stat(path)
        file = None if elsewhere else open(path, "rb")  # noqa: SIM115
        return path, file, stat.st_size, stat.st_mtime, os.fsencode(path)
    if isinstance(path_or_file, io.BytesIO):
        return None, path_or_file, path_or_file.getbuffer().nbytes, None, b""
    if isinstance(t.cast(object, path_or_file), io.TextIOBase):
        raise ValueError("Files must be opened in binary mode or use BytesIO.")
    return None, path_or_file, None, None, b""


def _sent_type(
    mimetype: str | None, name: str | None, as_attachment: bool, headers: Headers
) -> str:
    if mimetype is not None:
        return mimetype
    if name is None:
        raise TypeError(
            "Unable to detect the MIME type because a file name is not available. Either set"
            " 'download_name', pass a path instead of a file, or set 'mimetype'."
        )
    guessed, encoding = mimetypes.guess_type(name)
    # A browser would unpack an attachment that it is told of as encoded.
    if encoding is not None and not as_attachment:
        headers["Content-Encoding"] = encoding
    return guessed or "application/octet-stream"


def _set_disposition(headers: Headers, name: str | None, as_attachment: bool) -> None:
    if name is None:
        if as_attachment:
            raise TypeError(
                "No name provided for attachment. Either set 'download_name' or pass a path instead"
                " of a file."
            )
        return
    options = {"filename": name}
    if not name.isascii():
        # RFC 6266 section 4.3: the plain name is for those who do not know the encoded one.
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
        options = {"filename": plain, "filename*": f"UTF-8''{quote(name, safe=_attr_char)}"}
    disposition = "attachment" if as_attachment else "inline"
    headers["Content-Disposition"] = dump_options_header(disposition, options)


_attr_char = "!#$&+-.^_`|~"  # RFC 8187 section 3.2.1


def _file_response(
    response_class: type[Response],
    environ: WSGIEnvironment,
    file: t.IO[bytes] | None,
    mimetype: str,
    headers: Headers,
) -> Response:
    body = None if file is None else wrap_file(environ, file)
    return response_class(body, mimetype=mimetype, headers=headers, direct_passthrough=True)


def _set_caching(response: Response, max_age: int | None) -> None:
    if max_age is None or max_age <= 0:
        response.cache_control.no_cache = True
    else:
        response.cache_control.public = True
    if max_age is not None:
        response.cache_control.max_age = max_age
        response.expires = int(time() + max_age)  # type: ignore[assignment]


def _make_conditional(response: Response, environ: WSGIEnvironment, size: int | None) -> Response:
    response = response.make_conditional(environ, accept_ranges=True, complete_length=size)
    # What was not modified is not sent along by the server in front either.
    if response.status_code == 304:
        response.headers.pop("x-sendfile", None)
    return response


def send_from_directory(
    directory: os.PathLike[str] | str,
    path: os.PathLike[str] | str,
    environ: WSGIEnvironment,
    **kwargs: t.Any,
) -> Response:
    """As :func:`send_file`, for a path that a client gave.

    :param directory: what may be sent lies in it, at whatever depth. Not to come from a client.
    :param path: the file's path in it.
    :raises NotFound: the path leads out of the directory, or is not that of a file.
    """
    joined = safe_join(os.fspath(directory), os.fspath(path))
    if joined is None:
        raise NotFound()
    root = kwargs.get("_root_path")
    try:
        if not os.path.isfile(joined if root is None else os.path.join(root, joined)):
            raise NotFound()
    except ValueError:  # NUL bytes
        raise NotFound() from None
    return send_file(joined, environ, **kwargs)


def import_string(import_name: str, silent: bool = False) -> t.Any:
    """Import an object by its name: ``package.module``, ``package.module.name`` or
    ``package.module:name``.

    :param silent: give None where it fails.
    :raises ImportStringError: it fails; the message says how far it went.
    """
    name = import_name.replace(":", ".")
    try:
        try:
            __import__(name)
        except ImportError:
            if "." not in name:
                raise
        else:
            return sys.modules[name]
        module_name, _, attribute = name.rpartition(".")
        module = __import__(module_name, globals(), locals(), [attribute])
        try:
            return getattr(module, attribute)
        except AttributeError as error:
            raise ImportError(error) from None
    except ImportError as error:
        if not silent:
            raise ImportStringError(import_name, error).with_traceback(sys.exc_info()[2]) from None
    return None


def find_modules(
    import_path: str, include_packages: bool = False, recursive: bool = False
) -> t.Iterator[str]:
    """Yield the names of a package's modules, as :func:`import_string` takes them.

    :param include_packages: yield packages too.
    :param recursive: go into packages.
    :raises ValueError: there is no such package.
    """
    module = import_string(import_path)
    path = getattr(module, "__path__", None)
    if path is None:
        raise ValueError(f"{import_path!r} is not a package")
    for _, short_name, is_package in pkgutil.iter_modules(path):
        # Not the module's __name__: it may have been asked for by another one that stands for it.
        name = f"{import_path.replace(':', '.')}.{short_name}"
        if not is_package:
            yield name
            continue
        if include_packages:
            yield name
        if recursive:
            yield from find_modules(name, include_packages, True)


class ImportStringError(ImportError):
    """What :func:`import_string` raises.

    ``import_name`` is what was asked for, ``exception`` what was raised.
    """

    def __init__(self, import_name: str, exception: BaseException) -> None:
        self.import_name = import_name
        self.exception = exception
        super().__init__(
            f"import_string() failed for {import_name!r}: {type(exception).__name__}: {exception}\n"
            + "\n".join(self._steps())
        )

    def _steps(self) -> t.Iterator[str]:
        """How far the import comes, part by part."""
        name = ""
        for part in self.import_name.replace(":", ".").split("."):
            name = f"{name}.{part}" if name else part
            found = import_string(name, silent=True)
            if not found:
                yield f"- {name!r} not found."
                return
            yield f"- {name!r} found in {getattr(found, '__file__', None)!r}."

    def __reduce__(self) -> t.Any:
        return type(self), (self.import_name, self.exception)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({self.import_name!r}, {self.exception!r})>"
