# Rules, maps and their adapters over include/cruet/routing. Matching and building run on C++ as far
# as a converter's own Python methods; redirects and errors, which are rare, are plain Python here.
#
# The public classes are Python subclasses of these (cruet/toolkit/routing). For dispatch:
# Map.match_fast takes a path from the wire and gives the rule, or None where MapAdapter.match must
# say what is special about the request.

import re as _re
import uuid as _uuid_module
import sys as _sys
import warnings as _warnings
from sys import intern as _intern
from urllib.parse import quote as _quote
from urllib.parse import urlencode as _urlencode
from urllib.parse import urljoin as _urljoin
from urllib.parse import urlunsplit as _urlunsplit

from libc.stdint cimport int64_t, uint32_t
from libcpp cimport bool as cbool
from libcpp.string cimport string
from libcpp.string_view cimport string_view
from libcpp.vector cimport vector

from cpython.dict cimport PyDict_Contains, PyDict_GetItemWithError
from cpython.object cimport PyObject
from cpython.unicode cimport PyUnicode_DecodeUTF8

from lib_routing cimport (
    append_integer,
    append_path_text,
    append_query_pair,
    argument,
    argument_kind,
    build_plan,
    build_step,
    errc,
    find_invalid_utf8,
    match_outcome,
    match_status,
    match_values,
    read_arguments,
    read_integer,
    route_table,
    rule_draft,
    word_kind,
)


cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL
    int64_t PyLong_AsLongLongAndOverflow(object number, int* overflow) except? -1
    int PyObject_GenericSetAttr(object o, object name, object value) except -1
    cbool Py_UNICODE_ISALNUM(uint32_t code) nogil
    cbool Py_UNICODE_ISSPACE(uint32_t code) nogil


# Imported on first use: the toolkit imports this module.
cdef object _routing_converters = None
cdef object _routing_errors = None
cdef object _http_errors = None


cdef object _converters_module():
    global _routing_converters
    if _routing_converters is None:
        from cruet.toolkit.routing import converters
        _routing_converters = converters
    return _routing_converters


cdef object _errors_module():
    global _routing_errors
    if _routing_errors is None:
        from cruet.toolkit.routing import exceptions
        _routing_errors = exceptions
    return _routing_errors


cdef object _http_errors_module():
    global _http_errors
    if _http_errors is None:
        from cruet.toolkit import exceptions
        _http_errors = exceptions
    return _http_errors


cdef inline bint _truth(object value) except -1:
    return value


cdef string _routing_string(object text) except *:
    # Lone surrogates stay themselves: a path that holds one matches as any other text.
    return (<str?>text).encode("utf-8", "surrogatepass")


cdef inline str _routing_text(const char* data, size_t size):
    return PyUnicode_DecodeUTF8(data, <Py_ssize_t>size, "surrogatepass")


include "routing_variable.pyx"
include "routing_rule.pyx"
include "routing_matcher.pyx"
include "routing_map.pyx"
include "routing_adapter.pyx"
