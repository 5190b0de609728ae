# Dictionaries that convert and that hold several values a key; datastructures.pyx includes them.

cdef class CTypeConversionDict(dict):
    """A dict whose :meth:`get` converts."""

    def get(self, key, default=None, type=None):
        """The value, or ``default`` where it is missing or ``type(value)`` raises ValueError or
        TypeError."""
        try:
            value = self[key]
        except KeyError:
            return default
        return _converted(value, default, type)

    def __reduce_ex__(self, protocol):
        # The older protocols would take the extension type for the whole of the object.
        return dict.__reduce_ex__(self, max(protocol, 2))


cdef inline object _converted(object value, object default, object type):
    if type is None:
        return value
    try:
        return type(value)
    except (ValueError, TypeError):
        return default


cdef inline list _values_of(dict self, object key):
    cdef PyObject* found = PyDict_GetItemWithError(self, key)
    return None if found == NULL else <list>found


cdef inline bint _plain_lookup(object self):
    # False where a subclass looks its keys up in its own way.
    return cruet_same_subscript(self, CMultiDict)


cdef object _append(dict self, object key, object value):
    cdef PyObject* found = PyDict_GetItemWithError(self, key)
    if found == NULL:
        PyDict_SetItem(self, key, [value])
    else:
        (<list>found).append(value)


cdef object _extend_from(dict self, object mapping):
    cdef list values
    if isinstance(mapping, CMultiDict) and _plain_lookup(mapping):
        for key, values in dict.items(<dict>mapping):
            if values:
                found = _values_of(self, key)
                if found is None:
                    PyDict_SetItem(self, key, values[:])
                else:
                    found.extend(values)
    elif isinstance(mapping, (list, tuple)):
        for key, value in mapping:
            _append(self, key, value)
    else:
        for key, value in iter_multi_items(mapping):
            _append(self, key, value)


