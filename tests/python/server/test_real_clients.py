"""Load generators, clients and tools that people use: what they say of a server of cruet's."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import requests
from load import Load
from prometheus_client.parser import text_string_to_metric_families
from running import MODES, Running, command, running, until
from served import free_port

APP = """
from cruet import Flask, Response, request, send_file, session

app = Flask(__name__)
app.secret_key = "known"


@app.get("/")
def index():
    return "hello"


@app.route("/echo", methods=["POST", "PUT"])
def echo():
    return Response(request.get_data(), mimetype=request.mimetype or "text/plain")


@app.post("/form")
def form():
    files = {name: [file.filename, len(file.read())] for name, file in request.files.items()}
    return {"form": request.form, "files": files}


@app.post("/json")
def json():
    return request.get_json()


@app.get("/stream")
def stream():
    return Response((f"piece {number}\\n" for number in range(1000)), mimetype="text/plain")


@app.get("/file")
def file():
    return send_file(request.args["path"], conditional=True)


@app.get("/visits")
def visits():
    session["visits"] = session.get("visits", 0) + 1
    return str(session["visits"])


@app.get("/redirect")
def redirect():
    return Response(status=302, headers={"Location": "/visits"})
"""


@pytest.fixture(scope="module", params=["inline", "threads"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("clients")
    (folder / "asked.py").write_text(APP)
    with running("asked:app", "--workers", "2", *MODES[request.param], cwd=folder) as server:
        server.ready(2)
        yield server
        assert server.end(signal.SIGTERM) == 0
        assert "Traceback" not in server.text


@pytest.fixture
def url(server: Running) -> str:
    return f"http://127.0.0.1:{server.port}"


def run(name: str, *arguments: str) -> str:
    """What a tool prints. Where it is not installed the test is skipped."""
    tool = shutil.which(name, path="/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/bin")
    if not tool:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    assert found, text
    return int(found[1])


@pytest.mark.parametrize("path", ["/", "/stream"])
def test_wrk(url: str, path: str) -> None:
    said = run("wrk", "-t1", "-c8", "-d1s", url + path)
    assert number(r"(\d+) requests in", said) > 10
    assert "Socket errors" not in said
    assert "Non-2xx" not in said


@pytest.mark.parametrize("path", ["/", "/stream"])
@pytest.mark.parametrize("at_once", ["1", "10"])
def test_h2load_in_h1_mode(url: str, path: str, at_once: str) -> None:
    said = run("h2load", "--h1", "-n400", "-c8", f"-m{at_once}", url + path)
    assert "400 total, 400 started, 400 done, 400 succeeded, 0 failed, 0 errored" in said
    assert "400 2xx, 0 3xx, 0 4xx, 0 5xx" in said


@pytest.mark.parametrize("path", ["/", "/stream"])
@pytest.mark.parametrize("keep", [True, False])
def test_ab(url: str, path: str, keep: bool) -> None:
    said = run("ab", "-q", *(["-k"] if keep else []), "-n400", "-c8", url + path)
    assert number(r"Complete requests: +(\d+)", said) == 400
    assert number(r"Failed requests: +(\d+)", said) == 0
    assert "Non-2xx" not in said
    if keep:
        # It speaks HTTP/1.0, where an answer without a length ends its connection.
        assert number(r"Keep-Alive requests: +(\d+)", said) == (400 if path == "/" else 0)


def test_ab_sends_forms(url: str, tmp_path: Path) -> None:
    (tmp_path / "sent").write_bytes(b"x" * 100_000)
    sent = ("-p", str(tmp_path / "sent"), "-T", "text/plain")
    said = run("ab", "-q", "-k", "-n200", "-c8", *sent, f"{url}/echo")
    assert number(r"Complete requests: +(\d+)", said) == 200
    assert number(r"Failed requests: +(\d+)", said) == 0
    assert number(r"Document Length: +(\d+)", said) == 100_000


def curl(*arguments: str) -> str:
    return run("curl", "--silent", "--show-error", "--fail", "--max-time", "30", *arguments)


def test_curl_keeps_its_connection(url: str) -> None:
    told = curl("--write-out", "%{http_version} %{num_connects} ", url, url + "/visits")
    assert told == "hello1.1 1 11.1 0 "
    assert curl("--http1.0", "--write-out", " %{http_version}", url) == "hello 1.1"


def test_curl_asks_for_heads(url: str) -> None:
    head = curl("--head", url)
    assert head.startswith("HTTP/1.1 200 OK\n")
    assert "Content-Length: 5\n" in head


@pytest.mark.parametrize("how", ["--data-binary", "--upload-file"])
@pytest.mark.parametrize("field", ["", "Transfer-Encoding: chunked", "Expect: 100-continue"])
def test_curl_uploads(url: str, tmp_path: Path, how: str, field: str) -> None:
    sent, got = tmp_path / "sent", tmp_path / "got"
    sent.write_bytes(bytes(range(256)) * 8192)
    more = ["--header", field] if field else []
    path = f"@{sent}" if how == "--data-binary" else str(sent)
    plain = ("--header", "Content-Type: application/octet-stream")
    curl(how, path, *more, *plain, "--output", str(got), f"{url}/echo")
    assert got.read_bytes() == sent.read_bytes()


def test_curl_resumes_and_looks_whether_there_is_news(url: str, tmp_path: Path) -> None:
    whole, got = tmp_path / "whole", tmp_path / "got"
    whole.write_bytes(b"0123456789" * 100_000)
    got.write_bytes(whole.read_bytes()[:1234])
    where = f"{url}/file?path={whole}"
    status = ("--write-out", "%{http_code}")
    assert curl("--continue-at", "-", "--output", str(got), *status, where) == "206"
    assert got.read_bytes() == whole.read_bytes()
    tag = tmp_path / "tag"
    assert curl("--etag-save", str(tag), "--output", str(got), *status, where) == "200"
    again = ("--etag-compare", str(tag), "--output", str(tmp_path / "none"))
    assert curl(*again, *status, where) == "304"


def test_curl_over_a_unix_socket(tmp_path: Path) -> None:
    (tmp_path / "asked.py").write_text(APP)
    path = tmp_path / "socket"
    argv = ["--unix-socket", str(path), "--unix-socket-mode", "666"]
    with running(cwd=tmp_path, argv=command("asked:app", *argv)) as server:
        server.ready()
        assert curl("--unix-socket", str(path), "http://here/") == "hello"


def test_requests(url: str) -> None:
    with requests.Session() as session:
        assert session.get(url, timeout=20).text == "hello"
        assert session.get(f"{url}/redirect", timeout=20).text == "1"
        assert session.get(f"{url}/visits", timeout=20).text == "2"
        sent = {"a": [1, None, "ü"]}
        assert session.post(f"{url}/json", json=sent, timeout=20).json() == sent
        files = {"file": ("name ü.bin", b"x" * 100_000)}
        answer = session.post(f"{url}/form", data={"k": "v"}, files=files, timeout=20)
        assert answer.json() == {"form": {"k": "v"}, "files": {"file": ["name ü.bin", 100_000]}}
        pieces = (b"piece" * 1000 for _ in range(100))
        assert session.post(f"{url}/echo", data=pieces, timeout=20).content == b"piece" * 100_000
        with session.get(f"{url}/stream", stream=True, timeout=20) as streamed:
            assert len(list(streamed.iter_lines())) == 1000
        assert session.put(f"{url}/echo", data=b"", timeout=20).content == b""
        assert session.get(f"{url}/none", timeout=20).status_code == 404


def test_httpx(url: str) -> None:
    with httpx.Client(base_url=url, timeout=20, follow_redirects=True) as client:
        assert client.get("/").text == "hello"
        assert client.get("/redirect").text == "1"
        assert client.get("/visits").text == "2"
        sent = {"a": [1, None, "ü"]}
        assert client.post("/json", json=sent).json() == sent
        files = {"file": ("name ü.bin", b"x" * 100_000)}
        answer = client.post("/form", data={"k": "v"}, files=files)
        assert answer.json() == {"form": {"k": "v"}, "files": {"file": ["name ü.bin", 100_000]}}
        pieces = (b"piece" * 1000 for _ in range(100))
        assert client.post("/echo", content=pieces).content == b"piece" * 100_000
        with client.stream("GET", "/stream") as streamed:
            assert len(list(streamed.iter_lines())) == 1000
        assert client.get("/none").status_code == 404


def test_prometheus_reads_the_metrics(tmp_path: Path) -> None:
    (tmp_path / "asked.py").write_text(APP)
    where = f"127.0.0.1:{free_port()}"
    metrics = f"http://{where}/metrics"
    options = ("--workers", "2", "--metrics-bind", where)
    with running("asked:app", *options, cwd=tmp_path) as server:
        server.ready(2)
        for path in ("/", "/", "/none"):
            server.get(path)
        # An answer is there a moment before it is counted.
        until(lambda: 'status="4xx"} 1' in requests.get(metrics, timeout=20).text)
        text = requests.get(metrics, timeout=20).text
    families = {each.name: each for each in text_string_to_metric_families(text)}
    assert all(family.documentation for family in families.values())
    kinds = {name.removeprefix("cruet_"): family.type for name, family in families.items()}
    assert kinds["requests"] == kinds["connections"] == "counter"
    assert kinds["workers"] == kinds["open_connections"] == "gauge"
    assert kinds["request_duration_seconds"] == "histogram"
    assert "unknown" not in kinds.values()
    answered = {each.labels["status"]: each.value for each in families["cruet_requests"].samples}
    assert (answered["2xx"], answered["4xx"]) == (2, 1)
    samples = families["cruet_request_duration_seconds"].samples
    buckets = [(float(s.labels["le"]), s.value) for s in samples if s.name.endswith("_bucket")]
    assert buckets == sorted(buckets)
    assert buckets[-1] == (float("inf"), 3)


ROTATION = """
{log} {{
    rotate 20
    {way}
    missingok
    postrotate
        kill -USR1 $(cat {pid})
    endscript
}}
"""


@pytest.mark.parametrize("way", ["create 0600", "nocreate"])
def test_logrotate_loses_no_line(tmp_path: Path, way: str) -> None:
    (tmp_path / "asked.py").write_text(APP)
    log, pid, config = tmp_path / "access.log", tmp_path / "pid", tmp_path / "rotation"
    config.write_text(ROTATION.format(log=log, pid=pid, way=way))
    config.chmod(0o600)
    options = ("--access-log", str(log), "--pidfile", str(pid), "--workers", "2")
    with running("asked:app", *options, cwd=tmp_path) as server:
        server.ready(2)
        with Load(server.port, clients=4, path="/", pause=0.002) as load:
            for turn in range(1, 6):
                run("logrotate", "--force", "--state", str(tmp_path / "state"), str(config))
                server.await_line("Logs reopened", turn)
                until(lambda: log.exists() and log.stat().st_size > 0)
        figures = load.stop()
        assert figures.reasons == []
        assert server.end(signal.SIGTERM) == 0
    files = sorted(tmp_path.glob("access.log*"))
    assert len(files) == 6
    lines = [line for file in files for line in file.read_text().splitlines()]
    assert len(lines) == figures.answered
    assert all(line.endswith('"GET / HTTP/1.1" 200 5 "-" "-"') for line in lines)
