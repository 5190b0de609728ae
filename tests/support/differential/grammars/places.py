"""What `operations/places.py` is asked."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .forms import pairs
from .text import any_text, latin1, mutated, number, odd_text, token

_label = st.sampled_from(
    ["example", "a", "www", "localhost", "münchen", "xn--mnchen-3ya", "A", "_x"]
)
_name = st.one_of(
    st.lists(_label, min_size=1, max_size=3).map(".".join),
    st.sampled_from(
        [
            *("127.0.0.1", "[::1]", "::1", "[::1", "example.org.", ".example.org", "", "a..b"),
            *("[::ffff:1.2.3.4]", "[v1.a]", "1.2.3", "999.1.1.1", "EXAMPLE.org"),
        ]
    ),
)
_port = st.one_of(
    st.sampled_from(["", "", "", ":80", ":443", ":8080", ":", ":x", ":0", ":65536", ":-1", ":080"]),
    number.map(":{}".format),
)
host = mutated(st.builds("{}{}".format, _name, _port))
_trusted = st.lists(
    st.one_of(host, st.sampled_from([".example.org", "localhost", ".a", "*"])), max_size=3
)
scheme = st.sampled_from(["http", "https", "ws", "wss", "HTTP", ""])

_segment = st.one_of(
    token("a", "b"),
    st.sampled_from(
        ["..", ".", "", "é", "%20", "%C3%A9", "%2F", "%ff", "a b", "~", "%25", "\u2603", "a:b"]
    ),
)
path = st.builds(
    lambda lead, segments: lead + "/".join(segments),
    st.sampled_from(["/", "", "//"]),
    st.lists(_segment, max_size=4),
)
_user = st.sampled_from(["", "", "", "user@", "u:p@", "ü:p%40@", "@", "a:b:c@"])
url = mutated(
    st.builds(
        "{}{}{}{}{}".format,
        st.one_of(
            st.builds("{}://{}{}".format, st.sampled_from(["http", "https", "x"]), _user, host),
            st.sampled_from(
                ["", "//a.example", "mailto:", "javascript:", "itms-services://", "http:"]
            ),
        ),
        path,
        st.one_of(st.just(""), pairs.map("?{}".format)),
        st.one_of(st.just(""), st.sampled_from(["#", "#é", "#a%20b", "#a#b", "#%23"])),
        st.just(""),
    )
)
_file_name = st.one_of(
    mutated(st.builds("{}.{}".format, any_text, token("txt", "tar.gz"))),
    st.sampled_from(
        [
            *("../../etc/passwd", "CON", "con.txt", "NUL.tar.gz", "aux", "i contain ümläuts.txt"),
            *(
                "..",
                ".",
                ".bashrc",
                "_",
                "a/b\\c",
                "COM1.x",
                "LPT9",
                "\u2460.txt",
                "\uff21.txt",
                "ﬁ",
            ),
            *("COM0", "com¹", "CONIN$", "\u202ea", "a\x00b", "  a  ", "-a", "__a__"),
        ]
    ),
    path,
    odd_text,
)
_environ = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_HOST": host,
        "SERVER_NAME": _name.filter(bool),
        "SERVER_PORT": st.sampled_from(["80", "443", "8080", "x", "", "unix"]),
        "wsgi.url_scheme": st.sampled_from(["http", "https"]),
        "SCRIPT_NAME": st.sampled_from(["", "/app", "/app/", "/é".encode().decode("latin-1")]),
        "PATH_INFO": path.map(lambda text: text.encode().decode("latin-1")),
        "QUERY_STRING": pairs.map(lambda text: text.encode().decode("latin-1")),
        "REMOTE_ADDR": st.sampled_from(["127.0.0.1", "::1", ""]),
        "HTTP_X_FORWARDED_FOR": st.sampled_from(["1.2.3.4", "1.2.3.4, 5.6.7.8", "a,,b", ""]),
    },
)
_server = st.one_of(
    st.none(),
    st.tuples(_name, st.sampled_from([80, 443, 8080, None, 0])),
    st.just(("/tmp/socket", None)),
)

CASES: dict[str, SearchStrategy[tuple[Any, ...]]] = {
    "iri_to_uri": st.tuples(url),
    "uri_to_iri": st.tuples(url),
    "uri_round_trip": st.tuples(url),
    "secure_filename": st.tuples(_file_name),
    "safe_join": st.tuples(
        st.sampled_from(["", "/srv", "/srv/", "srv", ".", "..", "/srv/../x", "//srv"]),
        st.lists(st.one_of(path, odd_text, st.sampled_from(["..", "/a", "a/../b"])), max_size=3),
    ),
    "trusted": st.tuples(host, _trusted),
    "host": st.tuples(scheme, st.one_of(st.none(), host), _server, st.one_of(st.none(), _trusted)),
    "environ_host": st.tuples(_environ, st.one_of(st.none(), st.none(), _trusted)),
    "current_url": st.builds(
        lambda *parts: (list(parts),),
        scheme,
        host,
        st.one_of(st.none(), path),
        st.one_of(st.none(), path),
        st.one_of(st.none(), pairs.map(str.encode), st.binary(max_size=9)),
    ),
    "content_length": st.tuples(
        st.one_of(st.none(), mutated(number)), st.sampled_from([None, "chunked", "gzip", ""])
    ),
    "redirect": st.tuples(st.one_of(url, latin1), st.sampled_from([301, 302, 303, 307, 308])),
    "slash_redirect": st.tuples(
        st.fixed_dictionaries(
            {"PATH_INFO": path.map(lambda text: text.encode().decode("latin-1"))},
            optional={"QUERY_STRING": pairs.map(lambda t: t.encode().decode("latin-1"))},
        )
    ),
    "location": st.tuples(url, _environ, st.booleans()),
}
