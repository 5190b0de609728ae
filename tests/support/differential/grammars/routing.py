"""What `operations/routing.py` is asked: rules, and requests that nearly or really fit them."""

from __future__ import annotations

import uuid
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .places import host
from .text import any_text, mutated, number, odd_text

UUID = str(uuid.UUID(int=0xA1B2C3D4E5F60718293A4B5C6D7E8F90))
_static = st.sampled_from(
    ["a", "b", "a", "b", "a b", "é", "A", "x.y", "a|b", "%20", "", "+", "a:b"]
)
_word = st.sampled_from(["a", "b", "ab", "é", "a b", "a.b", "12", "", "x+y", "a|b"])
_integer = st.sampled_from(
    ["0", "7", "12", "007", "-3", "-0", "٣", "1_0", "99", "+1", "12345678901234567890", ""]
)
_real = st.sampled_from(["1.5", "0.0", "-2.5", "1.", ".5", "1e3", "nan", "3", "001.50", "1.5.2"])
_path = st.sampled_from(["a/b", "a", "a//b", "/a", "a/", "é/ü", "a/b/c", "..", "a/../b", ""])
_uuid = st.sampled_from([UUID, UUID.upper(), UUID.replace("-", ""), UUID[:-1], "x"])

# Converter -> what a request may have in its place.
CONVERTERS: dict[str, SearchStrategy[str]] = {
    "": _word,
    "string": _word,
    "default": _word,
    "string(length=2)": _word,
    "string(minlength=2)": _word,
    "string(maxlength=2)": _word,
    "string(minlength=1, maxlength=1)": _word,
    "int": _integer,
    "int(min=1)": _integer,
    "int(max=10)": _integer,
    "int(fixed_digits=3)": _integer,
    "int(signed=True)": _integer,
    "int(signed=True, min=-5, max=-1)": _integer,
    "float": _real,
    "float(min=1.5)": _real,
    "float(signed=True)": _real,
    "float(max=1)": _real,
    "path": _path,
    "any(a, b)": _word,
    "any('a b', 'x+y', a|b)": _word,
    "any(a.b, é)": _word,
    "uuid": _uuid,
}
_converter = st.sampled_from([*CONVERTERS, "", "", "int", "path", "string"])


@st.composite
def _segment(draw: Any, at: int) -> tuple[str, str, dict[str, str]]:
    """One segment of a rule, what a request has there, and the variables' texts."""
    kind = draw(st.integers(0, 5))
    if kind < 2:
        text = draw(_static)
        return text, draw(st.sampled_from([text, text, text, "zz"])), {}
    names = [f"v{at}"] if kind < 5 else [f"v{at}", f"w{at}"]
    rule, path, values = "", "", {}
    for i, name in enumerate(names):
        converter = draw(_converter)
        value = draw(CONVERTERS[converter])
        before = draw(st.sampled_from(["", "", "", "x", "-", "v."])) if i == 0 else "-"
        rule += before + (f"<{converter}:{name}>" if converter else f"<{name}>")
        path += before + value
        values[name] = value
    after = draw(st.sampled_from(["", "", "", ".html", "y"]))
    return rule + after, path + after, values


@st.composite
def _rule(draw: Any, at: int, hosts: bool) -> tuple[dict[str, Any], str, dict[str, str]]:
    """A rule's arguments, a path that may fit it and its variables' texts."""
    texts: list[str] = []
    paths: list[str] = []
    values: dict[str, str] = {}
    for i in range(draw(st.integers(0, 3))):
        rule, path, drawn = draw(_segment(i))
        texts.append(rule)
        paths.append(path)
        values.update(drawn)
    by = draw(st.sampled_from(["/", "/", "/", "/", "//"]))
    end = draw(st.sampled_from(["", "/", "", "/", "//"]))
    given: dict[str, Any] = {
        "rule": "/" + by.join(texts) + end,
        # Two rules may have one endpoint, so that builds choose and defaults redirect.
        "endpoint": draw(st.sampled_from([f"e{at}", f"e{at}", "same", "same"])),
    }
    optional = {
        "methods": st.sampled_from([None, ["GET"], ["POST"], ["GET", "PUT"], ["get"], []]),
        "strict_slashes": st.sampled_from([None, True, False]),
        "merge_slashes": st.sampled_from([None, True, False]),
        "defaults": st.dictionaries(
            st.sampled_from([*values, "page"]), st.sampled_from(["a", 1, 7, "é"]), max_size=2
        ),
        "alias": st.just(True),
        "build_only": st.just(True),
        "websocket": st.just(True),
        "redirect_to": st.sampled_from(["a", "/x/y", *(f"/to/<{name}>" for name in values)]),
    }
    for name in draw(st.lists(st.sampled_from([*optional, "methods", "defaults"]), max_size=2)):
        given[name] = draw(optional[name])
    if given.get("websocket"):
        given.pop("methods", None)
    domain = draw(st.sampled_from([None, None, "", "api", "<sub>", "<any(a, b):sub>", "x.<sub>"]))
    if hosts:
        given["host"] = draw(st.sampled_from(["example.org", "<host>", "<sub>.example.org", ""]))
    elif domain is not None:
        given["subdomain"] = domain
    factory = draw(
        st.sampled_from(
            [None] * 6 + [("Submount", "/m"), ("EndpointPrefix", "p."), ("Subdomain", "api")]
        )
    )
    if factory is not None:
        given["inside"] = factory
    path = "/" + by.join(paths) + draw(st.sampled_from([end, end, end, "", "/"]))
    return given, ("/m" + path if factory and factory[0] == "Submount" else path), values


