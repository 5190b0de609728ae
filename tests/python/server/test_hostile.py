"""`cruet run` under requests made to hurt: a 4xx or an answer, memory that stays, no traceback."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from bounds import peak
from running import MODES, Running, running

MIB = 1 << 20
APP = """
from cruet import Flask, request, send_file

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 16 << 20

LOOKS = (
    "accept_charsets accept_encodings accept_languages accept_mimetypes access_route args"
    " authorization base_url blueprints cache_control content_encoding content_length content_md5"
    " content_type cookies date full_path host if_match if_modified_since if_none_match if_range"
    " if_unmodified_since is_json is_secure max_forwards mimetype mimetype_params origin pragma"
    " range referrer root_url url user_agent values"
).split()


@app.route("/", methods=["GET", "POST"])
@app.route("/<path:rest>", methods=["GET", "POST"])
@app.route("/int/<int:rest>")
@app.route("/float/<float:rest>")
def look(rest=None):
    return str(sum(len(str(getattr(request, name))) for name in LOOKS))


@app.route("/file")
def file():
    return send_file(__file__, conditional=True, max_age=5, etag=True)


@app.post("/form")
def form():
    sizes = [sum(map(len, iter(lambda: each.read(8192), b""))) for each in request.files.values()]
    return f"{len(request.form)} {sizes}"


@app.post("/json")
def json():
    return str(request.get_json())


@app.post("/data")
def data():
    return str(len(request.get_data()))
