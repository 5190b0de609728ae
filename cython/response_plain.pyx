# What a server needs of a response without building what it would throw away: response.pyx includes it.
#
# A response is plain where nobody has overridden how it becomes a WSGI answer. Both servers, and
# __call__, then take these short ways; else get_wsgi_response() is asked.
from lib_dispatch cimport PyObject_GenericGetDict, type_lookup

cdef tuple _wsgi_names = (
    "__call__", "get_wsgi_response", "get_wsgi_headers", "get_app_iter", "iter_encoded", "close")
cdef tuple _native_wsgi = None
cdef object _headers_class = None


cdef tuple _own_wsgi():
    global _native_wsgi, _headers_class
    if _native_wsgi is None:
        _native_wsgi = tuple([CResponse.__dict__[name] for name in _wsgi_names])
        _headers_class = _toolkit("datastructures").Headers
    return _native_wsgi


cdef bint _is_plain(CResponse response) except -1:
    # Looked up each time: a class may be patched after the first request.
    cdef tuple own = _own_wsgi()
    cdef Py_ssize_t i
    cdef object cls = type(response)
    for i in range(len(_wsgi_names)):
        if type_lookup(<PyObject*>cls, <PyObject*>_wsgi_names[i]) != <PyObject*>own[i]:
            return False
    # Attributes of the instance could stand before the class's.
    return len(<dict?>PyObject_GenericGetDict(response, NULL)) == 0


cdef object _whole_body(CResponse response):
    """The body where it is one piece of bytes that needs no closing, else None."""
    if response._on_close_functions or response.direct_passthrough:
        return None
    return response._body if type(response._body) is bytes else None


cdef list _quick_headers(CResponse response):
    """The pairs that get_wsgi_headers() would give, or None where only it can tell.

    Only of responses with a whole body.
    """
    cdef list pairs
    if _bodyless(response._code):
        return None
    if response._headers is None:
        pairs = []
        if response._content_type is not None:
            pairs.append(("Content-Type", _header_value(response._content_type)))
        if response._length >= 0:
            pairs.append(("Content-Length", str(response._length)))
        elif response.automatically_set_content_length:
            pairs.append(("Content-Length", str(len(response._body))))
        return pairs
    if type(response._headers) is not _headers_class:
        return None
    return _quick_headers_of(response, (<CHeaders>response._headers)._list)


cdef list _quick_headers_of(CResponse response, list fields):
    cdef Py_ssize_t i, size
    cdef bint has_length = False
    cdef object name
    for i in range(len(fields)):
        name = (<tuple>fields[i])[0]
        size = len(<str>name)
        if size == 8 and _names_equal(name, "Location"):
            return None
        if size == 16 and _names_equal(name, "Content-Location"):
            return None
        if size == 14 and _names_equal(name, "Content-Length"):
            has_length = True
    fields = list(fields)
    if not has_length and response.automatically_set_content_length:
        fields.append(("Content-Length", str(len(response._body))))
    return fields
