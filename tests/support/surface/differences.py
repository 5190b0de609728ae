"""What users can see of cruet.toolkit otherwise than of Werkzeug, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .comparing import Entry


@dataclass(frozen=True)
class Difference:
    """Entries by shell patterns, and the reason why they differ.

    :ivar kind: "extra" covers only what Werkzeug has not, "missing" only what cruet has not.
    """

    reason: str
    patterns: Sequence[str]
    kind: str = "changed"

    def matches(self, pattern: str, entry: Entry) -> bool:
        kind = "changed"
        if entry.theirs is None:
            kind = "extra"
        elif entry.ours is None:
            kind = "missing"
        return kind == self.kind and fnmatchcase(entry.name, pattern)

    def covers(self, entry: Entry) -> bool:
        return any(self.matches(pattern, entry) for pattern in self.patterns)


DIFFERENCES: Sequence[Difference] = (
    Difference(
        "The pages' words and markup are cruet's own.",
        (
            "debug.tbtools:CONSOLE_HTML",
            "debug.tbtools:FOOTER",
            "debug.tbtools:FRAME_HTML",
            "debug.tbtools:HEADER",
            "debug.tbtools:PAGE_HTML",
            "debug.tbtools:SUMMARY_HTML",
        ),
    ),
    Difference(
        "The test application's template is its own affair.", ("testapp:TEMPLATE",), "missing"
    ),
    Difference(
        "The default is an object; a native method can only show it as `...`.",
        ("datastructures.headers:Headers.pop", "datastructures.structures:MultiDict.pop"),
    ),
    Difference(
        "A native method that Python calls through a slot shows no names.",
        ("local:LocalProxy.__call__", "wrappers.response:Response.__call__"),
    ),
    Difference(
        "Native code looks attributes up without a `__getattr__`.",
        ("local:LocalProxy.__getattr__",),
        "missing",
    ),
    Difference(
        "Refused whether or not there is an argument, as the mutable ones need none.",
        (
            "datastructures.mixins:ImmutableHeadersMixin.extend",
            "datastructures.mixins:ImmutableHeadersMixin.update",
        ),
    ),
    Difference(
        "Immutable containers refuse this too, which Werkzeug forgot.",
        (
            "datastructures.mixins:ImmutableHeadersMixin.clear",
            "datastructures.mixins:ImmutableListMixin.clear",
        ),
        "extra",
    ),
    Difference(
        "A native type that can be merged from the left can be from the right.",
        ("datastructures.headers:Headers.__ror__",),
        "extra",
    ),
    Difference(
        "The debugger has limits, and its own parts.",
        (
            "debug:MOST_*",
            "debug.console:Console.more",
            "debug.console:MOST_*",
            "debug.repr:MOST_*",
            "debug.repr:escape",
            "debug.tbtools:CAUSE",
            "debug.tbtools:CONTEXT*",
            "debug.tbtools:escape",
        ),
        "extra",
    ),
    Difference(
        "A frame may bring its source.",
        ("debug.tbtools:DebugFrameSummary",),
    ),
    Difference(
        "The stream in a thread's place hands attributes on instead of listing them.",
        ("debug.console:ThreadedStream.__getattr__",),
        "extra",
    ),
    Difference(
        "The stream in a thread's place hands attributes on instead of listing them.",
        ("debug.console:ThreadedStream.*",),
        "missing",
    ),
    Difference(
        "Parts of Werkzeug's state machine and of its parser, which no function takes or gives;"
        " cruet's are native.",
        (
            "routing.matcher:SlashRequired",
            "routing.matcher:State",
            "routing.rules:RulePart",
            "routing.rules:Weighting",
            "sansio.multipart:*_RE",
            "sansio.multipart:LINE_BREAK",
            "sansio.multipart:SEARCH_EXTRA_LENGTH",
            "sansio.multipart:MultipartDecoder.boundary_re",
            "sansio.multipart:MultipartDecoder.buffer",
            "sansio.multipart:MultipartDecoder.preamble_re",
        ),
        "missing",
    ),
    Difference(
        "Taken from another module, where it is.",
        ("sansio.response:HTTP_STATUS_CODES", "serving:af_unix"),
        "missing",
    ),
    Difference(
        "Taken from another module, or shared between two.",
        (
            "sansio.multipart:next_raw_event",
            "test:take_request",
        ),
        "extra",
    ),
    Difference(
        "Attributes that hold a parameter, public here.",
        (
            "middleware.shared_data:SharedDataMiddleware.disallow",
            "serving:WSGIRequestHandler.environ",
        ),
        "extra",
    ),
    Difference(
        "The framework's requests are the toolkit's, so that dispatch needs one layout.",
        (
            "wrappers.request:Request.blueprint*",
            "wrappers.request:Request.endpoint",
            "wrappers.request:Request.routing_exception",
            "wrappers.request:Request.url_rule",
            "wrappers.request:Request.view_args",
        ),
        "extra",
    ),
    Difference(
        "Settings of the native server may be given too.",
        ("serving:*WSGIServer", "serving:make_server"),
    ),
    Difference(
        "The native server's own.",
        (
            "serving:BaseWSGIServer.server_address",
            "serving:BaseWSGIServer.server_name",
            "serving:BaseWSGIServer.in_turn",
            "serving:SERVER_FD",
            "serving:THREADS",
        ),
        "extra",
    ),
    Difference(
        "A client that says nothing is given up.",
        ("serving:WSGIRequestHandler.timeout",),
    ),
)
