"""What users can see of cruet otherwise than of Flask, and why."""

from __future__ import annotations

from collections.abc import Sequence

from .differences import Difference

DIFFERENCES: Sequence[Difference] = (
    Difference("The class under the package's own name.", ("app:Cruet",), "extra"),
    Difference(
        "Commands that Flask has no use for.",
        ("cli:drop_in_command", "cli:status_command", "cli:top_command"),
        "extra",
    ),
    Difference("It reads its options where they are first needed.", ("cli:run_command",)),
    Difference("A package has a module, a folder of modules has none.", ("sansio:",), "extra"),
    Difference(
        "Native objects say how they are copied.",
        ("ctx:AppContext.__copy__", "ctx:RequestContext.__copy__"),
        "extra",
    ),
    Difference(
        "The default is an object; a native method can only show it as `...`.",
        ("ctx:AppContext.pop", "ctx:RequestContext.pop"),
    ),
    Difference(
        "Native attributes: a request has them, and it alone is asked.",
        (
            "wrappers:Request.routing_exception",
            "wrappers:Request.url_rule",
            "wrappers:Request.view_args",
        ),
    ),
    Difference(
        "A native method that Python calls through a slot shows no names.",
        ("wrappers:Response.__call__",),
    ),
)
