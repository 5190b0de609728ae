"""Matching: paths, slashes, methods, domains, and what a match raises."""

from __future__ import annotations

import copy
import time
import uuid

import pytest

from cruet import _cruet
from cruet.toolkit.exceptions import MethodNotAllowed, NotFound
from cruet.toolkit.routing import (
    IntegerConverter,
    Map,
    NoMatch,
    RequestAliasRedirect,
    RequestPath,
    RequestRedirect,
    Rule,
    StateMachineMatcher,
    UnicodeConverter,
    WebsocketMismatch,
)


def redirect_of(adapter, path, **kwargs):
    with pytest.raises(RequestRedirect) as caught:
        adapter.match(path, **kwargs)
    return caught.value.new_url


def test_extension_classes_work_on_their_own():
    rules = _cruet.Map([_cruet.Rule("/", endpoint="index")])
    rules.add(_cruet.Rule("/user/<int:id>", endpoint="user", methods=["GET"]))
    urls = rules.bind("example.org")
    assert urls.match("/user/7", method="HEAD") == ("user", {"id": 7})
    assert urls.build("user", {"id": 7, "q": "a b"}) == "/user/7?q=a+b"
    with pytest.raises(MethodNotAllowed) as caught:
        urls.match("/user/7", "POST")
    assert caught.value.valid_methods == ["GET", "HEAD"]
    with pytest.raises(NotFound):
        urls.match("/user/x")


@pytest.mark.parametrize(
    ("rule", "path", "values"),
    [
        ("/<x>", "/a b", {"x": "a b"}),
        ("/<string(length=2):x>", "/ñé", {"x": "ñé"}),
        ("/<string(length=2):x>", "/ñéa", None),
        ("/<string(minlength=2, maxlength=3):x>", "/a", None),
        ("/<string(minlength=2, maxlength=3):x>", "/abc", {"x": "abc"}),
        ("/<int:x>", "/007", {"x": 7}),
        ("/<int:x>", "/٣", {"x": 3}),
        ("/<int:x>", "/" + "9" * 30, {"x": int("9" * 30)}),
        ("/<int:x>", "/-1", None),
        ("/<int(signed=True):x>", "/-12", {"x": -12}),
        ("/<int(fixed_digits=3):x>", "/012", {"x": 12}),
        ("/<int(fixed_digits=3):x>", "/12", None),
        ("/<int(min=2, max=4):x>", "/4", {"x": 4}),
        ("/<int(min=2, max=4):x>", "/5", None),
        ("/<float:x>", "/1.50", {"x": 1.5}),
        ("/<float:x>", "/1", None),
        ("/<float(signed=True, max=0):x>", "/-1.5", {"x": -1.5}),
        ("/<float(min=2):x>", "/1.5", None),
        ("/<path:x>", "/a/b//c", {"x": "a/b//c"}),
        ("/<path:x>/edit", "/a/edit/edit", {"x": "a/edit"}),
        ("/<any(a, 'b c'):x>", "/b c", {"x": "b c"}),
        ("/<any(a, 'b c'):x>", "/c", None),
        ("/<uuid:x>", f"/{uuid.UUID(int=9)}", {"x": uuid.UUID(int=9)}),
        ("/x-<int:a>.<ext>", "/x-12.tar.gz", {"a": 12, "ext": "tar.gz"}),
        ("/<a>.<b>", "/a.tar.gz", {"a": "a.tar", "b": "gz"}),
        ("/<x>", "/\ud800", {"x": "\ud800"}),
        ("/<x>", "/a\x00b", {"x": "a\x00b"}),
    ],
)
def test_converters(rule, path, values):
    urls = Map([Rule(rule, endpoint="e")]).bind("example.org")
    if values is None:
        with pytest.raises(NotFound):
            urls.match(path)
        assert not urls.test(path)
    else:
        assert urls.match(path) == ("e", values)
        assert urls.test(path)


def test_more_digits_than_python_reads_do_not_match():
    urls = Map([Rule("/<int:x>", endpoint="e")]).bind("example.org")
    with pytest.raises(NotFound):
        urls.match("/" + "1" * 5000)


def test_static_before_variables_and_light_before_heavy():
    rules = ["/<path:p>", "/<x>", "/<int:n>", "/new", "/v<x>"]
    urls = Map([Rule(rule, endpoint=rule) for rule in rules]).bind("example.org")
    for path, rule in (("/new", "/new"), ("/1", "/<int:n>"), ("/v1", "/v<x>"), ("/z", "/<x>")):
        assert urls.match(path)[0] == rule
    assert urls.match("/a/b")[0] == "/<path:p>"


