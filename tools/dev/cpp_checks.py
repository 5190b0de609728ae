"""clang-format, clang-tidy and libFuzzer over the headers."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from setup import ROOT, Environment, present
from steps import Failure, show, step

LAYERS = ("core", "url", "http", "routing", "net", "server", "process", "service")
CXX_FOLDERS = ("include", "tests/cpp", "tests/fuzz", "cython", "examples")
FUZZ_FLAGS = ["-g", "-O1", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=undefined"]


def call(arguments: Sequence[str], *, env: Mapping[str, str] | None = None) -> int:
    """Run a command at the root with its output as it comes; return its exit code."""
    return subprocess.run(
        arguments, cwd=ROOT, env={**os.environ, **(env or {})}, check=False
    ).returncode


def newest_known(name: str) -> str:
    """Return the path of an LLVM tool, version 14 (the reference) where it is installed."""
    found = shutil.which(f"{name}-14") or shutil.which(name)
    if not found:
        raise Failure(f"{name} is missing")
    return found


def sources() -> list[str]:
    """Return all C++ files of the project."""
    paths = (path for folder in CXX_FOLDERS for path in (ROOT / folder).rglob("*.[ch]pp"))
    return sorted(str(path.relative_to(ROOT)) for path in paths)


def clang_format(fix: bool) -> int:
    """Check, or with ``fix`` rewrite, the layout of the C++ files."""
    mode = ["-i"] if fix else ["--dry-run", "-Werror", "--ferror-limit=5"]
    return call([newest_known("clang-format"), *mode, *sources()])


def compile_flags() -> list[str]:
    """Return the compiler flags with which the headers are read."""
    llhttp = sorted((ROOT / "subprojects").glob("httptools-*/vendor/llhttp/include"))
    flags = ["-std=c++20", "-Wall", "-Wextra", f"-I{ROOT / 'include'}"]
    flags += [f"-isystem{folder}" for folder in llhttp[-1:]]
    optional = {"event2/event.h": "LIBEVENT", "openssl/ssl.h": "OPENSSL"}
    return flags + [f"-DCRUET_HAVE_{name}=1" for file, name in optional.items() if present(file)]


def clang_tidy() -> int:
    """Read each layer's headers through one generated file, two layers at a time."""
    tidy = newest_known("clang-tidy")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda layer: tidy_layer(tidy, layer, Path(folder)), LAYERS))
    return max(codes)


def tidy_layer(tidy: str, layer: str, folder: Path) -> int:
    """Run clang-tidy over the headers of one layer; print what it found."""
    headers = sorted((ROOT / "include" / "cruet" / layer).glob("*.hpp"))
    if not headers:
        return 0
    unit = folder / f"{layer}.cpp"
    unit.write_text("".join(f'#include "cruet/{layer}/{header.name}"\n' for header in headers))
    arguments = [
        tidy,
        "--quiet",
        f"--config-file={ROOT / '.clang-tidy'}",
        f"--header-filter=include/cruet/{layer}/",
    ]
    done = subprocess.run(
        [*arguments, str(unit), "--", *compile_flags()],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode


def fuzz_sources() -> dict[str, Path]:
    """Return the fuzz targets: name -> source."""
    sources = sorted((ROOT / "tests/fuzz").glob("fuzz_*.cpp"))
    return {path.stem.removeprefix("fuzz_"): path for path in sources}


def fuzz(env: Environment, names: Sequence[str], seconds: int) -> int:
    """Build and run tests/fuzz/fuzz_NAME.cpp with libFuzzer; the corpus grows under build/fuzz."""
    found = fuzz_sources()
    unknown = set(names) - set(found)
    if unknown or not found:
        raise Failure(
            f"no such fuzz target: {', '.join(sorted(unknown))}; there are: {', '.join(found)}"
        )
    folder = ROOT / "build" / "fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    llhttp = build_llhttp(folder)
    failed = [
        name for name in names or found if fuzz_one(name, found[name], folder, llhttp, seconds)
    ]
    for name in failed:
        print(f"FAILED: fuzz {name}; what broke it is in build/fuzz/{name}-*", flush=True)
    return 1 if failed else 0


def build_llhttp(folder: Path) -> list[str]:
    """Compile llhttp with the sanitizers; return the object files."""
    objects = []
    for source in sorted((ROOT / "subprojects").glob("httptools-*/vendor/llhttp/src/*.c")):
        target = folder / f"{source.stem}.o"
        if not target.exists():
            command = [
                newest_known("clang"),
                "-c",
                "-g",
                "-O1",
                "-fsanitize=fuzzer-no-link,address,undefined",
            ]
            include = str(source.parent.parent / "include")
            step(
                f"Compiling {source.name}",
                [*command, "-I", include, str(source), "-o", str(target)],
            )
        objects.append(str(target))
    return objects


def fuzz_one(name: str, source: Path, folder: Path, llhttp: list[str], seconds: int) -> int:
    """Build one target and run it for some seconds; return its exit code."""
    program = folder / f"fuzz_{name}"
    compiler = [newest_known("clang++"), *compile_flags(), *FUZZ_FLAGS]
    libraries = ["-lssl", "-lcrypto"] if present("openssl/ssl.h") else []
    step(
        f"Compiling fuzz target {name}",
        [*compiler, str(source), *llhttp, "-pthread", *libraries, "-o", str(program)],
    )
    corpus = folder / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    seeds = [str(path) for path in [source.parent / "seeds" / name] if path.is_dir()]
    limits = [
        f"-max_total_time={seconds}",
        "-max_len=65536",
        "-rss_limit_mb=2048",
        "-timeout=10",
        "-print_final_stats=1",
    ]
    artifacts = f"-artifact_prefix={folder / name}-"
    return show(
        f"Fuzzing {name} for {seconds} s", [str(program), *limits, artifacts, str(corpus), *seeds]
    )
