"""Building URLs, and what is said when it cannot be done."""

from __future__ import annotations

import uuid

import pytest

from cruet.toolkit.datastructures import MultiDict
from cruet.toolkit.routing import BuildError, Map, Rule, ValidationError
from cruet.toolkit.routing.converters import BaseConverter


@pytest.mark.parametrize(
    ("rule", "values", "url"),
    [
        ("/a b/é|", {}, "/a%20b/%C3%A9%7C"),
        ("/<x>", {"x": "a/b c?é%"}, "/a/b%20c%3F%C3%A9%25"),
        ("/<x>", {"x": 42}, "/42"),
        ("/<int:x>", {"x": 7}, "/7"),
        ("/<int:x>", {"x": "7"}, "/7"),
        ("/<int:x>", {"x": True}, "/1"),
        ("/<int(fixed_digits=4):x>", {"x": 7}, "/0007"),
        ("/<float:x>", {"x": 0.5}, "/0.5"),
        ("/<float:x>", {"x": 2}, "/2.0"),
        ("/<path:x>", {"x": "a/b"}, "/a/b"),
        ("/<any(a, b):x>", {"x": "b"}, "/b"),
        ("/<uuid:x>", {"x": uuid.UUID(int=1)}, f"/{uuid.UUID(int=1)}"),
        ("/<uuid:x>", {"x": "as it is"}, "/as it is"),
        ("/", {"a": [1, None, "x y"], "b": None, "c": "&=+"}, "/?a=1&a=x+y&c=%26%3D%2B"),
        ("/", {"a": b"x y\xff", "b": [b"z"]}, "/?a=x+y%FF&b=z"),
        ("//a//b", {}, "/a/b"),
    ],
)
def test_values(rule, values, url):
    assert Map([Rule(rule, endpoint="e")]).bind("h").build("e", values) == url


def test_places_and_schemes():
    url_map = Map(
        [
            Rule("/", endpoint="index"),
            Rule("/", endpoint="api", subdomain="api"),
            Rule("/ws", endpoint="ws", websocket=True),
        ]
    )
    urls = url_map.bind("example.org:8080", "/app", url_scheme="https")
    assert urls.build("index") == "/app/"
    assert urls.build("index", force_external=True) == "https://example.org:8080/app/"
    assert urls.build("api") == "https://api.example.org:8080/app/"
    assert urls.build("api", url_scheme="") == "//api.example.org:8080/app/"
    assert urls.build("ws") == "wss://example.org:8080/app/ws"
    assert urls.build("ws", url_scheme="http") == "ws://example.org:8080/app/ws"
    assert url_map.bind("h", url_scheme="ws").build("index", force_external=True) == "http://h/"


def test_defaults_and_methods_choose_the_rule():
    urls = Map(
        [
            Rule("/all/<int:page>", endpoint="all"),
            Rule("/all/", endpoint="all", defaults={"page": 1}),
            Rule("/get", endpoint="m", methods=["GET"]),
            Rule("/post", endpoint="m", methods=["POST"]),
            Rule("/x/<y>", endpoint="fixed", defaults={"y": "z"}),
        ]
    ).bind("h")
    assert urls.build("all") == "/all/"
    assert urls.build("all", {"page": 1}) == "/all/"
    assert urls.build("all", {"page": 2}) == "/all/2"
    assert urls.build("m") == "/get"
    assert urls.build("m", method="POST") == "/post"
    assert urls.build("fixed", {"q": 1}) == "/x/z?q=1"
    assert urls.build("all", {"q": 1}, append_unknown=False) == "/all/"


