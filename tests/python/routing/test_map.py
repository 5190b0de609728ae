"""Maps and rules as objects: binding, factories, subclasses, own converters, copies."""

from __future__ import annotations

import copy
import gc
import pickle
import re
import weakref

import pytest

from cruet.toolkit.exceptions import BadHost, NotFound
from cruet.toolkit.routing import (
    BaseConverter,
    EndpointPrefix,
    Map,
    MapAdapter,
    Rule,
    RuleFactory,
    RuleTemplate,
    Subdomain,
    Submount,
    UnicodeConverter,
    ValidationError,
    parse_converter_args,
)

ENVIRON = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/",
    "QUERY_STRING": "",
    "SERVER_NAME": "example.org",
    "SERVER_PORT": "80",
    "HTTP_HOST": "example.org",
    "wsgi.url_scheme": "http",
}


@pytest.mark.parametrize(
    "rule", ["x", "", "/<", "/<a", "/<a>/<a>", "/<int(-):x>", "/<int():>", "/<1a>"]
)
def test_malformed_rules(rule):
    with pytest.raises(ValueError, match=r"rule|arguments"):
        Map([Rule(rule, endpoint="e")])


def test_unknown_converters_and_arguments():
    with pytest.raises(LookupError, match="'nothing'"):
        Map([Rule("/<nothing:x>")])
    with pytest.raises(TypeError):
        Map([Rule("/<path(1):x>/<int(nonsense=1):y>")])
    for text in ("a b", "a\xa0b", "€", "a€", "€=a", "a=€", "a,\u200b", "\ud800"):
        with pytest.raises(ValueError, match="Cannot parse"):
            parse_converter_args(text)


def test_arguments():
    assert parse_converter_args("a, 1, 2.5, True, None, 'x, y', n=1_0, m=\"q\"") == (
        ("a", 1, 2.5, True, None, "x, y"),
        {"n": 10, "m": "q"},
    )
    assert parse_converter_args("") == parse_converter_args("\u2028") == ((), {})
    assert parse_converter_args("\x85é\xa0=\u2028'€\xa0'\x1c,ßß") == (("ßß",), {"é": "€\xa0"})


def test_a_rule_has_one_map():
    rule = Rule("/", endpoint="e")
    with pytest.raises(RuntimeError):
        rule.compile()
    url_map = Map([rule])
    with pytest.raises(RuntimeError):
        Map([rule])
    Map([rule.empty()])
    rule.refresh()
    assert url_map.bind("h").match("/") == ("e", {})
    with pytest.raises(TypeError):
        hash(rule)


def test_factories():
    url_map = Map(
        [
            Submount("/blog/", [Rule("/", endpoint="index"), Rule("/<slug>", endpoint="show")]),
            EndpointPrefix("admin.", [Submount("/admin", [Rule("/x", endpoint="x")])]),
            Subdomain("api", [Rule("/v1", endpoint="v1")]),
            RuleTemplate([Rule("/$n/", endpoint="${n}.list", defaults={"kind": "$n"})])(n="page"),
        ]
    )
    found = sorted((r.rule, r.subdomain, r.endpoint) for r in url_map.iter_rules())
    assert found == [
        ("/admin/x", "", "admin.x"),
        ("/blog/", "", "index"),
        ("/blog/<slug>", "", "show"),
        ("/page/", "", "page.list"),
        ("/v1", "api", "v1"),
    ]
    assert url_map.bind("h").match("/page/") == ("page.list", {"kind": "page"})
    with pytest.raises(NotImplementedError):
        RuleFactory().get_rules(url_map)


def test_bind_to_environ():
    url_map = Map([Rule("/", endpoint="api", subdomain="api"), Rule("/é", endpoint="e")])
    urls = url_map.bind_to_environ({**ENVIRON, "HTTP_HOST": "API.example.org"}, "example.org")
    assert urls.subdomain == "api"
    assert urls.match() == ("api", {})
    urls = url_map.bind_to_environ({**ENVIRON, "PATH_INFO": "/\xc3\xa9", "SCRIPT_NAME": "/app"})
    assert urls.match() == ("e", {})
    assert urls.build("e") == "/app/%C3%A9"
    with pytest.warns(UserWarning, match="other.org"):
        urls = url_map.bind_to_environ(ENVIRON, "other.org")
    assert urls.subdomain == "<invalid>"
    with pytest.raises(NotFound):
        urls.match()
    upgrade = {"HTTP_CONNECTION": "keep-alive, Upgrade", "HTTP_UPGRADE": "WebSocket"}
    assert url_map.bind_to_environ({**ENVIRON, **upgrade}).url_scheme == "ws"
    assert url_map.bind_to_environ(ENVIRON, "example.org:80").subdomain == ""


def test_host_names():
    url_map = Map()
    assert url_map.bind("Bücher.Example:80").server_name == "xn--bcher-kva.example:80"
    for name in ("a..b", "x" * 64, "ü" * 64):
        with pytest.raises(BadHost):
            url_map.bind(name)


