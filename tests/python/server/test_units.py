"""The units of docs/: systemd accepts them, and their commands do what they say of themselves."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from running import PATIENCE, Running, running, until
from service_manager import (
    Manager,
    ask,
    command_of,
    listening_tcp,
    managed,
    service,
    unit_lines,
)

DOCS = Path(__file__).resolve().parents[3] / "docs"
SHOP = """
from cruet import Flask

app = Flask(__name__)

@app.get("/x")
def index():
    return "sold out"
"""


def units(page: str, folder: Path) -> dict[str, str]:
    """Write the units of a page, as they are for a shop in a folder; texts by file name."""
    (folder / "shop.py").write_text(SHOP)
    found: dict[str, str] = {}
    text = (DOCS / page).read_text()
    for block in re.findall(r"^```ini\n(.*?)^```$", text, re.S | re.M):
        name = re.match(r"# (\S+)", block)
        assert name
        own = Path(sys.executable).parent
        here = block.replace("/srv/shop/.venv/bin", str(own)).replace("/srv/shop", str(folder))
        (folder / name[1]).write_text(here)
        found[name[1]] = here
    return found


def complaints(folder: Path, names: list[str]) -> list[str]:
    """What systemd says of units; of others on this machine it may say more."""
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(f"./{name}" for name in names)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return [line for line in done.stderr.splitlines() if "shop" in line]


@pytest.mark.parametrize("page, count", [("deploying.md", 2), ("migrating.md", 1)])
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not there")
def test_systemd_accepts_them(tmp_path: Path, page: str, count: int) -> None:
    found = units(page, tmp_path)
    assert len(found) == count
    assert complaints(tmp_path, list(found)) == []
    # It would say so.
    wrong = tmp_path / "shop.service"
    wrong.write_text(found["shop.service"].replace("KillMode=", "KillMood="))
    assert any("KillMood" in line for line in complaints(tmp_path, ["shop.service"]))


def _live(server: Running, manager: Manager, unit: str, serves: Callable[[], str]) -> None:
    """A start, a reload and a stop as the unit has them."""
    lines = unit_lines(unit, "Service")
    assert lines["Type"] == "notify"
    master = server.process.pid
    assert manager.await_told("READY=1")[0] == master
    assert serves() == "sold out"
    reload = [word.replace("$MAINPID", str(master)) for word in shlex.split(lines["ExecReload"])]
    subprocess.run(reload, check=True, timeout=PATIENCE)
    assert manager.await_told("READY=1", 2)[0] == master
    assert manager.told("RELOADING=1")
    assert serves() == "sold out"
    assert lines["KillMode"] == "mixed"
    assert server.end(signal.SIGTERM) == 0
    until(lambda: manager.told("STOPPING=1"))


def test_the_service_with_a_socket_lives(tmp_path: Path) -> None:
    found = units("deploying.md", tmp_path)
    unit, its_socket = found["shop.service"], unit_lines(found["shop.socket"], "Socket")
    assert its_socket["ListenStream"].startswith("127.0.0.1:")
    env = {"WATCHDOG_USEC": f"{unit_lines(unit, 'Service')['WatchdogSec']}000000"}
    with managed(str(tmp_path / "notify")) as manager, listening_tcp() as opened:
        name, argv = its_socket["FileDescriptorName"], command_of(unit)
        with service(argv, tmp_path, [opened], name, manager, env) as server:
            _live(server, manager, unit, lambda: ask(opened))
            assert len(server.workers()) == 8
        assert manager.told("WATCHDOG=1")


def test_the_service_without_one_lives(tmp_path: Path) -> None:
    unit = units("migrating.md", tmp_path)["shop.service"]
    argv = [re.sub(r":8000$", ":0", word) for word in command_of(unit)]
    with managed(str(tmp_path / "notify")) as manager:
        env = {"NOTIFY_SOCKET": manager.name}
        with running(argv=argv, cwd=tmp_path, env=env) as server:
            _live(server, manager, unit, lambda: server.get("/x")[1])


def test_the_images_command_serves(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    for page in ("deploying.md", "migrating.md"):
        (line,) = re.findall(r"^CMD \[(.*)\]$", (DOCS / page).read_text(), re.M)
        program, *words = re.findall(r'"([^"]*)"', line)
        assert program == "cruet"
        argv = [sys.executable, "-m", "cruet", *(w.replace(":8000", ":0") for w in words)]
        with running(argv=argv, cwd=tmp_path) as server:
            server.ready(4)
            assert server.get("/x") == (200, "sold out")
            assert server.end(signal.SIGTERM) == 0
