"""Every file is listed where it must be, tested where it must be, and short."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
INCLUDE = ROOT / "include"
CPP_TESTS = ROOT / "tests" / "cpp"
LONGEST = 500

KINDS = {"*.py", "*.pyi", "*.pyx", "*.pxd", "*.hpp", "*.cpp", "meson.build"}
FOLDERS = ("cruet", "include", "cython", "tests", "tools", "benchmarks", "examples")


def sources() -> list[Path]:
    paths = (path for folder in FOLDERS for kind in KINDS for path in (ROOT / folder).rglob(kind))
    return sorted(path for path in paths if not {"__pycache__", "build"} & set(path.parts))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def headers() -> list[Path]:
    return sorted(path for path in (INCLUDE / "cruet").glob("*/*.hpp"))


def listed_in(folder: Path) -> list[str]:
    """Return the file names that a folder's meson.build lists."""
    return re.findall(r"'([\w/.]+)'", (folder / "meson.build").read_text())


def test_no_file_is_longer_than_a_person_reads() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in sources()}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_root_build_file_is_short() -> None:
    assert len((ROOT / "meson.build").read_text().splitlines()) < 60


def test_every_file_of_the_package_is_installed() -> None:
    missing = []
    for kind in ("*.py", "*.pyi", "py.typed", "*.js", "*.css", "*.svg"):
        for path in sorted((ROOT / "cruet").rglob(kind)):
            folder = path.parent
            while not (folder / "meson.build").exists():
                folder = folder.parent
            if path.relative_to(folder).as_posix() not in listed_in(folder):
                missing.append(name(path))
    assert missing == []


def test_every_header_is_installed() -> None:
    missing = []
    for path in sorted((INCLUDE / "cruet").rglob("*.hpp")):
        folder = path.parent
        while not (folder / "meson.build").exists():
            folder = folder.parent
        if path.relative_to(folder).as_posix() not in listed_in(folder):
            missing.append(name(path))
    assert missing == []


def test_every_cpp_test_is_built() -> None:
    paths = sorted(CPP_TESTS.glob("*/*.cpp"))
    assert [name(path) for path in paths if path.name not in listed_in(path.parent)] == []


@pytest.mark.parametrize("header", headers(), ids=lambda p: p.relative_to(INCLUDE).as_posix())
def test_header_has_a_test_that_includes_it_first(header: Path) -> None:
    test = CPP_TESTS / header.parent.name / f"test_{header.stem}.cpp"
    assert test.exists(), f"{name(test)} is missing"
    first = re.search(r'#\s*include\s*[<"]([^>"]+)', test.read_text())
    assert first and first[1] == header.relative_to(INCLUDE).as_posix()


def test_umbrella_includes_every_header() -> None:
    umbrella = (INCLUDE / "cruet" / "cruet.hpp").read_text()
    wanted = [header.relative_to(INCLUDE).as_posix() for header in headers()]
    assert [header for header in wanted if f'"{header}"' not in umbrella] == []


@pytest.mark.parametrize("path", sorted((INCLUDE / "cruet").rglob("*.hpp")), ids=lambda p: p.name)
def test_header_guards_itself(path: Path) -> None:
    assert "#pragma once" in path.read_text()