def test_what_a_map_tells_of_itself():
    url_map = Map([Rule("/u/<int:id>", endpoint="u"), Rule("/u", endpoint="u")])
    assert url_map.is_endpoint_expecting("u", "id")
    assert not url_map.is_endpoint_expecting("u", "id", "x")
    assert [rule.rule for rule in url_map.iter_rules("u")] == ["/u/<int:id>", "/u"]
    assert repr(url_map) == "Map([<Rule '/u/<id>' -> u>, <Rule '/u' -> u>])"
    with pytest.raises(KeyError):
        url_map.iter_rules("x")
    assert repr(Rule("/")) == "<Rule (unbound)>"
    assert [str(rule) for rule in url_map.iter_rules()] == ["/u/<int:id>", "/u"]


def test_own_converters():
    class Names(BaseConverter):
        def to_python(self, value):
            if value == "nobody":
                raise ValidationError()
            return value.split("+")

        def to_url(self, value):
            return "+".join(super(Names, self).to_url(one) for one in value)

    class Pattern(BaseConverter):
        def __init__(self, url_map, regex):
            super().__init__(url_map)
            self.regex = regex

    class Pair(BaseConverter):
        regex = r"\w+/\w+"

    class Failing(BaseConverter):
        def to_python(self, value):
            raise OverflowError(value)

    assert not Pair.part_isolating
    url_map = Map(
        [
            Rule("/n/<names:x>", endpoint="n"),
            Rule("/r/<re('(a|bc)+é?'):x>-<int:n>", endpoint="r"),
            Rule("/r/<re('[^/]+[.]js'):x>", endpoint="js"),
            Rule("/p/<pair:x>/", endpoint="p"),
            Rule("/f/<fail:x>", endpoint="f"),
            Rule("/q/<re('(x|y)+/z'):x>/", endpoint="q"),
        ],
        converters={"names": Names, "re": Pattern, "pair": Pair, "fail": Failing},
    )
    url_map.converters["later"] = UnicodeConverter
    url_map.add(Rule("/l/<later:x>", endpoint="l"))
    urls = url_map.bind("h")
    assert urls.match("/n/a+b") == ("n", {"x": ["a", "b"]})
    assert urls.build("n", {"x": ["a", "é"]}) == "/n/a+%C3%A9"
    assert urls.match("/r/abcé-7") == ("r", {"x": "abcé", "n": 7})
    assert urls.match("/r/x.js") == ("js", {"x": "x.js"})
    assert urls.match("/p/é/ß/") == ("p", {"x": "é/ß"})
    assert urls.match("/p/a/b/") == ("p", {"x": "a/b"})
    assert urls.match("/l/x") == ("l", {"x": "x"})
    assert urls.test("/p/é/ß")
    for path in ("/n/nobody", "/r/abd-7", "/p/a", "/q/x/y/"):
        with pytest.raises(NotFound):
            urls.match(path)
    with pytest.raises(OverflowError):
        urls.match("/f/1")
    with pytest.raises(re.error):
        url_map.add(Rule("/<re('(a'):x>"))


def test_subclasses_are_honoured():
    class MyRule(Rule):
        def __init__(self, string, tag=None, **options):
            super().__init__(string, **options)
            self.tag = tag

        def get_empty_kwargs(self):
            return {**super().get_empty_kwargs(), "tag": self.tag}

        def suitable_for(self, values, method=None):
            return "no" not in values and super().suitable_for(values, method)

        def build(self, values, append_unknown=True):
            built = super().build(values, append_unknown)
            return built and (built[0], built[1] + "!")

        def get_converter(self, variable_name, converter_name, args, kwargs):
            return super().get_converter(variable_name, "int", args, kwargs)

    class MyMap(Map):
        default_converters = {**Map.default_converters, "own": UnicodeConverter}

        def bind(self, *args, **kwargs):
            adapter = super().bind(*args, **kwargs)
            adapter.mine = True
            return adapter

    url_map = MyMap([MyRule("/<x>", tag=3, endpoint="e"), Rule("/plain/<own:x>", endpoint="e")])
    urls = url_map.bind("h")
    assert urls.mine
    assert isinstance(urls, MapAdapter)
    assert urls.match("/7", return_rule=True)[0].tag == 3
    assert urls.match("/7")[1] == {"x": 7}
    assert urls.build("e", {"x": 7}) == "/7!"
    assert urls.build("e", {"x": 7, "no": 1}) == "/plain/7?no=1"
    assert next(url_map.iter_rules()).empty().tag == 3


def test_copies_and_pickles():
    rule = Rule("/<int:x>", endpoint="e", methods=["GET"])
    url_map = Map([rule, Rule("/", endpoint="i", subdomain="s")], strict_slashes=False)
    for twin in (pickle.loads(pickle.dumps(rule)), copy.copy(rule), copy.deepcopy(rule)):
        assert (twin.rule, twin.endpoint, twin.methods) == ("/<int:x>", "e", {"GET", "HEAD"})
        assert twin.map is None
        assert Map([twin]).bind("h").match("/1") == ("e", {"x": 1})
    other = pickle.loads(pickle.dumps(url_map))
    assert type(other) is Map
    assert other.strict_slashes is False
    assert other.bind("h").match("/1") == ("e", {"x": 1})
    assert [r.rule for r in other.iter_rules()] == [r.rule for r in url_map.iter_rules()]


def test_maps_are_collected():
    url_map = Map([Rule("/<x>", endpoint="e")])
    gone = weakref.ref(url_map)
    url_map.bind("h").match("/a")
    del url_map
    gc.collect()
    assert gone() is None
