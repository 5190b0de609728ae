"""What ./dev needs before it can do anything: system packages, .venv, the built extension."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from steps import Failure, announce, step

ROOT = Path(__file__).resolve().parent.parent.parent

# Debian package -> a command or a file that shows that it, or its like on another system, is there.
BUILD_PACKAGES = {
    "g++": "g++",
    "pkg-config": "pkg-config",
    "libevent-dev": "event2/event.h",
    "libssl-dev": "openssl/ssl.h",
}
TEST_PACKAGES = {"catch2": "catch2"}
# For tests/browser; without them these tests are skipped.
BROWSER_PACKAGES = {"chromium": "chromium", "chromium-driver": "chromedriver"}
# For tests/python/server/test_real_clients.py and test_units.py; whose tool is missing is skipped.
CLIENT_PACKAGES = {
    "wrk": "wrk",
    "nghttp2-client": "h2load",
    "apache2-utils": "ab",
    "curl": "curl",
    "logrotate": "logrotate",
    "systemd": "systemd-analyze",
}
# For the tests of the server with what people put before it; skipped without.
PEER_PACKAGES = {
    "nginx-light": "nginx",
    "libnginx-mod-stream": "/usr/lib/nginx/modules/ngx_stream_module.so",
    "haproxy": "haproxy",
    "openssl": "openssl",
}
LINT_PACKAGES = {**TEST_PACKAGES, "clang-format": "clang-format", "clang-tidy": "clang-tidy"}
FUZZ_PACKAGES = {
    **TEST_PACKAGES,
    "clang": "clang++",
    "libclang-rt-dev": "libclang_rt.fuzzer",
}
BENCH_PACKAGES = {"wrk": "wrk", "nginx-light": "nginx", "libev-dev": "ev.h"}
# Without these the build goes on and says what it does without them.
OPTIONAL = {
    "libevent-dev",
    "libssl-dev",
    *BROWSER_PACKAGES,
    *CLIENT_PACKAGES,
    *PEER_PACKAGES,
}

MADE_BY_DEV = ".cruet-python"  # in a virtual environment; holds what it was made with
INCLUDE_FOLDERS = ("/usr/include", "/usr/local/include", "/opt/homebrew/include")
SYSTEM_PATH = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"


@dataclass(frozen=True)
class Environment:
    """A virtual environment with cruet built into it."""

    folder: Path
    tag: str  # such as cp311

    @property
    def python(self) -> str:
        return self.tool("python")

    @property
    def build_folder(self) -> Path:
        return ROOT / "build" / self.tag

    def tool(self, name: str) -> str:
        """Return the path of a command in this environment."""
        return str(self.folder / "bin" / name)

    def variables(self) -> dict[str, str]:
        """Return what a command's environment needs: this environment's tools on PATH."""
        path = f"{self.folder / 'bin'}:{os.environ.get('PATH', '')}"
        return {"PATH": path, "VIRTUAL_ENV": str(self.folder)}


def present(evidence: str) -> bool:
    """Tell whether a command, a header, a folder of headers or a library of clang's is here."""
    if evidence.startswith("libclang_rt."):
        return has_clang_library(evidence)
    if shutil.which(evidence, path=SYSTEM_PATH):
        return True
    folders = [Path(folder) for folder in INCLUDE_FOLDERS]
    folders += [folder / "x86_64-linux-gnu" for folder in folders] + [
        folder / "aarch64-linux-gnu" for folder in folders
    ]
    return any((folder / evidence).exists() for folder in folders)


