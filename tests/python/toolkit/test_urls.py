"""URIs, IRIs and the way between them."""

import pytest

from cruet.toolkit.urls import _urlencode, iri_to_uri, uri_to_iri


@pytest.mark.parametrize(
    ("uri", "iri"),
    [
        ("http://xn--n3h.net/p%C3%A5th?q=%C3%B6#%C3%B6", "http://☃.net/påth?q=ö#ö"),
        ("http://h/%2F%3F%23%25?%26%3D%2B", "http://h/%2F%3F%23%25?%26%3D%2B"),
        ("/a%20b%00%7F", "/a%20b%00%7F"),
        ("/%FF%C3%A9%FE", "/%FFé%FE"),
        ("http://us%C3%A9r:p%40w@h:80/", "http://usér:p%40w@h:80/"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("itms-services://?action=x&url=https://y", "itms-services://?action=x&url=https://y"),
        ("//h/x", "//h/x"),
        ("", ""),
    ],
)
def test_both_ways(uri, iri):
    assert uri_to_iri(uri) == iri
    assert iri_to_uri(iri) == uri
    assert iri_to_uri(uri) == uri
    assert uri_to_iri(iri) == iri


def test_hosts_that_are_none():
    assert uri_to_iri("http://xn--a.xn--n3h/") == "http://xn--a.☃/"
    with pytest.raises(UnicodeError):
        iri_to_uri(f"http://{'a' * 70}.é/")
    with pytest.raises(ValueError):
        iri_to_uri("http://h:port/")


def test_urlencode():
    query = _urlencode({"a": ["b c", "d"], "none": None, "é": "/?:@"})
    assert query == "a=b+c&a=d&%C3%A9=/?:@"
