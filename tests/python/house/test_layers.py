"""Who may include or import whom: the directions of the house, read from the sources."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
INCLUDE = ROOT / "include" / "cruet"

# Layer -> what its headers may include beside themselves.
MAY_INCLUDE = {
    "core": set(),
    "url": {"core"},
    "http": {"core", "url"},
    "routing": {"core", "url", "http"},
    "net": {"core"},
    "server": {"core", "url", "http", "net"},
    "process": {"core", "net"},
    "service": {"core", "url", "http", "routing", "net", "server", "process"},
}
# Foreign header -> the only places that may include it.
FOREIGN = {
    r"event2?/|event\.h|openssl/": "net/",
    r"llhttp\.h": "http/parser.hpp",
    r"Python\.h": "nowhere",
}


def headers() -> list[Path]:
    return sorted(INCLUDE.rglob("*.hpp"))


def includes(path: Path) -> list[str]:
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(), re.MULTILINE)


def name(path: Path) -> str:
    return path.relative_to(INCLUDE).as_posix()


def test_there_are_layers() -> None:
    assert {path.name for path in INCLUDE.iterdir() if path.is_dir()} == set(MAY_INCLUDE)


@pytest.mark.parametrize("path", headers(), ids=name)
def test_header_includes_only_lower_layers(path: Path) -> None:
    layer = name(path).split("/")[0]
    if layer == "cruet.hpp":
        return
    for included in includes(path):
        if included.startswith("cruet/"):
            other = included.split("/")[1]
            assert other == layer or other in MAY_INCLUDE[layer], f"{layer} may not include {other}"


@pytest.mark.parametrize("path", headers(), ids=name)
def test_header_names_its_project_s_headers_from_the_top(path: Path) -> None:
    for included in includes(path):
        assert not (path.parent / included).exists(), f'write "cruet/.../{included}"'


@pytest.mark.parametrize("path", headers(), ids=name)
def test_foreign_headers_stay_where_they_belong(path: Path) -> None:
    for included in includes(path):
        for pattern, place in FOREIGN.items():
            if re.match(pattern, included):
                assert name(path).startswith(place), f"{included} is only for {place}"


def imported_modules(path: Path) -> Iterator[str]:
    """Yield the absolute names of the modules that a Python file imports, anywhere in it."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", python_files("cruet/toolkit"), ids=lambda p: p.stem)
def test_toolkit_never_imports_the_framework(path: Path) -> None:
    for module in imported_modules(path):
        if module.split(".")[0] == "cruet":
            allowed = ("cruet._cruet", "cruet.toolkit")
            assert module.startswith(allowed), f"the toolkit imports {module}"


@pytest.mark.parametrize("path", python_files("cruet"), ids=lambda p: p.stem)
def test_nothing_imports_what_cruet_replaces(path: Path) -> None:
    for module in imported_modules(path):
        assert module.split(".")[0] not in {"flask", "werkzeug", "gunicorn"}


@pytest.mark.parametrize("path", python_files("cruet/sansio"), ids=lambda p: p.stem)
def test_sansio_imports_no_globals(path: Path) -> None:
    for module in imported_modules(path):
        assert not module.startswith("cruet.globals.request"), f"sansio imports {module}"
