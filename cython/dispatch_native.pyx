# The way from the wire: no environ, no start_response, unless something asks for them.


cdef object dispatch(app, Exchange exchange):
    """Answer a request that the server has read, in a contextvars.Context that is its own and is entered.

    Returns what is to be sent: a CResponse, or a WSGI application to be called with the exchange's environ. The latter
    is the application itself where it is none of the framework, or has a ``wsgi_app`` of its own.
    """
    if not isinstance(app, CApp):
        return app
    cdef Plan plan = _plan_of(app)
    if plan.own & OWN_ENTRY != OWN_ENTRY:
        return app
    cdef CRequestContext ctx
    if plan.own & OWN_REQUEST_CONTEXT:
        ctx = _wire_context(app, plan, exchange)
    else:
        ctx = app.request_context(exchange.environ())
    response = None
    try:
        response = _respond(app, plan, ctx, exchange, None)
    finally:
        error = _error_for_teardown(app, ctx)
        if not plan.own & OWN_REQUEST_CONTEXT:
            ctx.pop(error)
        elif _is_whole(response):
            ctx._leave(plan, error)
        else:
            ctx._pop(plan, error)
    return response


cdef CRequestContext _wire_context(app, Plan plan, Exchange exchange):
    """Make a request and its context as RequestContext.__init__ does, leaving what can wait."""
    # What has a root of its own is told by the environ; and a hook before the request may have made that, which is the
    # truth from then on.
    if plan.plain_request and exchange._environ is None and not exchange.is_mounted():
        return _context_of(app, plan, request_from_exchange(plan.request_class, exchange))
    return _context_of(app, plan, plan.request_class(exchange.environ()))


cdef CRequestContext _context_of(app, Plan plan, request):
    cdef CRequestContext ctx
    # The class's own json_module finds the application's provider while the request is current.
    if type(plan.json) is not _default_json:
        request.json_module = plan.json
    ctx = _new_of(_request_context_class, _no_args)
    ctx.app = app
    ctx.request = request
    if not plan.own & OWN_URL_ADAPTER:
        ctx._make_adapter()
    return ctx


cdef inline bint _is_whole(response):
    """Tell whether nothing of the application runs when a response is sent."""
    return (
        isinstance(response, CResponse)
        and (<CResponse>response)._body is not None
        and (<CResponse>response)._on_close_functions is None
    )


cdef bint _match_on_wire(Plan plan, CRequestContext ctx, Exchange exchange) except -1:
    """Match path and method as an adapter would, without making one.

    False where the host plays a part, where the application has its own adapters, and where the outcome is anything
    but a rule: then an adapter says what it is.
    """
    cdef CRequest request
    cdef const char *path
    cdef Py_ssize_t size
    cdef bytes raw
    cdef str text
    if not plan.plain_routing or plan.config.get("TRUSTED_HOSTS") is not None:
        return False
    request = <CRequest>ctx.request
    if not request._on_wire() or request.trusted_hosts is not None:
        return False
    host = exchange.field("Host")
    if host is not None and not _is_plain_host(host):
        return False
    if exchange.field("Upgrade") is not None:
        # Perhaps a WebSocket, which only rules for it match.
        return False
    raw = exchange.raw_path()
    if b"%" in raw:
        text = _path_text(raw)
        path = PyUnicode_AsUTF8AndSize(text, &size)
    else:
        path = PyBytes_AS_STRING(raw)
        size = PyBytes_GET_SIZE(raw)
    request._method = exchange.method()
    return _match_path(plan, request, path, size)


cdef bint _match_in_environ(Plan plan, CRequestContext ctx, environ) except -1:
    """As :func:`_match_on_wire`, for a request made of an environ."""
    cdef CRequest request
    cdef const char *path
    cdef Py_ssize_t size
    if not plan.plain_routing or type(environ) is not dict or plan.config.get("TRUSTED_HOSTS") is not None:
        return False
    request = <CRequest>ctx.request
    if request._environ is not environ or request.trusted_hosts is not None:
        return False
    host = (<dict>environ).get("HTTP_HOST")
    if type(host) is not str or not _is_plain_host(host) or "HTTP_UPGRADE" in <dict>environ:
        return False
    info = (<dict>environ).get("PATH_INFO")
    if type(info) is not str:
        return False
    text = info if (<str>info).isascii() else request.path
    path = PyUnicode_AsUTF8AndSize(text, &size)
    if request._method is None:
        request._method = request._find_method()
    return _match_path(plan, request, path, size)


cdef inline bint _is_plain_host(host) except -1:
    cdef Py_ssize_t size
    cdef const char *text = PyUnicode_AsUTF8AndSize(host, &size)
    return plain_host(text, <size_t>size)


cdef bint _match_path(Plan plan, CRequest request, const char *path, Py_ssize_t size) except -1:
    cdef dict values = {}
    rule = (<Map>plan.url_map).match_fast(path, <size_t>size, <str>request._method, values)
    if rule is None:
        return False
    request.url_rule = rule
    request.view_args = values
    return True


def _dispatch(app, Exchange exchange not None):
    # For tests: the way from the wire without a server.
    context = PyContext_CopyCurrent()
    PyContext_Enter(context)
    try:
        return dispatch(app, exchange)
    finally:
        PyContext_Exit(context)


def _serve(app, Exchange exchange not None):
    # For tests: the bytes that a server would send.
    context = PyContext_CopyCurrent()
    PyContext_Enter(context)
    try:
        _start_answer(app, exchange, context)
    finally:
        PyContext_Exit(context)
    return exchange.take_output()


def _has_environ(Exchange exchange not None):
    # For tests: whether anything has asked for the environ.
    return exchange._environ is not None


def _environ_of(Exchange exchange not None):
    # For tests: the environ of an exchange.
    return exchange.environ()
