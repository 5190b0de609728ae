# Header lists, of their own and over an environ; datastructures.pyx includes them.

cdef inline bint _names_equal(object a, object b) except -1:
    # RFC 9110 section 5.1: names are case-insensitive. ASCII is compared in place.
    cdef Py_ssize_t size, i
    cdef const char* left
    cdef const char* right
    cdef unsigned char x, y
    if a is b:
        return True
    if not isinstance(a, str):
        return False
    if PyUnicode_IS_COMPACT_ASCII(a) and PyUnicode_IS_COMPACT_ASCII(b):
        size = PyUnicode_GET_LENGTH(a)
        if size != PyUnicode_GET_LENGTH(b):
            return False
        left = _unicode_data(a)
        right = _unicode_data(b)
        for i in range(size):
            x = left[i]
            y = right[i]
            if x != y:
                if 65 <= x <= 90:
                    x |= 0x20
                if 65 <= y <= 90:
                    y |= 0x20
                if x != y:
                    return False
        return True
    return a.lower() == b.lower()


cdef inline bint _breaks_line(object text) except -1:
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(text)
    if PyUnicode_KIND(text) == 1:
        return (memchr(_unicode_data(text), 10, size) != NULL
                or memchr(_unicode_data(text), 13, size) != NULL)
    return (PyUnicode_FindChar(text, 10, 0, size, 1) >= 0
            or PyUnicode_FindChar(text, 13, 0, size, 1) >= 0)


cdef object _header_value(object value):
    # A value that would end the field's line could smuggle further fields in (RFC 9112 section 11.1).
    if not isinstance(value, str):
        value = str(value)
    if _breaks_line(value):
        raise ValueError("Header values must not contain newline characters.")
    return value


cdef inline object _header_pair(object name, object value):
    if isinstance(name, str) and _breaks_line(name):
        raise ValueError("Header names must not contain newline characters.")
    return (name, _header_value(value))


cdef inline object _name_of(list pairs, Py_ssize_t i):
    # `_list` is open to everybody, so what it holds is looked at before it is trusted.
    cdef PyObject* pair = PyList_GET_ITEM(pairs, i)
    if not PyTuple_CheckExact(<object>pair) or PyTuple_GET_SIZE(<object>pair) != 2:
        raise TypeError("a header list holds (name, value) tuples")
    return <object>PyTuple_GET_ITEM(<object>pair, 0)


# Names given by views come back at each request, so the conversion is kept. Bounded, because
# clients choose names too.
cdef dict _environ_keys = {}
cdef dict _environ_names = {}
cdef enum:
    _NAME_CACHE_SIZE = 512


cdef object _environ_key(object name):
    cdef PyObject* known = PyDict_GetItemWithError(_environ_keys, name)
    if known != NULL:
        return <object>known
    key = name.upper().replace("-", "_")
    if key != "CONTENT_TYPE" and key != "CONTENT_LENGTH":
        key = "HTTP_" + key
    if len(_environ_keys) < _NAME_CACHE_SIZE:
        _environ_keys[name] = key
    return key


cdef object _environ_name(object key):
    # The header's name for an environ key, None where the key is no header.
    cdef PyObject* known = PyDict_GetItemWithError(_environ_names, key)
    if known != NULL:
        return <object>known
    name = None
    if isinstance(key, str):
        if key.startswith("HTTP_"):
            if key != "HTTP_CONTENT_TYPE" and key != "HTTP_CONTENT_LENGTH":
                name = key[5:].replace("_", "-").title()
        elif key == "CONTENT_TYPE" or key == "CONTENT_LENGTH":
            name = key.replace("_", "-").title()
    if len(_environ_names) < _NAME_CACHE_SIZE:
        _environ_names[key] = name
    return name


cdef class FieldSource:
    """Where a view of request fields finds them while there is no environ yet.

    Once ``environ()`` has made one it is the truth, and the views look at it.
    """

    # None until somebody asked for it.
    cdef dict _environ

    # A field's text as the environ would hold it, None where there is none. Names compare without
    # regard to case and are written with hyphens.
    cdef object field(self, str name):
        raise NotImplementedError

    cdef dict environ(self):
        raise NotImplementedError