def has_clang_library(name: str) -> bool:
    """Tell whether clang has a run-time library, such as ``libclang_rt.fuzzer``."""
    clang = shutil.which("clang-14") or shutil.which("clang")
    if not clang:
        return False
    command = [clang, "-print-resource-dir"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.returncode == 0 and any(Path(answer.stdout.strip()).glob(f"lib/**/{name}*.a"))


def python_packages(python: str) -> dict[str, bool]:
    """Return the Debian packages that ``python`` needs to build extensions: name -> is there."""
    probe = (
        "import sys, os, sysconfig, importlib.util as u;"
        "print(int(os.path.exists(os.path.join(sysconfig.get_paths()['include'], 'Python.h'))),"
        "int(u.find_spec('ensurepip') is not None and u.find_spec('venv') is not None))"
    )
    answer = subprocess.run([python, "-c", probe], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise Failure(f"{python} does not run: {answer.stderr.strip()}")
    header, venv = answer.stdout.split()
    name = Path(python).resolve().name
    return {f"{name}-dev": header == "1", f"{name}-venv": venv == "1"}


def system_packages(python: str, wanted: dict[str, str]) -> None:
    """Install what is missing with apt-get where that is allowed; otherwise name it and stop.

    Raises Failure where something is missing that the build cannot go on without.
    """
    missing = [package for package, evidence in wanted.items() if not present(evidence)]
    missing += [package for package, there in python_packages(python).items() if not there]
    if not missing:
        return
    line = "apt-get install " + " ".join(missing)
    prefix = apt_prefix()
    if prefix is None:
        if set(missing) <= OPTIONAL:
            print(f"    going on without {', '.join(missing)}; to have it: {line}")
            return
        raise Failure(
            f"system packages are missing and ./dev may not install them. As root: {line}"
        )
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    step("Updating the list of system packages", [*prefix, "apt-get", "update"], env=quiet)
    install = [*prefix, "apt-get", "install", "-y", "--no-install-recommends", *missing]
    step(f"Installing system packages: {' '.join(missing)}", install, env=quiet)


def apt_prefix() -> list[str] | None:
    """Return the words before `apt-get` with which it may install, or None."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if (
        sudo
        and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return [sudo]
    return None


def interpreter(chosen: str | None) -> str:
    """Return the path of the Python to build for; raise Failure where it is missing or too old."""
    python = shutil.which(chosen) if chosen else sys.executable
    if not python:
        raise Failure(f"--python {chosen}: there is no such interpreter")
    return python


def version_of(python: str) -> tuple[int, int]:
    """Return (major, minor) of an interpreter; raise Failure below 3.11."""
    code = "import sys; print(*sys.version_info[:2])"
    answer = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise Failure(f"{python} does not run: {answer.stderr.strip()}")
    major, minor = map(int, answer.stdout.split())
    if (major, minor) < (3, 11):
        raise Failure(f"{python} is Python {major}.{minor}; cruet needs 3.11 or later")
    return major, minor


def digest(*parts: object) -> str:
    """Return a short hash of what a stamp file should notice."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def virtual_environment(folder: Path, python: str) -> None:
    """Make ``folder`` a virtual environment of ``python``, unless it is one already.

    What ./dev made is made anew where it does not fit; somebody else's is used or raises Failure.
    """
    marker = folder / MADE_BY_DEV
    wanted = f"{Path(python).resolve()} {version_of(python)}"
    if marker.exists():
        if (folder / "bin" / "python").exists() and marker.read_text() == wanted:
            return
        shutil.rmtree(folder)
    elif folder.exists():
        adopt(folder, python)
        return
    folder.mkdir()
    marker.write_text("unfinished")
    step(f"Making {folder.name} with {python}", [python, "-m", "venv", str(folder)])
    marker.write_text(wanted)


def adopt(folder: Path, python: str) -> None:
    """Raise Failure where a folder that ./dev has not made cannot serve as its environment."""
    settings = folder / "pyvenv.cfg"
    own = (folder / "bin" / "python").resolve()
    if not settings.exists() or not own.exists():
        reason = "is no virtual environment"
    elif re.search(r"(?m)^include-system-site-packages\s*=\s*true", settings.read_text()):
        reason = "takes in the system's packages"
    elif own != Path(python).resolve():
        reason = f"is of {own}, not of {python}"
    else:
        return
    raise Failure(f"{folder.name} was not made by ./dev and {reason}: move it away")


def build(chosen: str | None, packages: dict[str, str] | None = None) -> Environment:
    """Install, build and return the environment for ``chosen``; quick where nothing changed."""
    python = interpreter(chosen)
    major, minor = version_of(python)
    system_packages(python, {**BUILD_PACKAGES, **(packages or {})})
    folder = ROOT / (f".venv-{major}.{minor}" if chosen else ".venv")
    env = Environment(folder, f"cp{major}{minor}")
    virtual_environment(folder, python)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    pip = [env.python, "-m", "pip", "install", "--disable-pip-version-check"]
    stamp = folder / ".cruet-build"
    wanted = digest(
        project["build-system"], project["project"], project["tool"]["meson-python"], str(folder)
    )
    if (
        not stamp.exists()
        or stamp.read_text() != wanted
        or not (env.build_folder / "build.ninja").exists()
    ):
        step(
            f"Installing the build tools into {folder.name}",
            [*pip, *project["build-system"]["requires"]],
        )
        # -v: the newest line that is shown meanwhile is the compilers' own.
        editable = [*pip, "-v", "--no-build-isolation", "-e", ".[dev]"]
        step(
            f"Building cruet and installing it into {folder.name}",
            editable,
            cwd=ROOT,
            env=env.variables(),
        )
        stamp.write_text(wanted)
        found_stamp(env).write_text(found_libraries())
        return env
    look_again(env)
    ninja = [env.tool("ninja"), "-C", str(env.build_folder)]
    pending = subprocess.run([*ninja, "-n"], capture_output=True, text=True, check=False)
    if pending.returncode or "no work to do" not in pending.stdout:
        step("Building what changed", ninja, env=env.variables())
    return env


def found_libraries() -> str:
    """Return which of the libraries that Meson builds with or without are on this machine."""
    wanted = {**BUILD_PACKAGES, **TEST_PACKAGES}
    return " ".join(name for name, evidence in wanted.items() if present(evidence))


def found_stamp(env: Environment) -> Path:
    """Return the file that keeps what found_libraries() gave when Meson looked last."""
    return env.build_folder / ".cruet-found"


def look_again(env: Environment) -> None:
    """Let Meson look for libraries anew where others are there than when it looked last."""
    stamp, found = found_stamp(env), found_libraries()
    if stamp.exists() and stamp.read_text() == found:
        return
    configure = [env.tool("meson"), "setup", "--reconfigure", "--clearcache"]
    step("Looking for the libraries anew", [*configure, str(env.build_folder)], env=env.variables())
    stamp.write_text(found)


def bench_environment(chosen: str | None) -> str:
    """Return the Python of .venv-bench: cruet as a wheel beside the peers it is measured with."""
    python = interpreter(chosen)
    system_packages(python, {**BUILD_PACKAGES, **BENCH_PACKAGES})
    folder = ROOT / ".venv-bench"
    virtual_environment(folder, python)
    requirements = ROOT / "benchmarks" / "requirements.txt"
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    stamp = folder / ".cruet-requirements"
    wanted = digest(requirements.read_text())
    if not stamp.exists() or stamp.read_text() != wanted:
        step("Installing the peers into .venv-bench", [*pip, "-r", str(requirements)])
        stamp.write_text(wanted)
    built = folder / ".cruet-wheel"
    sources = sources_digest()
    if not built.exists() or built.read_text() != sources:
        reinstall = ["--force-reinstall", "--no-deps"] if built.exists() else []
        wheel = [*pip, "-v", *reinstall, "."]
        step("Building cruet and installing it into .venv-bench", wheel, cwd=ROOT)
        built.write_text(sources)
    return str(folder / "bin" / "python")


def sources_digest() -> str:
    """Return a hash of everything that a wheel is made of."""
    patterns = (
        "cruet/**/*",
        "cython/*",
        "include/**/*",
        "subprojects/*.wrap",
        "meson.*",
        "pyproject.toml",
    )
    found = (path for pattern in patterns for path in ROOT.glob(pattern) if path.suffix != ".pyc")
    return digest(*sorted((str(path), path.read_bytes()) for path in found if path.is_file()))


def clean() -> int:
    """Remove builds, environments, caches and what other steps fetched."""
    patterns = (
        ".venv*",
        "build",
        "build-*",
        "dist",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        "subprojects/httptools-*",
        "subprojects/packagecache",
        "*.egg-info",
    )
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern)):
        if path.name.startswith(".venv") and not (path / MADE_BY_DEV).exists():
            print(f"    leaving {path.name}, which ./dev has not made")
            continue
        announce(f"Removing {path.relative_to(ROOT)}")
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for cache in list(ROOT.rglob("__pycache__")):
        shutil.rmtree(cache, ignore_errors=True)
    return 0