def test_urls_without_variables_follow_what_changes():
    class Loud(Rule):
        def build(self, values, append_unknown=True):
            domain, path = super().build(values, append_unknown)
            return domain, path + "!"

    class Shy(Rule):
        def suitable_for(self, values, method=None):
            return method == "POST" and super().suitable_for(values, method)

    rule = Rule("/page", endpoint="page", methods=["GET"])
    url_map = Map([rule, Rule("/other", endpoint="page"), Loud("/loud", endpoint="loud")])
    url_map.add(Shy("/shy", endpoint="shy"))
    urls = url_map.bind("example.org")
    assert urls.build("page") == urls.build("page", {}) == "/page"
    assert urls.build("page", method="GET") == "/page"
    assert urls.build("page", method="PUT") == "/other"
    assert urls.build("loud") == "/loud!"
    assert urls.build("shy", method="POST") == "/shy"
    with pytest.raises(BuildError):
        urls.build("shy")
    urls.default_method = "PUT"
    assert urls.build("page") == "/other"
    rule.methods.add("PUT")
    assert urls.build("page") == "/page"
    rule.defaults = {"n": 1}
    assert urls.build("page", {"n": 2}) == "/other?n=2"
    rule.defaults = None
    rule.rule = "/renamed"
    rule.refresh()
    assert urls.build("page") == "/renamed"
    rule.websocket = True
    assert urls.build("page") == "ws://example.org/renamed"
    rule.websocket = False
    urls.script_name = "/app/"
    assert urls.build("page") == "/app/renamed"
    urls.subdomain = "api"
    assert urls.build("page") == "http://example.org/app/renamed"


def test_sorted_parameters():
    url_map = Map([Rule("/", endpoint="e")], sort_parameters=True, sort_key=lambda pair: pair[1])
    assert url_map.bind("h").build("e", {"a": 3, "b": 1, "c": 2}) == "/?b=1&c=2&a=3"


def test_multi_dicts_give_their_first_or_all_values():
    urls = Map([Rule("/<x>", endpoint="e")]).bind("h")
    values = MultiDict([("x", "a"), ("q", "1"), ("q", "2")])
    assert urls.build("e", values) == "/a?q=1&q=2"


def test_hosts_prefer_the_rule_on_this_one():
    url_map = Map(
        [Rule("/", endpoint="e", host="a.org"), Rule("/", endpoint="e", host="b.org")],
        host_matching=True,
    )
    assert url_map.bind("b.org").build("e") == "/"
    assert url_map.bind("c.org").build("e") == "http://a.org/"


def test_converter_errors():
    class Even(BaseConverter):
        def to_url(self, value):
            if value % 2:
                raise ValidationError()
            return str(value)

    class Broken(BaseConverter):
        def to_url(self, value):
            raise KeyError(value)

    urls = Map(
        [
            Rule("/even/<even:n>", endpoint="n"),
            Rule("/any/<int:n>", endpoint="n"),
            Rule("/<broken:n>", endpoint="broken"),
        ],
        converters={"even": Even, "broken": Broken},
    ).bind("h")
    assert urls.build("n", {"n": 2}) == "/even/2"
    assert urls.build("n", {"n": 3}) == "/any/3"
    with pytest.raises(KeyError):
        urls.build("broken", {"n": 1})
    with pytest.raises(TypeError):
        urls.build("n", {"n": 2, 3: 4})


def test_build_errors_say_what_was_meant():
    urls = Map([Rule("/u/<int:id>", endpoint="user.show", methods=["GET"])]).bind("h")
    for args, hint in (
        (("user.shown",), "Did you mean 'user.show' instead?"),
        (("user.show",), "Did you forget to specify values ['id']?"),
        (("user.show", {"id": 1}, "PUT"), "Did you mean to use methods ['GET', 'HEAD']?"),
    ):
        with pytest.raises(BuildError) as caught:
            urls.build(*args)
        assert hint in str(caught.value)
    assert caught.value.suggested is not None
    assert caught.value.suggested.endpoint == "user.show"
    empty = BuildError("x", {"a": 1}, "GET", Map().bind("h"))
    assert empty.suggested is None
    assert str(empty) == "Could not build url for endpoint 'x' ('GET') with values ['a']."
    assert BuildError("x", {}, None).suggested is None


@pytest.mark.parametrize("own", [False, True])
def test_of_a_bad_query_and_a_bad_value_the_query_is_told(own: bool) -> None:
    class OwnQuery(Rule):
        def _encode_query_vars(self, query_vars):
            return super()._encode_query_vars(query_vars)

    rule = (OwnQuery if own else Rule)("/<any(a, b):x>", endpoint="e")
    adapter = Map([rule], sort_parameters=True).bind("h")
    assert adapter.build("e", {"x": "a", "q": ["c", "b"]}) == "/a?q=b&q=c"
    with pytest.raises(TypeError):
        adapter.build("e", {"x": "c", "q": [1, "a"]})
    with pytest.raises(ValueError):
        adapter.build("e", {"x": "c", "q": 1})
