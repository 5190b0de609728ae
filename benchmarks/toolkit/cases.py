"""What is measured: the same statements on cruet's toolkit and on what it takes the place of."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

MEBIBYTE = 2**20
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


@dataclass(frozen=True)
class Case:
    """One operation; ``{toolkit}`` and ``{framework}`` in ``setup`` stand for the modules.

    ``call`` is timed after ``setup``, and does the operation ``times`` times. ``peer_setup`` and
    ``peer_call`` are the other side's where it has another function for it. ``goal`` is how many
    times faster cruet is to be, None where there is none. ``size`` is in bytes, of what a call
    reads, where a throughput says more than a time.
    """

    name: str
    setup: str
    call: str
    goal: float | None = None
    times: int = 1
    peer: str = "Werkzeug"
    peer_setup: str | None = None
    peer_call: str | None = None
    size: int | None = None

    @property
    def unrolled(self) -> int:
        """Calls a turn of the timing loop, so that the loop itself counts little."""
        return 1 if self.times > 1 or self.size else 8

    def code(self, own: bool) -> tuple[str, str]:
        """The setup and the statement for cruet, or for its peer."""
        toolkit, framework = ("cruet.toolkit", "cruet") if own else ("werkzeug", "flask")
        setup, call = self.setup, self.call
        if not own:
            setup, call = self.peer_setup or setup, self.peer_call or call
        return (
            setup.replace("{toolkit}", toolkit).replace("{framework}", framework),
            call,
        )


def routes(count: int, kinds: tuple[str, ...], asked: int, *, spread: bool = True) -> str:
    """The setup for a map of ``count`` rules, of which ``asked`` are matched.

    These lie scattered over the map or, where that is not wanted, side by side in the middle.
    ``count`` is even: of both kinds equally many are asked.
    """
    # Equal distances would make what rules have in memory compete for the same few cache lines.
    step, first = (7919, 0) if spread else (1, (count - asked) // 2)
    # Paths are as long in a large map as in a small one.
    paths = {"static": "/static/page{n:04}/show", "typed": "/typed{n:04}/7/seven"}
    rules = {"static": "/static/page{n:04}/show", "typed": "/typed{n:04}/<int:number>/<name>"}
    return f"""
from {{toolkit}}.routing import Map, Rule
kinds = {kinds!r}
rules, paths = {rules!r}, {paths!r}
url_map = Map([
    Rule(rules[kinds[n % len(kinds)]].format(n=n), endpoint=f"view{{n:04}}", methods=["GET"])
    for n in range({count})
])
match = url_map.bind("example.org").match
numbers = [({first} + {step} * i) % {count} for i in range({asked})]
asked = [paths[kinds[n % len(kinds)]].format(n=n) for n in numbers]
assert [match(path, "GET")[0] for path in asked] == [f"view{{n:04}}" for n in numbers]
"""


BUILD = """
from {toolkit}.routing import Map, Rule
url_map = Map([
    Rule("/about/imprint", endpoint="static"),
    Rule("/user/<int:number>/<name>", endpoint="typed"),
    *(Rule(f"/other{n}/<int:x>", endpoint=f"other{n}") for n in range(98)),
])
build = url_map.bind("example.org").build
values = {"number": 7, "name": "seven"}
assert build("static") == "/about/imprint" and build("typed", values) == "/user/7/seven"
"""
QUERY = "page=2&per_page=50&sort=name&order=desc&q=caf%C3%A9+au+lait&tag=a&tag=b&lang=en"
COOKIES = (
    "session=eyJfdXNlcl9pZCI6IjciLCJfZnJlc2giOnRydWV9.Z0Jh5Q.hT3mcYJw1n2r5J8Gd4sFf3n1bXU; "
    "csrftoken=Xr7f2Bq0vKp9Jm4N; theme=dark; lang=en; _ga=GA1.2.1234567890.1700000000; consent=yes"
)
ACCEPT = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;"
    "q=0.8,application/signed-exchange;v=b3;q=0.7"
)
OPTIONS = f"multipart/form-data; boundary={BOUNDARY}"
DISPOSITION = 'form-data; name="upload"; filename="holiday picture.jpeg"'
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
# What the C++ program is given.
TEXTS = (BOUNDARY, QUERY, COOKIES, ACCEPT, OPTIONS, DISPOSITION, DATE)
HEADERS = """
from {toolkit}.datastructures import Headers
h = Headers([
    ("Host", "example.org"), ("User-Agent", "Mozilla/5.0"), ("Accept", "*/*"),
    ("Accept-Language", "en"), ("Accept-Encoding", "gzip"), ("Connection", "keep-alive"),
    ("Cookie", "a=b"), ("Content-Type", "text/plain"), ("Content-Length", "12"),
    ("Referer", "http://example.org/"),
])
"""
MULTIDICT = """
from {toolkit}.datastructures import MultiDict
d = MultiDict([("page", "2"), ("sort", "name"), ("tag", "a"), ("tag", "b"), ("lang", "en")])
"""
LOCAL = """
from contextvars import ContextVar
from {toolkit}.local import LocalProxy
class Request:
    def __init__(self):
        self.method = "GET"
