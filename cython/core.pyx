# Errors, versions, and the way of text between Python and C++.
# What pickles of objects name that are made without their constructor.
from copyreg import __newobj__ as _made_empty

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_DecodeLatin1, PyUnicode_DecodeUTF8
from libcpp cimport bool
from libcpp.optional cimport optional
from libcpp.string cimport string
from libcpp.string_view cimport string_view

from lib_core cimport (
    ascii_text,
    cruet_version,
    name_text,
    set_input_error,
    text_view,
    unwrap,
    value_of,
)

version = cruet_version().decode("ascii")
__version__ = version


class InputError(ValueError):
    """Input that a native parser refused.

    ``code`` is the number of the error in ``cruet/core/error.hpp``, ``offset`` the byte that was
    refused, ``status`` the HTTP status with which a server answers such a request.
    """

    def __init__(self, message, code=0, offset=0, status=400):
        super().__init__(message)
        self.code = code
        self.offset = offset
        self.status = status

    def __reduce__(self):
        return type(self), (self.args[0], self.code, self.offset, self.status)


set_input_error(InputError)

cdef extern from "Python.h":
    bint PyUnicode_IS_ASCII(object text)
    int PyUnicode_KIND(object text)
    void* PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)


cdef inline string_view _bytes_view(bytes data) noexcept:
    return string_view(PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))


cdef inline str _text(string_view utf8):
    return PyUnicode_DecodeUTF8(utf8.data(), utf8.size(), "strict")


cdef inline str _text_of(const string& utf8):
    return PyUnicode_DecodeUTF8(utf8.data(), utf8.size(), "strict")


cdef inline str _text_replaced_of(const string& utf8):
    return PyUnicode_DecodeUTF8(utf8.data(), utf8.size(), "replace")


cdef inline str _text_replaced(string_view utf8):
    return PyUnicode_DecodeUTF8(utf8.data(), utf8.size(), "replace")


cdef inline bytes _bytes(string_view data):
    return PyBytes_FromStringAndSize(data.data(), data.size())