cdef class CMultiDict(CTypeConversionDict):
    """CMultiDict(mapping=None)\n--\n
    A dict with several values a key: lookups give the first, :meth:`getlist` all of them.

    ``mapping`` is another multi-dict, a mapping (list, tuple and set values count as several), or
    an iterable of pairs. Missing keys raise BadRequestKeyError, a KeyError that is also a 400.
    """

    def __init__(self, mapping=None):
        dict.__init__(self)
        if isinstance(mapping, CMultiDict):
            for key, values in mapping.lists():
                PyDict_SetItem(self, key, values)
        elif mapping is not None:
            _extend_from(self, mapping)

    # dict(self) and {**self} copy the lists behind dict's own back unless iteration is ours.
    def __iter__(self):
        return dict.__iter__(self)

    def __getitem__(self, key):
        cdef list values = _values_of(self, key)
        if values:
            return values[0]
        raise _key_error(key)

    def __setitem__(self, key, value):
        PyDict_SetItem(self, key, [value])

    def __delitem__(self, key):
        dict.__delitem__(self, key)

    def get(self, key, default=None, type=None):
        """The first value, or ``default`` where it is missing or ``type(value)`` raises ValueError
        or TypeError."""
        cdef list values
        if not _plain_lookup(self):
            return CTypeConversionDict.get(self, key, default, type)
        values = _values_of(self, key)
        return _converted(values[0], default, type) if values else default

    def getlist(self, key, type=None):
        """A new list of all values; those that ``type`` refuses are left out."""
        cdef list values = _values_of(self, key)
        cdef list result
        if values is None:
            return []
        if type is None:
            return values[:]
        result = []
        for value in values:
            try:
                result.append(type(value))
            except (ValueError, TypeError):
                pass
        return result

    def add(self, key, value):
        """Append a value to the key's."""
        _append(self, key, value)

    def setlist(self, key, new_list):
        """Replace the key's values by a copy of the list."""
        PyDict_SetItem(self, key, list(new_list))

    def setdefault(self, key, default=None):
        """The first value, which is set to ``default`` where the key is missing."""
        if key not in self:
            self[key] = default
            return default
        return self[key]

    def setlistdefault(self, key, default_list=None):
        """The list of values itself, not a copy; set to ``default_list`` where missing."""
        if key not in self:
            self.setlist(key, default_list or ())
        return _values_of(self, key)

    def items(self, multi=False):
        """Yield (key, first value), or a pair for every value where ``multi`` is true."""
        return _all_pairs(self) if multi else _first_values(self, True)

    def lists(self):
        """Yield (key, new list of its values)."""
        for key, values in dict.items(self):
            yield key, list(values)

    def values(self):
        """Yield the first value of every key."""
        return _first_values(self, False)

    def listvalues(self):
        """The lists of values, in the order of the keys."""
        return dict.values(self)

    def to_dict(self, flat=True):
        """A plain dict of first values or, where ``flat`` is false, of lists of values."""
        return dict(self.items()) if flat else dict(self.lists())

    def update(self, mapping):
        """Append, rather than replace, the values of another mapping or of pairs."""
        _extend_from(self, mapping)

    @cython.embedsignature(False)  # its default is no literal
    def pop(self, key, default=_missing_value):
        """pop($self, key, default=...)\n--\n
        Take the key away with all its values and give the first."""
        cdef list values
        try:
            values = dict.pop(self, key)
        except KeyError:
            values = None
        if values:
            return values[0]
        if default is not _missing_value:
            return default
        raise _key_error(key)

    def popitem(self):
        """Take away some key with all its values and give (key, first value)."""
        cdef list values
        key, values = self.popitemlist()
        if not values:
            raise _key_error(key)
        return key, values[0]

    def poplist(self, key):
        """Take the key away and give all its values, [] where it is missing."""
        return dict.pop(self, key, [])

    def popitemlist(self):
        """Take away some key and give (key, list of its values)."""
        try:
            return dict.popitem(self)
        except KeyError as error:
            raise _key_error(error) from None

    def copy(self):
        """A copy of the same class; values are shared, lists are not."""
        return self.__class__(self)

    def deepcopy(self, memo=None):
        """A copy of the same class whose values are copied too."""
        from copy import deepcopy
        return self.__class__(deepcopy(self.to_dict(flat=False), memo))

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        return self.deepcopy(memo=memo)

    def __or__(self, other):
        return _union(self, other)

    def __ior__(self, other):
        return _union_in_place(self, other)

    def __repr__(self):
        return f"{self.__class__.__name__}({list(self.items(multi=True))!r})"

    def __getstate__(self):
        return dict(self.lists())

    def __setstate__(self, value):
        PyDict_Clear(self)
        for key, values in dict(value).items():
            PyDict_SetItem(self, key, list(values))


def _all_pairs(CMultiDict self):
    cdef list values
    for key, values in dict.items(self):
        for value in values:
            yield key, value


cdef _FirstValues _first_values(CMultiDict source, bint pairs):
    cdef _FirstValues made = _FirstValues.__new__(_FirstValues)
    made._source = source
    made._size = -1
    made._pairs = pairs
    return made


@cython.final
@cython.freelist(8)
cdef class _FirstValues:
    """The first value of each key, or (key, first value): half a generator's cost."""

    cdef CMultiDict _source  # None at the end
    cdef Py_ssize_t _position
    cdef Py_ssize_t _size  # the dict's when the first was asked for; -1: not yet asked
    cdef bint _pairs

    def __iter__(self):
        return self

    def __next__(self):
        cdef PyObject* key
        cdef PyObject* values
        if self._source is None:
            raise StopIteration
        if self._size == -1:
            self._size = PyDict_Size(self._source)
        elif self._size != PyDict_Size(self._source):
            self._size = -2  # for good, as with a dict's own iterators
            raise RuntimeError("dictionary changed size during iteration")
        while PyDict_Next(self._source, &self._position, &key, &values):
            if PyList_GET_SIZE(<list?><object>values) == 0:
                continue
            first = <object>PyList_GET_ITEM(<object>values, 0)
            return (<object>key, first) if self._pairs else first
        self._source = None
        raise StopIteration
