# What a server needs of a response without an environ, and without building what it would throw away: response.pyx
# includes it.
#
# A response sends itself where nobody has overridden how it becomes a WSGI answer. Both servers, and __call__, then
# take these short ways; else get_wsgi_response() is asked.
from libc.stdint cimport uint64_t

from lib_dispatch cimport instance_dict, type_lookup, type_version

cdef tuple _sending_names = (
    "__call__", "get_wsgi_response", "get_app_iter", "get_wsgi_headers", "iter_encoded", "close", "response", "status",
    "status_code", "headers", "is_sequence", "automatically_set_content_length",
)
# By class: the version of the class that was looked at, and the outcome.
cdef dict _sending_classes = {}
cdef object _headers_class = None


cdef bint _class_sends_itself(object cls) except -1:
    """Asked anew when the class changes, since it may be patched after the first request."""
    global _headers_class
    cdef uint64_t now = type_version(<PyObject*>cls)
    known = _sending_classes.get(cls)
    if known is not None and now != 0 and (<tuple>known)[0] == now:
        return (<tuple>known)[1]
    plain = True
    for name in _sending_names:
        if type_lookup(<PyObject*>cls, <PyObject*>name) != type_lookup(<PyObject*>CResponse, <PyObject*>name):
            plain = False
            break
    if _headers_class is None:
        _headers_class = _toolkit("datastructures").Headers
    # The look-up may have given the class a number.
    now = type_version(<PyObject*>cls)
    if now != 0:
        if len(_sending_classes) > 256:
            _sending_classes.clear()
        _sending_classes[cls] = (now, plain)
    return plain


cdef bint _sends_itself(CResponse response) except -1:
    """Tell whether neither the class nor the response itself has own ways of becoming an answer."""
    cdef PyObject* own
    if not _class_sends_itself(type(response)):
        return False
    own = instance_dict(<PyObject*>response)
    if own != NULL and len(<dict>own) != 0:
        for name in _sending_names:
            if name in <dict>own:
                return False
    return True


cdef object _whole_body(CResponse response):
    """The body as bytes where it is one piece that needs no closing, else None."""
    if response._on_close_functions or response.direct_passthrough:
        return None
    return response._body if type(response._body) is bytes else None


cdef object _uri_of(object reference):
    """As iri_to_uri(), which has nothing to do for most redirects."""
    if type(reference) is str and PyUnicode_IS_ASCII(reference) and grammar.is_uri_path(text_view(reference)):
        return reference
    return _toolkit("urls").iri_to_uri(reference)


cdef list _fields_to_send(CResponse response, Py_ssize_t length):
    """The pairs that get_wsgi_headers() would give, or None where only it can tell.

    ``length`` is that of a body in memory, which is sent where no other is set; -1 for a stream.
    """
    cdef list fields
    if response._headers is None:
        fields = []
        if response._content_type is not None:
            fields.append(("Content-Type", _header_value(response._content_type)))
        if response._length >= 0:
            fields.append(("Content-Length", str(response._length)))
    elif type(response._headers) is _headers_class:
        fields = list((<CHeaders>response._headers)._list)
    else:
        return None
    if not _make_sendable(response, fields):
        return None
    if response._code == 304:
        _toolkit("http").remove_entity_headers(fields)
    elif _bodyless(response._code):
        fields = [pair for pair in fields if not _names_equal((<tuple>pair)[0], "Content-Length")]
    elif length >= 0 and response.automatically_set_content_length:
        for pair in fields:
            if _names_equal((<tuple>pair)[0], "Content-Length"):
                break
        else:
            fields.append(("Content-Length", str(length)))
    return fields


cdef bint _make_sendable(CResponse response, list fields) except -1:
    """Turn the references among the fields into URIs; False where that takes an environ."""
    cdef Py_ssize_t i, size
    cdef bint location = False, content_location = False
    for i in range(len(fields)):
        name = _name_of(fields, i)
        if type(name) is not str:
            return False
        size = len(<str>name)
        if size == 8 and _names_equal(name, "Location"):
            # Made absolute, it hangs on the request. Of several only the first is sent.
            if location or response.autocorrect_location_header:
                return False
            location = True
            fields[i] = ("Location", _uri_of((<tuple>fields[i])[1]))
        elif size == 16 and _names_equal(name, "Content-Location"):
            if content_location:
                return False
            content_location = True
            fields[i] = ("Content-Location", _uri_of((<tuple>fields[i])[1]))
    return True
