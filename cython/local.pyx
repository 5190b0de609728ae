# What toolkit.local's proxies are made of.
#
# `request.method` runs through here for every attribute that a view reads, so a proxy of a context
# variable finds its object without calling any Python code.

import copy as _copy
import math as _math
import operator as _operator

from cpython.object cimport (
    Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE, PyObject_GenericGetAttr, PyObject_RichCompare,
)


cdef extern from "Python.h":
    int PyContextVar_Get(object var, PyObject* default_value, PyObject** value) except -1
    bint PyContextVar_CheckExact(object value)

cdef extern from *:
    """
    static inline PyObject* cruet_adopt(PyObject* owned) { return owned; }

    /* The C function behind an attribute of a native class, for objects of the type of that version.
       Python gives a version, which is never 0, to one type and one state of it alone. */
    typedef struct {
        unsigned int version;
        getter get;
        void* closure;
    } cruet_kept_getter;

    static inline unsigned int cruet_type_version(PyObject* value) {
    #if PY_VERSION_HEX < 0x030D0000
        if (!PyType_HasFeature(Py_TYPE(value), Py_TPFLAGS_VALID_VERSION_TAG)) return 0;
    #endif
        return Py_TYPE(value)->tp_version_tag;
    }

    static PyObject* cruet_find_attribute(PyObject* value, PyObject* name, cruet_kept_getter* kept) {
        PyTypeObject* type = Py_TYPE(value);
        PyObject* found = _PyType_Lookup(type, name);
        kept->version = 0;
        if (type->tp_getattro == PyObject_GenericGetAttr && found != NULL &&
            Py_IS_TYPE(found, &PyGetSetDescr_Type)) {
            PyGetSetDescrObject* descriptor = (PyGetSetDescrObject*)found;
            if (PyType_IsSubtype(type, PyDescr_TYPE(descriptor)) && descriptor->d_getset->get) {
                kept->get = descriptor->d_getset->get;
                kept->closure = descriptor->d_getset->closure;
                kept->version = cruet_type_version(value);
            }
        }
        return PyObject_GetAttr(value, name);
    }

    static inline PyObject* cruet_attribute(
        PyObject* value, PyObject* name, cruet_kept_getter* kept
    ) {
        unsigned int version = cruet_type_version(value);
        if (version != 0 && version == kept->version) return kept->get(value, kept->closure);
        return cruet_find_attribute(value, name, kept);
    }
    """
    ctypedef struct cruet_kept_getter:
        pass
    object cruet_adopt(PyObject* owned)
    object cruet_attribute(object value, object name, cruet_kept_getter* kept)


# What every class has, and still the object's is wanted. All other names that the proxy's class
# has are operations, which know the object by themselves.
cdef frozenset _object_names = frozenset(("__class__", "__dict__", "__doc__", "__wrapped__"))