variable = ContextVar("request")
variable.set(Request())
request = LocalProxy(variable)
assert request.method == "GET"
"""
REQUEST = """
from {framework} import Flask, current_app, g, render_template_string, request, session
app = Flask("bench")
app.secret_key = "a"
context = app.test_request_context("/path")
context.push()
g.user = session["user"] = "someone"
assert request.method == "GET" and g.user == session["user"] and current_app.name == "bench"
source = "<ul>{% for word in words %}<li>{{ word|upper }}</li>{% endfor %}</ul>"
words = ["one", "two"]
assert render_template_string(source, words=words) == "<ul><li>ONE</li><li>TWO</li></ul>"
"""


def form(path: Path, file_size: int) -> int:
    """Write a body of 20 fields and, where ``file_size`` is not 0, a file; return its length.

    What is there already stays: of all processes only the first is to have had it in memory.
    """
    if path.exists():
        return path.stat().st_size
    fields = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="field{n}"\r\n\r\nvalue {n}\r\n'
        for n in range(20)
    )
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="upload"; filename="a.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    file = head.encode() + Random(7).randbytes(file_size) + b"\r\n" if file_size else b""
    return path.write_bytes(fields.encode() + file + f"--{BOUNDARY}--\r\n".encode())


def multipart(path: Path, size: int) -> tuple[str, str]:
    """The setup and the statement that parse the body in a file."""
    setup = f"""
from {{toolkit}}.formparser import parse_form_data
def parse():
    with open({str(path)!r}, "rb") as body:
        environ = {{
            "wsgi.input": body, "CONTENT_LENGTH": "{size}", "CONTENT_TYPE": {OPTIONS!r},
            "REQUEST_METHOD": "POST",
        }}
        form, files = parse_form_data(environ)[1:]
        for file in files.values():
            file.close()
        return form
assert len(parse()) == 20
"""
    return setup, "parse()"


def bodies(folder: Path) -> Iterator[Case]:
    """The cases of multipart bodies, which are written to ``folder``."""
    for name, file_size in (("20 fields", 0), ("20 fields and a file of 20 MB", 20 * MEBIBYTE)):
        path = folder / f"form{file_size}"
        size = form(path, file_size)
        setup, call = multipart(path, size)
        yield Case(f"multipart, {name}", setup, call, 2, size=size)


def function(name: str, module: str, *calls: tuple[str, str], goal: float) -> Iterator[Case]:
    for what, arguments in calls:
        setup = f"from {{toolkit}}.{module} import {name}\nimport {{toolkit}}.datastructures as ds"
        label = f"{name}, {what}" if what else name
        yield Case(label, setup, f"{name}({arguments})", goal)


def cases(folder: Path) -> list[Case]:
    """Everything that is measured; bodies of forms are put into ``folder``."""
    match = "for path in asked: match(path, 'GET')"
    both = ("static", "typed")
    simple_cookie = "from http.cookies import SimpleCookie"
    return [
        Case("match, 100 static rules", routes(100, both[:1], 100), match, 8, times=100),
        Case("match, 100 typed rules", routes(100, both[1:], 100), match, 8, times=100),
        Case("match, 10 rules", routes(10, both, 10), match, times=10),
        Case("match, 10,000 rules", routes(10_000, both, 10), match, times=10),
        Case(
            "match, 10 neighbours of 10,000 rules",
            routes(10_000, both, 10, spread=False),
            match,
            times=10,
        ),
        Case("build, static", BUILD, "build('static')", 8),
        Case("build, typed", BUILD, "build('typed', values)", 8),
        Case(
            "parse_qs",
            "from cruet._cruet import parse_qs",
            f"parse_qs({QUERY!r})",
            9,
            peer="urllib.parse",
            peer_setup="from urllib.parse import parse_qs",
        ),
        Case(
            "parse_cookies",
            "from cruet._cruet import parse_cookies",
            f"parse_cookies({COOKIES!r})",
            50,
            peer="SimpleCookie",
            peer_setup=simple_cookie,
            peer_call=f"SimpleCookie({COOKIES!r})",
        ),
        *function("parse_accept_header", "http", ("", f"{ACCEPT!r}, ds.MIMEAccept"), goal=4),
        *function(
            "parse_options_header",
            "http",
            ("Content-Type", repr(OPTIONS)),
            ("Content-Disposition", repr(DISPOSITION)),
            goal=4,
        ),
        *function("parse_date", "http", ("", repr(DATE)), goal=4),
        *function(
            "dump_cookie",
            "http",
            ("session", "'session', 'eyJfdXNlcl9pZCI6IjcifQ', httponly=True, samesite='Lax'"),
            ("an hour", "'seen', 'yes', max_age=3600, path='/shop', secure=True"),
            goal=4,
        ),
        *function("safe_join", "security", ("", "'/srv/static', 'css/main.css'"), goal=4),
        Case("LocalProxy attribute", LOCAL, "request.method", 4),
        *(
            Case(name, REQUEST, call, goal, peer="Flask")
            for name, call, goal in (
                ("request.method", "request.method", 10),
                ("request.path", "request.path", 10),
                ("g get", "g.user", 10),
                ("g set", "g.user = 'someone'", 10),
                ("g.get", "g.get('user')", None),
                ("session get", "session['user']", None),
                ("current_app.name", "current_app.name", None),
                ("render_template_string", "render_template_string(source, words=words)", 10),
            )
        ),
        Case("Headers get", HEADERS, "h['Content-Type']", 3),
        Case("Headers.get", HEADERS, "h.get('content-length')", 3),
        Case("Headers set", HEADERS, "h['Content-Type'] = 'text/html'", 3),
        Case("MultiDict get", MULTIDICT, "d['sort']", 3),
        Case("MultiDict.get", MULTIDICT, "d.get('page')", 3),
        Case("MultiDict set", MULTIDICT, "d['sort'] = 'date'", 3),
        Case("MultiDict items", MULTIDICT, "list(d.items())"),
        *bodies(folder),
    ]
