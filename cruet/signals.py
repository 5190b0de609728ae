"""Blinker signals that the framework sends, in one namespace of its own."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

#: A template is about to be rendered; sent with ``template`` and ``context``.
before_render_template = _signals.signal("before-render-template")
#: A template was rendered; sent with ``template`` and ``context``.
template_rendered = _signals.signal("template-rendered")
#: A request's context is in place and its hooks come next.
request_started = _signals.signal("request-started")
#: A ``response`` is ready to be sent.
request_finished = _signals.signal("request-finished")
#: A request's context is going; sent with ``exc``.
request_tearing_down = _signals.signal("request-tearing-down")
#: A view raised an ``exception`` that no handler took.
got_request_exception = _signals.signal("got-request-exception")
#: An application context is going; sent with ``exc``.
appcontext_tearing_down = _signals.signal("appcontext-tearing-down")
appcontext_pushed = _signals.signal("appcontext-pushed")
appcontext_popped = _signals.signal("appcontext-popped")
#: ``flash`` was called; sent with ``message`` and ``category``.
message_flashed = _signals.signal("message-flashed")
