"""What is shipped: the source distribution, the wheel made from it, and the installed headers."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
NATIVE = ROOT / "examples" / "native"
SCRIPTS = Path(sys.executable).parent

pytestmark = pytest.mark.heavy


def run(*command: str | Path, cwd: Path = ROOT, **variables: str) -> str:
    """Run a command and return its output; fail the test with that output where it fails."""
    path = f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": path, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout[-4000:]}"
    return done.stdout


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the unpacked source distribution of what is committed."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("only a git checkout makes a source distribution")
    folder = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", folder, ROOT)
    (archive,) = folder.glob("cruet-*.tar.gz")
    run("tar", "xzf", archive, "-C", folder)
    return folder / archive.name.removesuffix(".tar.gz")


@pytest.fixture(scope="session")
def built(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a wheel built from the source distribution, and the build's output.

    It is without libevent and OpenSSL, as on a machine that has neither.

    No index may be asked, so what is missing from the source distribution cannot be fetched.
    """
    folder = tmp_path_factory.mktemp("wheel")
    without = ["-Dlibevent=disabled", "-Dopenssl=disabled", "-Dtests=disabled"]
    options = [*without, "-Doptimization=0"]
    settings = [f"--config-setting=setup-args={option}" for option in options]
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--skip-dependency-check",
        *settings,
    ]
    output = run(*command, "--outdir", folder, sdist, cwd=folder, PIP_NO_INDEX="1")
    (wheel,) = folder.glob("cruet-*.whl")
    return wheel, output


def test_sdist_carries_llhttp_and_its_licence(sdist: Path) -> None:
    (llhttp,) = sdist.glob("subprojects/httptools-*/vendor/llhttp")
    assert (llhttp / "src" / "llhttp.c").exists()
    assert (llhttp / "LICENSE").exists()


def test_wheel_holds_the_package_alone(built: tuple[Path, str]) -> None:
    with zipfile.ZipFile(built[0]) as wheel:
        names = wheel.namelist()
    assert {name.split("/")[0] for name in names} == {
        "cruet",
        next(name.split("/")[0] for name in names if name.endswith(".dist-info/METADATA")),
    }
    assert sum(bool(re.fullmatch(r"cruet/_cruet\..*\.so", name)) for name in names) == 1
    assert {"cruet/__init__.py", "cruet/_cruet.pyi", "cruet/py.typed"} <= set(names)


def test_build_without_libraries_says_so_once(built: tuple[Path, str]) -> None:
    assert built[1].count("libevent was not found") == 1
    assert built[1].count("OpenSSL was not found") == 1


def test_wheel_without_libraries_imports(built: tuple[Path, str], tmp_path: Path) -> None:
    with zipfile.ZipFile(built[0]) as wheel:
        wheel.extractall(tmp_path)
    # The editable installation's finder would answer first; it goes, the wheel's folder stays.
    code = (
        "import sys;"
        "sys.meta_path[:] = [f for f in sys.meta_path if 'mesonpy' not in repr(f).lower()];"
        f"sys.path.insert(0, {str(tmp_path)!r}); import cruet; print(cruet.__file__);"
        "from cruet import _cruet; print(_cruet.default_loop_name, _cruet.has_tls)\n"
        "try: _cruet.TlsContext([('a', 'b')])\n"
        "except ValueError as error: print(error)"
    )
    lines = run(sys.executable, "-c", code, cwd=tmp_path).splitlines()
    assert lines[0].startswith(str(tmp_path))
    assert lines[1:] == ["poll False", "cruet was built without TLS, for lack of OpenSSL"]


@pytest.fixture(scope="session")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the installed headers, llhttp and cruet.pc."""
    folder = tmp_path_factory.mktemp("prefix")
    build = folder / "build"
    run("meson", "setup", build, ROOT, f"--prefix={folder}", "-Dtests=disabled")
    run("meson", "compile", "-C", build, "llhttp")
    run("meson", "install", "-C", build, "--no-rebuild", "--tags", "devel")
    return folder


def test_every_header_is_where_it_belongs(prefix: Path) -> None:
    def listing(folder: Path) -> set[str]:
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*.hpp")}

    assert listing(prefix / "include" / "cruet") == listing(ROOT / "include" / "cruet")


def test_installed_headers_compile_with_what_pkg_config_says(prefix: Path, tmp_path: Path) -> None:
    source = tmp_path / "all.cpp"
    source.write_text('#include "cruet/cruet.hpp"\nint main() { return cruet::version.empty(); }\n')
    flags = pkg_config(prefix)
    assert f"-I{prefix}/include" in flags
    run("g++", "-Wall", "-Wextra", "-Werror", source, "-o", tmp_path / "all", *flags)
    run(tmp_path / "all")


def test_native_example_builds_on_the_installed_headers(prefix: Path, tmp_path: Path) -> None:
    sources = sorted(NATIVE.glob("*.cpp"))
    if not sources:
        pytest.skip("examples/native is not there")
    warnings = ["-Wall", "-Wextra", "-Werror"]
    run("g++", *warnings, *sources, "-o", tmp_path / "native", *pkg_config(prefix), cwd=NATIVE)
    assert run(tmp_path / "native", "--help")
    assert_native_serves(tmp_path / "native")


def assert_native_serves(program: Path) -> None:
    """Ask the example for an answer and upload a file to it; it must stop when told to."""
    with subprocess.Popen([program, "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        base = server.stdout.readline().split()[-1]
        try:
            with urllib.request.urlopen(f"{base}/hello/W%C3%B6rld", timeout=10) as answer:
                assert json.load(answer) == {"hello": "W\u00f6rld"}
            body = (
                b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n'
                b"Content-Type: text/plain\r\n\r\nsome text\r\n--b--\r\n"
            )
            form = {"Content-Type": "multipart/form-data; boundary=b"}
            upload = urllib.request.Request(f"{base}/files", body, form)
            with urllib.request.urlopen(upload, timeout=10) as answer:
                assert json.load(answer)["files"][0]["size"] == 9
            with urllib.request.urlopen(f"{base}/files/a.txt", timeout=10) as answer:
                assert answer.read() == b"some text"
        finally:
            server.terminate()
        assert server.wait(10) == 0


def pkg_config(prefix: Path) -> list[str]:
    """Return the flags that cruet.pc gives, as if nothing else was installed with it."""
    path = str(prefix / "lib" / "pkgconfig")
    return run("pkg-config", "--cflags", "--libs", "cruet", PKG_CONFIG_PATH=path).split()
