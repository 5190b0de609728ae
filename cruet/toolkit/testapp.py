"""An application to try a WSGI server with: a page that shows what the server gives it.

``python -m cruet.toolkit.testapp`` serves it. It shows the environment to everyone who asks, so it
is not to be left running.
"""

from __future__ import annotations

import os
import sys
import typing as t
from importlib.metadata import distributions

from markupsafe import Markup, escape

from .._cruet import version as _version
from .wrappers.request import Request
from .wrappers.response import Response

_PAGE = """\
<!doctype html>
<html lang=en>
<meta charset=utf-8>
<title>WSGI test page</title>
<style>
  body { font: 15px/1.4 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }
  th { text-align: left; vertical-align: top; padding-right: 1em; font-weight: normal }
  td { font-family: monospace; overflow-wrap: anywhere }
  .missing { color: #777; text-decoration: line-through }
  .relative::after { content: " (given as a relative path)"; color: #777 }
</style>
<h1>WSGI test page</h1>
<h2>Interpreter</h2>
<table>%(interpreter)s</table>
<h2>Environment</h2>
<table>%(environ)s</table>
<h2>Packages</h2>
<table>%(packages)s</table>
<h2>Module path</h2>
<ul>%(path)s</ul>
"""


def iter_sys_path() -> t.Iterator[tuple[str, bool, bool]]:
    """Yield the entries of ``sys.path`` as (path, is no folder, was relative); below the home
    folder with a tilde."""
    home = os.path.expanduser("~")
    for entry in sys.path:
        path = os.path.join(os.getcwd(), entry or os.path.curdir)
        shown = os.path.normpath(path)
        if home != "~" and (shown == home or shown.startswith(home + os.sep)):
            shown = f"~{shown[len(home) :]}"
        yield shown, not os.path.isdir(path), path != entry


def _rows(pairs: t.Iterable[tuple[str, t.Any]]) -> Markup:
    return Markup("\n").join(
        Markup("<tr><th>{}<td>{}").format(name, value) for name, value in pairs
    )


def _interpreter() -> list[tuple[str, str]]:
    return [
        ("Python", sys.version),
        ("Platform", f"{sys.platform} ({os.name})"),
        ("Byte order", sys.byteorder),
        ("cruet", _version),
    ]


def _packages() -> list[tuple[str, str]]:
    # A broken installation may have no name.
    found = {str(each.name or "?"): str(each.version) for each in distributions()}
    return sorted(found.items(), key=lambda pair: pair[0].lower())


def _path_item(path: str, missing: bool, relative: bool) -> Markup:
    kinds = [name for name, has in (("missing", missing), ("relative", relative)) if has]
    attribute = Markup(' class="{}"').format(" ".join(kinds)) if kinds else ""
    return Markup("<li{}>{}").format(attribute, escape(path))


@Request.application
def test_app(req: Request) -> Response:
    """Show the interpreter, the WSGI environment, the installed packages and ``sys.path``."""
    environ = sorted(req.environ.items(), key=lambda item: str(item[0]).lower())
    page = _PAGE % {
        "interpreter": _rows(_interpreter()),
        "environ": _rows((name, repr(value)) for name, value in environ),
        "packages": _rows(_packages()),
        "path": Markup("\n").join(_path_item(*entry) for entry in iter_sys_path()),
    }
    return Response(page, mimetype="text/html")


if __name__ == "__main__":
    from .serving import run_simple

    run_simple("localhost", 5000, test_app, use_reloader=True)
