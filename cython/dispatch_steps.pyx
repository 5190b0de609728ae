# The steps of a request. Flask's methods of the same names call these, and these call each other directly where a
# step is the framework's own: one implementation, for requests from the wire and from WSGI alike.

cdef object _iscoroutinefunction = None
cdef object _make_response_of_any = None    # make_response for everything that has no short way


cdef inline bint _is_async(function) except -1:
    cdef int known = is_coroutine_function(<PyObject *>function)
    return known if known >= 0 else <bint>_iscoroutinefunction(function)


cdef inline object _in_sync(app, Plan plan, function):
    """Return a function that can be called: itself, or one that awaits it."""
    if not plan.own & OWN_ENSURE_SYNC:
        return app.ensure_sync(function)
    return app.async_to_sync(function) if _is_async(function) else function


def ensure_sync(app, function):
    return app.async_to_sync(function) if _is_async(function) else function


cdef list _no_blueprints = []


cdef inline object _blueprints(Plan plan, request):
    """Return the names of a request's blueprints, innermost first."""
    if not plan.plain_request:
        return request.blueprints
    rule = request.url_rule
    if rule is None:
        return _no_blueprints
    endpoint = rule.endpoint
    if type(endpoint) is str and "." not in <str>endpoint:
        return _no_blueprints
    return request.blueprints


cdef object _preprocess(app, Plan plan, CRequestContext ctx):
    """Run the URL value preprocessors and before hooks; return what one of these answers, or None."""
    if not plan.preprocessors and not plan.before:
        return None
    request = ctx.request
    cdef list names = [None, *reversed(_blueprints(plan, request))]
    if plan.preprocessors:
        for name in names:
            for function in plan.preprocessors.get(name, ()):
                function(request.endpoint, request.view_args)
    if plan.before:
        for name in names:
            for function in plan.before.get(name, ()):
                answer = _in_sync(app, plan, function)()
                if answer is not None:
                    return answer
    return None


cdef object _call_view(app, Plan plan, CRequestContext ctx):
    """Call the view of the rule that matched, or raise what matching raised."""
    request = ctx.request
    if request.routing_exception is not None:
        app.raise_routing_exception(request)
    rule = request.url_rule
    if request.method == "OPTIONS" and getattr(rule, "provide_automatic_options", False):
        return app.make_default_options_response()
    view = plan.views[rule.endpoint]
    values = request.view_args
    function = _in_sync(app, plan, view)
    return function(**values) if values else function()


cdef object _make_response(app, Plan plan, answer):
    """Return the response that a view's return value stands for."""
    if not plan.own & OWN_MAKE_RESPONSE:
        return app.make_response(answer)
    cdef object kind = type(answer)
    if kind is str or kind is bytes:
        return plan.text_response(answer)
    if kind is dict or kind is list:
        return app.json.response(answer)
    if kind is plan.response_class:
        return answer
    return _make_response_of_any(app, answer)


cdef object _process_response(app, Plan plan, CRequestContext ctx, response):
    """Run the after hooks, last registered first, and save the session."""
    if ctx._after:
        for function in ctx._after:
            response = _in_sync(app, plan, function)(response)
    if plan.after:
        for name in (*_blueprints(plan, ctx.request), None):
            for function in reversed(plan.after.get(name, ())):
                response = _in_sync(app, plan, function)(response)
    _save_session(app, plan, ctx, response)
    return response


cdef int _save_session(app, Plan plan, CRequestContext ctx, response) except -1:
    # A session that nobody asked for is not changed; it matters only if it is permanent and its
    # cookie is to be renewed, so where there is no such cookie it need not be opened at all.
    if ctx._opened is _unset and not _has_session_cookie(app, plan, ctx):
        return 0
    session = ctx._session
    if session is not None and not plan.interface.is_null_session(session):
        plan.interface.save_session(app, session, response)
    return 0


cdef bint _has_session_cookie(app, Plan plan, CRequestContext ctx) except -1:
    request = ctx.request
    if isinstance(request, CRequest) and (<CRequest>request)._field("Cookie") is None:
        return False
    return plan.interface.get_cookie_name(app) in request.cookies


cdef object _finalize(app, Plan plan, CRequestContext ctx, answer, bint from_error_handler):
    """Make the response and process it; errors of an error's response are only logged."""
    response = _make_response(app, plan, answer)
    try:
        if plan.own & OWN_PROCESS_RESPONSE:
            response = _process_response(app, plan, ctx, response)
        else:
            response = app.process_response(response)
        if _rcv_finished:
            _sig_finished.send(app, _async_wrapper=app.ensure_sync, response=response)
    except Exception:
        if not from_error_handler:
            raise
        app.logger.exception("Request finalizing failed with an error while handling an error")
    return response


cdef object _full_dispatch(app, Plan plan, CRequestContext ctx):
    """Run hooks and view, with error handling, and return the finished response."""
    if not plan.started:
        # Set-up is over; what is kept in the plan afterwards is read anew.
        app._got_first_request = True
        plan.started = True
    try:
        if _rcv_started:
            _sig_started.send(app, _async_wrapper=app.ensure_sync)
        if plan.own & OWN_PREPROCESS:
            answer = _preprocess(app, plan, ctx)
        else:
            answer = app.preprocess_request()
        if answer is None:
            if plan.own & OWN_DISPATCH:
                answer = _call_view(app, plan, ctx)
            else:
                answer = app.dispatch_request()
    except Exception as e:
        answer = app.handle_user_exception(e)
    if plan.own & OWN_FINALIZE:
        return _finalize(app, plan, ctx, answer, False)
    return app.finalize_request(answer)


cdef int _teardown_request(app, Plan plan, CRequestContext ctx, exc) except -1:
    if plan.teardown:
        for name in (*_blueprints(plan, ctx.request), None):
            for function in reversed(plan.teardown.get(name, ())):
                _in_sync(app, plan, function)(exc)
    if _rcv_teardown:
        _sig_teardown.send(app, _async_wrapper=app.ensure_sync, exc=exc)
    return 0


cdef int _teardown_app(app, Plan plan, exc) except -1:
    if plan.teardown_app:
        for function in reversed(plan.teardown_app):
            _in_sync(app, plan, function)(exc)
    if _rcv_app_teardown:
        _sig_app_teardown.send(app, _async_wrapper=app.ensure_sync, exc=exc)
    return 0


# What Flask's methods call.

cdef inline CRequestContext _request_context():
    ctx = _current(_cv_request)
    if ctx is None:
        raise RuntimeError(_no_request_message)
    return ctx


def full_dispatch_request(app):
    return _full_dispatch(app, _plan_of(app), _request_context())


def preprocess_request(app):
    return _preprocess(app, _plan_of(app), _request_context())


def dispatch_request(app):
    return _call_view(app, _plan_of(app), _request_context())


def make_response(app, answer):
    cdef object kind = type(answer)
    if kind is str or kind is bytes:
        return app.response_class(answer)
    return _make_response_of_any(app, answer)


def finalize_request(app, answer, from_error_handler):
    return _finalize(app, _plan_of(app), _request_context(), answer, from_error_handler)


def process_response(app, response):
    return _process_response(app, _plan_of(app), _request_context(), response)


def do_teardown_request(app, exc):
    _teardown_request(app, _plan_of(app), _request_context(), exc)


def do_teardown_appcontext(app, exc):
    _teardown_app(app, _plan_of(app), exc)
