# The parts of toolkit.datastructures that every request touches: header lists and multi-dicts.
#
# They work on Python objects alone, which is why they live here and not under include/. The public
# classes are Python subclasses (cruet/toolkit/datastructures), so that users may subclass, patch,
# weakly reference, copy and pickle them.

from collections.abc import Mapping as _Mapping

from cpython.dict cimport (
    PyDict_Clear, PyDict_GetItemWithError, PyDict_Next, PyDict_SetItem, PyDict_Size,
)
from cpython.list cimport PyList_GET_ITEM, PyList_GET_SIZE
from cpython.object cimport PyObject
from cpython.tuple cimport PyTuple_CheckExact, PyTuple_GET_ITEM, PyTuple_GET_SIZE


cdef extern from "Python.h":
    bint PyUnicode_IS_COMPACT_ASCII(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    int PyUnicode_KIND(object text)
    const char* _unicode_data "(const char*)PyUnicode_DATA"(object text)
    Py_ssize_t PyUnicode_FindChar(object text, Py_UCS4 ch, Py_ssize_t start, Py_ssize_t end,
                                  int direction) except -2

cdef extern from *:
    """
    static inline bool cruet_same_subscript(PyObject* value, PyObject* type) {
        return Py_TYPE(value)->tp_as_mapping->mp_subscript
            == reinterpret_cast<PyTypeObject*>(type)->tp_as_mapping->mp_subscript;
    }
    """
    bint cruet_same_subscript(object value, object type)

cdef extern from *:
    """
    /* The type's attribute of that name, borrowed and not bound, or NULL. */
    static inline PyObject* cruet_type_attribute(PyObject* value, PyObject* name) {
        return _PyType_Lookup(Py_TYPE(value), name);
    }
    """
    PyObject* cruet_type_attribute(object value, object name)

cdef extern from "<cstring>" namespace "std":
    const void* memchr(const void* data, int byte, size_t size) nogil


cdef object _missing_value = object()
cdef object _bad_request_key_error = None
cdef object _dump_options = None


cdef object _key_error(object key):
    # Imported at the first miss: toolkit.exceptions stands above this module.
    global _bad_request_key_error
    if _bad_request_key_error is None:
        from cruet.toolkit.exceptions import BadRequestKeyError
        _bad_request_key_error = BadRequestKeyError
    return _bad_request_key_error(key)


cdef object _with_parameters(object value, dict parameters):
    global _dump_options
    if _dump_options is None:
        from cruet.toolkit._grammar import dump_options_header
        _dump_options = dump_options_header
    return _dump_options(value, {name.replace("_", "-"): text
                                 for name, text in parameters.items()})


def iter_multi_items(mapping):
    """Yield (key, value) pairs of a multi-dict, of a mapping whose list, tuple and set values
    count as several, or of an iterable of pairs."""
    if isinstance(mapping, CMultiDict):
        yield from mapping.items(multi=True)
    elif isinstance(mapping, dict) or isinstance(mapping, _Mapping):
        for key, value in mapping.items():
            if isinstance(value, (list, tuple, set)):
                for one in value:
                    yield key, one
            else:
                yield key, value
    else:
        yield from mapping


# `|` and `|=` of headers and multi-dicts.

cdef object _union(object left, object right):
    if not isinstance(right, _Mapping):
        return NotImplemented
    result = left.copy()
    result.update(right)
    return result


cdef object _union_in_place(object left, object right):
    if not isinstance(right, _Mapping) and not hasattr(right, "__iter__"):
        return NotImplemented
    left.update(right)
    return left


include "headers.pyx"
include "multidict.pyx"
