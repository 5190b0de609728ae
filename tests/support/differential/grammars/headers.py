"""What `operations/headers.py` is asked."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .text import (
    any_text,
    field_value,
    mutated,
    number,
    odd_text,
    parameter,
    parametrised,
    quoted_string,
    separated,
    token,
)

media_type = st.builds(
    "{}/{}".format,
    token("text", "application", "multipart", "*"),
    token("html", "json", "x+json", "form-data", "*", "problem+JSON"),
)
option_name = token("charset", "boundary", "filename", "name", "q", "level", "title")
options = field_value(
    st.one_of(
        parametrised(media_type, option_name),
        parametrised(token("form-data", "attachment"), st.sampled_from(["filename", "name", "a"])),
    )
)
member = st.one_of(token("gzip", "Accept", "cookie", "*"), quoted_string, odd_text)
list_value = field_value(separated(member))
dict_value = field_value(separated(st.one_of(parameter(token("a", "b", "realm", "qop")), member)))

cache_directive = st.sampled_from(
    [
        *("no-cache", "no-store", "max-age", "no-transform", "max-stale", "min-fresh"),
        *("only-if-cached", "public", "private", "must-revalidate", "proxy-revalidate"),
        *("s-maxage", "immutable", "must-understand", "stale-while-revalidate", "stale-if-error"),
        *("Max-Age", "x-own"),
    ]
)
cache_value = field_value(
    separated(
        st.one_of(
            cache_directive,
            st.builds("{}={}".format, cache_directive, st.one_of(number, quoted_string, token())),
        )
    )
)
_cache_step = st.one_of(
    st.tuples(
        st.sampled_from(
            [
                *("no_cache", "no_store", "no_transform", "public", "private", "immutable"),
                *("must_revalidate", "proxy_revalidate", "must_understand"),
            ]
        ),
        st.sampled_from([True, False, None, "a", "", "a, b", "delete", 1]),
    ),
    st.tuples(
        st.sampled_from(["max_age", "s_maxage", "stale_while_revalidate", "stale_if_error"]),
        st.sampled_from([None, 0, 1, 300, -1, True, False, "5", "x", 1.5, "delete"]),
    ),
)

_source = st.sampled_from(["'self'", "'none'", "https://a.example", "*", "data:", "'nonce-x'"])
csp = field_value(
    separated(
        st.builds(
            lambda name, sources: " ".join([name, *sources]),
            token("default-src", "script-src", "img-src", "report-uri"),
            st.lists(_source, max_size=3),
        ),
        by=";",
    )
)

_base64 = st.one_of(
    st.builds(
        lambda text: __import__("base64").b64encode(text.encode()).decode(),
        st.one_of(any_text, st.builds("{}:{}".format, any_text, any_text)),
    ),
    st.sampled_from(["dXNlcjpwdw==", "dXNlcjpwdw", "/w==", "Og==", "===", "a", "dXN lcjpwdw=="]),
    odd_text,
)
_authentication = separated(
    parameter(token("realm", "username", "nonce", "qop", "opaque", "uri", "stale", "algorithm"))
)
credentials = field_value(
    st.one_of(
        st.builds("{} {}".format, token("Basic", "bearer"), _base64),
        st.builds("{} {}".format, token("Digest", "Basic", "own"), _authentication),
        token("Basic"),
        odd_text,
    )
)
_plain_value = st.one_of(st.none(), any_text, st.integers(-3, 300))
_values = st.dictionaries(token("realm", "nonce", "qop", "stale", "a*"), any_text, max_size=3)

_day = st.sampled_from(["Sun", "Mon", "Tue", "Wed", "Sunday", "Wednesday", "sun", "Xyz", ""])
_month = st.sampled_from(["Jan", "Feb", "Nov", "Dec", "feb", "Foo", "11", ""])
_two = st.one_of(st.integers(0, 31).map("{:02}".format), st.integers(0, 99).map(str), st.just(""))
_year = st.one_of(
    st.integers(1900, 2100).map(str),
    st.sampled_from(["0", "1", "68", "69", "94", "099", "1000", "9999", "10000", "-1"]),
)
_zone = st.sampled_from(
    ["GMT", "UTC", "gmt", "Z", "", "+0000", "-0000", "+0130", "-2359", "EST", "PDT", "X", "+9999"]
)
_clock = st.one_of(
    st.builds("{}:{}:{}".format, _two, _two, _two),
    st.sampled_from(
        ["08:49:37", "23:59:60", "24:00:00", "8:49", "00:00:61", "08.49.37", "1:2:3:4"]
    ),
)
date = field_value(
    st.one_of(
        st.builds("{}, {} {} {} {} {}".format, _day, _two, _month, _year, _clock, _zone),
        st.builds("{}, {}-{}-{} {} {}".format, _day, _two, _month, _year, _clock, _zone),
        st.builds("{} {} {} {} {}".format, _day, _month, _two, _clock, _year),
        st.builds("{} {} {} {} {}".format, _two, _month, _year, _clock, _zone),
        st.builds("{} {} {}".format, _two, _month, _year),
        st.sampled_from(
            [
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
                "Thu, 01 Jan 1970 00:00:00 GMT",
            ]
        ),
        odd_text,
    )
)
_seconds = st.one_of(
    st.integers(-100, 100),
    st.integers(-(10**11), 10**12),
    st.floats(-1e6, 1e12),
    st.sampled_from([-62135596800, 253402300799, 0.5, -0.5]),
)
_fields = st.tuples(
    *(st.integers(1, 9999), st.integers(1, 12), st.integers(1, 28), st.integers(0, 23)),
    *(st.integers(0, 59), st.integers(0, 59)),
)
_moment = st.builds(
    lambda fields, micro, offset: (*fields, micro, offset),
    _fields.filter(lambda fields: 1 < fields[0] < 9999),
    st.sampled_from([0, 1, 999_999]),
    st.one_of(st.none(), st.integers(-1439, 1439)),
)
field_name = st.sampled_from(
    [
        *("Allow", "content-encoding", "Content-Length", "Content-MD5", "expires", "Location"),
        *("Last-Modified", "Connection", "keep-alive", "TE", "trailer", "Transfer-Encoding"),
        *("Upgrade", "Proxy-Authorization", "X-Own", "content-location", "Trailers"),
    ]
)

CASES: dict[str, SearchStrategy[tuple[Any, ...]]] = {
    "options": st.tuples(options),
    "dump_options": st.tuples(
        st.one_of(st.none(), media_type),
        st.dictionaries(token("a", "filename*", "b"), _plain_value, max_size=3),
    ),
    "list_members": st.tuples(list_value),
    "dictionary": st.tuples(dict_value),
    "dump_list": st.tuples(
        st.one_of(
            st.lists(st.one_of(any_text, st.integers(0, 9)), max_size=4),
            st.dictionaries(token("a", "b*"), _plain_value, max_size=4),
        )
    ),
    "header_set": st.tuples(list_value),
    "quoted": st.tuples(st.one_of(any_text, odd_text, token()), st.booleans()),
    "unquoted": st.tuples(mutated(st.one_of(quoted_string, odd_text))),
    "cache_control": st.tuples(cache_value, st.sampled_from(["request", "response"])),
    "cache_control_made": st.tuples(st.lists(_cache_step, max_size=5)),
    "csp": st.tuples(csp),
    "authorization": st.tuples(credentials),
    "authorization_made": st.one_of(
        st.tuples(
            st.just("basic"),
            st.fixed_dictionaries({"username": any_text, "password": any_text}),
            st.none(),
        ),
        st.tuples(token("digest", "bearer", "own"), _values, st.none()),
        st.tuples(token("digest", "bearer", "own"), st.none(), token()),
    ),
    "www_authenticate": st.tuples(credentials),
    "www_authenticate_made": st.one_of(
        st.tuples(token("digest", "basic"), _values, st.none()),
        st.tuples(token("digest", "bearer"), st.none(), token()),
    ),
    "date": st.tuples(date),
    "http_date": st.one_of(
        st.tuples(st.just("seconds"), _seconds),
        st.tuples(st.just("datetime"), _moment),
        st.tuples(st.just("date"), _fields),
        st.tuples(st.just("struct"), _fields),
    ),
    "age": st.tuples(mutated(number)),
    "dump_age": st.tuples(st.one_of(st.none(), st.integers(-3, 10**12), st.floats(-2, 1e9))),
    "entity_headers": st.tuples(st.lists(field_name, max_size=5)),
    "content_type": st.tuples(media_type, token("utf-8", "latin1")),
    "mimetype": st.tuples(options),
}
