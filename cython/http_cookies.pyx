# Cookies (http/cookie.hpp); http.pyx includes them.

from cpython.dict cimport PyDict_SetDefault


cdef inline str _cookie_name(string_view name, bint ascii):
    return name_text(name.data(), name.size()) if ascii else _text_replaced(name)


cdef inline str _cookie_text(string_view value, bint quoted, bint ascii, string& scratch):
    # `scratch` keeps its memory from one call to the next.
    if not quoted:
        return ascii_text(value.data(), value.size()) if ascii else _text_replaced(value)
    scratch.resize(value.size() + 1)
    return PyUnicode_DecodeUTF8(
        scratch.data(), grammar.unescape_cookie_into(&scratch[0], value), "replace")


cdef object _cookie_source(str text, bint latin1):
    # What owns the bytes to parse: the str itself for ASCII, else bytes.
    if PyUnicode_IS_ASCII(text):
        return text
    if latin1:
        return text.encode("latin-1", "replace")
    return text.encode("utf-8", "replace")


def parse_cookie_pairs(str header, bint latin1=False):
    """Parse a Cookie field's value (RFC 6265) to ``(name, value)`` pairs in order.

    With ``latin1``, the characters of ``header`` are bytes, as in a WSGI environ, and names and
    values are decoded from UTF-8; otherwise it is text. Cookies without a name are skipped; quoted
    values lose their quotes and escapes; what is not UTF-8 becomes U+FFFD. Never raises for what
    the field holds.
    """
    cdef list out = []
    cdef grammar.raw_cookie c
    cdef object source = _cookie_source(header, latin1)
    cdef string_view rest = _any_view(source)
    cdef bint ascii = PyUnicode_IS_ASCII(header)
    cdef string scratch
    while grammar.next_cookie(rest, c):
        out.append((
            _cookie_name(c.name, ascii), _cookie_text(c.value, c.quoted, ascii, scratch)))
    return out


def parse_cookies(str header):
    """Parse a Cookie field's value (RFC 6265) to a dict; the first of several of a name wins.

    Reads as `parse_cookie_pairs`. A header whose characters are the bytes of UTF-8, as a WSGI
    environ gives it, is decoded; any other is taken as text.
    """
    cdef dict out = {}
    cdef grammar.raw_cookie c
    cdef object source = header
    cdef string_view rest
    cdef bint ascii = PyUnicode_IS_ASCII(header)
    cdef string scratch
    if not ascii:
        try:
            source = header.encode("latin-1")
            source.decode("utf-8")
        except UnicodeError:
            source = header.encode("utf-8", "replace")
    rest = _any_view(source)
    while grammar.next_cookie(rest, c):
        PyDict_SetDefault(
            out, _cookie_name(c.name, ascii), _cookie_text(c.value, c.quoted, ascii, scratch))
    return out


def quote_cookie_value(str value):
    """The value as Set-Cookie writes it: in double quotes, with octal escapes of its UTF-8, where
    it holds what a cookie's value may not. ASCII."""
    cdef string out
    grammar.append_cookie_value(out, text_view(value))
    return ascii_text(out.data(), out.size())


def set_cookie_line(
    str name,
    str value,
    str domain=None,
    str expires=None,
    max_age=None,
    bint secure=False,
    bint httponly=False,
    str path=None,
    str samesite=None,
    bint partitioned=False,
):
    """A Set-Cookie field's value (RFC 6265 section 4.1).

    ``max_age`` is in seconds, ``expires`` an HTTP date, ``path`` is percent-encoded, ``partitioned``
    implies ``secure``. The other attributes and the name are written as given: the caller checks
    them. The characters of the result are bytes (UTF-8 as latin-1), as WSGI wants them.
    """
    cdef grammar.cookie c
    cdef string out
    c.name = text_view(name)
    c.value = text_view(value)
    if domain is not None:
        c.domain = text_view(domain)
    if expires is not None:
        c.expires = text_view(expires)
    if max_age is not None:
        c.max_age = <int64_t>max_age
    c.secure = secure
    c.http_only = httponly
    if path is not None:
        c.path = text_view(path)
    if samesite is not None:
        c.same_site = text_view(samesite)
    c.partitioned = partitioned
    grammar.append_set_cookie(out, c)
    return PyUnicode_DecodeLatin1(out.data(), out.size(), "strict")
