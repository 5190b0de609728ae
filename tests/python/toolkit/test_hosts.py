"""Hosts: what fits the grammar and what is trusted."""

import pytest

from cruet.toolkit.exceptions import SecurityError
from cruet.toolkit.sansio.utils import get_content_length, get_host, host_is_trusted


@pytest.mark.parametrize(
    "host",
    [
        *("example.org", "a.", ".a", "1.2.3.4", "[::1]", "[::1]:80", "[::ff.2.3.4]", "[:1.]"),
        *("a:1", "a:65535", "-a"),
    ],
)
def test_hosts_that_fit_the_grammar_are_trusted_where_none_are_named(host):
    assert host_is_trusted(host)
    assert host_is_trusted(host, [])
    assert get_host("https", host, None, []) == host


@pytest.mark.parametrize(
    "host",
    [
        *("", "a b", "a/b", "a@b", "a:", "a:x", "a:0", "a:080", "a:65536", "a:-1", "_x", "*.a"),
        *("::1", "[::1", "[:]", "[v1.a]", "münchen.de", "a,b", "a%20"),
    ],
)
def test_other_hosts_never_are(host):
    assert not host_is_trusted(host)
    assert not host_is_trusted(host, [host])
    assert get_host("http", host) == ""
    with pytest.raises(SecurityError):
        get_host("http", host, None, [host])


def test_a_literal_address_may_be_named():
    assert host_is_trusted("[::1]:80", ["[::1]"])
    assert not host_is_trusted("[::2]", ["[::1]"])


def test_a_dot_stands_for_what_ends_with_it():
    assert host_is_trusted(".example.org:80", [".example.org"])
    assert not host_is_trusted(".example.org", ["example.org"])


@pytest.mark.parametrize("host", ["a..b", "x" * 64])
def test_what_is_no_domain_name_is_not_trusted_even_where_it_is_listed(host: str) -> None:
    assert not host_is_trusted(host, [host])
    assert not host_is_trusted("a.b", [host])


def test_no_host_is_none_of_those_named():
    assert get_host("http", None) == ""
    with pytest.raises(SecurityError):
        get_host("http", None, None, ["example.org"])


def test_length_takes_optional_blanks_and_nothing_else():
    assert get_content_length("\t1 ") == 1
    for text in ("\r1", "\x0b1", "1\xa0", "+1", "1_0"):
        assert get_content_length(text) == 0
    assert get_content_length("1", " Chunked\t, x") is None