"""


@pytest.fixture(scope="module", params=["inline", "poll-threads"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "hostile.py").write_text(APP)
    with running("hostile:app", *MODES[request.param], cwd=folder) as server:
        server.ready()
        assert server.get("/")[0] == 200
        yield server


@pytest.fixture(autouse=True)
def whole(server: Running) -> Iterator[None]:
    """Behind every test the worker is the one that it was, and has nothing to complain of."""
    yield
    assert server.get("/")[0] == 200
    assert len(server.workers()) == 1
    assert "Traceback" not in server.text and "Exception" not in server.text


def exchange(server: Running, head: bytes, body: Iterable[bytes] = ()) -> int:
    """Send a request and give the status; a server may answer before it has taken all of it."""
    with server.connect() as connection:
        try:
            connection.sendall(head)
            for piece in body:
                connection.sendall(piece)
        except OSError:
            pass  # answered, and closed
        answer = b""
        try:
            while b"\r\n" not in answer and (piece := connection.recv(65536)):
                answer += piece
        except ConnectionResetError:
            pass
    assert answer.startswith(b"HTTP/1.1 "), answer[:80]
    return int(answer[9:12])


def get(target: bytes = b"/", *fields: bytes) -> bytes:
    lines = (b"GET " + target + b" HTTP/1.1", b"Host: here", b"Connection: close", *fields)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def post(target: bytes, mimetype: bytes, *fields: bytes) -> bytes:
    more = (b"Content-Type: " + mimetype, b"Transfer-Encoding: chunked", *fields)
    return get(target, *more).replace(b"GET", b"POST", 1)


def chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if piece:
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def repeated(unit: bytes, size: int) -> Iterator[bytes]:
    piece = unit * (65_536 // len(unit) or 1)
    for _ in range(size // len(piece) + 1):
        yield piece


FORM = b"multipart/form-data; boundary=bound"
PART = b'--bound\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
FILE = b'--bound\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n'
END = b"\r\n--bound--\r\n"


# The form's beginning, what is repeated in it, how many bytes of that, and the answer.
FORMS = {
    "parts": (b"", PART + b"x\r\n", 100_000 * len(PART), 413),
    "CR in a field": (PART, b"\r", 10 * MIB, 413),
    "CR in a file": (FILE, b"\r", 10 * MIB, 200),
    "LF in a file": (FILE, b"\n", 10 * MIB, 200),
    "dashes in a file": (FILE, b"--", 10 * MIB, 200),
    "boundaries in a file": (FILE, b"\r\n--boun", 10 * MIB, 200),
    "too large": (FILE, b"x", 40 * MIB, 413),
    "endless head": (b"--bound\r\n", b"X: y\r\n", 10 * MIB, 413),
    "preamble": (b"", b"\r\n-", 10 * MIB, 200),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms(server: Running, name: str) -> None:
    begin, unit, size, expected = FORMS[name]
    body = chunks([begin, *repeated(unit, size), END])
    with peak(server.workers()[0]) as memory:
        status = exchange(server, post(b"/form", FORM), body)
    assert status == expected
    assert memory.growth < 8 * MIB


@pytest.mark.parametrize("at", range(1, len(END), 2))
def test_a_boundary_in_two_pieces(server: Running, at: int) -> None:
    body = chunks([PART + b"b" + END[:at], END[at:]])
    assert exchange(server, post(b"/form", FORM), body) == 200


def test_a_body_of_single_bytes(server: Running) -> None:
    whole = PART + b"\r\n--boun" + END
    pieces = chunks([whole[at : at + 1] for at in range(len(whole))])
    assert exchange(server, post(b"/form", FORM), pieces) == 200


def test_other_bodies(server: Running) -> None:
    urlencoded = b"application/x-www-form-urlencoded"
    for target, mimetype, unit, size, expected in (
        (b"/form", urlencoded, b"a=%ff&", MIB, 200),
        (b"/form", urlencoded, b"a=b&", 40 * MIB, 413),
        (b"/form", b"multipart/form-data", b"x", MIB, 200),
        (b"/json", b"application/json", b"[", MIB, 400),
        (b"/json", b"application/json", b'{"a":', MIB, 400),
        (b"/json", b"application/json", b"\xff", MIB, 400),
        (b"/json", b"application/json", b"9", MIB, 400),
        (b"/json", b"text/plain", b"9", MIB, 415),
        (b"/data", b"text/plain", b"x", 40 * MIB, 413),
    ):
        head = post(target, mimetype)
        assert exchange(server, head, chunks(repeated(unit, size))) == expected, unit


FIELDS = """
Accept Accept-Charset Accept-Encoding Accept-Language Authorization Cache-Control Cookie
Content-Type Content-MD5 Date If-Match If-Modified-Since If-None-Match If-Range Max-
Forwards Origin Pragma Range Referer User-Agent X-Forwarded-For
"""
UNITS = (
    *(b'"', b"\\", b'a="', b'\\"', b",", b";", b"=", b"=v; ", b"a=b; ", b"9", b"-", b"0-1,"),
    *(b"W/", b'W/"a",', b"text/html;q=0.5,", b"*/*;q=9,", b";a*0*=utf-8''%ff", b"%ff", b"\xff"),
)
BEGINNINGS = (b"", b"a=", b'"', b"Basic ", b"Digest ", b"bytes=", b"multipart/form-data; ")


@pytest.mark.parametrize("field", FIELDS.split())
def test_fields(server: Running, field: str) -> None:
    for unit in UNITS:
        for begin in BEGINNINGS:
            value = begin + unit * (8000 // len(unit))
            line = field.encode() + b": " + value[: 8100 - len(field)]
            assert exchange(server, get(b"/", line)) == 200, line[:80]
            if field.startswith("If-") or field == "Range":
                status = exchange(server, get(b"/file", line, b"Range: bytes=0-9"))
                assert status in (200, 206, 304, 412, 416), line[:80]


@pytest.mark.parametrize("field", [b"If-Range", b"If-Modified-Since", b"If-Unmodified-Since"])
def test_dates_at_the_ends_of_time(server: Running, field: bytes) -> None:
    for date in (
        *(b"Fri, 31 Dec 9999 23:59:59 GMT", b"31 Dec 9999 23:59:59 -0100"),
        *(b"1 Jan 0001 00:00:00 +0100", b"1 Jan 1 00:00:00 +2359", b"1 Jan 99999 00:00:00 GMT"),
        *(b"32 Jan 2020 24:60:61 GMT", b"1 Jan 2020 00:00:00 -9999", b"1 Jan 2020 00:00:00 +" * 99),
        *(b"1 Jan 2020 00:00:00 +" + b"9" * 99, b"1 Jan " + b"9" * 99 + b" 00:00:00 GMT"),
        *(b"9" * 99 + b" Jan 2020 00:00:00 GMT", b"1 Jan 2020 " + b"9" * 99 + b":00:00 GMT"),
    ):
        for target in (b"/", b"/file"):
            status = exchange(server, get(target, field + b": " + date, b"Range: bytes=0-9"))
            assert status in (200, 206, 304, 412), date


def test_heads(server: Running) -> None:
    for head, expected in (
        (get(b"/?" + b"a[]=b&" * 1300), 200),
        (get(b"/?" + b"%ff=%c3&" * 1000), 200),
        (get(b"/?" + b"a=b&" * 20_000), 414),
        (get(b"/" + b"a/" * 4000), 200),
        (get(b"/" + b"%ff" * 2600), 200),
        (get(b"/int/" + b"9" * 8000), 404),
        (get(b"/float/" + b"9" * 8000 + b".0"), 200),
        (get(b"/", b"Accept: " + b"text/html;q=0.5," * 100_000), 431),
        (get(b"/", *[b"X-%d: y" % number for number in range(100_000)]), 431),
        (get(b"/", b"Cookie: =; =v; ;;=a"), 200),
    ):
        assert exchange(server, head) == expected, head[:60]