cdef class CHeaders:
    """CHeaders(defaults=None)\n--\n
    HTTP fields in the order they were added; names compare without regard to case.

    ``defaults`` is a mapping (list, tuple and set values add several fields) or an iterable of
    pairs. A line break in a name or a value raises ValueError.
    """

    cdef public list _list
    # A view has one of these.
    cdef dict _environ
    cdef FieldSource _source
    cdef object __weakref__

    def __cinit__(self):
        self._list = []

    def __init__(self, defaults=None):
        if defaults is not None:
            self.extend(defaults)

    # The one lookup: borrowed from the list, or read from the environ where this is a view of one.
    cdef object _lookup(self, object name):
        cdef Py_ssize_t i
        cdef PyObject* found
        if not isinstance(name, str):
            return _missing_value
        if self._source is not None:
            if self._source._environ is None:
                value = self._source.field(name if "_" not in name else name.replace("_", "-"))
                return _missing_value if value is None else value
            self._settle()
        if self._environ is not None:
            found = PyDict_GetItemWithError(self._environ, _environ_key(name))
            return _missing_value if found == NULL else <object>found
        for i in range(PyList_GET_SIZE(self._list)):
            if _names_equal(_name_of(self._list, i), name):
                return <object>PyTuple_GET_ITEM(<object>PyList_GET_ITEM(self._list, i), 1)
        return _missing_value

    # The environ of a view, None for other headers. A view of a source becomes one of its environ.
    cdef inline dict _settle(self):
        if self._source is not None:
            self._environ = self._source.environ()
            self._source = None
        return self._environ

    cdef inline bint _adds_plainly(self):
        # False where a subclass, or a patch of one, has an `add` of its own.
        return cruet_type_attribute(self, "add") == <PyObject*>_plain_add

    cdef list _pairs(self):
        cdef list pairs
        if self._settle() is None:
            return self._list
        pairs = []
        for key, value in self._environ.items():
            name = _environ_name(key)
            if name is not None and (value or key.startswith("HTTP_")):
                pairs.append((name, value))
        return pairs

    cdef int _drop(self, object name, Py_ssize_t start) except -1:
        cdef Py_ssize_t i = start
        while i < PyList_GET_SIZE(self._list):
            if _names_equal(_name_of(self._list, i), name):
                del self._list[i]
            else:
                i += 1
        return 0

    cdef object _replace(self, object name, object value):
        cdef Py_ssize_t i
        pair = _header_pair(name, value)
        for i in range(PyList_GET_SIZE(self._list)):
            if _names_equal(_name_of(self._list, i), name):
                self._list[i] = pair
                self._drop(name, i + 1)
                return None
        self._list.append(pair)
        return None

    # -- reading

    def __getitem__(self, key):
        if isinstance(key, int):
            return self._pairs()[key]
        if isinstance(key, slice):
            return self.__class__(self._pairs()[key])
        value = self._lookup(key)
        if value is _missing_value:
            if (self._environ is not None or self._source is not None) and isinstance(key, str):
                raise KeyError(_environ_key(key))
            raise _key_error(key)
        return value

    def get(self, key, default=None, type=None):
        """First value of the field, or ``default``, which also stands in where ``type(value)``
        raises ValueError."""
        value = self._lookup(key)
        if value is _missing_value:
            return default
        if type is None:
            return value
        try:
            return type(value)
        except ValueError:
            return default

    def getlist(self, key, type=None):
        """All values of the field; those that ``type`` refuses are left out."""
        cdef list found = []
        if not isinstance(key, str):
            return found
        for name, value in self._pairs():
            if _names_equal(name, key):
                if type is not None:
                    try:
                        value = type(value)
                    except ValueError:
                        continue
                found.append(value)
        return found

    def get_all(self, name):
        """All values of the field."""
        return self.getlist(name)

    def __contains__(self, key):
        return self._lookup(key) is not _missing_value

    def __iter__(self):
        return iter(self._pairs())

    def __len__(self):
        return len(self._pairs())

    def items(self, lower=False):
        """Yield (name, value) pairs, names in lower case where ``lower`` is true."""
        for name, value in self:
            yield (name.lower() if lower else name), value

    def keys(self, lower=False):
        """Yield the names, once for each field."""
        for name, _ in self.items(lower):
            yield name

    def values(self):
        """Yield the values."""
        for _, value in self.items():
            yield value

    def to_wsgi_list(self):
        """A new list of (name, value) pairs, as ``start_response`` takes."""
        return list(self)

    # -- writing

    def add(self, key, value, /, **kwargs):
        """Append a field; keyword arguments become the value's parameters, ``_`` written ``-``."""
        if kwargs:
            value = _with_parameters(value, kwargs)
        self._list.append(_header_pair(key, value))

    def add_header(self, key, value, /, **kwargs):
        """The same as :meth:`add`, under the name that ``wsgiref`` gives it."""
        self.add(key, value, **kwargs)

    def set(self, key, value, /, **kwargs):
        """Replace all fields of that name by one, in the first one's place."""
        if kwargs:
            value = _with_parameters(value, kwargs)
        self._replace(key, value)

    def setlist(self, key, values):
        """Replace all fields of that name: the first value in their place, the others at the end."""
        values = iter(values)
        for value in values:
            self.set(key, value)
            break
        else:
            self.remove(key)
        for value in values:
            self.add(key, value)

    def setdefault(self, key, default):
        """The first value of the field, which is set to ``default`` where there is none."""
        value = self._lookup(key)
        if value is not _missing_value:
            return value
        self.set(key, default)
        return self._lookup(key)

    def setlistdefault(self, key, default):
        """All values of the field, which is set to the values in ``default`` where there is none."""
        if key not in self:
            self.setlist(key, default)
        return self.getlist(key)

    def extend(self, arg=None, /, **kwargs):
        """Append the fields of a mapping or of pairs, then those of the keyword arguments."""
        if arg is not None:
            if isinstance(arg, (list, tuple)) and self._adds_plainly():
                for name, value in arg:
                    self._list.append(_header_pair(name, value))
            else:
                for name, value in iter_multi_items(arg):
                    self.add(name, value)
        for name, value in iter_multi_items(kwargs):
            self.add(name, value)

    def update(self, arg=None, /, **kwargs):
        """Set, rather than append, the fields of a mapping or of pairs and of the keywords."""
        if isinstance(arg, (CHeaders, CMultiDict)):
            for name in list(arg.keys()):
                self.setlist(name, arg.getlist(name))
        elif isinstance(arg, dict) or isinstance(arg, _Mapping):
            self._update_from(arg)
        elif arg is not None:
            for name, value in arg:
                self.set(name, value)
        self._update_from(kwargs)

    cdef object _update_from(self, object mapping):
        for name, value in mapping.items():
            if isinstance(value, (list, tuple, set)):
                self.setlist(name, value)
            else:
                self.set(name, value)

    def __setitem__(self, key, value):
        if isinstance(key, int):
            name, text = value
            self._list[key] = _header_pair(name, text)
        elif isinstance(key, slice):
            self._list[key] = [_header_pair(name, text) for name, text in value]
        elif cruet_type_attribute(self, "set") == <PyObject*>_plain_set:
            self._replace(key, value)
        else:
            self.set(key, value)

    def __delitem__(self, key):
        if isinstance(key, (int, slice)):
            del self._list[key]
        elif isinstance(key, str):
            self._drop(key, 0)

    def remove(self, key):
        """Take away all fields of that name; none is no error."""
        del self[key]

    @cython.embedsignature(False)  # its default is no literal
    def pop(self, key=None, default=_missing_value):
        """pop($self, key=None, default=...)\n--\n
        Take away and give the last field, the field at an index, or the first value of a name
        (all its fields go). KeyError where the name is missing and no default is given."""
        if key is None:
            return self._list.pop()
        if isinstance(key, int):
            return self._list.pop(key)
        value = self._lookup(key)
        if value is not _missing_value:
            self.remove(key)
            return value
        if default is _missing_value:
            raise _key_error(key)
        return default

    def popitem(self):
        """Take away and give the last (name, value) pair; IndexError where there is none."""
        return self.pop()

    def clear(self):
        """Take away all fields."""
        self._list.clear()

    # -- as a whole

    def copy(self):
        """A copy of the same class."""
        return self.__class__(self._list)

    def __copy__(self):
        return self.copy()

    def __or__(self, other):
        return _union(self, other)

    def __ior__(self, other):
        return _union_in_place(self, other)

    def __eq__(self, other):
        if other.__class__ is not self.__class__:
            return NotImplemented
        if self._settle() is not None:
            return self._environ is (<CHeaders>other)._settle()
        return ({(name.lower(), value) for name, value in self._list}
                == {(name.lower(), value) for name, value in (<CHeaders>other)._list})

    __hash__ = None

    def __str__(self):
        return "".join([f"{name}: {value}\r\n" for name, value in self]) + "\r\n"

    def __repr__(self):
        return f"{self.__class__.__name__}({list(self)!r})"

    def __reduce_ex__(self, protocol):
        return _made_empty, (self.__class__,), self.__getstate__()

    def __getstate__(self):
        cdef dict state = dict(getattr(self, "__dict__", ()))
        state["_list"] = self._list
        if self._settle() is not None:
            state["environ"] = self._environ
        return state

    def __setstate__(self, dict state):
        state = dict(state)
        self._list = state.pop("_list")
        self._environ = state.pop("environ", None)
        for name, value in state.items():
            setattr(self, name, value)

    # What EnvironHeaders is made of.
    def _view_environ(self, dict environ not None):
        self._environ = environ
        self._source = None

    def _viewed_environ(self):
        return self._settle()


cdef object _plain_add = CHeaders.__dict__["add"]
cdef object _plain_set = CHeaders.__dict__["set"]
