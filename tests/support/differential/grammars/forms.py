"""What `operations/forms.py` is asked."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .headers import options
from .text import any_text, mutated, odd_text, separated, token

_escape = st.one_of(
    st.builds("%{:02X}".format, st.integers(0, 255)),
    st.sampled_from(["%C3%A9", "%c3%a9", "%E2%82%AC", "%", "%2", "%zz", "%C3", "%ED%A0%80", "+"]),
)
_piece = st.one_of(_escape, token(), st.sampled_from([" ", "\u00e9", "=", ";", "", "/", "?"]))
_word = st.lists(_piece, max_size=4).map("".join)
pairs = mutated(
    separated(st.one_of(st.builds("{}={}".format, _word, _word), _word), by="&", most=4)
)
_environ_query = pairs.map(lambda text: text.encode().decode("latin-1"))
_limits = st.fixed_dictionaries(
    {},
    optional={
        "max_form_memory_size": st.sampled_from([None, 0, 10, 40, 200, 500_000]),
        "max_form_parts": st.sampled_from([None, 0, 1, 2, 1000]),
        "max_content_length": st.sampled_from([None, 0, 10, 100, 500, 10_000]),
    },
)

_disposition = mutated(
    st.builds(
        lambda head, name, filename: "; ".join(part for part in (head, name, filename) if part),
        st.sampled_from(["form-data", "form-data", "attachment", "Form-Data", ""]),
        st.sampled_from(
            ['name="a"', "name=b", 'name="a\\"b"', 'name=""', "", "name*=UTF-8''%C3%A9"]
        ),
        st.sampled_from(
            ["", "", 'filename="f.txt"', "filename=", 'filename="a%22b\\\\c"', "filename"]
        ),
    )
)
_line = st.sampled_from(["\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r"])


@st.composite
def _part(draw: Any, boundary: str) -> bytes:
    """One part behind its delimiter, as it should be or nearly so."""
    end = draw(_line)
    fields = []
    if draw(st.integers(0, 9)):
        name = draw(st.sampled_from(["Content-Disposition", "content-disposition"]))
        fields.append(f"{name}: {draw(_disposition)}")
    if draw(st.booleans()):
        kind = draw(st.one_of(options, st.sampled_from(["text/plain; charset=latin1", "a/b"])))
        fields.append(f"Content-Type: {kind}")
    fields += draw(
        st.lists(
            st.sampled_from(["X-A: b", "X-A:b", "X : y", "nocolon", ": z", " fold", "a: \xe9"]),
            max_size=2,
        )
        if draw(st.integers(0, 3)) == 0
        else st.just([])
    )
    body = draw(
        st.one_of(
            st.binary(max_size=30),
            st.lists(
                st.sampled_from(
                    [
                        b"\r",
                        b"\n",
                        b"\r\n",
                        b"-",
                        b"--",
                        f"--{boundary}".encode(),
                        b"x",
                        b"\r\n--",
                        f"\r\n--{boundary[:-1]}".encode(),
                        boundary.encode(),
                        b" ",
                        b"\xff",
                        b"y" * 70,
                    ]
                ),
                max_size=8,
            ).map(b"".join),
        )
    )
    head = end.join([*fields, "", ""]).encode("utf-8", "replace")
    delimiter = f"--{boundary}{draw(st.sampled_from(['', '', '', ' ', '  x', chr(9)]))}{end}"
    return delimiter.encode() + head + body + draw(_line).encode()


@st.composite
def bodies(draw: Any, boundary: str) -> bytes:
    """A multipart body with mistakes."""
    parts = draw(st.lists(_part(boundary), max_size=4))
    preamble = draw(st.sampled_from([b"", b"", b"", b"\r\n", b"hello\r\n", b"--", b"\n"]))
    close = draw(
        st.sampled_from(
            [
                f"--{boundary}--\r\n",
                f"--{boundary}--\r\n",
                f"--{boundary}--",
                f"--{boundary}--\n",
                f"--{boundary}-- \r\nepilogue",
                f"--{boundary}--x",
                f"--{boundary}",
                "",
                "--",
            ]
        )
    ).encode()
    body: bytes = preamble + b"".join(parts) + close
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(body)))
        change = draw(st.sampled_from([b"", b"\r", b"\n", b"-", b"\x00", b"\r\n\r\n"]))
        body = body[:at] + change + body[at + draw(st.integers(0, 2)) :]
    return body


@st.composite
def in_pieces(draw: Any, body: bytes) -> list[bytes]:
    """The body cut at random."""
    how = draw(st.sampled_from(["whole", "bytes", "some", "some"]))
    if how == "whole":
        return [body]
    if how == "bytes":
        return [body[i : i + 1] for i in range(len(body))]
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=4)))
    return [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]


BOUNDARIES = st.sampled_from(["b", "bound", "----WebKitFormBoundary7MA4", "a'()+_,-./:=?", "b-"])


@st.composite
def received(draw: Any) -> tuple[str, list[bytes]]:
    boundary = draw(BOUNDARIES)
    return boundary, draw(in_pieces(draw(bodies(boundary))))


_file = st.tuples(
    token("f"),
    st.one_of(st.none(), any_text, st.sampled_from(["a.txt", 'a"b.png', "", "é.jpg", "x\r\ny"])),
    st.binary(max_size=10),
    st.one_of(st.none(), st.sampled_from(["text/plain", "image/png", ""])),
)


@st.composite
def _request(draw: Any) -> tuple[dict[str, Any], bytes]:
    boundary = draw(BOUNDARIES)
    multipart = draw(st.booleans())
    if multipart:
        body = draw(bodies(boundary))
        kind = draw(
            st.sampled_from(
                [
                    f'multipart/form-data; boundary="{boundary}"',
                    f"multipart/form-data; boundary={boundary}",
                    "multipart/form-data",
                    "multipart/form-data; boundary=",
                    "multipart/mixed; boundary=b",
                ]
            )
        )
    else:
        body = draw(pairs).encode()
        kind = draw(
            st.sampled_from(
                [
                    "application/x-www-form-urlencoded",
                    "application/x-www-form-urlencoded; charset=latin1",
                    "application/x-url-encoded",
                    "text/plain",
                    "",
                    "APPLICATION/X-WWW-FORM-URLENCODED",
                ]
            )
        )
    environ: dict[str, Any] = {"CONTENT_TYPE": kind}
    length = draw(st.sampled_from(["real", "real", "real", "real", "none", "short", "bad", "long"]))
    if length != "none":
        size = len(body)
        told = {"real": str(size), "short": str(size // 2), "bad": "x", "long": str(size + 9)}
        environ["CONTENT_LENGTH"] = told[length]
    if draw(st.integers(0, 4)) == 0:
        environ["wsgi.input_terminated"] = True
    return environ, body


CASES: dict[str, SearchStrategy[tuple[Any, ...]]] = {
    "query": st.tuples(_environ_query),
    "urlencoded": st.tuples(st.one_of(pairs.map(str.encode), st.binary(max_size=20)), _limits),
    "multipart": st.builds(
        lambda sent, limits, silent: (*sent, limits, silent), received(), _limits, st.booleans()
    ),
    "multipart_events": st.builds(lambda sent: (sent[0].encode(), sent[1], {}), received()),
    "multipart_encoded": st.tuples(
        st.lists(st.tuples(st.one_of(token("a"), odd_text), any_text), max_size=3),
        st.lists(_file, max_size=2),
    ),
    "request_form": _request(),
}