@st.composite
def _rules(
    draw: Any,
) -> tuple[list[dict[str, Any]], dict[str, Any], list[str], list[dict[str, str]]]:
    hosts = draw(st.integers(0, 5)) == 0
    made = [draw(_rule(i, hosts)) for i in range(draw(st.integers(1, 5)))]
    options: dict[str, Any] = {"host_matching": True} if hosts else {}
    for name in draw(
        st.lists(
            st.sampled_from(
                ["strict_slashes", "merge_slashes", "redirect_defaults", "sort_parameters"]
            ),
            max_size=2,
        )
    ):
        options[name] = draw(st.booleans())
    if not hosts and draw(st.integers(0, 5)) == 0:
        options["default_subdomain"] = draw(st.sampled_from(["api", "www"]))
    return [rule for rule, _, _ in made], options, [p for _, p, _ in made], [v for _, _, v in made]


_bind = st.fixed_dictionaries(
    {
        "server_name": st.sampled_from(
            ["example.org", "example.org", "EXAMPLE.org", "a.example.org:80"]
        )
    },
    optional={
        "script_name": st.sampled_from([None, "/", "/app", "/app/", "app"]),
        "subdomain": st.sampled_from(["", "api", "a", "x.b", "é"]),
        "url_scheme": st.sampled_from(["http", "https", "ws", ""]),
        "query_args": st.sampled_from([None, "a=b", {"a": "ü b", "c": 1}, ""]),
    },
)
_method = st.sampled_from(["GET", "GET", "POST", "HEAD", "PUT", "OPTIONS", "get", "X"])


