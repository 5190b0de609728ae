# Descriptors that requests and responses are made of, and the toolkit's names they need.

from cpython.dict cimport PyDict_GetItem
from cpython.object cimport PyObject

import importlib as _importlib

cdef extern from "Python.h":
    # The slots that tell, without a look-up, whether a class makes its objects in its own way.
    ctypedef struct class_slots "PyTypeObject":
        void* tp_init

cdef extern from *:
    """
    // cls.__new__(cls) without the look-up.
    static PyObject* cruet_new_object(PyObject* cls, PyObject* no_args) {
        return ((PyTypeObject*)cls)->tp_new((PyTypeObject*)cls, no_args, NULL);
    }
    """
    object _new_of "cruet_new_object"(object cls, tuple no_args)

cdef tuple _no_args = ()

cdef class CRequestHead

cdef dict _toolkit_modules = {}


cdef object _toolkit(str name):
    # The toolkit stands above this module, so that its names are looked up at first use; always
    # through the module, so that patching one works.
    cdef PyObject* known = PyDict_GetItem(_toolkit_modules, name)
    if known != NULL:
        return <object>known
    module = _importlib.import_module("cruet.toolkit." + name)
    _toolkit_modules[name] = module
    return module


cdef class _ToolkitDefault:
    """A class attribute whose value is a name of the toolkit; subclasses and instances replace it."""

    cdef str module
    cdef str name

    def __init__(self, str module, str name):
        self.module = module
        self.name = name

    def __get__(self, obj, owner):
        return getattr(_toolkit(self.module), self.name)


cdef class _Kept:
    """An attribute that ``compute(obj)`` gives at first use, kept until it is set or deleted."""

    cdef str name
    cdef object compute
    cdef object __doc__

    def __init__(self, str name, compute, str doc=None):
        self.name = name
        self.compute = compute
        self.__doc__ = doc or compute.__doc__

    def __get__(self, obj, owner):
        cdef dict kept
        cdef PyObject* found
        if obj is None:
            return self
        kept = (<CRequestHead?>obj)._kept
        if kept is None:
            kept = (<CRequestHead>obj)._kept = {}
        found = PyDict_GetItem(kept, self.name)
        if found != NULL:
            return <object>found
        value = self.compute(obj)
        kept[self.name] = value
        return value

    def __set__(self, obj, value):
        if (<CRequestHead?>obj)._kept is None:
            (<CRequestHead>obj)._kept = {}
        (<CRequestHead>obj)._kept[self.name] = value

    def __delete__(self, obj):
        if (<CRequestHead?>obj)._kept is None or self.name not in (<CRequestHead>obj)._kept:
            raise AttributeError(self.name)
        del (<CRequestHead>obj)._kept[self.name]


cdef class _EnvironField:
    """A read-only key of ``obj.environ``."""

    cdef str name
    cdef object default
    cdef object convert
    cdef object __doc__

    def __init__(self, str name, default=None, convert=None, doc=None):
        self.name = name
        self.default = default
        self.convert = convert
        self.__doc__ = doc

    def __get__(self, obj, owner):
        if obj is None:
            return self
        value = obj.environ.get(self.name)
        if value is None:
            return self.default
        return value if self.convert is None else self.convert(value)

    def __set__(self, obj, value):
        raise AttributeError("read only property")


cdef class _HeaderField:
    """A field of ``obj.headers`` as a value, converted at each use.

    ``load(str)`` reads it; a ValueError or TypeError, like a missing field, gives ``default``.
    Without ``writable`` the attribute is read-only; ``dump(value)`` gives the text to set.
    """

    cdef str name
    cdef object load
    cdef object dump
    cdef object default
    cdef bint writable
    cdef object __doc__

    def __init__(self, str name, load=None, dump=None, *, default=None, bint writable=False,
                 str doc=None):
        self.name = name
        self.load = load
        self.dump = dump
        self.default = default
        self.writable = writable
        self.__doc__ = doc or f"The ``{name}`` field's value."

    def __get__(self, obj, owner):
        if obj is None:
            return self
        value = obj.headers.get(self.name)
        if value is None:
            return self.default() if callable(self.default) else self.default
        if self.load is None:
            return value
        try:
            return self.load(value)
        except (ValueError, TypeError):
            return self.default() if callable(self.default) else self.default

    def __set__(self, obj, value):
        if not self.writable:
            raise AttributeError("read only property")
        obj.headers[self.name] = value if self.dump is None else self.dump(value)

    def __delete__(self, obj):
        if not self.writable:
            raise AttributeError("read only property")
        obj.headers.pop(self.name, None)


