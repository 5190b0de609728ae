# The framework's way from a request to its response.
#
# Contexts, steps and the plan are in fragments of their own; here is what runs them, for WSGI and for the wire.
import sys

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF
from libc.stdint cimport uint64_t

from lib_dispatch cimport (
    PyContext_CopyCurrent, PyContext_Enter, PyContext_Exit, PyContextVar_Get, PyContextVar_Reset, PyContextVar_Set,
    dict_version, is_coroutine_function, plain_host,
    type_lookup, type_version, watched_dict,
)

cdef str _no_request_message = ""

include "dispatch_context.pyx"
include "dispatch_plan.pyx"
include "dispatch_steps.pyx"
include "dispatch_native.pyx"

cdef str _PRESERVE = "werkzeug.debug.preserve_context"


def wsgi_app(app, environ, start_response):
    """Answer one request given as a WSGI environ (PEP 3333)."""
    cdef Plan plan = _plan_of(app)
    cdef CRequestContext ctx
    if plan.own & OWN_REQUEST_CONTEXT:
        ctx = _context_of(app, plan, plan.request_class(environ))
    else:
        ctx = app.request_context(environ)
    try:
        response = _respond(app, plan, ctx, None, environ)
        return response(environ, start_response)
    finally:
        preserve = environ.get(_PRESERVE)
        if preserve is not None:
            preserve(_cv_app.get())
            preserve(_cv_request.get())
        error = _error_for_teardown(app, ctx)
        if plan.own & OWN_REQUEST_CONTEXT:
            ctx._pop(plan, error)
        else:
            ctx.pop(error)


cdef object _respond(app, Plan plan, CRequestContext ctx, Exchange exchange, environ):
    """Push the context, match, and run hooks and view; what they raise becomes an answer too.

    The request came as ``exchange``, or where that is None as ``environ``. Popping is the caller's, with what
    _error_for_teardown() gives.
    """
    cdef bint matched
    try:
        if plan.own & OWN_REQUEST_CONTEXT:
            ctx._push(plan)
            if exchange is None:
                matched = _match_in_environ(plan, ctx, environ)
            else:
                matched = _match_on_wire(plan, ctx, exchange)
            if not matched and ctx.url_adapter is not None:
                ctx.match_request()
        else:
            ctx.push()
        if plan.own & OWN_FULL_DISPATCH:
            return _full_dispatch(app, plan, ctx)
        return app.full_dispatch_request()
    except Exception as e:
        ctx._error = e
        return app.handle_exception(e)
    except BaseException as e:
        ctx._error = e
        raise


cdef inline object _error_for_teardown(app, CRequestContext ctx):
    """Take what _respond() noted on the context: the exception that teardown functions get, or None."""
    error = ctx._error
    if error is None:
        return None
    # It would keep its frames alive, and they the context.
    ctx._error = None
    return None if app.should_ignore_error(error) else error


def bind_framework(*, flask, app_context, request_context, request, response, session_interface, http_exception, url_map,
                   signals, globals, make_response, cancel_tasks,
                   json_provider):
    """Tell the dispatch which classes, functions and variables are the framework's own; called once, by cruet.app."""
    global _cv_app, _cv_request, _no_request_message, _http_exception
    global _step_functions, _map_functions, _adapter_functions, _session_functions, _context_functions, _session_interface_class
    global _app_context_class, _request_context_class, _request_class, _response_class
    global _iscoroutinefunction, _make_response_of_any, _cancel_tasks, _default_json
    from inspect import iscoroutinefunction

    _cv_app = globals._cv_app
    _cv_request = globals._cv_request
    _no_request_message = globals._no_req_msg
    _http_exception = http_exception
    _step_functions = tuple(_type_lookup(flask, name) for name in _STEP_NAMES)
    _map_functions = tuple(_type_lookup(url_map, name) for name in _MAP_NAMES)
    _adapter_functions = tuple(_type_lookup(url_map._adapter_class, name) for name in _ADAPTER_NAMES)
    _session_functions = tuple(_type_lookup(session_interface, name) for name in _SESSION_NAMES)
    _context_functions = tuple(_type_lookup(request_context, name) for name in _CONTEXT_NAMES)
    _session_interface_class = session_interface
    _app_context_class = app_context
    _request_context_class = request_context
    _request_class = request
    _response_class = response
    _iscoroutinefunction = iscoroutinefunction
    _make_response_of_any = make_response
    _cancel_tasks = cancel_tasks
    _default_json = json_provider
    _bind_signals(signals)


cdef int _bind_signals(signals) except -1:
    global _sig_app_pushed, _sig_app_popped, _sig_app_teardown, _sig_teardown, _sig_started, _sig_finished
    global _rcv_app_pushed, _rcv_app_popped, _rcv_app_teardown, _rcv_teardown, _rcv_started, _rcv_finished
    _sig_app_pushed = signals.appcontext_pushed
    _sig_app_popped = signals.appcontext_popped
    _sig_app_teardown = signals.appcontext_tearing_down
    _sig_teardown = signals.request_tearing_down
    _sig_started = signals.request_started
    _sig_finished = signals.request_finished
    _rcv_app_pushed = _sig_app_pushed.receivers
    _rcv_app_popped = _sig_app_popped.receivers
    _rcv_app_teardown = _sig_app_teardown.receivers
    _rcv_teardown = _sig_teardown.receivers
    _rcv_started = _sig_started.receivers
    _rcv_finished = _sig_finished.receivers
    return 0