def _without_clash(bind: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    if options.get("host_matching"):
        return {name: value for name, value in bind.items() if name != "subdomain"}
    return bind


@st.composite
def matches(draw: Any) -> tuple[Any, ...]:
    rules, options, paths, _ = draw(_rules())
    bind = _without_clash(draw(_bind), options)
    further = st.fixed_dictionaries(
        {},
        optional={
            "websocket": st.booleans(),
            "query_args": st.sampled_from(["q=1", {"q": "é"}]),
        },
    )
    asked = st.tuples(
        mutated(
            st.sampled_from(paths),
            odd=["/", "/", "//", "a", "é", ".", "-", "1", "|", "%", "?", " "],
        ),
        _method,
        further,
    )
    return rules, options, bind, draw(st.lists(asked, min_size=1, max_size=4))


_built_value = st.one_of(
    st.sampled_from(
        ["a", "b", "ab", "é", "a b", "a/b", "7", "x+y", "/", "", "a?b#c;d", "~!$&'()*+,;=:@"]
    ),
    st.sampled_from([7, -3, 0, 1.5, 1000, 1e20, True, None]),
    st.just(uuid.UUID(UUID)),
    st.lists(st.sampled_from(["a", "é", 1]), max_size=2),
)


@st.composite
def builds(draw: Any) -> tuple[Any, ...]:
    rules, options, _, values = draw(_rules())
    bind = _without_clash(draw(_bind), options)
    names = sorted({name for texts in values for name in texts} | {"sub", "page", "q"})
    endpoints = sorted({rule["endpoint"] for rule in rules} | {"p.same"})
    wanted = st.tuples(
        st.sampled_from([*endpoints, "samee"]),
        st.one_of(
            st.sampled_from(values),
            st.dictionaries(st.sampled_from(names), _built_value, max_size=4),
            st.builds(
                lambda known, more: {**known, **more},
                st.sampled_from(values),
                st.dictionaries(st.sampled_from(names), _built_value, max_size=2),
            ),
        ),
        st.fixed_dictionaries(
            {},
            optional={
                "method": st.sampled_from([None, "GET", "POST", "PUT"]),
                "force_external": st.booleans(),
                "append_unknown": st.booleans(),
                "url_scheme": st.sampled_from([None, "https", "", "ws", "wss"]),
            },
        ),
    )
    return rules, options, bind, draw(st.lists(wanted, min_size=1, max_size=4))


@st.composite
def _to_environ(draw: Any) -> tuple[Any, ...]:
    rules, options, paths, _ = draw(_rules())
    environ = draw(
        st.fixed_dictionaries(
            {"PATH_INFO": st.sampled_from(paths).map(lambda text: text.encode().decode("latin-1"))},
            optional={
                "HTTP_HOST": st.one_of(
                    host, st.sampled_from(["example.org", "api.example.org", "a.example.org:80"])
                ),
                "SERVER_NAME": st.sampled_from(["example.org", "localhost"]),
                "SERVER_PORT": st.sampled_from(["80", "443", "5000"]),
                "wsgi.url_scheme": st.sampled_from(["http", "https"]),
                "SCRIPT_NAME": st.sampled_from(["/app", "/"]),
                "REQUEST_METHOD": _method,
                "QUERY_STRING": st.sampled_from(["a=b", "é".encode().decode("latin-1")]),
                "HTTP_UPGRADE": st.sampled_from(["websocket", "WebSocket", "h2c"]),
                "HTTP_CONNECTION": st.sampled_from(["Upgrade", "keep-alive, upgrade", "close"]),
            },
        )
    )
    return (
        rules,
        options,
        environ,
        draw(st.sampled_from([None, None, "example.org", "EXAMPLE.org:80", "münchen.de"])),
    )


_rule_text = mutated(
    st.builds(
        "/{}<{}{}:x>{}".format,
        _static,
        st.sampled_from(["int", "string", "any", "float", "path", "nope", "default", "uuid"]),
        st.sampled_from(
            [
                "",
                "()",
                "(1)",
                "(min=1,)",
                "(a, 'b')",
                "(length=2)",
                "(minlength=x)",
                "(a=b=c)",
                "(')')",
            ]
        ),
        st.sampled_from(["", "/", "/<y>", "<y>", "/<x>", ".txt", "/<int:y>/"]),
    ),
    odd=[*list("<>():,='\"/ |\\."), "é", "\n"],
)
_argument_value = st.one_of(
    st.sampled_from(
        [
            *(
                "None",
                "True",
                "False",
                "1",
                "-1",
                "1_0",
                "1.5",
                "1.",
                ".5",
                "1e5",
                "1e",
                "nan",
                "inf",
            ),
            *("'a b'", '"x"', "u'é'", "r'\\n'", "a", "a.b", "é", "'", "''", "true", "0x1", "1__0"),
            *("Infinity", "-inf", "'a\\'b'", "a b", "1a", "_", "1_", "٣"),
        ]
    ),
    number,
    odd_text,
)
_arguments = mutated(
    st.lists(
        st.one_of(
            _argument_value,
            st.builds(
                "{}={}".format, st.sampled_from(["a", "min", "é", "a b", "1"]), _argument_value
            ),
        ),
        max_size=3,
    ).map(",".join),
    odd=[*list(",='\" .\\()"), "é"],
)

CASES: dict[str, SearchStrategy[tuple[Any, ...]]] = {
    "matches": matches(),
    "builds": builds(),
    "bound_to_environ": _to_environ(),
    "described": st.tuples(
        st.one_of(
            st.fixed_dictionaries({"rule": _rule_text, "endpoint": st.just("e")}),
            _rule(0, False).map(lambda made: made[0]),
        )
    ),
    "converter_arguments": st.tuples(_arguments),
    "converted": st.sampled_from([name for name in CONVERTERS if name]).flatmap(
        lambda name: st.tuples(
            st.just(name),
            mutated(CONVERTERS[name], odd=["/", "é", "0", "-", ".", "a", "\n", "%", " "]),
            st.one_of(_built_value, CONVERTERS[name], any_text),
        )
    ),
}