# ---- readers and writers of values, named here so that the tables below stay tables ------------

def _load_date(text):
    return _toolkit("http").parse_date(text)


def _dump_date(value):
    return _toolkit("http").http_date(value)


def _load_set(text):
    return _toolkit("http").parse_set_header(text)


def _dump_list(value):
    return _toolkit("http").dump_header(value)


cdef inline object _header(object request, str name):
    # The text of a field, None where it is missing; through the attribute, which may be overridden.
    cdef object headers = request.headers
    return headers.get(name)


# ---- what a request's head says, computed once --------------------------------------------------

def _accept(str name, str field, str kind):
    def compute(request):
        return _toolkit("http").parse_accept_header(
            _header(request, field), getattr(_toolkit("datastructures"), kind))
    return _Kept(name, compute, f"What the client takes, as ``{field}`` tells it, an ``{kind}``.")


def _parsed(str name, str field, str parser, str doc):
    def compute(request):
        return getattr(_toolkit("http"), parser)(_header(request, field))
    return _Kept(name, compute, doc)


def _request_cache_control(request):
    """The ``Cache-Control`` directives as a ``RequestCacheControl``."""
    return _toolkit("http").parse_cache_control_header(
        _header(request, "Cache-Control"), None, _toolkit("datastructures").RequestCacheControl)


def _request_authorization(request):
    """The ``Authorization`` field's credentials, None where there are none or they are malformed."""
    return _toolkit("datastructures").Authorization.from_header(_header(request, "Authorization"))


def _request_user_agent(request):
    """The ``User-Agent`` field as a ``user_agent_class``."""
    return request.user_agent_class(request.headers.get("User-Agent", ""))


def _request_access_route(request):
    """All addresses from the client's on, as ``X-Forwarded-For`` claims them, else the peer's."""
    forwarded = _header(request, "X-Forwarded-For")
    if forwarded is not None:
        return request.list_storage_class(_toolkit("http").parse_list_header(forwarded))
    if request.remote_addr is not None:
        return request.list_storage_class([request.remote_addr])
    return request.list_storage_class()


def _request_content_length(request):
    """The body's length in bytes; None where it is chunked or not told."""
    return _toolkit("sansio.utils").get_content_length(
        _header(request, "Content-Length"), _header(request, "Transfer-Encoding"))


def _request_host(request):
    """The host with its port where that is not the scheme's; SecurityError where it is no
    trusted one."""
    return _toolkit("sansio.utils").get_host(
        request.scheme, _header(request, "Host"), request.server, request.trusted_hosts)


cdef object _url_of(object request, tuple parts):
    return _toolkit("sansio.utils").get_current_url(request.scheme, request.host, *parts)


def _request_url(request):
    """The whole URL as an IRI, query included."""
    return _url_of(request, (request.root_path, request.path, request.query_string))


def _request_base_url(request):
    """The URL without the query."""
    return _url_of(request, (request.root_path, request.path))


def _request_root_url(request):
    """The URL up to the application's root, which ends with a slash."""
    return _url_of(request, (request.root_path,))


def _request_host_url(request):
    """Scheme and host, with a slash behind."""
    return _url_of(request, ())


def _request_url_root(request):
    """The same as ``root_url``."""
    return request.root_url


def _request_full_path(request):
    """The path with ``?`` and the query, which may be empty, behind."""
    return f"{request.path}?{request.query_string.decode(errors='replace')}"
