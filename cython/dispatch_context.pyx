# Application and request contexts: what is current, and for how long.

cdef object _cv_app = None        # cruet.globals._cv_app
cdef object _cv_request = None    # cruet.globals._cv_request
cdef object _http_exception = None
cdef object _default_json = None  # DefaultJSONProvider
cdef object _cancel_tasks = None  # cruet._app_async.cancel_tasks
cdef object _unset = object()     # not made yet, or no exception given

# Signals, and their receivers' dicts: nothing is sent where nobody listens.
cdef object _sig_app_pushed, _sig_app_popped, _sig_app_teardown, _sig_teardown
cdef object _sig_started, _sig_finished
cdef object _rcv_app_pushed, _rcv_app_popped, _rcv_app_teardown, _rcv_teardown
cdef object _rcv_started, _rcv_finished


cdef inline object _current(object var):
    """Return a context variable's value, or None."""
    cdef PyObject *value = NULL
    PyContextVar_Get(var, NULL, &value)
    if value is NULL:
        return None
    found = <object>value
    Py_DECREF(found)
    return found


cdef inline object _handled_exception():
    """Return the exception that the caller's frame is handling, or None."""
    return sys.exc_info()[1]


cdef class CAppContext:
    """CAppContext(app)\n--\n
    What is current about an application: itself, ``g``, and URL building outside of requests.

    May be pushed several times; teardown functions run when the last is popped.
    """
    cdef public object app
    # Pushes that are not popped yet: the first one's token, and those of any others.
    cdef object _token
    cdef list _more_tokens
    cdef object _g
    cdef object _url_adapter
    cdef dict __dict__
    cdef object __weakref__

    def __cinit__(self):
        self._url_adapter = _unset

    def __init__(self, app):
        self.app = app
        self._make_own_adapter(_plan_of(app))

    cdef int _make_own_adapter(self, Plan plan) except -1:
        # The application's own may count on being asked at once.
        if not plan.own & OWN_URL_ADAPTER:
            self._url_adapter = self.app.create_url_adapter(None)
        return 0

    @property
    def _cv_tokens(self):
        return _tokens(self._token, self._more_tokens)

    @property
    def g(self):
        """The namespace of this context, an ``app_ctx_globals_class``."""
        if self._g is None:
            self._g = self.app.app_ctx_globals_class()
        return self._g

    @g.setter
    def g(self, value):
        self._g = value

    @property
    def url_adapter(self):
        """Builds URLs; None without ``SERVER_NAME``."""
        if self._url_adapter is _unset:
            self._url_adapter = self.app.create_url_adapter(None)
        return self._url_adapter

    @url_adapter.setter
    def url_adapter(self, value):
        self._url_adapter = value

    cdef int _push(self) except -1:
        token = PyContextVar_Set(_cv_app, self)
        if self._token is None:
            self._token = token
        elif self._more_tokens is None:
            self._more_tokens = [token]
        else:
            self._more_tokens.append(token)
        if _rcv_app_pushed:
            _sig_app_pushed.send(self.app, _async_wrapper=self.app.ensure_sync)
        return 0

    def push(self):
        """Make this context the current one."""
        self._push()

    @cython.embedsignature(False)  # its default is no literal
    def pop(self, exc=_unset):
        """pop($self, exc=...)\n--\n
        Make the context before this one current again, after teardown where it was the last.

        ``exc`` is for the teardown functions; by default the exception being handled.
        """
        if exc is _unset:
            exc = _handled_exception()
        self._pop(_plan_of(self.app), exc)

    cdef int _pop(self, Plan plan, exc) except -1:
        try:
            if self._token is not None and not self._more_tokens:
                if plan.own & OWN_TEARDOWN_APP:
                    _teardown_app(self.app, plan, exc)
                else:
                    self.app.do_teardown_appcontext(exc)
        finally:
            context = _current(_cv_app)
            if context is None:
                _cv_app.get()  # which says by LookupError that there is none
            if self._more_tokens:
                token = self._more_tokens.pop()
            else:
                token, self._token = self._token, None
            if token is None:
                raise AssertionError(f"Popped {self!r}, which is not pushed.")
            PyContextVar_Reset(_cv_app, token)
        if context is not self:
            raise AssertionError(f"Popped wrong app context. ({context!r} instead of {self!r})")
        if _rcv_app_popped:
            _sig_app_popped.send(self.app, _async_wrapper=self.app.ensure_sync)
        return 0

    def __copy__(self):
        """Return a context of the same application with the same ``g``, which is not pushed."""
        cdef CAppContext copied = type(self).__new__(type(self))
        copied.app = self.app
        copied._g = self.g
        copied._url_adapter = self._url_adapter
        (<object>copied).__dict__.update((<object>self).__dict__)
        return copied

    def __enter__(self):
        self.push()
        return self

    def __exit__(self, exc_type, exc_value, tb):
        self.pop(exc_value)


