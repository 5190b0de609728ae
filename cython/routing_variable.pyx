# A rule's variables: their arguments, and their values both ways. Included by routing.pyx.

# How a variable's text becomes a value, and a value text. PYTHON: only the converter's method can.
cdef enum _how:
    _TEXT
    _INTEGER
    _REAL
    _UUID
    _PYTHON

cdef object _no_value = object()


cdef class _Variable:
    cdef str name
    cdef _how reads
    cdef _how writes
    cdef Py_ssize_t fixed_digits
    cdef object least
    cdef object most
    cdef object converter
    cdef object validation_error

    cdef object key(self):
        # What tells it from others, or None where that is the business of its converter.
        if self.reads == _PYTHON or self.writes == _PYTHON:
            return None
        for limit in (self.least, self.most):
            if limit is not None and type(limit) is not int and type(limit) is not float:
                return None
        return self.name, self.reads, self.writes, self.fixed_digits, self.least, self.most

    cdef object value(self, const char* data, size_t size):
        # The value of matched text, or _no_value where the converter refuses it.
        cdef int64_t number
        cdef object out
        if self.reads == _TEXT:
            return _routing_text(data, size)
        if self.reads == _INTEGER and self.fixed_digits == 0 and size < 19:
            if read_integer(string_view(data, size), &number):
                return self.within(number)
        cdef str text = _routing_text(data, size)
        if self.reads == _PYTHON:
            try:
                return self.converter.to_python(text)
            except self.validation_error:
                return _no_value
        if self.reads == _UUID:
            return _uuid_module.UUID(text)
        if self.fixed_digits != 0 and len(text) != self.fixed_digits:
            return _no_value
        try:
            out = int(text) if self.reads == _INTEGER else float(text)
        except ValueError:
            # More digits than sys.set_int_max_str_digits allows.
            return _no_value
        return self.within(out)

    cdef object within(self, object number):
        if self.least is not None and number < self.least:
            return _no_value
        if self.most is not None and number > self.most:
            return _no_value
        return number

    cdef int write(self, object value, string& out) except -1:
        # Appends the value as it stands in a URL.
        cdef Py_ssize_t size
        cdef const char* data
        cdef int overflow
        if self.writes == _TEXT or (self.writes == _UUID and type(value) is _uuid_module.UUID):
            value = value if type(value) is str else str(value)
            data = PyUnicode_AsUTF8AndSize(value, &size)
            append_path_text(out, data, <size_t>size)
            return 0
        if self.writes == _INTEGER and type(value) is int and self.fixed_digits == 0:
            if append_integer(out, PyLong_AsLongLongAndOverflow(value, &overflow), overflow):
                return 0
            value = str(value)
        elif self.writes == _REAL and type(value) is float and self.fixed_digits == 0:
            value = repr(value)
        else:
            value = self.converter.to_url(value)
        data = PyUnicode_AsUTF8AndSize(<str?>value, &size)
        out.append(data, <size_t>size)
        return 0


cdef _Variable _make_variable(str name, object converter):
    cdef object module = _converters_module()
    cdef object cls = type(converter)
    cdef object base = module.BaseConverter
    cdef object number = module.NumberConverter
    cdef _Variable variable = _Variable()
    variable.name = name
    variable.converter = converter
    variable.validation_error = module.ValidationError
    variable.reads = variable.writes = _PYTHON
    cdef object convert = getattr(converter, "num_convert", None)
    cdef object to_python = getattr(cls, "to_python", None)
    cdef object to_url = getattr(cls, "to_url", None)
    cdef object own = getattr(converter, "__dict__", {})
    if "to_python" not in own:
        if to_python is base.to_python:
            variable.reads = _TEXT
        elif to_python is module.UUIDConverter.to_python:
            variable.reads = _UUID
        elif to_python is number.to_python and convert in (int, float):
            variable.reads = _INTEGER if convert is int else _REAL
    if "to_url" not in own:
        if to_url is base.to_url:
            variable.writes = _TEXT
        elif to_url is module.UUIDConverter.to_url:
            variable.writes = _UUID
        elif to_url is number.to_url and convert in (int, float):
            variable.writes = _INTEGER if convert is int else _REAL
    if variable.reads in (_INTEGER, _REAL) or variable.writes in (_INTEGER, _REAL):
        variable.fixed_digits = converter.fixed_digits
        variable.least = converter.min
        variable.most = converter.max
    return variable


cdef word_kind _kind_of_character(uint32_t code) noexcept nogil:
    if Py_UNICODE_ISALNUM(code):
        return word_kind.word
    return word_kind.space if Py_UNICODE_ISSPACE(code) else word_kind.other


def parse_converter_args(argstr):
    """The positional and named arguments of a converter, as written in a rule.

    :raises ValueError: something is no argument.
    """
    cdef vector[argument] found
    cdef string text = _routing_string(argstr)
    if not read_arguments(string_view(text.data(), text.size()), _kind_of_character, found):
        raise ValueError(f"Cannot parse the converter arguments {argstr!r}.")
    args = []
    kwargs = {}
    for name, value in _argument_values(found):
        if name:
            kwargs[name] = value
        else:
            args.append(value)
    return tuple(args), kwargs


cdef list _argument_values(vector[argument]& found):
    cdef size_t i
    cdef argument_kind kind
    out = []
    for i in range(found.size()):
        kind = found[i].kind
        value = found[i].text.decode("utf-8", "surrogatepass")
        if kind == argument_kind.none:
            value = None
        elif kind == argument_kind.boolean:
            value = value == "True"
        elif kind == argument_kind.integer:
            value = int(value)
        elif kind == argument_kind.real:
            value = float(value)
        out.append((found[i].name.decode(), value))
    return out
