"""httpbin, renamed to cruet: its own tests, and a visit over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fetched import Sdist, run_suite, unpack
from served import Browser, served

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