cdef class CRequestContext:
    """CRequestContext(app, environ, request=None, session=None)\n--\n
    What is current about a request: itself, its session and its URLs.

    Pushing it pushes an application context where there is none of its application, opens the
    session and matches the URL. The session of the default interface, and the URL adapter, are
    made when they are asked for.
    """
    cdef public object app
    cdef public object request
    cdef public object flashes
    # Pushes that are not popped yet: the first one's token with the application context that was
    # pushed for it, and pairs of such for any others.
    cdef object _token
    cdef object _pushed_app_context
    cdef list _more_tokens
    cdef list _after                  # None where nobody asked for it
    cdef object _url_adapter
    cdef object _opened               # the session; None before, _unset where it waits for its use
    cdef object _error                # what its dispatch raised, until teardown
    cdef public object _pending_tasks # asyncio tasks that its coroutines left, or None
    cdef dict __dict__
    cdef object __weakref__

    def __cinit__(self):
        self._url_adapter = _unset

    @property
    def _cv_tokens(self):
        return _tokens((self._token, self._pushed_app_context) if self._token else None, self._more_tokens)

    @property
    def _after_request_functions(self):
        if self._after is None:
            self._after = []
        return self._after

    def __init__(self, app, environ, request=None, session=None):
        self.app = app
        if request is None:
            request = app.request_class(environ)
            request.json_module = app.json
        self.request = request
        self._opened = session
        self._make_adapter()

    cdef int _make_adapter(self) except -1:
        # A host that is not trusted is an answer, not an accident: it is raised when dispatched.
        self._url_adapter = None
        try:
            self._url_adapter = self.app.create_url_adapter(self.request)
        except Exception as e:
            if not isinstance(e, _http_exception):
                raise
            self.request.routing_exception = e
        return 0

    @property
    def url_adapter(self):
        """Matches and builds URLs of this request."""
        if self._url_adapter is _unset:
            self._make_adapter()
        return self._url_adapter

    @url_adapter.setter
    def url_adapter(self, value):
        self._url_adapter = value

    @property
    def _session(self):
        """The session, without noting that somebody looked at it."""
        if self._opened is _unset:
            self._open_session()
        return self._opened

    @_session.setter
    def _session(self, value):
        self._opened = value

    @property
    def session(self):
        """The session; asking for it marks it as accessed."""
        session = self._session
        if session is not None:
            session.accessed = True
        return session

    @session.setter
    def session(self, value):
        self._opened = value

    cdef int _open_session(self) except -1:
        self._opened = None
        interface = self.app.session_interface
        session = interface.open_session(self.app, self.request)
        if session is None:
            session = interface.make_null_session(self.app)
        self._opened = session
        return 0

    def copy(self):
        """Return a context of the same request and session, to push in another thread or greenlet."""
        return type(self)(self.app, environ=self.request.environ, request=self.request, session=self._session)

    def __copy__(self):
        """Return a context of the same request, its session and its URLs, which is not pushed."""
        cdef CRequestContext copied = type(self).__new__(type(self))
        copied.app = self.app
        copied.request = self.request
        copied.flashes = self.flashes
        copied._opened = self._session
        copied._url_adapter = self._url_adapter
        copied._after = self._after_request_functions
        (<object>copied).__dict__.update((<object>self).__dict__)
        return copied

    def match_request(self):
        """Match the URL and keep rule, values or routing exception on the request."""
        try:
            rule, values = self.url_adapter.match(return_rule=True)
            self.request.url_rule = rule
            self.request.view_args = values
        except Exception as e:
            if not isinstance(e, _http_exception):
                raise
            self.request.routing_exception = e

    cdef int _push(self, Plan plan) except -1:
        """Make this context current, and one of its application where there is none."""
        cdef CAppContext native
        app_context = _current(_cv_app)
        if app_context is None or (<CAppContext>app_context).app is not self.app:
            if plan.own & OWN_APP_CONTEXT:
                native = _new_of(_app_context_class, _no_args)
                native.app = self.app
                native._make_own_adapter(plan)
                native._push()
                app_context = native
            else:
                app_context = self.app.app_context()
                app_context.push()
        else:
            app_context = None
        token = PyContextVar_Set(_cv_request, self)
        if self._token is None:
            self._token = token
            self._pushed_app_context = app_context
        else:
            if self._more_tokens is None:
                self._more_tokens = []
            self._more_tokens.append((token, app_context))
        # The session is opened with the request current, since custom interfaces may look at it,
        # and before matching, since converters may look at the session.
        if self._opened is None:
            if plan.lazy_session:
                self._opened = _unset
            else:
                self._open_session()
        return 0

    def push(self):
        """Make this context the current one."""
        self._push(_plan_of(self.app))
        if self.url_adapter is not None:
            self.match_request()

    @cython.embedsignature(False)  # its default is no literal
    def pop(self, exc=_unset):
        """pop($self, exc=...)\n--\n
        Make the context before this one current again, after teardown where it was the last.

        ``exc`` is for the teardown functions; by default the exception being handled.
        """
        if exc is _unset:
            exc = _handled_exception()
        self._pop(_plan_of(self.app), exc)

    cdef int _pop(self, Plan plan, exc) except -1:
        cdef bint last = self._token is not None and not self._more_tokens
        try:
            if last:
                self._end_request(plan, exc)
        finally:
            context = _current(_cv_request)
            if context is None:
                _cv_request.get()  # which says by LookupError that there is none
            if last:
                token, app_context = self._token, self._pushed_app_context
                self._token = self._pushed_app_context = None
            elif self._more_tokens:
                token, app_context = self._more_tokens.pop()
            else:
                raise AssertionError(f"Popped {self!r}, which is not pushed.")
            PyContextVar_Reset(_cv_request, token)
            if last:
                # The environ would keep the request alive, and the request the environ.
                _forget_request(context)
            if app_context is not None:
                if plan.own & OWN_APP_CONTEXT:
                    (<CAppContext>app_context)._pop(plan, exc)
                else:
                    app_context.pop(exc)
            if context is not self:
                raise AssertionError(
                    f"Popped wrong request context. ({context!r} instead of {self!r})"
                )
        return 0

    cdef int _leave(self, Plan plan, exc) except -1:
        """Pop in a contextvars.Context in which nothing of the application runs any more.

        The variables need not be reset, since the Context goes as well.
        """
        app_context = self._pushed_app_context
        if self._more_tokens or app_context is None or _rcv_app_popped or not plan.own & OWN_APP_CONTEXT:
            return self._pop(plan, exc)
        self._token = self._pushed_app_context = None
        try:
            self._end_request(plan, exc)
        finally:
            (<CAppContext>app_context)._token = None
            if not plan.own & OWN_TEARDOWN_APP:
                self.app.do_teardown_appcontext(exc)
            else:
                _teardown_app(self.app, plan, exc)
            _forget_request(self)
        return 0

    cdef int _end_request(self, Plan plan, exc) except -1:
        """Run what is due at a request's end, once the last push of its context is popped."""
        cdef object request = self.request
        if plan.own & OWN_TEARDOWN_REQUEST:
            _teardown_request(self.app, plan, self, exc)
        else:
            self.app.do_teardown_request(exc)
        if self._pending_tasks is not None:
            tasks, self._pending_tasks = self._pending_tasks, None
            _cancel_tasks(tasks)
        # Closing is for uploaded files.
        if plan.plain_request and isinstance(request, CRequest) and (<CRequest>request)._files is None:
            return 0
        close = getattr(request, "close", None)
        if close is not None:
            close()
        return 0

    def __enter__(self):
        self.push()
        return self

    def __exit__(self, exc_type, exc_value, tb):
        self.pop(exc_value)

    def __repr__(self):
        return (
            f"<{type(self).__name__} {self.request.url!r}"
            f" [{self.request.method}] of {self.app.name}>"
        )


cdef list _tokens(first, list more):
    """Return the tokens of all pushes that are not popped, the newest last."""
    return [] if first is None else [first, *(more or ())]


cdef int _forget_request(context) except -1:
    if context is None:
        return 0
    request = (<CRequestContext>context).request
    # A request from the wire may have no environ, and makes none for this.
    if isinstance(request, CRequest) and (<CRequest>request)._environ is None:
        return 0
    request.environ["werkzeug.request"] = None
    return 0
