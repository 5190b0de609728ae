# What vars() gives of a request or a response.
#
# Their state is kept natively; users who came from Werkzeug know it as the instance's __dict__, which they copy from
# one response to another, look a value up in to see whether it was made yet, or print.

from collections.abc import MutableMapping as _MutableMapping

from lib_dispatch cimport instance_dict, type_lookup


cdef extern from "Python.h":
    dict PyObject_GenericGetDict(object owner, void *context)


def own_attributes(owner):
    """The dict of the attributes that were set on ``owner`` and are not kept natively."""
    return PyObject_GenericGetDict(owner, NULL)


cdef list _native_names_of(object owner):
    if isinstance(owner, CResponseHead):
        return (<CResponseHead>owner)._native_names()
    return (<CRequestHead?>owner)._native_names()


cdef bint _is_native(object owner, object name) except -1:
    """Tell whether the class keeps this attribute natively, and no subclass has one of its own by that name."""
    cdef object base, cls = type(owner)
    cdef PyObject* found
    for base in (CResponse, CRequest, CResponseHead, CRequestHead):
        if isinstance(owner, base):
            break
    found = type_lookup(<PyObject*>base, <PyObject*>name)
    if found == NULL or found != type_lookup(<PyObject*>cls, <PyObject*>name):
        return False
    return isinstance(<object>found, _Kept) or name in _state_names


# Besides those that _Kept computes.
cdef frozenset _state_names = frozenset((
    *_head_parts, "args", "cookies", "environ", "shallow", "stream", "form", "files", "_cached_data", "_cached_json",
    "url_rule", "view_args", "routing_exception",
    "_status", "_status_code", "response", "direct_passthrough", "_on_close",
))


class _InstanceState(_MutableMapping, dict):
    """The attributes of a request or a response as a dict: those that were set on it, and what it keeps natively by the
    names that Werkzeug's instances have. Changes are the object's own; values are read when they are asked for."""

    __slots__ = ("_owner",)

    def __init__(self, owner):
        # The copy is for those who read dicts without asking them, as dir() does.
        dict.__init__(self, PyObject_GenericGetDict(owner, NULL))
        self._owner = owner

    def __getitem__(self, name):
        cdef object owner = self._owner
        cdef dict own = PyObject_GenericGetDict(owner, NULL)
        if name in own:
            return own[name]
        if name in _native_names_of(owner) and _is_native(owner, name):
            return getattr(owner, name)
        raise KeyError(name)

    def __setitem__(self, name, value):
        cdef object owner = self._owner
        if _is_native(owner, name):
            setattr(owner, name, value)
        else:
            PyObject_GenericGetDict(owner, NULL)[name] = value

    def __delitem__(self, name):
        cdef object owner = self._owner
        cdef dict own = PyObject_GenericGetDict(owner, NULL)
        if name in own:
            del own[name]
        elif name not in self:
            raise KeyError(name)
        else:
            delattr(owner, name)

    def __iter__(self):
        cdef object owner = self._owner
        cdef dict own = PyObject_GenericGetDict(owner, NULL)
        return iter([*own, *[
            name for name in _native_names_of(owner) if name not in own and _is_native(owner, name)]])

    def __len__(self):
        return len(list(iter(self)))

    def __contains__(self, name):
        return name in list(iter(self))

    def __repr__(self):
        return repr(self.copy())

    def copy(self):
        return {name: self[name] for name in self}

    def __or__(self, other):
        return self.copy() | other

    def __ror__(self, other):
        return other | self.copy()

    def __ior__(self, other):
        self.update(other)
        return self

    def __reduce__(self):
        return dict, (self.copy(),)

    def __reduce_ex__(self, protocol):
        return self.__reduce__()


cdef class InstanceDict:
    """The descriptor ``__dict__`` of classes whose state is kept natively."""

    def __get__(self, owner, cls):
        return self if owner is None else _InstanceState(owner)

    def __set__(self, owner, state):
        cdef dict own
        if not isinstance(state, dict):
            raise TypeError(f"__dict__ must be set to a dictionary, not a '{type(state).__name__}'")
        # Read before anything is changed: it may be the owner's own.
        taken = dict(state)
        own = PyObject_GenericGetDict(owner, NULL)
        own.clear()
        _InstanceState(owner).update(taken)
