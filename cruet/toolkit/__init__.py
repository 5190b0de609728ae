"""The HTTP toolkit under the framework: requests, responses, routing, headers, testing.

Its modules and names are Werkzeug's.
"""

from __future__ import annotations

import typing as t
from importlib import import_module

if t.TYPE_CHECKING:
    from .serving import run_simple as run_simple
    from .test import Client as Client
    from .wrappers import Request as Request
    from .wrappers import Response as Response

# Imported at first use: few applications need the test client or the development server.
_modules = {
    "Client": ".test",
    "Request": ".wrappers",
    "Response": ".wrappers",
    "run_simple": ".serving",
}


def __getattr__(name: str) -> t.Any:
    module = _modules.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(module, __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_modules})