cdef class CLocalProxy:
    """Stands for an object that is looked up anew at every use."""

    cdef object _variable   # ContextVar, or None
    cdef object _getter     # callable that gives the object, or raises RuntimeError
    cdef object _attribute  # name of the attribute that is meant, or None for the object itself
    cdef cruet_kept_getter _kept  # of that attribute
    cdef object _message    # what the RuntimeError says while there is no object
    cdef object _local      # what was given to the constructor

    def _bind(self, variable, getter, attribute, message, local):
        self._variable = variable
        self._getter = getter
        self._attribute = attribute
        self._message = message
        self._local = local

    cdef inline object _object(self):
        cdef PyObject* found = NULL
        if self._variable is None:
            if self._getter is None:
                raise RuntimeError("object is not bound")
            value = self._getter()
        else:
            PyContextVar_Get(self._variable, NULL, &found)
            if found == NULL:
                raise RuntimeError(self._message)
            value = cruet_adopt(found)
        if self._attribute is None:
            return value
        return cruet_attribute(value, self._attribute, &self._kept)

    def _get_current_object(self):
        """The object itself, for where a proxy will not do, such as ``is`` and signal senders.

        :raises RuntimeError: there is none in this context.
        """
        return self._object()

    cdef object _of_both(self, object name):
        # A name that the class has too.
        if name not in _object_names:
            return PyObject_GenericGetAttr(self, name)
        try:
            value = self._object()
        except RuntimeError:
            if name == "__dict__":
                raise
            return PyObject_GenericGetAttr(self, name)
        return getattr(value, name)

    def __getattribute__(self, name):
        if cruet_type_attribute(self, name) != NULL:
            return self._of_both(name)
        return getattr(self._object(), name)

    @property
    def __wrapped__(self):
        return self._local

    def __setattr__(self, name, value):
        setattr(self._object(), name, value)

    def __delattr__(self, name):
        delattr(self._object(), name)

    def __dir__(self):
        try:
            value = self._object()
        except RuntimeError:
            return []
        return dir(value)

    def __repr__(self):
        try:
            value = self._object()
        except RuntimeError:
            return f"<{type(self).__name__} unbound>"
        return repr(value)

    def __bool__(self):
        try:
            value = self._object()
        except RuntimeError:
            return False
        return True if value else False

    def __str__(self):
        return str(self._object())

    def __bytes__(self):
        return bytes(self._object())

    def __format__(self, spec):
        return format(self._object(), spec)

    def __richcmp__(self, other, int op):
        return PyObject_RichCompare((<CLocalProxy>self)._object(), other, op)

    def __hash__(self):
        return hash(self._object())

    def __instancecheck__(self, instance):
        return isinstance(instance, self._object())

    def __subclasscheck__(self, subclass):
        return issubclass(subclass, self._object())

    def __call__(self, *args, **kwargs):
        return self._object()(*args, **kwargs)

    def __len__(self):
        return len(self._object())

    def __length_hint__(self):
        return _operator.length_hint(self._object())

    def __getitem__(self, key):
        return self._object()[key]

    def __setitem__(self, key, value):
        self._object()[key] = value

    def __delitem__(self, key):
        del self._object()[key]

    def __iter__(self):
        return iter(self._object())

    def __next__(self):
        return next(self._object())

    def __reversed__(self):
        return reversed(self._object())

    def __contains__(self, item):
        return item in self._object()

    # -- operators, with the proxy on the left, on the right and in place

    def __add__(self, other):
        return self._object() + other

    def __sub__(self, other):
        return self._object() - other

    def __mul__(self, other):
        return self._object() * other

    def __matmul__(self, other):
        return self._object() @ other

    def __truediv__(self, other):
        return self._object() / other

    def __floordiv__(self, other):
        return self._object() // other

    def __mod__(self, other):
        return self._object() % other

    def __lshift__(self, other):
        return self._object() << other

    def __rshift__(self, other):
        return self._object() >> other

    def __and__(self, other):
        return self._object() & other

    def __xor__(self, other):
        return self._object() ^ other

    def __or__(self, other):
        return self._object() | other

    def __divmod__(self, other):
        return divmod(self._object(), other)

    def __pow__(self, other, modulo):
        return pow(self._object(), other, modulo)

    def __radd__(self, other):
        return other + self._object()

    def __rsub__(self, other):
        return other - self._object()

    def __rmul__(self, other):
        return other * self._object()

    def __rmatmul__(self, other):
        return other @ self._object()

    def __rtruediv__(self, other):
        return other / self._object()

    def __rfloordiv__(self, other):
        return other // self._object()

    def __rmod__(self, other):
        return other % self._object()

    def __rlshift__(self, other):
        return other << self._object()

    def __rrshift__(self, other):
        return other >> self._object()

    def __rand__(self, other):
        return other & self._object()

    def __rxor__(self, other):
        return other ^ self._object()

    def __ror__(self, other):
        return other | self._object()

    def __rdivmod__(self, other):
        return divmod(other, self._object())

    def __rpow__(self, other, modulo):
        return pow(other, self._object(), modulo)

    def __iadd__(self, other):
        value = self._object()
        value += other
        return self

    def __isub__(self, other):
        value = self._object()
        value -= other
        return self

    def __imul__(self, other):
        value = self._object()
        value *= other
        return self

    def __imatmul__(self, other):
        value = self._object()
        value @= other
        return self

    def __itruediv__(self, other):
        value = self._object()
        value /= other
        return self

    def __ifloordiv__(self, other):
        value = self._object()
        value //= other
        return self

    def __imod__(self, other):
        value = self._object()
        value %= other
        return self

    def __ilshift__(self, other):
        value = self._object()
        value <<= other
        return self

    def __irshift__(self, other):
        value = self._object()
        value >>= other
        return self

    def __iand__(self, other):
        value = self._object()
        value &= other
        return self

    def __ixor__(self, other):
        value = self._object()
        value ^= other
        return self

    def __ior__(self, other):
        value = self._object()
        value |= other
        return self

    def __ipow__(self, other):
        value = self._object()
        value **= other
        return self

    def __neg__(self):
        return -self._object()

    def __pos__(self):
        return +self._object()

    def __abs__(self):
        return abs(self._object())

    def __invert__(self):
        return ~self._object()

    def __complex__(self):
        return complex(self._object())

    def __int__(self):
        return int(self._object())

    def __float__(self):
        return float(self._object())

    def __index__(self):
        return _operator.index(self._object())

    def __round__(self, *digits):
        return round(self._object(), *digits)

    def __trunc__(self):
        return _math.trunc(self._object())

    def __floor__(self):
        return _math.floor(self._object())

    def __ceil__(self):
        return _math.ceil(self._object())

    # -- with, await, copies

    def __enter__(self):
        return self._object().__enter__()

    def __exit__(self, kind, error, traceback):
        return self._object().__exit__(kind, error, traceback)

    def __await__(self):
        return self._object().__await__()

    def __aiter__(self):
        return self._object().__aiter__()

    def __anext__(self):
        return self._object().__anext__()

    def __aenter__(self):
        return self._object().__aenter__()

    def __aexit__(self, kind, error, traceback):
        return self._object().__aexit__(kind, error, traceback)

    def __copy__(self):
        return _copy.copy(self._object())

    def __deepcopy__(self, memo):
        return _copy.deepcopy(self._object(), memo)