def test_slashes():
    urls = Map(
        [
            Rule("/branch/", endpoint="branch"),
            Rule("/leaf", endpoint="leaf"),
            Rule("/soft/", endpoint="soft", strict_slashes=False),
            Rule("/kept//twice", endpoint="kept", merge_slashes=False),
            Rule("/p/<path:p>/", endpoint="path"),
        ]
    ).bind("example.org", "/app")
    assert redirect_of(urls, "/branch") == "http://example.org/app/branch/"
    assert redirect_of(urls, "/branch", query_args="a=1") == "http://example.org/app/branch/?a=1"
    assert redirect_of(urls, "//branch///") == "http://example.org/app/branch/"
    assert redirect_of(urls, "/p//a///%/") == "http://example.org/app/p/a/%25/"
    assert urls.match("/soft") == ("soft", {})
    assert urls.match("/kept//twice") == ("kept", {})
    assert redirect_of(urls, "/p/a/b") == "http://example.org/app/p/a/b/"
    for path in ("/leaf/", "/kept/twice", "/leaf\n", ""):
        with pytest.raises(NotFound):
            urls.match(path)


def test_methods():
    url_map = Map([Rule("/x", endpoint="get", methods=["get"])])
    post = Rule("/x", endpoint="post", methods=["POST"])
    url_map.add(post)
    urls = url_map.bind("example.org")
    assert urls.match("/x", "head") == ("get", {})
    assert urls.match("/x", "POST") == ("post", {})
    assert sorted(urls.allowed_methods("/x")) == ["GET", "HEAD", "POST"]
    assert list(urls.allowed_methods("/y")) == []
    with pytest.raises(TypeError):
        Rule("/", methods="GET")
    # Changes of a bound rule are seen, in place and by assignment.
    post.methods.add("PUT")
    assert urls.match("/x", "PUT") == ("post", {})
    post.methods.discard("PUT")
    with pytest.raises(MethodNotAllowed):
        urls.match("/x", "PUT")
    post.methods = {"DELETE"}
    assert urls.match("/x", "DELETE") == ("post", {})
    post.endpoint = "gone"
    assert urls.match("/x", "DELETE") == ("gone", {})


def test_changes_are_seen_of_sets_of_methods_that_others_have():
    rule = Rule("/x", endpoint="x", methods=["GET"])
    before = rule.methods
    urls = Map([rule]).bind("example.org")
    before.add("PUT")
    assert urls.match("/x", "PUT") == ("x", {})

    rule = Rule("/x", endpoint="x", methods=["GET"])
    urls = Map([rule]).bind("example.org")
    copy.copy(rule).methods.add("PUT")
    assert urls.match("/x", "PUT") == ("x", {})

    given = {"GET", "PATCH"}
    rule.methods = given
    assert urls.match("/x", "PATCH") == ("x", {})
    given.discard("PATCH")
    with pytest.raises(MethodNotAllowed):
        urls.match("/x", "PATCH")

    allowed = {"GET"}

    class OwnMethods(Rule):
        @property
        def methods(self):
            return allowed

        @methods.setter
        def methods(self, value):
            pass

    urls = Map([OwnMethods("/x", endpoint="x")]).bind("example.org")
    allowed.add("PUT")
    assert urls.match("/x", "PUT") == ("x", {})
    assert not hasattr(Rule.__new__(Rule), "methods")


def test_rules_with_variables_that_are_nearly_equal():
    class Doubled(IntegerConverter):
        def to_python(self, value):
            return super().to_python(value) * 2

    class Tagged(UnicodeConverter):
        def __init__(self, map, tag):
            super().__init__(map)
            self.tag = tag

        def to_url(self, value):
            return f"{value}{self.tag}"

    converters = {"double": Doubled, "tagged": Tagged}
    kinds = {
        "int": ("7", 7),
        "int(max=8)": ("7", 7),
        "int(min=7)": ("7", 7),
        "int(fixed_digits=2)": ("07", 7),
        "float": ("7.0", 7.0),
        "double": ("7", 14),
        "string": ("7", "7"),
        "tagged('a')": ("7", "7"),
        "tagged('b')": ("7", "7"),
    }
    rules = [Rule(f"/{n}/<{kind}:x>", endpoint=n) for n, kind in enumerate(kinds)]
    urls = Map(rules, converters=converters).bind("example.org")
    for n, (text, value) in enumerate(kinds.values()):
        assert urls.match(f"/{n}/{text}") == (n, {"x": value})
    for path in ("/1/9", "/2/6", "/3/7"):
        with pytest.raises(NotFound):
            urls.match(path)
    assert [urls.build(n, {"x": 5}) for n in range(4)] == ["/0/5", "/1/5", "/2/5", "/3/05"]
    assert [urls.build(n, {"x": "5"}) for n in (7, 8)] == ["/7/5a", "/8/5b"]


def test_websockets():
    url_map = Map([Rule("/ws", endpoint="ws", websocket=True), Rule("/http", endpoint="http")])
    assert url_map.bind("h", url_scheme="ws").match("/ws") == ("ws", {})
    assert url_map.bind("h").match("/ws", websocket=True) == ("ws", {})
    with pytest.raises(WebsocketMismatch):
        url_map.bind("h").match("/ws")
    with pytest.raises(WebsocketMismatch):
        url_map.bind("h", url_scheme="wss").match("/http")
    with pytest.raises(ValueError, match="WebSocket"):
        Rule("/", websocket=True, methods=["POST"])


