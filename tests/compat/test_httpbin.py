"""httpbin: renamed to cruet, its own tests and a visit; unmodified, a walk beside Flask."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fetched import Sdist, run_suite, unpack
from served import Browser, served
from twins import WAYS, Application, Comparison
from walk import Walker

HTTPBIN = Sdist(
    "httpbin", "0.10.4", "6023a5a2e8fb8e91abdd6d34d1f1f455092f97d567c25600e1b48ee1178aa738"
)

pytestmark = pytest.mark.heavy


@pytest.fixture
def httpbin(tmp_path: Path) -> Path:

    return unpack(HTTPBIN, tmp_path)


def test_its_own_tests_pass(httpbin: Path) -> None:
    assert "70 passed" in run_suite(httpbin, "tests")


@pytest.mark.parametrize("options", [(), ("--threads", "4")], ids=["inline", "threads"])
def test_a_visit_over_http(httpbin: Path, options: tuple[str, ...]) -> None:
    with served("httpbin:app", *options, cwd=httpbin) as address, Browser(address) as visitor:
        got = json.loads(visitor.get("/get?a=1&a=2&b=%C3%A9", {"X-Word": "yes"}).text)
        assert got["args"] == {"a": ["1", "2"], "b": "é"}
        assert got["headers"]["X-Word"] == "yes"
        assert got["url"] == f"{address}/get?a=1&a=2&b=é"

        sent = json.loads(visitor.post("/post", word="ü").text)
        assert sent["form"] == {"word": "ü"}

        assert visitor.get("/status/418").status == 418
        assert visitor.get("/cookies/set?flavour=oat").text.count("oat") == 1
        assert visitor.get("/redirect/3").path == "/get"
        assert visitor.get("/basic-auth/ada/byron").status == 401
        assert len(visitor.get("/bytes/5000?seed=1").body) == 5000
        assert len(visitor.get("/stream-bytes/70000?seed=1&chunk_size=999").body) == 70000
        assert len(visitor.get("/stream/9").text.splitlines()) == 9
        part = visitor.get("/range/2000", {"Range": "bytes=10-19"})
        assert (part.status, len(part.body)) == (206, 10)
        assert visitor.get("/gzip").headers["Content-Encoding"] == "gzip"
        assert visitor.get("/image/png").body.startswith(b"\x89PNG")
        assert visitor.get("/etag/abc", {"If-None-Match": '"abc"'}).status == 304
        assert "<h1>" in visitor.get("/html").text


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    httpbin = Application("httpbin", ("httpbin==0.10.4", "flasgger==0.9.7.1"), "httpbin:app")
    return Comparison(httpbin, walk, tmp_path_factory.mktemp("httpbin"))


@pytest.mark.parametrize("way", WAYS)
def test_unmodified_it_answers_as_with_flask_and_gunicorn(comparison: Comparison, way: str) -> None:
    comparison.check(way)


def walk(visitor: Walker) -> None:
    for part in (asking, pictures, statuses, methods, headers, redirects):
        part(visitor)
    for part in (cookies, signing_in, caches, streams, ranges, sending):
        part(visitor)


def asking(visitor: Walker) -> None:
    """What httpbin says that it was asked, and what it says by itself."""
    for page in ("/html", "/robots.txt", "/deny", "/ip", "/headers", "/user-agent", "/xml"):
        visitor.get(page, user_agent="walker", x_word="yes", referer="http://example.org/a?b")
        visitor.head(page)
    visitor.get("/")
    visitor.get("/spec.json")
    visitor.get("/flasgger_static/swagger-ui.css")
    visitor.get("/get?a=1&a=2&b=%C3%A9&c&=d&%ff=%2F+%2B;e=f", accept="text/*;q=0.5", x_word="")
    visitor.get("/anything/a%2Fb/../c//d%20e?show_env=1", x_forwarded_for="192.0.2.1, 192.0.2.2")
    visitor.get("/anything", x_forwarded_proto="https", x_forwarded_host="example.org")
    visitor.get("/encoding/utf8")
    visitor.get("/base64/SGVsbG8gd29ybGQ=")
    visitor.get("/base64/%20")
    visitor.get("/forms/post")
    visitor.get("/links/9/3")
    visitor.get("/uuid")
    visitor.secret("uuid", r'"uuid": "([\w-]{36})"')
    visitor.get("/delay/0")


def pictures(visitor: Walker) -> None:
    for accepted in ("image/webp", "image/svg+xml", "image/jpeg", "image/*", "*/*;q=0.1"):
        visitor.get("/image", 406 if accepted == "*/*;q=0.1" else 200, accept=accepted)
    for kind in ("png", "jpeg", "webp", "svg"):
        visitor.get(f"/image/{kind}")
        visitor.head(f"/image/{kind}")


def statuses(visitor: Walker) -> None:
    known = (200, 201, 202, 204, 205, 206, 300, 304, 400, 402, 404, 406, 410, 418, 429, 500, 599)
    for status in known:
        for method in ("GET", "HEAD", "POST", "DELETE"):
            visitor.request(method, f"/status/{status}", status)
    visitor.get("/status/abc", 400)
    visitor.get("/status/200:0,500:1", 500)


def methods(visitor: Walker) -> None:
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
        allowed = method in ("GET", "HEAD", "OPTIONS")
        visitor.request(method, "/get", 200 if allowed else 405)
        visitor.request(method, "/no/such/page", 404)
    preflight = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "X-Word",
        "Origin": "http://example.org",
    }
    visitor.request("OPTIONS", "/anything", headers=preflight)
    visitor.get("/get/", 404)
    visitor.get("/cache/x", 404)


def headers(visitor: Walker) -> None:
    visitor.get("/response-headers?X-Word=a&X-Word=b&Set-Cookie=a%3D1&Set-Cookie=b%3D2&Empty=")
    visitor.get("/response-headers?Content-Type=text/plain;%20charset=UTF-8&Content-Language=de")
    visitor.post("/response-headers?Server=httpbin&ETag=%22x%22")
    visitor.get("/response-headers?X-Split=a%0D%0AX-Second:b", 500)
    visitor.get("/response-headers?X-Far=%C3%A9")


def redirects(visitor: Walker) -> None:
    for path in ("/redirect/3", "/relative-redirect/2", "/absolute-redirect/2", "/links/9"):
        page = visitor.get(path, 302)
        visitor.head(path, 302)
        while page.status == 302:
            path = page.headers["Location"].removeprefix(visitor.address)
            page = visitor.get(path, 200 if path.startswith(("/get", "/links")) else 302)
    for status in (301, 302, 303, 307, 308):
        target = f"/redirect-to?url=/get%3Fa%3D%C3%A9&status_code={status}"
        for method in ("GET", "POST", "PUT"):
            visitor.request(method, target, status)
    visitor.get("/redirect-to?url=http://example.org/%20x|y", 302)
    visitor.get("/redirect-to", 302)


def cookies(visitor: Walker) -> None:
    visitor.get("/cookies")
    visitor.get("/cookies/set?flavour=oat&size=%22big%22%20%3B%20%C3%A9&empty=", 302)
    visitor.follow()
    visitor.get("/cookies/set/flavour/rye", 302)
    visitor.follow()
    visitor.get("/cookies/delete?flavour&size&missing", 302)
    visitor.follow()


def signing_in(visitor: Walker) -> None:
    for path in ("/basic-auth/ada/byron", "/hidden-basic-auth/ada/byron"):
        visitor.get(path, authorization="Basic YWRhOmJ5cm9u")
        refusal = 404 if "hidden" in path else 401
        for value in ("Basic YWRhOmFsZ29s", "Basic !", "Basic", "basic", "Bearer YWRhOmJ5cm9u"):
            visitor.get(path, refusal, authorization=value)
        visitor.get(path, refusal)
    visitor.get("/bearer", 401)
    visitor.get("/bearer", authorization="Bearer abc.def")
    answer = 'Digest username="ada", realm="x", nonce="n", uri="/", response="r", qop=auth'
    for path in ("/digest-auth/auth/ada/byron", "/digest-auth/auth-int/ada/byron/SHA-256/never"):
        for authorization in ("", f'{answer}, nc=1, cnonce="c", opaque="o"'):
            visitor.get(path, 401, authorization=authorization)
            visitor.secret("nonce", r'nonce="(\w+)"')
            visitor.secret("opaque", r'opaque="(\w+)"')
        visitor.get(path, 500, authorization='Digest username="ada", realm="x"')


def caches(visitor: Walker) -> None:
    visitor.get("/cache")
    visitor.secret("etag", r"ETag: (\w{32})")
    visitor.get("/cache", 304, if_none_match='"x"')
    visitor.get("/cache", 304, if_modified_since="Thu, 01 Jan 2026 00:00:00 GMT")
    visitor.get("/cache/60")
    visitor.get("/etag/abc", 304, if_none_match='W/"x", "abc"')
    visitor.get("/etag/abc", 304, if_none_match="*")
    visitor.get("/etag/abc", if_none_match='"abcd"')
    visitor.get("/etag/abc", 412, if_match='"abcd"')
    visitor.get("/etag/abc", if_match='"abc"')


def streams(visitor: Walker) -> None:
    for method in ("GET", "HEAD"):
        visitor.request(method, "/stream/9?a=b")
        visitor.request(method, "/stream/0")
        visitor.request(method, "/bytes/5000?seed=1")
        visitor.request(method, "/stream-bytes/70000?seed=1&chunk_size=999")
        visitor.request(method, "/drip?duration=0&numbytes=5&code=418", 418)
        for coding in ("gzip", "deflate", "brotli"):
            visitor.request(method, f"/{coding}")
    visitor.get("/drip?numbytes=0", 400)
    visitor.get("/drip?numbytes=x", 500)
    visitor.get("/stream/x", 404)


def ranges(visitor: Walker) -> None:
    visitor.get("/range/2000")
    for asked in ("bytes=10-19", "bytes=-5", "bytes=1990-", "bytes=0-0"):
        visitor.get("/range/2000?chunk_size=7", 206, range=asked)
        visitor.head("/range/2000", 206, range=asked)
    for asked in ("bytes=2000-", "bytes=9-3"):
        visitor.get("/range/2000", 416, range=asked)
    visitor.get("/range/2000", range="lines=1-2")
    visitor.get("/range/0", 404)


def sending(visitor: Walker) -> None:
    """Bodies of all kinds, and what httpbin understood of them."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    visitor.post("/post", word="ü & =", other="two\r\nlines")
    visitor.request("POST", "/post", 200, b"a=1&a=2&b&=c&%FF=%zz+", form)
    visitor.upload(
        "/post",
        200,
        {"file": ("a näme.txt", "grüße".encode()), "second": ("x", bytes(range(256)))},
        word="ü",
    )
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        path = f"/{method.lower()}?q=1"
        visitor.json(method, path, 200, {"a": [1, None, "é"]})
        visitor.request(method, path, 200, b"{not json", {"Content-Type": "application/json"})
        visitor.request(method, path, 200, b"\xff\x00raw", {"Content-Type": "text/plain"})
        visitor.request(method, path, 200, b"", {})
    visitor.request("POST", "/post", 200, b"no type at all", {})
    big = b"x" * 300_000
    visitor.request("POST", "/anything", 200, big, {"Content-Type": "application/octet-stream"})
    visitor.request("POST", "/post", 200, b"--x\r\nbroken", {"Content-Type": "multipart/form-data"})
