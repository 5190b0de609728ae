"""docs/migrating.md: its files are written, its commands run in order, its table given to both."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from dataclasses import dataclass
from pathlib import Path

import aliased
import pytest
from fetched import ROOT
from peers import FLASK, WERKZEUG
from served import free_port, serving

PAGE = (ROOT / "docs" / "migrating.md").read_text()
SITE = sysconfig.get_paths()["purelib"]

pytestmark = pytest.mark.heavy


@dataclass(frozen=True)
class Block:
    kind: str
    text: str

    @property
    def file(self) -> str | None:
        """The file that its first line names."""
        named = re.match(r"# ([\w.]+)", self.text)
        return named[1] if named and self.kind != "sh" else None


BLOCKS = [Block(*found) for found in re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.S | re.M)]
ROWS = re.findall(r"^\| `(gunicorn [^`]+)` \| `(cruet [^`]+)` \|$", PAGE, re.M)


class Machine:
    """A folder, and an environment in which pip has put Flask, and cruet."""

    def __init__(self, folder: Path) -> None:
        self.work = folder / "work"
        self.work.mkdir()
        env = folder / "env"
        subprocess.run([sys.executable, "-m", "venv", str(env)], check=True)
        self.bin = env / "bin"
        (site,) = env.glob("lib/python*/site-packages")
        # As aliased.drop_in has it: what is in the environment itself comes first.
        (site / "cruet-environment.pth").write_text(f"import site; site.addsitedir({SITE!r})\n")
        script = self.bin / "cruet"
        script.write_text(f"#!{self.bin / 'python'}\nfrom cruet.cli import main\nmain()\n")
        script.chmod(0o755)
        install = "python -m pip install -q --disable-pip-version-check --no-deps"
        self.run(f"{install} --ignore-installed flask=={FLASK} werkzeug=={WERKZEUG}")

    @property
    def variables(self) -> dict[str, str]:
        # Not this test's own PYTHONPATH; its tools, which an editable installation builds with.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return {**kept, "PATH": f"{self.bin}{os.pathsep}{aliased.tools()}"}

    def run(self, command: str, **more: str) -> str:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.work,
            env={**self.variables, **more},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def serve(self, command: str) -> None:
        """Run a server until it has answered, at a free port and not the page's."""
        port = free_port()
        argv = [str(self.bin / "python"), "-m", *shlex.split(command), "--bind"]
        with serving([*argv, f"127.0.0.1:{port}"], port, self.work, self.variables):
            pass


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def write_files(machine: Machine) -> None:
    for block in BLOCKS:
        if block.kind == "python" and block.file:
            (machine.work / block.file).write_text(block.text)


def is_server(command: str) -> bool:
    return command.startswith("cruet run ") and "--check-config" not in command


def test_each_step_works(machine: Machine) -> None:
    write_files(machine)
    real = machine.run("python -c 'import flask; print(flask.Flask.__module__)'")
    assert real == "flask.app\n"
    commands = [line for one in BLOCKS if one.kind == "sh" for line in one.text.splitlines()]
    assert len(commands) > 12
    for command in commands:
        if is_server(command):
            # The page's addresses are one machine's; a second --bind would add to them.
            machine.serve(re.sub(r" --bind \S+", "", command))
            continue
        said = machine.run(command)
        if "pytest" in command:
            assert "1 passed" in said
        if command.startswith("cruet drop-in install"):
            assert "flask 3.1.3 stands for cruet" in said
            used = machine.run("python -c 'import flask; print(flask.Flask.__module__)'")
            assert used == "cruet.app\n"
        if command == "cruet drop-in remove":
            used = machine.run("python -c 'import flask; print(flask.Flask.__module__)'")
            assert used == "flask.app\n"
        if command.endswith("routes"):
            assert "/basket/<item>" in said
    text = (machine.work / "shop.py").read_text()
    assert "from cruet import" in text and "from cruet.toolkit.datastructures" in text


def test_each_row_says_the_same_to_both_servers(machine: Machine) -> None:
    write_files(machine)
    (machine.work / "gunicorn.conf.py").write_text("")
    assert len(ROWS) > 10
    ask = "cruet run --from-gunicorn gunicorn.conf.py shop:app --print-config"
    plain = "cruet run shop:app --print-config"
    without = tomllib.loads(machine.run(ask)), tomllib.loads(machine.run(plain))
    for theirs, ours in ROWS:
        machine.run(f"python -m {theirs} --check-config")
        arguments = theirs.removeprefix("gunicorn ").removesuffix(" shop:app")
        left = tomllib.loads(machine.run(ask, GUNICORN_CMD_ARGS=arguments))
        right = tomllib.loads(machine.run(f"{ours} --print-config"))
        said = [
            {name: value for name, value in now.items() if before.get(name) != value}
            for now, before in ((left, without[0]), (right, without[1]))
        ]
        assert said[0] == said[1], f"{theirs} is not {ours}"
        assert said[1], ours
        machine.run(f"{ours} --check-config")


def test_the_unit_is_one(machine: Machine) -> None:
    (unit,) = [block.text for block in BLOCKS if block.kind == "ini"]
    write_files(machine)
    (started,) = re.findall(r"^ExecStart=/srv/shop/\.venv/bin/(cruet .*)$", unit, re.M)
    machine.run(f"{started} --check-config")
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not installed")
    here = unit.replace("/srv/shop/.venv/bin", str(machine.bin)).replace("/srv/shop", "/")
    (machine.work / "shop.service").write_text(here)
    assert machine.run(f"{verify} verify ./shop.service 2>&1 | grep shop || true") == ""


def test_the_images_command_starts_it(machine: Machine) -> None:
    (lines,) = [block.text for block in BLOCKS if block.kind == "dockerfile"]
    write_files(machine)
    command = json.loads(re.findall(r"^CMD (.*)$", lines, re.M)[0])
    machine.run(shlex.join([*command, "--check-config"]))


def test_every_block_is_of_a_kind_that_is_tried() -> None:
    assert {block.kind for block in BLOCKS} == {"python", "sh", "ini", "dockerfile"}
    assert all(block.file for block in BLOCKS if block.kind != "sh")
    assert PAGE.count("```") == 2 * len(BLOCKS)


def test_pages_that_it_leads_to_are_there() -> None:
    for target in re.findall(r"\]\(([\w./-]+\.md)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