def test_subdomains_and_hosts():
    url_map = Map(
        [
            Rule("/", endpoint="user", subdomain="<name>"),
            Rule("/", endpoint="api", subdomain="api"),
            Rule("/", endpoint="index"),
        ]
    )
    assert url_map.bind("example.org", subdomain="api").match("/") == ("api", {})
    assert url_map.bind("example.org", subdomain="ann").match("/") == ("user", {"name": "ann"})
    assert url_map.bind("example.org").match("/") == ("index", {})
    hosts = Map([Rule("/", endpoint="h", host="<h>.org")], host_matching=True)
    assert hosts.bind("a.org").match("/") == ("h", {"h": "a"})
    with pytest.raises(NotFound):
        hosts.bind("a.net").match("/")
    with pytest.raises(RuntimeError):
        hosts.bind("a.org", subdomain="x")


def test_defaults_aliases_and_targets_redirect():
    def target(adapter, n):
        return f"t/{n}"

    urls = Map(
        [
            Rule("/all/", endpoint="all", defaults={"page": 1}),
            Rule("/all/<int:page>", endpoint="all"),
            Rule("/every-<int:page>", endpoint="all", alias=True),
            Rule("/old/<int:n>", redirect_to="new/<n>"),
            Rule("/older/<int:n>", redirect_to=target),
        ]
    ).bind("example.org", "/app/")
    assert urls.match("/all/") == ("all", {"page": 1})
    assert redirect_of(urls, "/all/1") == "http://example.org/app/all/"
    assert redirect_of(urls, "/every-2") == "http://example.org/app/all/2"
    assert redirect_of(urls, "/every-1", query_args={"q": "x y"}) == (
        "http://example.org/app/all/?q=x+y"
    )
    assert redirect_of(urls, "/old/3") == "http://example.org/app/new/3"
    assert redirect_of(urls, "/older/3") == "http://example.org/app/t/3"
    still = Map(
        [Rule("/all/", endpoint="all", defaults={"page": 1}), Rule("/<int:page>", endpoint="all")],
        redirect_defaults=False,
    )
    assert still.bind("h").match("/1") == ("all", {"page": 1})


def test_rules_added_later_match_at_once():
    url_map = Map([Rule("/<x>", endpoint="any")])
    urls = url_map.bind("h")
    assert urls.match("/new")[0] == "any"
    url_map.add(Rule("/new", endpoint="new"))
    assert urls.match("/new")[0] == "new"


def test_return_rule_and_dispatch():
    rule = Rule("/x/<int:n>", endpoint="x")
    urls = Map([rule, Rule("/s/", endpoint="s")]).bind("h")
    found, values = urls.match("/x/1", return_rule=True)
    assert found is rule
    assert values == {"n": 1}
    assert urls.dispatch(lambda e, v: (e, v), "/x/1") == ("x", {"n": 1})
    assert isinstance(urls.dispatch(lambda e, v: None, "/s"), RequestRedirect)
    assert isinstance(urls.dispatch(lambda e, v: None, "/", catch_http_exceptions=True), NotFound)
    with pytest.raises(NotFound):
        urls.dispatch(lambda e, v: None, "/")


def test_matcher_on_its_own():
    url_map = Map()
    matcher = StateMachineMatcher(merge_slashes=True)
    for rule in (
        Rule("/a/<int:n>/", endpoint="a", methods=["GET"]),
        Rule("/b", endpoint="b", alias=True),
    ):
        rule.bind(url_map)
        matcher.add(rule)
    found, values = matcher.match("", "/a/1/", "GET", False)
    assert (found.endpoint, values) == ("a", {"n": 1})
    with pytest.raises(RequestPath) as path:
        matcher.match("", "/a/1", "GET", False)
    assert path.value.path_info == "/a/1/"
    with pytest.raises(NoMatch) as none:
        matcher.match("", "/a/1/", "POST", False)
    assert none.value.have_match_for == {"GET", "HEAD"}
    with pytest.raises(RequestAliasRedirect):
        matcher.match("", "/b", "GET", False)
    with pytest.raises(RuntimeError):
        matcher.add(Rule("/"))


def test_hostile_paths_take_time_in_proportion():
    rules = ["/<a>-<b>-<c>.<d>", "/<path:p>/<path:q>/<path:r>/no/", "/<a>/<b>/<c>/<d>/x"]
    urls = Map([Rule(rule, endpoint=rule) for rule in rules]).bind("h")
    start = time.perf_counter()
    for path in ("/" * 50000, "/" + "-" * 50000, "/" + "a/" * 25000, "/" + "é" * 20000):
        assert not urls.test(path)
    assert time.perf_counter() - start < 10
