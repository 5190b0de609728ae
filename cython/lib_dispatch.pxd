from cpython.object cimport PyObject
from libc.stdint cimport uint64_t

cdef extern from "Python.h":
    int PyContextVar_Get(object var, PyObject *default_value, PyObject **value) except -1
    object PyContextVar_Set(object var, object value)
    int PyContextVar_Reset(object var, object token) except -1
    object PyContext_CopyCurrent()
    int PyContext_Enter(object context) except -1
    int PyContext_Exit(object context) except -1

cdef extern from "shim_dispatch.hpp" namespace "cruet::binding" nogil:
    PyObject *type_lookup(PyObject *type_, PyObject *name)
    uint64_t type_version(PyObject *type_)
    uint64_t dict_version(PyObject *dict_)
    PyObject *instance_dict(PyObject *object)
    int is_coroutine_function(PyObject *function)
    bint plain_host(const char *host, size_t size)

cdef extern from "shim_dispatch.hpp" namespace "cruet::binding":
    object watched_dict(object owner)
