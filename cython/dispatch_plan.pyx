# Which steps of an application's dispatch are the framework's own, and which a user's.
#
# Applications, and tracing libraries after them, override and patch methods on classes and instances at any time. The
# answer is kept with the version numbers of everything that it was read from, and read again when one of them moved.

cdef inline object _type_lookup(cls, name):
    cdef PyObject *found = type_lookup(<PyObject *>cls, <PyObject *>name)
    return None if found is NULL else <object>found


# The steps in the order of their bits; bind_framework gives the functions that count as own.
cdef tuple _STEP_NAMES = (
    "wsgi_app", "__call__", "request_context", "app_context", "create_url_adapter", "full_dispatch_request",
    "preprocess_request", "dispatch_request", "make_response", "finalize_request", "process_response",
    "do_teardown_request", "do_teardown_appcontext", "ensure_sync",
)
cdef enum:
    OWN_WSGI_APP = 1 << 0
    OWN_CALL = 1 << 1
    OWN_REQUEST_CONTEXT = 1 << 2
    OWN_APP_CONTEXT = 1 << 3
    OWN_URL_ADAPTER = 1 << 4
    OWN_FULL_DISPATCH = 1 << 5
    OWN_PREPROCESS = 1 << 6
    OWN_DISPATCH = 1 << 7
    OWN_MAKE_RESPONSE = 1 << 8
    OWN_FINALIZE = 1 << 9
    OWN_PROCESS_RESPONSE = 1 << 10
    OWN_TEARDOWN_REQUEST = 1 << 11
    OWN_TEARDOWN_APP = 1 << 12
    OWN_ENSURE_SYNC = 1 << 13
    # What a request needs to be served without a WSGI environ.
    OWN_ENTRY = OWN_WSGI_APP | OWN_CALL

# Methods of the default session interface that must be its own for a session to wait for its use.
cdef tuple _SESSION_NAMES = (
    "open_session", "save_session", "should_set_cookie", "make_null_session", "is_null_session",
)
cdef tuple _MAP_NAMES = ("bind", "bind_to_environ", "_adapter_class")
cdef tuple _ADAPTER_NAMES = ("__init__", "__new__", "match")
cdef tuple _CONTEXT_NAMES = ("__init__", "push", "pop", "match_request", "session", "_session", "url_adapter")
cdef tuple _APP_CONTEXT_NAMES = ("__init__", "__new__", "push", "pop", "g", "url_adapter")
cdef tuple _REQUEST_NAMES = (
    "__init__", "__new__", "__getattribute__", "__setattr__", "close", "environ", "endpoint", "blueprint", "blueprints",
    "url_rule", "view_args", "routing_exception",
)
cdef tuple _RESPONSE_NAMES = (
    "__init__", "__new__", "__setattr__", "set_data", "response", "headers", "status", "content_type",
    "direct_passthrough",
)

cdef tuple _step_functions = None       # the framework's functions for _STEP_NAMES
cdef tuple _map_functions = None
cdef tuple _adapter_functions = None
cdef tuple _session_functions = None
cdef tuple _request_functions = tuple(_type_lookup(CRequest, name) for name in _REQUEST_NAMES)
cdef tuple _response_functions = tuple(_type_lookup(CResponse, name) for name in _RESPONSE_NAMES)
cdef tuple _context_functions = None
cdef tuple _app_context_functions = tuple(_type_lookup(CAppContext, name) for name in _APP_CONTEXT_NAMES)
cdef object _session_interface_class = None
cdef object _app_context_class = None
cdef object _request_context_class = None
cdef object _request_class = None
cdef object _response_class = None


cdef bint _all_own(cls, tuple names, tuple functions) except -1:
    cdef Py_ssize_t i
    for i in range(len(names)):
        if _type_lookup(cls, names[i]) is not functions[i]:
            return False
    return True


cdef class _Watched:
    """A type and its version when it was last looked at."""
    cdef object cls
    cdef uint64_t version

    @staticmethod
    cdef _Watched of(cls):
        cdef _Watched self = _Watched.__new__(_Watched)
        # A look-up makes CPython give the type a version where it has none.
        _type_lookup(cls, "__init__")
        self.cls = cls
        self.version = type_version(<PyObject *>cls)
        return self

    cdef inline bint unchanged(self):
        return self.version != 0 and self.version == type_version(<PyObject *>self.cls)


cdef class CApp:
    """The native base of applications: keeps what dispatch knows of this one."""
    cdef Plan _plan


