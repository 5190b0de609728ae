"""The commands of ``./dev``. Standard library only: it runs before anything is installed."""

import argparse
import os
import sys

import checks
import setup
from steps import Failure, show


def serve(options: argparse.Namespace) -> int:
    """Serve examples/board with `cruet run`; further arguments go to `cruet run`."""
    env = setup.build(options.python)
    arguments = ["board:create_app()", "--host", "127.0.0.1", "--port", "8000", *options.rest]
    folder = setup.ROOT / "examples" / "board"
    os.chdir(folder)
    variables = {**os.environ, **env.variables(), "PYTHONPATH": str(folder)}
    os.execve(env.tool("cruet"), [env.tool("cruet"), "run", *arguments], variables)


def test(options: argparse.Namespace) -> int:
    """Run all the tests: Catch2's through Meson, then pytest."""
    more = {} if options.quick else {**setup.BROWSER_PACKAGES, **setup.PEER_PACKAGES}
    packages = {**setup.TEST_PACKAGES, **setup.CLIENT_PACKAGES, **more}
    env = setup.build(options.python, packages=packages)
    if options.sanitize:
        return checks.sanitize(env, options.sanitize)
    return checks.test(env, quick=options.quick, cpp=not options.no_cpp, rest=options.rest)


def lint(options: argparse.Namespace) -> int:
    """Check style, types and the C++ headers; --fix formats what a tool can format."""
    env = setup.build(options.python, packages=setup.LINT_PACKAGES)
    return checks.lint(env, fix=options.fix)


def bench(options: argparse.Namespace) -> int:
    """Measure cruet beside its peers, its `toolkit` alone, or what `logs` cost; see benchmarks/."""
    bench_python = setup.bench_environment(options.python)
    modules = {"toolkit": "toolkit.run", "logs": "logs"}
    named = options.rest[0] if options.rest[:1] and options.rest[0] in modules else ""
    module, rest = (modules[named], options.rest[1:]) if named else ("run", options.rest)
    return show("Measuring", [bench_python, "-m", f"benchmarks.{module}", *rest], cwd=setup.ROOT)


def faults(options: argparse.Namespace) -> int:
    """Measure what cruet and its peers do when things go wrong; see tests/faults/."""
    python = setup.bench_environment(options.python)
    command = [python, "-m", "faults", *options.rest]
    return show("Measuring", command, cwd=setup.ROOT / "tests")


def fuzz(options: argparse.Namespace) -> int:
    """Run the fuzz targets (or those named) for some seconds each."""
    env = setup.build(options.python, packages=setup.FUZZ_PACKAGES)
    return checks.fuzz(env, targets=options.rest, seconds=options.seconds)


def compat(options: argparse.Namespace) -> int:
    """Run other people's applications and tests on cruet, or those named: flask, flask-login."""
    env = setup.build(options.python, packages=setup.TEST_PACKAGES)
    return checks.compat(env, rest=options.rest)


def clean(options: argparse.Namespace) -> int:
    """Remove what ./dev made inside this folder, but not the data of examples/board."""
    return setup.clean()


def further() -> dict[str, str]:
    """Return what each command does with arguments of other names than its own."""
    return {
        "serve": "Further arguments go to `cruet run`: ./dev serve --port 8080 --workers 2",
        "test": "Further arguments go to pytest: ./dev test tests/python/routing -k build",
        "bench": "Further arguments: --seconds, --rounds, --connections, --workload NAME, --side "
        "NAME, --no-write; after `toolkit`: --case NAME, --rounds, --cruet PYTHON, --peer PYTHON, "
        "--no-native, --no-write; after `logs`: --seconds, --rounds, --connections, --no-write. "
        "benchmarks/README.md says what they do.",
        "faults": "Further arguments: --case NAME, --side NAME, --no-write. tests/faults/README.md "
        "says what they do.",
        "fuzz": f"Targets: {' '.join(checks.fuzz_targets())}",
        "compat": f"Names: {' '.join(checks.compat_names())}; options go to pytest.",
    }


COMMANDS = {f.__name__: f for f in (serve, test, lint, bench, faults, fuzz, compat, clean)}


def parser() -> argparse.ArgumentParser:
    """Make the command line's parser."""
    main = argparse.ArgumentParser(
        prog="./dev",
        description="Set up, build, test, measure and serve cruet. Every command first installs "
        "what it needs: system packages with apt-get where it may, Python packages into .venv.",
    )
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")
    more = further()
    for name, function in COMMANDS.items():
        help_text = (function.__doc__ or "").strip()
        command = commands.add_parser(
            name, help=help_text, description=help_text, epilog=more.get(name)
        )
        if name != "clean":
            command.add_argument(
                "--python", help="the interpreter to use; default: Debian's, else the first found"
            )
        if name == "test":
            command.add_argument(
                "--quick", action="store_true", help="leave out what builds or installs things"
            )
            command.add_argument("--no-cpp", action="store_true", help="leave out the C++ tests")
            command.add_argument(
                "--sanitize",
                choices=tuple(checks.SANITIZERS),
                help="run only the C++ tests, under ASan and UBSan or under TSan",
            )
        if name == "lint":
            command.add_argument(
                "--fix", action="store_true", help="rewrite files where a tool can"
            )
        if name == "fuzz":
            command.add_argument("--seconds", type=int, default=30, help="per target; default 30")
    return main


def main() -> int:
    """Run one command; arguments it does not know go on to what it starts."""
    command_line = parser()
    options, rest = command_line.parse_known_args()
    if rest and options.command in ("lint", "clean"):
        command_line.error(f"unknown argument: {rest[0]}")
    options.rest = [argument for argument in rest if argument != "--"]
    try:
        return COMMANDS[options.command](options)
    except Failure as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
