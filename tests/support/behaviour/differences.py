"""Where cruet does otherwise than Flask, and why it should."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .comparing import Entry


@dataclass(frozen=True)
class Difference:
    """Outcomes by shell patterns of `module.probe: label`, and the reason why they differ.

    :ivar ways: the ways of asking cruet in which they do.
    """

    reason: str
    patterns: Sequence[str]
    ways: Sequence[str] = ("wsgi", "wire", "sent")

    def matches(self, pattern: str, entry: Entry) -> bool:
        return entry.way in self.ways and fnmatchcase(entry.name, pattern)

    def covers(self, entry: Entry) -> bool:
        return any(self.matches(pattern, entry) for pattern in self.patterns)


DIFFERENCES: Sequence[Difference] = (
    Difference(
        "A refusal says what it was given; Flask lets Python say what it could not do with it.",
        (
            "contexts.inside: g: delete",
            "contexts.inside: g: missing",
            "removed.names: :*",
            "removed.version: missing",
            "setup.error_handlers: *None",
            "setup.error_handlers: *text",
        ),
    ),
    Difference(
        "A refusal says what it was given; Flask lets Python say what it could not do with it.",
        (
            "requests.classes: /json",
            "views.tuples: (body, *)",
            "files.config_of_files: max age text",
        ),
        ("wsgi", "wire"),
    ),
    Difference(
        "A rule is read by a parser; Werkzeug compiles it to Python, which refuses the variable.",
        ("setup.endpoints: same variable twice",),
    ),
    Difference(
        "An import that fails is told in fewer lines.",
        ("configs.loading: from_object of a missing *",),
    ),
    Difference(
        "A configuration without the key is one that trusts all hosts, as None is.",
        ("configs.mapping: without TRUSTED_HOSTS",),
    ),
    Difference(
        "Both variables are named that say which application is meant.",
        (
            "commands.loading: create_app gives nothing",
            "commands.loading: found ()",
            "commands.loading: routes with ()",
        ),
    ),
    Difference(
        "`run` may be told the application as an argument, and ends with 3 where it fails to load.",
        ("commands.serving: * with debug",),
    ),
    Difference(
        "A relative Location is resolved as browsers do (RFC 3986, section 5.2).",
        ("clients.redirects: relative",),
    ),
    Difference(
        "A session is opened when it is used, so that one which nobody uses costs nothing: no"
        " cookie is read, and itsdangerous does not try its serializer.",
        (
            "jsons.own_provider: *: calls",
            "patches.providers_noted: dumps *",
            "patches.requests_noted: cookies *",
            "patches.sessions_noted: get_cookie_name *",
            "patches.sessions_noted: get_signing_serializer *",
        ),
    ),
    Difference(
        "A module that says what is public gives no more to `import *`: no modules.",
        ("removed.top: not in *",),
    ),
    Difference(
        "cruet has a version of its own; under the drop-in it is Flask's, with Flask's warning.",
        ("removed.version: warnings",),
    ),
    Difference(
        "The limit is for one field; Werkzeug counts what waits in its buffer as well.",
        ("requests.limits: MAX_FORM_MEMORY_SIZE *",),
    ),
    Difference(
        "A server refuses what HTTP cannot say.",
        (
            "files.responses: not latin",
            "views.tuples: (body, negative status)",
            "views.tuples: (body, text of words)",
        ),
        ("sent",),
    ),
    Difference(
        "A server sends as many bytes as it has said.",
        ("files.responses: response", "patches.responses_changed: iter_encoded *"),
        ("sent",),
    ),
    Difference(
        "What has been sent cannot be taken back when the next piece fails.",
        ("files.streamed: failing*", "files.streamed: plain GET"),
        ("sent",),
    ),
)
