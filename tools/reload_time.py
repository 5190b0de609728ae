"""Measure how long `cruet run --debug` takes from a save to the first answer of the new code.

    .venv/bin/python tools/reload_time.py [RUNS]

Prints milliseconds, the least, the median and the most of so many runs (20), for an application of
one file and for one that imports what many do. The whole way is in them: the change seen, the old
process ended, the next one started, the application imported, a request answered. Saves are two
seconds apart.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

APPS = {
    "one file": "from cruet import Flask\n",
    "with the standard library's larger modules": (
        "import asyncio, email, http.client, json, sqlite3, xml.etree.ElementTree\n"
        "from cruet import Flask\n"
    ),
}
BODY = """
app = Flask(__name__)


@app.route("/")
def index():
    return "{version}"
"""


def ask(port: int) -> bytes:
    """The answer, or b"" where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()


def port_of(log: Path) -> int:
    for _ in range(1000):
        found = re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text())
        if found and ask(int(found[1])):
            return int(found[1])
        time.sleep(0.01)
    raise SystemExit("the server does not start:\n" + log.read_text())


def measure(head: str, runs: int) -> list[float]:
    """Milliseconds of so many saves."""
    taken = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = folder / "saved.py"
        app.write_text(head + BODY.format(version=0))
        log = folder / "log"
        with log.open("w") as out:
            server = subprocess.Popen(
                [sys.executable, "-m", "cruet", "run", "saved:app", "--debug", "--port", "0"],
                cwd=folder,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        try:
            port = port_of(log)
            for version in range(1, runs + 1):
                time.sleep(2)
                app.write_text(head + BODY.format(version=version))
                begin = time.monotonic()
                while ask(port) != str(version).encode():
                    time.sleep(0.002)
                taken.append((time.monotonic() - begin) * 1000)
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
    return taken


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for name, head in APPS.items():
        taken = measure(head, runs)
        numbers = (min(taken), statistics.median(taken), max(taken))
        print(name + ": " + " / ".join(f"{number:.0f}" for number in numbers) + " ms")


if __name__ == "__main__":
    main()
