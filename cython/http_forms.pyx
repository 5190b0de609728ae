# URLs and their parts (url/percent.hpp, url/query.hpp, url/path.hpp); http.pyx includes them.
from os import fspath as _fspath
from cpython.object cimport PyObject
from libc.string cimport memchr

cdef extern from "Python.h":
    PyObject* PyDict_GetItemWithError(dict d, object key) except? NULL


cdef inline bint _is_plain_query(string_view text) noexcept:
    # Nothing to decode in the ASCII of a whole query: no look at its components is needed.
    return text.empty() or (memchr(text.data(), b"%", text.size()) == NULL
                            and memchr(text.data(), b"+", text.size()) == NULL)


cdef inline str _name(string_view raw, bint plain, string& scratch):
    if plain or not grammar.needs_decoding(raw):
        return name_text(raw.data(), raw.size())
    return _component(raw, False, scratch)


cdef inline str _component(string_view raw, bint plain, string& scratch):
    # One form-encoded name or value. `scratch` keeps its memory from one call to the next.
    if plain or not grammar.needs_decoding(raw):
        return ascii_text(raw.data(), raw.size())
    scratch.resize(raw.size())
    return PyUnicode_DecodeUTF8(
        scratch.data(), grammar.unquote_into(&scratch[0], raw, True), "replace")


cdef object _query_source(object text):
    # What owns the query's bytes: a str that is UTF-8, or bytes; None for a str with surrogates.
    if isinstance(text, bytes) or PyUnicode_IS_ASCII(<str?>text):
        return text
    try:
        text_view(text)
    except UnicodeEncodeError:
        return None
    return text


def parse_qs(qs):
    """Parse a query string (or a form-encoded body) to lists of values by name.

    The result is that of ``urllib.parse.parse_qs(qs, keep_blank_values=True)``: names in the order
    of their first use, "+" as a space, malformed escapes left alone, ill-formed UTF-8 replaced by
    U+FFFD, "&" the only separator. Takes a str; never raises for what it holds.
    """
    cdef dict out = {}
    cdef grammar.raw_pair pair
    cdef string_view rest
    cdef string scratch
    cdef bint plain
    cdef object name
    cdef PyObject* values
    if isinstance(qs, bytes):
        raise TypeError("a query string is a str")
    if _query_source(qs) is None:
        from urllib.parse import parse_qs as slow_parse_qs
        return slow_parse_qs(qs, keep_blank_values=True)
    rest = text_view(qs)
    plain = PyUnicode_IS_ASCII(qs) and _is_plain_query(rest)
    while grammar.next_pair(rest, pair):
        name = _name(pair.name, plain, scratch)
        values = PyDict_GetItemWithError(out, name)
        if values == NULL:
            out[name] = [_component(pair.value, plain, scratch)]
        else:
            (<list>values).append(_component(pair.value, plain, scratch))
    return out


def parse_qsl(qs):
    """Parse a query string, a str or bytes, to ``(name, value)`` pairs in order; as `parse_qs`."""
    cdef list out = []
    cdef grammar.raw_pair pair
    cdef string_view rest
    cdef string scratch
    cdef bint plain
    if _query_source(qs) is None:
        from urllib.parse import parse_qsl as slow_parse_qsl
        return slow_parse_qsl(qs, keep_blank_values=True)
    rest = _any_view(qs)
    plain = isinstance(qs, str) and PyUnicode_IS_ASCII(qs) and _is_plain_query(rest)
    while grammar.next_pair(rest, pair):
        out.append((_name(pair.name, plain, scratch), _component(pair.value, plain, scratch)))
    return out


cdef inline string_view _any_view(object text) except *:
    if isinstance(text, bytes):
        return _bytes_view(text)
    return text_view(text)


def url_quote(text, str safe="/"):
    """Percent-encode a str (as UTF-8) or bytes (RFC 3986 section 2.1).

    Unreserved characters and those of ``safe``, which is ASCII, stay. Raises UnicodeEncodeError
    for a lone surrogate.
    """
    cdef string out = grammar.quote(_any_view(text), grammar.unreserved | grammar.charset(text_view(safe)))
    return ascii_text(out.data(), out.size())


def url_quote_plus(text, str safe=""):
    """As `url_quote`, for forms: a space becomes "+"."""
    cdef string out = grammar.quote_plus(_any_view(text), grammar.unreserved | grammar.charset(text_view(safe)))
    return ascii_text(out.data(), out.size())


def unquote(text):
    """Percent-decode a str or bytes to a str; what is not UTF-8 becomes U+FFFD."""
    cdef string_view view = _any_view(text)
    if isinstance(text, str) and not grammar.has_escapes(view):
        return text
    return _text_of(grammar.unquote_text(view))


def unquote_to_bytes(text):
    """Percent-decode a str or bytes to bytes; malformed escapes stay."""
    cdef bytes out = grammar.url_unquote(_any_view(text))
    return out


def unquote_for_display(str text, str keep):
    """Percent-decode for an IRI (RFC 3987 section 3.2).

    Escapes of the ASCII characters in ``keep`` stay as they are written, and so do, in upper case,
    those that are no UTF-8.
    """
    return _text_of(grammar.unquote_partial(text_view(text), grammar.charset(text_view(keep))))


def safe_join(directory, *pathnames):
    """Join untrusted path names below a directory, or return None where one would leave it.

    Names are brought into normal form; an absolute one, one that climbs out, or one with a NUL
    character is refused. An empty directory is "."; empty names are skipped.
    """
    cdef string out
    out.reserve(96)
    _append_path(out, directory, True)
    if out.empty():
        out.push_back(b".")
    for name in pathnames:
        if not _append_path(out, name, False):
            return None
    return PyUnicode_DecodeUTF8(out.data(), out.size(), "surrogateescape")


cdef bint _append_path(string& out, object name, bint trusted) except -1:
    cdef object owner = name
    cdef string_view view
    if type(name) is str and PyUnicode_IS_ASCII(name):
        view = text_view(name)
    else:
        owner = _path_bytes(name)
        view = _bytes_view(owner)
    if trusted:
        out.append(view.data(), view.size())
        return True
    return grammar.append_safely(out, view)


cdef bytes _path_bytes(object name):
    if not isinstance(name, str):
        name = _fspath(name)
    return name if isinstance(name, bytes) else (<str>name).encode("utf-8", "surrogateescape")