cdef class Plan:
    """What dispatch may do by itself for one application, and the tables that it reads."""
    cdef unsigned int own
    cdef bint lazy_session          # the session is opened when it is used
    cdef bint plain_request         # request_class is made from the exchange without its environ
    cdef bint plain_response        # str and bytes become responses without calling response_class
    cdef bint started               # _got_first_request is set
    cdef bint plain_routing         # the host plays no part in matching

    # Untyped: they may be subclasses of dict and list.
    cdef object before, after, teardown, preprocessors, views, config, teardown_app
    cdef object url_map, request_class, response_class, text_type, interface, json

    cdef dict app_dict, interface_dict
    cdef uint64_t app_dict_version, interface_dict_version
    cdef _Watched app_class, request_watched, response_watched, interface_class, context_class, app_context_watched
    cdef _Watched map_class, adapter_class

    cdef bint current(self, app) except -1:
        """Tell whether nothing that this was read from has changed."""
        return (
            self.app_class.cls is type(app)
            and self.app_class.unchanged()
            and self.app_dict_version != 0
            and self.app_dict_version == dict_version(<PyObject *>self.app_dict)
            and self.interface_dict_version == dict_version(<PyObject *>self.interface_dict)
            and self.request_watched.unchanged()
            and self.response_watched.unchanged()
            and self.interface_class.unchanged()
            and self.context_class.unchanged()
            and self.app_context_watched.unchanged()
            and self.map_class.unchanged()
            and self.adapter_class.unchanged()
        )

    cdef int read(self, app) except -1:
        cdef Py_ssize_t i
        cdef object cls = type(app)
        self.app_class = _Watched.of(cls)
        self.app_dict = watched_dict(app)
        self.own = 0
        for i in range(len(_STEP_NAMES)):
            name = _STEP_NAMES[i]
            if name not in self.app_dict and _type_lookup(cls, name) is _step_functions[i]:
                self.own |= 1 << i

        self.before = app.before_request_funcs
        self.after = app.after_request_funcs
        self.teardown = app.teardown_request_funcs
        self.preprocessors = app.url_value_preprocessors
        self.teardown_app = app.teardown_appcontext_funcs
        self.views = app.view_functions
        self.config = app.config
        self.url_map = app.url_map
        self.read_response_class(app.response_class)
        self.json = app.json
        self.started = app._got_first_request
        self.read_url_map(app)
        self.read_request_class(app.request_class)
        self.plain_routing = self.plain_routing and self.plain_request
        self.read_session_interface(app.session_interface)
        self.read_contexts()
        # Last, because properties of the application may have kept something in its dict.
        self.app_dict_version = dict_version(<PyObject *>self.app_dict)
        return 0

    cdef int read_url_map(self, app) except -1:
        cdef object cls = type(self.url_map)
        cdef object adapter = getattr(cls, "_adapter_class", None)
        self.map_class = _Watched.of(cls)
        # One of another toolkit's is made by its map, and asked by nobody here.
        self.adapter_class = _Watched.of(adapter if isinstance(adapter, type) else cls)
        self.plain_routing = (
            (self.own & OWN_URL_ADAPTER) != 0
            and not app.subdomain_matching
            and isinstance(self.url_map, Map)
            and not self.url_map.host_matching
            and _all_own(cls, _MAP_NAMES, _map_functions)
            and _all_own(adapter, _ADAPTER_NAMES, _adapter_functions)
        )
        return 0

    cdef int read_request_class(self, cls) except -1:
        self.request_class = cls
        self.request_watched = _Watched.of(cls)
        self.plain_request = issubclass(cls, CRequest) and _all_own(cls, _REQUEST_NAMES, _request_functions)
        return 0

    cdef int read_response_class(self, cls) except -1:
        self.response_class = cls
        self.response_watched = _Watched.of(cls)
        self.plain_response = (
            issubclass(cls, CResponse)
            and _all_own(cls, _RESPONSE_NAMES, _response_functions)
            and cls.default_status == 200
            and cls.automatically_set_content_length is True
        )
        self.text_type = _content_type_of(cls.default_mimetype) if self.plain_response else None
        return 0

    cdef inline object text_response(self, body):
        """Return a response of one str or bytes: what calling the class with it gives."""
        cdef CResponse response
        if not self.plain_response:
            return self.response_class(body)
        response = _new_of(self.response_class, _no_args)
        response._body = (<str>body).encode() if type(body) is str else body
        response._has_piece = True
        response._length = len(<bytes>response._body)
        response._content_type = self.text_type
        response.direct_passthrough = False
        return response

    cdef int read_session_interface(self, interface) except -1:
        cls = type(interface)
        self.interface = interface
        self.interface_class = _Watched.of(cls)
        # Empty or not: it may be patched later.
        self.interface_dict = watched_dict(interface) if hasattr(interface, "__dict__") else {}
        self.interface_dict_version = dict_version(<PyObject *>self.interface_dict)
        self.lazy_session = issubclass(cls, _session_interface_class) and _all_own(
            cls, _SESSION_NAMES, _session_functions
        )
        for name in _SESSION_NAMES:
            if name in self.interface_dict:
                self.lazy_session = False
        return 0

    cdef int read_contexts(self) except -1:
        self.context_class = _Watched.of(_request_context_class)
        self.app_context_watched = _Watched.of(_app_context_class)
        if not _all_own(_request_context_class, _CONTEXT_NAMES, _context_functions):
            self.own &= ~OWN_REQUEST_CONTEXT
        if not _all_own(_app_context_class, _APP_CONTEXT_NAMES, _app_context_functions):
            self.own &= ~OWN_APP_CONTEXT
        return 0


cdef Plan _plan_of(app):
    """Return the plan of an application, read anew where anything changed."""
    cdef Plan plan = (<CApp>app)._plan
    if plan is not None and plan.current(app):
        return plan
    plan = Plan.__new__(Plan)
    plan.read(app)
    (<CApp>app)._plan = plan
    return plan
